"""What the sentence that opens a list, or the heading above it, says of its items: forbidden, allowed, or nothing at all. All sentences are invented."""

from __future__ import annotations

import pytest

from nlp.clauses import read_clauses
from nlp.cuebook import Cuebook, cuebook
from nlp.read import read_document

# language -> items that name the act alone, each with the label of the rule that a ban on it states
ITEMS = {
    "en": {"let a subcontractor or any other third party use your nodes": "resale_restriction", "pass rented capacity on to others by way of resale": "resale_restriction",
           "run simulations for a military intelligence service": "end_use_military", "grant citizens of North Korea an account": "nationality_restriction"},
    "de": {"gemietete Server an Dritte unterzuvermieten": "resale_restriction", "Simulationen für militärische Zwecke zu rechnen": "end_use_military",
           "Staatsangehörigen von Nordkorea ein Konto zu geben": "nationality_restriction"},
    "fr": {"sous-louer des serveurs à des tiers": "resale_restriction", "calculer des simulations à des fins militaires": "end_use_military",
           "ouvrir un compte à des ressortissants de Corée du Nord": "nationality_restriction"},
    "it": {"sublocare i server a terzi": "resale_restriction", "eseguire simulazioni per scopi militari": "end_use_military"},
    "es": {"subarrendar los servidores a terceros": "resale_restriction", "calcular simulaciones con fines militares": "end_use_military"},
    "pl": {"odsprzedaży zasobów osobom trzecim": "resale_restriction", "obliczeń do celów wojskowych": "end_use_military"},
    "nl": {"servers aan derden door te verhuren": "resale_restriction", "simulaties voor militaire doeleinden te draaien": "end_use_military"},
    "pt": {"sublocar os servidores a terceiros": "resale_restriction", "calcular simulações para fins militares": "end_use_military"},
    "ru": {"перепродавать вычислительные ресурсы третьим лицам": "resale_restriction", "выполнять расчёты в военных целях": "end_use_military"},
    "ja": {"計算資源を第三者に再販売すること": "resale_restriction", "軍事目的のシミュレーションを実行すること": "end_use_military"},
    "ko": {"컴퓨팅 자원을 제3자에게 재판매하는 행위": "resale_restriction", "군사 목적의 모의실험을 수행하는 행위": "end_use_military"},
    "zh": {"向他人转售计算资源和本服务": "resale_restriction", "为军事目的运行模拟计算任务": "end_use_military"},
    "vi": {"bán lại tài nguyên tính toán cho bên thứ ba": "resale_restriction", "chạy mô phỏng cho mục đích quân sự": "end_use_military"},
}
FORBIDDING = {
    "en": ["Users will refrain from doing the following:", "Unacceptable conduct includes:", "Nobody may use an account of ours to:", "It breaches this policy to:", "You have agreed never to use our nodes to:"],
    "de": ["Der Nutzer hat es zu unterlassen,", "Zu den unzulässigen Handlungen zählen:", "Als Missbrauch gilt insbesondere:"],
    "fr": ["L'abonné s'interdit de :", "Constitue un usage abusif le fait de :", "Il n'est jamais permis de :"],
    "it": ["L'abbonato si asterrà dal:", "Costituisce violazione delle presenti regole:"],
    "es": ["El abonado se abstendrá de:", "Se consideran conductas prohibidas:"],
    "pl": ["Abonent powstrzyma się od:", "Do zakazanych działań należą:"],
    "nl": ["De afnemer onthoudt zich ervan om:", "Ontoelaatbaar is het om:"],
    "pt": ["O assinante deverá abster-se de:", "Consideram-se condutas vedadas:"],
    "ru": ["Абонент воздерживается от того, чтобы:", "Недопустимыми действиями считаются попытки:"],
    "ja": ["会員は次に掲げる行為を行ってはなりません。", "迷惑行為とは次の行為をいいます:"],
    "ko": ["가입자는 다음 행위를 하지 말아야 합니다.", "부정이용은 다음과 같습니다:"],
    "zh": ["租户不得有下列行为:", "违规行为包括:"],
    "vi": ["Thuê bao không được thực hiện các hành vi sau:", "Các hoạt động bị nghiêm cấm gồm:"],
}
HEADINGS = {
    "en": ["4. Prohibited conduct", "Uses we do not permit", "Restrictions on Use", "You must never:"], "de": ["§ 7 Verbotene Nutzungen", "Unzulässige Handlungen", "Nutzungsbeschränkungen"],
    "fr": ["Article 5 - Usages interdits", "Comportements prohibés"], "it": ["Utilizzi vietati"], "es": ["Actividades prohibidas"], "pl": ["Działania zakazane"], "nl": ["Verboden handelingen"],
    "pt": ["Condutas proibidas"], "ru": ["Запрещённые действия"], "ja": ["第9条 禁止行為"], "ko": ["제9조 금지행위"], "zh": ["第九条 禁止行为"], "vi": ["Điều 9. Hành vi bị cấm"],
}
ALLOWING = {
    "en": ["You are free to:", "None of the following is prohibited:", "The ban in section 4 does not apply where you:", "Subscribers of the reseller plan may:"], "de": ["Nicht verboten ist es,", "Der Nutzer ist berechtigt,", "Das Verbot gilt nicht, um"],
    "fr": ["Il n'est pas interdit de :", "Le client est autorisé à :"], "it": ["Non è vietato:"], "es": ["No está prohibido:"], "pl": ["Nie jest zabronione podejmowanie:"], "nl": ["Niet verboden is het om:"],
    "pt": ["Não é proibido:"], "ru": ["Не запрещается:"], "ja": ["次の行為は禁止されません:"], "ko": ["다음 행위는 금지되지 않습니다:"], "zh": ["下列行为不受禁止:"], "vi": ["Các hành vi sau không bị cấm:"],
}
SILENT = {
    "en": ["Our customers often ask how to:", "This chapter is about the following:"], "de": ["Unsere Anleitung zeigt, wie es gelingt,"], "ru": ["В этом разделе рассказано, как:"],
    "ja": ["本書で扱う項目:"], "ko": ["이 문서에서 다루는 항목:"], "zh": ["本章内容:"], "nl": ["Dit hoofdstuk gaat over:"], "vi": ["Chương này nói về:"],
}


def found(text: str, language: str, content_type: str = "text/markdown") -> list[tuple[str, str, str]]:
    """(label, polarity, quote) of the clauses that the rules find."""
    return [(c.label, c.polarity, c.quote) for c in read_clauses(read_document(text.encode(), content_type=content_type, language=language), None)[0]]


def barred(text: str, language: str, content_type: str = "text/markdown") -> set[str]:
    return {label for label, polarity, _ in found(text, language, content_type) if polarity == "prohibits"}


def listed(opening: str, items, layout: str) -> tuple[str, str]:
    """(text, media type) of a list in one of four layouts."""
    if layout == "markdown":
        return opening + "\n\n" + "\n".join(f"- {item};" for item in items), "text/markdown"
    rows = {"bullets": "<ul>" + "".join(f"<li>{item}; or</li>" for item in items) + "</ul>", "letters": "".join(f"<p>({letter}) {item};</p>" for letter, item in zip("abcdefg", items, strict=False)),
            "nested": "<ul><li>–<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul></li></ul>"}[layout]
    return f"<html><body><p>{opening}</p>{rows}</body></html>", "text/html"


def cases(table: dict[str, list[str]]):
    return [pytest.param(language, opening, id=f"{language}-{number}") for language, rows in table.items() for number, opening in enumerate(rows)]


@pytest.mark.parametrize(("language", "opening"), cases(FORBIDDING))
def test_what_the_opening_of_a_list_forbids_is_forbidden(language, opening):
    for layout in ("markdown", "bullets", "letters", "nested"):
        assert set(ITEMS[language].values()) <= barred(*(lambda t, c: (t, language, c))(*listed(opening, ITEMS[language], layout))), layout


@pytest.mark.parametrize(("language", "heading"), cases(HEADINGS))
def test_what_stands_bare_below_the_name_of_what_is_forbidden_is_forbidden(language, heading):
    assert set(ITEMS[language].values()) <= barred(f"# A\n\n## {heading}\n\n" + "\n".join(f"- {item}" for item in ITEMS[language]) + "\n\n## B\n\nC.", language)


@pytest.mark.parametrize(("language", "opening"), cases(ALLOWING) + cases(SILENT))
def test_what_is_allowed_or_only_named_is_not_forbidden(language, opening):
    for layout in ("markdown", "bullets", "letters"):
        text, kind = listed(opening, ITEMS[language], layout)
        assert not set(ITEMS[language].values()) & {label for label, *_ in found(text, language, kind)}, layout


@pytest.mark.parametrize("language", ["en", "de", "fr", "ja", "ru", "zh"])
def test_the_next_heading_and_a_permission_end_what_a_heading_forbids(language):
    rows = "\n".join(f"- {item}" for item in ITEMS[language])
    assert not barred(f"## {HEADINGS[language][0]}\n\n- x\n\n## FAQ\n\n{rows}", language)
    assert not barred(f"## {HEADINGS[language][0]}\n\n- x\n\n{ALLOWING[language][0]}\n\n{rows}", language)


def test_a_heading_between_says_nothing_against_the_one_above_it():
    assert "resale_restriction" in barred("# Rules\n\n## Prohibited uses\n\n### Capacity\n\n- resale of rented nodes to others", "en")
    assert "resale_restriction" not in barred("# Rules\n\n## Prohibited uses\n\n### What customers may do\n\n- resale of rented nodes to others", "en")
    assert "resale_restriction" not in barred("# Rules\n\n## Exceptions to prohibited uses\n\n- resale of rented nodes to others", "en")


@pytest.mark.parametrize(("language", "text"), [
    ("en", "You must not:\n\nResell rented nodes to others\n\nMine coins"),
    ("de", "Verboten ist:\n\nDie Weitervermietung der Server an Dritte\n\nDas Schürfen von Münzen"),
    ("ja", "次の行為を禁止します:\n\n暗号資産の採掘\n\n計算資源の第三者への再販売"),
    ("en", "<h2>Prohibited uses</h2><div>Mining coins</div><div>Resale of rented nodes to others</div>"),
])
def test_short_paragraphs_without_a_mark_are_items_too(language, text):
    assert "resale_restriction" in barred(text, language, "text/html" if text.startswith("<") else "text/markdown")


def test_a_paragraph_that_says_something_itself_is_no_item():
    assert not barred("## Prohibited uses\n\nPartners resell rented nodes under a contract of their own.\n\nWe help them.", "en")
    assert "resale_restriction" not in barred("You must not:\n\nMine coins\n\nYou may resell rented nodes as a partner.", "en")


def test_an_exception_among_what_is_forbidden_stays_one():
    text = "You must not:\n\n- mine coins;\n- share accounts, except where:\n  - you resell the nodes under a partner contract\n  - a regulator asks for it"
    assert not [row for row in found(text, "en") if row[1] == "prohibits" and "partner contract" in row[2]]


def test_a_word_of_permission_within_an_item_does_not_lift_the_ban_on_the_list_below_it():
    text = "You must not:\n\n- misuse anything that other users are allowed to reach in our data halls, among it to:\n  - resell rented nodes to others\n- mine coins"
    assert "resale_restriction" in barred(text, "en")


@pytest.mark.parametrize("item", ["use the nodes for military purposes without authorisation", "rent nodes to a third party that is not approved", "export controlled software without the licence that the law requires"])
def test_a_negation_in_an_item_does_not_turn_it_round(item):
    assert {polarity for _, polarity, _ in found(f"You must not:\n\n- mine coins;\n- {item}.", "en")} == {"prohibits"}


def test_a_ban_at_the_beginning_of_a_long_opening_is_no_permission():
    text = "Except where the law allows it, you receive no right to do, nor are you allowed to do, any of the following:\n\n- resell rented nodes to others"
    assert "resale_restriction" in barred(text, "en")


def test_numbered_sections_below_a_heading_are_no_items_of_it():
    text = "## License grant; license restrictions\n\n5.1 The company grants you a non-exclusive, non-sublicensable right to use the nodes.\n\n5.2 Fees are due monthly."
    assert "resale_restriction" not in barred(text, "en")


@pytest.mark.parametrize(("language", "text", "places"), [
    ("it", "È vietato:\n\n- estrarre criptovalute;\n- utilizzare i servizi dalla Corea del Nord.", ["KP"]),
    ("pl", "Zabrania się:\n\n- kopania kryptowalut;\n- korzystania z usług z Iranu.", ["IR"]),
    ("nl", "Het is verboden om:\n\n- munten te delven;\n- de diensten te gebruiken vanuit Iran.", ["IR"]),
    ("pt", "É proibido:\n\n- minerar moedas;\n- utilizar os serviços a partir da Coreia do Norte.", ["KP"]),
    ("ru", "Запрещается:\n\n- майнинг;\n- использовать сервис из Ирана.", ["IR"]),
    ("ja", "次の行為を禁止します。\n\n- 採掘\n- イランから本サービスを利用すること", ["IR"]),
    ("ko", "다음 행위는 금지됩니다.\n\n- 채굴\n- 이란에서 서비스를 이용하는 행위", ["IR"]),
    ("zh", "禁止下列行为:\n\n- 挖矿\n- 从伊朗使用本服务", ["IR"]),
    ("vi", "Nghiêm cấm các hành vi sau:\n\n- đào tiền;\n- sử dụng dịch vụ từ Iran.", ["IR"]),
    ("ru", "Пользователь вправе:\n\n- использовать сервис из Ирана.", []),
    ("ja", "次の行為は禁止されません:\n\n- イランから本サービスを利用すること", []),
])
def test_use_from_a_place_is_barred_where_the_list_is(language, text, places):
    document = read_document(text.encode(), content_type="text/markdown", language=language)
    assert [p for c in read_clauses(document, None)[0] if c.label == "country_exclusion" and c.polarity == "prohibits" for p in c.places] == places


@pytest.mark.parametrize(("language", "text", "served", "barred_places"), [
    ("en", "The nodes are offered to customers in Norway, Chile and Japan, and not to persons in Russia.", ["NO", "CL", "JP"], ["RU"]),
    ("en", "H100 nodes are available only in the north zone and not to customers in mainland China.", [], ["CN"]),
    ("en", "Supported countries are Chile and Japan; Russia is not supported.", ["CL", "JP"], ["RU"]),
    ("en", "The nodes are offered to customers in Chile and Japan, and not only to companies.", ["CL", "JP"], []),
    ("en", "Persons who are in China, but not in Hong Kong, are excluded from the Services.", [], ["CN", "HK"]),
    ("de", "Die Dienste sind in Österreich und Frankreich verfügbar, nicht jedoch in Russland.", ["AT", "FR"], ["RU"]),
    ("fr", "Les services sont disponibles en France et en Belgique, mais pas en Russie.", ["FR", "BE"], None),
    ("zh", "本服务在日本和韩国提供,不在伊朗提供。", ["JP", "KR"], None),
    ("ru", "Услуги предоставляются клиентам в Казахстане и Армении, но не в Иране.", ["KZ", "AM"], None),
])
def test_who_is_served_and_who_is_not_in_one_sentence(language, text, served, barred_places):
    clauses = read_clauses(read_document(text.encode(), content_type="text/markdown", language=language), None)[0]
    assert sorted(p for c in clauses if c.label == "supported_countries" for p in c.places) == sorted(served)
    if barred_places is not None:                              # None: this reader finds no exclusion there yet
        assert sorted({p for c in clauses if c.label == "country_exclusion" for p in c.places}) == sorted(barred_places)


@pytest.mark.parametrize(("cue", "text", "holds"), [
    ("buy . sell . sell", "buy, sell and sell on", True), ("buy . sell . sell", "buy and sell", False), ("sell . sell", "sell to sell", True), ("sell . sell", "sell", False),
    ("no . use . no . use", "no use, no use", True)])
def test_a_cue_whose_word_comes_twice(cue, text, holds):
    book = Cuebook([("test", {"groups": {"g": [cue]}})], [])
    rows = book.scan(text)
    assert (bool(book.mask(rows)), bool(book.spans(rows, 1))) == (holds, holds)


@pytest.mark.parametrize(("text", "touched"), [("", set()), ("nothing of it", set()), ("buy", {"a"}), ("sell", {"a", "b"}), ("buy and sell", {"a", "b"}), ("rent, sell, buy", {"a", "b", "c"})])
def test_no_cue_is_found_of_a_group_that_is_not_touched(text, touched):
    book = Cuebook([("test", {"groups": {"a": ["buy . sell"], "b": ["sell"], "c": ["rent"]}})], [])
    rows = book.scan(text)
    assert set(book.names(book.touched(rows))) == touched >= {name for name, n in book.groups.items() if book.spans(rows, 1 << n)}


def test_every_pack_says_how_lists_are_forbidden_and_allowed():
    for language in ITEMS | {"sv": {}}:
        book = cuebook(language)
        assert book.bit("forbids_list") and book.bit("allows_list") and book.bit("turns_away") and book.bit("used_from"), language


# language -> (a law reserved, in the opening of a list; the same law as a ban)
RESERVED = {
    "en": ("Tenant and operator agree as follows, except to the extent prohibited by the applicable law:", "To tenants the following is prohibited:"),
    "de": ("Soweit gesetzlich nicht untersagt, gilt Folgendes; soweit dies gesetzlich verboten ist, entfällt es:", "Dem Mieter ist Folgendes verboten:"),
    "fr": ("Les parties conviennent, sauf si la loi l'interdit, de ce qui suit :", "Il est interdit au locataire de :"),
    "it": ("Le parti concordano quanto segue, salvo ove vietato dalla legge:", "All'affittuario è vietato:"),
    "es": ("Las partes acuerdan lo siguiente, salvo que esté prohibido por la ley:", "Al arrendatario le está prohibido:"),
    "pl": ("Strony uzgadniają, o ile nie jest to zabronione przez prawo, co następuje:", "Najemcy zabronione jest:"),
    "nl": ("Partijen spreken het volgende af, tenzij dit wettelijk verboden is:", "De huurder is het verboden om:"),
    "pt": ("As partes acordam o seguinte, exceto se proibido por lei:", "Ao locatário é proibido:"),
    "ru": ("Стороны договорились о следующем, если это не запрещено законом:", "Арендатору запрещено:"),
    "ja": ("法令により禁止されている場合を除き、両当事者は次のとおり合意する:", "賃借人に対し次の行為を禁止する:"),
    "ko": ("법률에 의해 금지되지 않는 한 양 당사자는 다음과 같이 합의한다:", "임차인에게 다음 행위를 금지한다:"),
    "zh": ("除法律禁止外,双方约定如下:", "禁止租户从事下列行为:"),
    "vi": ("Trừ khi pháp luật cấm, hai bên thỏa thuận như sau:", "Người thuê bị cấm:"),
}


@pytest.mark.parametrize("language", RESERVED)
def test_a_law_that_is_reserved_bans_nothing(language):
    book = cuebook(language)
    bans = book.bit("prohibit") | book.bit("denies") | book.bit("limits") | book.bit("forbids_list")
    reserved, ban = RESERVED[language]
    assert book.names(book.mask(book.scan(reserved)) & bans) == []
    assert book.mask(book.scan(ban)) & bans


def test_what_stands_below_a_reserved_law_is_not_denied_to_a_country():
    item = "(a) the goods pass to buyers from Cuba on the day of delivery, and the seller settles the customs duties;"
    assert "country_exclusion" not in barred(f"Seller and buyer agree, except to the extent prohibited by applicable law:\n\n{item}", "en")
    assert "country_exclusion" in barred(f"The following is prohibited and will be declined:\n\n{item}", "en")


BELOW = "- records of past jobs are monitored and kept for sixty days;"


@pytest.mark.parametrize(("text", "opened"), [
    (f"7.2 We may suspend the account at once if:\n\n- invoices stay unpaid;\n\n7.3 What closing means.\n\n{BELOW}", False),
    (f"7.2 We have the right to do the following:\n\n- close accounts whose invoices stay unpaid;\n{BELOW}", True),
])
def test_a_numbered_paragraph_between_ends_the_list_above(text, opened):
    assert any(label == "workload_monitoring" for label, *_ in found(text, "en")) is opened


def test_bullets_below_an_item_stand_in_the_list_of_that_item():
    document = "<html><body><p>4.1 You may not:</p><p>(a) misuse the nodes in any way.</p><ul><li>resell rented capacity to third parties;</li></ul></body></html>"
    assert "resale_restriction" in barred(document, "en", "text/html")
