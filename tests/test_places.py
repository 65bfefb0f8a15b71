"""Names of places: traps as minimal pairs, inflection, offsets. All sentences are invented."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.places import country_named, find_peoples, find_places, fold


def codes(text: str, language: str | None = "en") -> list[str]:
    return [code for _, _, code in find_places(text, language)]


@pytest.mark.parametrize(("language", "text", "expected"), [
    ("en", "not in Cuba, Iran, North Korea or Syria", ["CU", "IR", "KP", "SY"]),
    ("en", "the Crimea, Donetsk and Luhansk regions of Ukraine", ["UA-43", "UA-14", "UA-09"]),
    ("en", "customers in Ukraine (except Crimea)", ["UA", "UA-43"]),
    ("en", "Ukraine, Poland and Moldova", ["UA", "PL", "MD"]),
    ("en", "the Democratic People's Republic of Korea", ["KP"]),
    ("en", "the Republic of Korea", ["KR"]),
    ("en", "the People's Republic of China", ["CN"]),
    ("en", "the Republic of China (Taiwan)", ["TW"]),
    ("en", "mainland China, Hong Kong SAR and Macao SAR", ["CN", "HK", "MO"]),
    ("en", "Niger, Nigeria", ["NE", "NG"]),
    ("en", "Guinea, Guinea-Bissau, Equatorial Guinea and Papua New Guinea", ["GN", "GW", "GQ", "PG"]),
    ("en", "the Democratic Republic of the Congo and the Republic of the Congo", ["CD", "CG"]),
    ("en", "Armenia, Georgia and Azerbaijan", ["AM", "GE", "AZ"]),
    ("en", "a data hall in Atlanta, Georgia", []),
    ("en", "courts in Florida, Georgia or Texas", []),
    ("en", "Lebanon, Jordan, Egypt", ["LB", "JO", "EG"]),
    ("en", "ask Ann Jordan or Jordan Meyer", []),
    ("en", "a woman from Romania", ["RO"]),
    ("en", "please contact us", []),
    ("en", "persons of the US and the U.S.", ["US", "US"]),
    ("en", "a fee of 40 US dollars, paid in US$", []),
    ("en", "Türkiye or Turkey, Burma or Myanmar", ["TR", "TR", "MM", "MM"]),
    ("en", "the oil of the turkey", []),
    ("en", "New Mexico and Mexico", ["MX"]),
    ("de", "Kunden im Iran, in Nordkorea und der Russischen Föderation", ["IR", "KP", "RU"]),
    ("de", "die Volksrepublik China, Irans Häfen", ["CN", "IR"]),
    ("fr", "la Corée du Nord, l'Iran et la Crimée", ["KP", "IR", "UA-43"]),
    ("ru", "резидентам Ирана, Северной Кореи, Кубы и Крыма", ["IR", "KP", "CU", "UA-43"]),
    ("pl", "obywatelom Iranu, Kuby, Korei Północnej oraz Rosji", ["IR", "CU", "KP", "RU"]),
    ("cs", "osobám z Íránu a Kuby", ["IR", "CU"]),
    ("ja", "イラン、キューバ、北朝鮮、ウクライナのクリミア地域", ["IR", "CU", "KP", "UA-43"]),
    ("ja", "マリンスポーツとアマリリス", []),
    ("ja", "日本語と中国語のページ", []),
    ("ko", "이용계약이란 무엇인지, 결제 수단은 무엇인지", []),
    ("ko", "쿠바, 이란, 북한, 시리아에 거주하는 자", ["CU", "IR", "KP", "SY"]),
    ("zh-Hans", "中国大陆（不含香港、澳门和台湾）", ["CN", "HK", "MO", "TW"]),
    ("zh-Hans", "位于马里兰的机房", []),
    ("zh-Hans", "乌克兰克里米亚地区", ["UA-43"]),
    ("zh-Hant", "中國、香港與台灣", ["CN", "HK", "TW"]),
    ("vi", "khách hàng tại Trung Quốc và Hoa Kỳ", ["CN", "US"]),
    ("sv", "kunder i Nordkorea eller Ryssland", ["KP", "RU"]),
    (None, "Frankreich, Cuba, 中国", ["FR", "CU", "CN"]),
])
def test_places(language, text, expected):
    assert codes(text, language) == expected


@pytest.mark.parametrize(("name", "code"), [("Iceland", "IS"), ("DE", "DE"), ("UK", "GB"), ("アイスランド", "IS"), ("Iceland (north)", None), ("ZZ", None), ("", None), ("is", None)])
def test_country_named(name, code):
    assert country_named(name) == code


@given(st.text(max_size=80))
def test_fold_keeps_the_length(text):
    assert len(fold(text)) == len(text)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(["Cuba", "Iran", "North Korea", "Norway", "x", "İ", "中国", "or", ";", "ß", "\n"]), max_size=12), st.sampled_from(["en", "de", "ja", None]))
def test_spans_are_in_order_and_inside(words, language):
    text = " ".join(words)
    spans = find_places(text, language)
    assert all(0 <= a < b <= len(text) for a, b, _ in spans)
    assert all(x[1] <= y[0] for x, y in zip(spans, spans[1:], strict=False))
    assert [c for _, _, c in spans].count("CU") == words.count("Cuba")


@pytest.mark.parametrize(("language", "money", "people"), [
    ("en", "Orders above 5,000 US dollars need a passport.", "Orders of US citizens need a passport."), ("en", "Prices are in Russian roubles.", "Territorial Russian residents pay in advance."),
    ("en", "Those who want to rent from us need a passport.", "Those who are US citizens need a passport."),
    ("de", "Ab 500 US-Dollar oder 40000 russischen Rubel wird ein Ausweis verlangt.", "Russische Staatsangehörige legen einen Ausweis vor."),
    ("nl", "Betaal in Amerikaanse dollars of Russische roebels.", "Russische staatsburgers tonen een paspoort."),
])
def test_money_of_a_country_names_none_of_its_people(language, money, people):
    assert find_peoples(money, language) == [] and len(find_peoples(people, language)) == 1


@pytest.mark.parametrize(("language", "text", "code"), [("en", "persons who are Cuban", "CU"), ("es", "empresas chinas", "CN"), ("fr", "les sociétés chinoises", "CN"), ("pt", "cidadã síria", "SY")])
def test_a_people_is_read_at_the_end_of_a_text(language: str, text: str, code: str) -> None:
    assert find_peoples(text, language) == [code]
