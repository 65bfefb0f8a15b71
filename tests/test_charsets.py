"""Charsets: bytes, header and the page's own declaration disagree; short and long texts, plain and in markup. All sentences are invented."""

from __future__ import annotations

import pytest

from nlp.decode import decode, mostly_utf8
from nlp.read import read_document

TEXTS = {
    "ja": "料金のご案内：きつね雲のH100 SXM（8枚）は1時間あたり350円です。お客様は本規約に同意のうえ、サービスを利用するものとします。",
    "ko": "요금 안내: 여우구름의 H100 인스턴스는 시간당 3,500원입니다. 고객은 이용약관에 동의하고 서비스를 이용하여야 합니다.",
    "zh-Hans": "价格说明：狐云的H100实例按量计费，每小时35元。用户使用本服务前应当同意本协议条款，未经许可不得转租。",
    "zh-Hant": "價格說明：狐雲的H100主機每小時350元。使用者使用本服務前應同意本協議條款，未經許可不得轉租。",
    "zh-HK": "收費說明：狐雲H100主機每小時85元。客戶喺使用嘅時候，須同意本協議之條款，未經許可不得轉租。",
    "ru": "Цены: аренда сервера Лисье Облако с H100 стоит 350 рублей в час. Заказчик обязуется соблюдать условия договора.",
    "uk": "Ціни: оренда сервера з H100 коштує 350 гривень за годину. Замовник зобов'язується дотримуватися умов, її центр у місті, їхні ґанки.",
    "de": "Preise: Ein Server mit H100 kostet 3,50 € je Stunde. Der Kunde erklärt, daß er die Bedingungen für die Nutzung gelesen hat.",
    "fr": "Tarifs : un serveur équipé de H100 coûte 3,50 € l’heure. Le client déclare avoir lu les conditions générales et s’engage à les respecter.",
    "pl": "Ceny: serwer z kartą H100 kosztuje 15 zł za godzinę. Klient oświadcza, że zapoznał się z regulaminem i zobowiązuje się go przestrzegać.",
    "cs": "Ceny: server s kartou H100 stojí 90 Kč za hodinu. Zákazník prohlašuje, že se příště seznámil s podmínkami a zavazuje se je dodržovat.",
    "hu": "Árak: a H100 kártyás szerver óránként 1500 forintba kerül. Az ügyfél kijelenti, hogy elolvasta a feltételeket, és őszintén betartja őket, fűben-fában.",
    "tr": "Fiyatlar: H100 kartlı sunucu saatlik 120 TL. Müşteri koşulları okuduğunu beyan eder ve ülke dışında da uyacağını bildirir.",
    "el": "Τιμές: διακομιστής με H100 κοστίζει 3 ευρώ την ώρα. Ο πελάτης δηλώνει ότι έχει διαβάσει τους όρους χρήσης.",
    "th": "ราคา: เซิร์ฟเวอร์ H100 ราคา 120 บาทต่อชั่วโมง ลูกค้าต้องยอมรับข้อกำหนดและเงื่อนไขการใช้บริการของเรา",
}
CODECS = {
    "ja": (("cp932", "shift_jis"), ("euc_jp", "euc-jp"), ("iso2022_jp", "iso-2022-jp")), "ko": (("cp949", "euc-kr"),), "zh-Hans": (("gbk", "gb18030"), ("gb18030", "gb18030")),
    "zh-Hant": (("big5", "big5"), ("big5hkscs", "big5")), "zh-HK": (("big5hkscs", "big5"),), "ru": (("cp1251", "windows-1251"), ("koi8_r", "koi8-r"), ("iso8859_5", "iso-8859-5")),
    "uk": (("cp1251", "windows-1251"), ("koi8_u", "koi8-u")), "de": (("cp1252", "windows-1252"),), "fr": (("cp1252", "windows-1252"),), "pl": (("cp1250", "windows-1250"), ("iso8859_2", "iso-8859-2")),
    "cs": (("cp1250", "windows-1250"), ("iso8859_2", "iso-8859-2")), "hu": (("cp1250", "windows-1250"),), "tr": (("cp1254", "windows-1254"),), "el": (("cp1253", "windows-1253"),), "th": (("cp874", "windows-874"),),
}
PAIRS = [(language, codec, charset) for language, codecs in CODECS.items() for codec, charset in codecs]
WEB = {"cp932": "Shift_JIS", "euc_jp": "EUC-JP", "iso2022_jp": "ISO-2022-JP", "cp949": "EUC-KR", "gbk": "gb2312", "gb18030": "GB18030", "big5": "Big5", "big5hkscs": "Big5-HKSCS", "cp1251": "windows-1251",
       "koi8_r": "KOI8-R", "koi8_u": "KOI8-U", "iso8859_5": "ISO-8859-5", "cp1252": "windows-1252", "cp1250": "windows-1250", "iso8859_2": "ISO-8859-2", "cp1254": "windows-1254", "cp1253": "windows-1253", "cp874": "windows-874"}
PAGE = "<!doctype html><html><head>{meta}<title>GPU</title><script>var h100 = 1;</script></head><body class=\"prices\"><nav><a href=\"/a\">GPU</a></nav><div><p>{text}</p><b>H100</b></div></body></html>"


def page(text: str, meta: str | None = None, size: int = 1) -> str:
    return PAGE.format(meta=f'<meta charset="{meta}">' if meta else "", text="</p><p>".join([text] * size))


@pytest.mark.parametrize(("language", "codec", "charset"), PAIRS)
@pytest.mark.parametrize("size", [1, 60])
def test_by_the_bytes_alone(language, codec, charset, size):
    for text in (TEXTS[language] * size, page(TEXTS[language], size=size)):
        got, found, notes = decode(text.encode(codec), None)
        assert got == text and found == charset
        assert notes and charset in notes[0]


@pytest.mark.parametrize(("language", "codec", "charset"), PAIRS)
def test_header_and_page_name_it(language, codec, charset):
    text = page(TEXTS[language], WEB[codec])
    got, found, notes = decode(text.encode(codec), f"text/html; charset={WEB[codec]}")
    assert got == text and notes == [] and found in (charset, WEB[codec].lower())


@pytest.mark.parametrize(("language", "codec", "charset"), [p for p in PAIRS if p[1] != "iso2022_jp"])
@pytest.mark.parametrize(("header", "meta"), [("utf-8", None), ("ISO-8859-1", None), (None, "utf-8"), (None, "iso-8859-1"), ("utf-8", "utf-8"), ("ISO-8859-1", "utf-8")])
def test_what_is_declared_is_wrong(language, codec, charset, header, meta):
    text = page(TEXTS[language], meta)
    got, found, notes = decode(text.encode(codec), f"text/html; charset={header}" if header else None)
    assert got == text and found == charset
    assert notes or charset == "windows-1252" and "ISO-8859-1" in (header or meta or "").upper()


@pytest.mark.parametrize(("language", "codec", "charset"), [p for p in PAIRS if p[1] not in ("iso2022_jp", "cp1252")])
def test_the_page_is_right_and_the_header_wrong(language, codec, charset):
    text = page(TEXTS[language], WEB[codec])
    got, found, _ = decode(text.encode(codec), "text/html; charset=ISO-8859-1")
    assert got == text and found == charset


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("wrong", ["Shift_JIS", "EUC-KR", "gb2312", "Big5", "windows-1251", "ISO-8859-1"])
def test_utf8_under_another_name(language, wrong):
    text = page(TEXTS[language], wrong)
    got, found, notes = decode(text.encode(), f"text/html; charset={wrong}")
    assert got == text and found == "utf-8"
    assert wrong == "ISO-8859-1" or text.isascii() or any(wrong in note for note in notes)


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be"])
def test_utf16_with_and_without_its_mark(language, codec):
    text = page(TEXTS[language])
    document = read_document(text.encode(codec), content_type="text/html")
    assert TEXTS[language] in document.text and any(TEXTS[language][:4] in b.text for b in document.blocks)
    assert codec == "utf-16" or any(i.code == "encoding" for i in document.issues)


@pytest.mark.parametrize("language", [n for n in TEXTS if n not in ("de", "fr")])
def test_utf8_that_was_encoded_twice(language):
    text = page(TEXTS[language], size=4)
    doubled = "".join(bytes([b]).decode("cp1252", "ignore") or chr(b) for b in text.encode())
    document = read_document(doubled.encode(), content_type="text/html; charset=utf-8")
    assert document.text == text
    assert [i.text for i in document.issues if i.code == "encoding"] == ["encoded as UTF-8 twice; read once more"]


def test_a_few_doubled_places_stay_as_they_are():
    text = "Prices of Fox Cloud are shown without tax. " * 20 + "The clientâ€™s order ends the cafÃ© rule."
    got, _, notes = decode(text.encode())
    assert got == text and notes == []


def test_words_about_doubled_letters_stay_as_they_are():
    text = page("Wer „Ã¼“ statt „ü“ sieht, hat eine falsche Kodierung gewählt; für die Lösung genügt ein Häkchen bei „ä, ö, ü“.", size=3)
    assert decode(text.encode())[0] == text


@pytest.mark.parametrize("stray", [b"\x93quoted\x94", b"\xe9", b"caf\xe9 \x80"])
@pytest.mark.parametrize("header", [None, "text/html; charset=utf-8", "text/html; charset=ISO-8859-1"])
def test_foreign_bytes_in_a_page_of_utf8(stray, header):
    body = page(TEXTS["cs"], size=6).encode()
    data = body.replace(b"<b>H100</b>", b"<b>" + stray + b"</b>")
    got, found, notes = decode(data, header)
    assert found == "utf-8" and TEXTS["cs"] in got and "\ufffd" in got
    assert any("not valid UTF-8" in note for note in notes)


def test_mostly_utf8_needs_utf8():
    assert not mostly_utf8(TEXTS["ru"].encode("cp1251")) and not mostly_utf8(TEXTS["ja"].encode("cp932")) and not mostly_utf8(TEXTS["de"].encode("cp1252"))


@pytest.mark.parametrize("language", ["ja", "zh-Hans", "ru"])
def test_the_choice_is_an_issue_of_the_document(language):
    codec, charset = CODECS[language][0]
    document = read_document(page(TEXTS[language]).encode(codec), content_type="text/html; charset=utf-8")
    assert document.charset == charset
    assert [i.level for i in document.issues if i.code == "encoding"] == ["warning"]


@pytest.mark.parametrize(("language", "codec", "charset"), [p for p in PAIRS if p[1] != "iso2022_jp"])
def test_cut_in_the_middle_of_a_character(language, codec, charset):
    data = page(TEXTS[language], WEB[codec], size=3).encode(codec)
    cut = data[:data.rindex(b"<b>") - 5]
    got, found, _ = decode(cut, None)
    assert found == charset and got.count("\ufffd") <= 1 and TEXTS[language][:30] in got


def test_words_of_letters_are_those_of_the_pattern():
    import random

    from nlp.language import _LETTERS, _letter_words

    chance = random.Random(5)
    signs = ["a", "B", "é", "²", "_", "1", "٣", " ", "\n", "’", "한", "\ud800", "\x1c", "\x85", "Ⅷ", "𝒳", "ª", "\u0301", "."]
    for size in range(400):
        text = "".join(chance.choice(signs) for _ in range(size % 40))
        assert _letter_words(text) == _LETTERS.findall(text), text
    many = " ".join(chr(code) for code in range(0x3B1, 0x450))     # more foreign letters than are looked at one by one
    assert _letter_words(many) == _LETTERS.findall(many)
