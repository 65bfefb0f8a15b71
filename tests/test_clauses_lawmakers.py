"""Countries that are named as those whose law it is, and not as places where somebody must not be."""

from __future__ import annotations

import time

import pytest

from nlp.clauses import read_clauses
from nlp.places import listed_beside
from nlp.read import read_document


def excluded(text: str, language: str = "en") -> set[str]:
    clauses, _, _ = read_clauses(read_document(text.encode(), content_type="text/markdown", language=language), None)
    return {place for clause in clauses for place in clause.places}


@pytest.mark.parametrize(("text", "places"), [
    ("You may not use the service if you are located in a country subject to sanctions imposed by the United States (including Cuba, Iran and the Crimea region of Ukraine), the United Kingdom, "
     "the European Union, Australia, or New Zealand.", {"CU", "IR", "UA-43"}),
    ("You warrant that you are not resident in any territory under comprehensive sanctions of the United Arab Emirates, the United States, the European Union, or the United Kingdom.", set()),
    ("You are not located in Cuba, Iran, or any other U.S. embargoed country.", {"CU", "IR"}),
    ("You are not located in Cuba, Iran, or a country under US, UK or Canadian sanctions.", {"CU", "IR"}),
    ("The platform is not offered in the United States, Canada, Australia, Cuba or Iran.", {"US", "CA", "AU", "CU", "IR"}),
    ("You represent that you are not in a sanctioned country and not on a U.S. restricted-party list or an EU denied-persons list.", set()),
    ("Customers must not be located in Belarus or Russia, as required by the laws of the United Kingdom, Norway and Switzerland.", {"BY", "RU"}),
    ("Use from North Korea or Syria is barred under U.S., U.K. and Japanese export law.", {"KP", "SY"}),
    ("You may not be located in Russia or China, nor in a place subject to sanctions by the United States or Russia.", {"RU", "CN"}),
    ("No prohibited end use (e.g. under certain Russia/Belarus/China restrictions).", set()),
    ("Persons located in Iran, Syria or the territories named in US and UK/Canada sanctions lists may not open accounts.", {"IR", "SY"}),
    ("The service is not available to residents of the United States, and sanctions by the United States bar Cuba.", {"US", "CU"}),
    ("You are not located in a country subject to sanctions of the European Union, the United Kingdom, the UAE, the United States.", set()),
    ("You may not use the service from a territory under sanctions administered by OFAC, the UN Security Council, the United Arab Emirates, HM Treasury, Japan or China.", set()),
    ("You may not use the service if you are in a country on the sanctions lists of the United Nations, Switzerland, the US or Singapore.", set()),
    ("You are not located in Belarus, Cuba or Russia, under regulations of the EU, the UN and the UAE.", {"BY", "CU", "RU"}),
    ("Sanctions programmes enforced by the UN, the EU, the UAE, Singapore and the US prohibit access by persons in Syria and Iran.", {"IR", "SY"}),
    ("You must not be resident in any country subject to UAE, UN, EU, or OFAC sanctions.", set()),
    ("You are not located in a country under sanctions by the United States, Russia, Iran or the European Union.", set()),
    ("You are not located in a country under sanctions by the United States, Cuba, Iran or Syria.", {"CU", "IR", "SY"}),
    ("You are not resident in Belarus, Myanmar, or any country under sanctions administered by HM Treasury, the Republic of Korea, or the Government of Singapore.", {"BY", "MM"}),
    ("You are not located in a country under sanctions imposed by the Council of Freedonia, the UAE or Turkey.", set()),
    ("You are not located in the UAE, Iran or Syria.", {"AE", "IR", "SY"}),
    ("You may not use the service if you are subject to sanctions of the US, or located in Iran or the UAE.", {"AE", "IR"}),
    ("You are not located in Oman, Qatar, or UN, EU or US sanctioned countries.", {"OM", "QA"}),
    ("You are not located in a country under EU sanctions, Lebanon, or Libya.", {"LB", "LY"}),
    ("We turn down firms with their seat in China unless they hold a licence from the U.S. Bureau of Industry and Security.", {"CN"}),
    ("Customers in Iran are refused until US regulators have given their consent.", {"IR"}),
    ("We do not supply customers in Belarus except under a permit of the Japanese Ministry of Economy or of a Canadian federal agency.", {"BY"}),
    ("We do not sell to buyers from the U.S. Virgin Islands.", {"VI"}), ("We do not sell to buyers from the US Virgin Islands or from China.", {"VI", "CN"}),
])
def test_a_country_listed_beside_a_lawmaker_is_no_place_of_the_rule(text, places):
    assert excluded(text) == places


@pytest.mark.parametrize(("language", "text", "places"), [
    ("de", "Sie befinden sich nicht in einem Land, gegen das Sanktionen der Europäischen Union, des Vereinigten Königreichs, der Vereinigten Arabischen Emirate oder der Vereinigten Staaten bestehen.", set()),
    ("de", "Sie dürfen den Dienst nicht aus Belarus oder Oman nutzen; dies folgt aus den von der EU, Norwegen und den USA verhängten Sanktionen.", {"BY", "OM"}),
    ("fr", "Vous n'êtes pas situé dans un pays soumis à des sanctions de l'Union européenne, du Royaume-Uni, des Émirats arabes unis ou des États-Unis.", set()),
    ("fr", "Vous n'êtes pas situé à Cuba, en Iran ou dans un pays soumis aux sanctions des Nations Unies, des États-Unis ou du Canada.", {"CU", "IR"}),
    ("es", "No se encuentra en un país sujeto a sanciones de la Unión Europea, el Reino Unido, los Emiratos Árabes Unidos o los Estados Unidos.", set()),
    ("it", "Non si trova in un paese soggetto a sanzioni dell'Unione europea, del Regno Unito, degli Emirati Arabi Uniti o degli Stati Uniti.", set()),
    ("pt", "Você não está localizado em um país sujeito a sanções da União Europeia, do Reino Unido, dos Emirados Árabes Unidos ou dos Estados Unidos.", set()),
    ("nl", "U bevindt zich niet in een land dat onderworpen is aan sancties van de Europese Unie, het Verenigd Koninkrijk, de Verenigde Arabische Emiraten of de Verenigde Staten.", set()),
    ("pl", "Nie znajdujesz się na Kubie, w Iranie lub w kraju objętym sankcjami Unii Europejskiej, Kanady lub Zjednoczonych Emiratów Arabskich.", {"CU", "IR"}),
    ("sv", "Du befinner dig inte i ett land som omfattas av sanktioner från Europeiska unionen, Storbritannien, Förenade Arabemiraten eller USA.", set()),
    ("ru", "Вы не находитесь в стране, в отношении которой действуют санкции Европейского союза, Великобритании, Объединенных Арабских Эмиратов или США.", set()),
    ("ja", "お客様は、レバノン、リビア又は国連、日本国、EUが課す制裁の対象国に居住していないことを表明します。", {"LB", "LY"}),
    ("ja", "お客様は、米国、英国及び欧州連合の制裁の対象国であるイラン又はシリアに所在しないものとします。", {"IR", "SY"}),
    ("ko", "고객은 레바논, 리비아 또는 유엔, 일본, 유럽연합의 제재 대상 국가에 거주하지 않음을 보증합니다.", {"LB", "LY"}),
    ("de", "Unternehmen mit Sitz in China beliefern wir nicht, außer mit einer Genehmigung des US Bureau of Industry and Security.", {"CN"}),
    ("fr", "Nous ne servons aucun client en Iran, sauf licence du U.S. Department of the Treasury.", {"IR"}),
    ("zh", "您不得位于黎巴嫩、利比亚或受联合国、新加坡、日本、欧盟制裁的国家。", {"LB", "LY"}),
    ("zh", "您不位于受美国、英国及欧盟制裁的国家,例如伊朗或叙利亚。", {"IR", "SY"}),
])
def test_lawmakers_in_other_languages(language, text, places):
    assert excluded(text, language) == places


@pytest.mark.parametrize(("gap", "listed"), [
    (", ", True), (" or the ", True), (" (OFAC), the European Union, the ", True), (" (among them Cuba (see below)), ", True), ("/", True),
    (" forbid the use in ", False), (". Customers located in ", False), (" (the ", False), (" ", False), ("", False), (", " * 400, False),
])
def test_what_stands_between_two_names_of_a_list(gap, listed):
    assert listed_beside(gap) is listed


def test_many_lawmakers_take_no_longer_than_their_number():
    text = "You may not be located in a country under sanctions by the United States" + ", the United Kingdom (as amended), Norway" * 4000 + " or Canada."
    begun = time.perf_counter()
    excluded(text)
    assert time.perf_counter() - begun < 10
