"""Sentences that define a term, quote a law, speak of the law of where somebody is or of the provider's own systems, each beside one that states a rule in the same words."""

from __future__ import annotations

import pytest

from nlp.clauses import read_clauses
from nlp.read import read_document


def labels(text: str, language: str = "en") -> set[str]:
    return {clause.label for clause in read_clauses(read_document(text.encode(), content_type="text/markdown", language=language))[0]}


@pytest.mark.parametrize(("label", "states", "tells"), [
    ("denied_party", "No Sanctioned Person may rent nodes from Larkfield.", "\"Sanctioned Person\" means a person on the SDN List or owned by one."),
    ("sanctions_compliance", "The tenant shall comply with all sanctions laws.", "“Sanctions” means the embargoes and sanctions laws of the EU and the UK."),
    ("export_compliance", "\"Trade Laws\" means the EAR, and the tenant shall comply with Trade Laws.", "\"Trade Laws\" means the EAR and any law that prohibits exports."),
    ("export_compliance", "Every tenant must comply with the rules that the Bureau of Industry and Security has adopted on exports.",
     "The Bureau of Industry and Security has adopted export rules with which sellers of chips comply."),
    ("export_compliance", "You shall keep to the EAR; words in capitals are defined in the EAR.", "Words in capitals are defined in the EAR and apply in accordance with it."),
    ("residence_restriction", "You must keep the law of the country you are in and may not connect from an embargoed country.",
     "Tenants must not break the law of the country where they are located."),
    ("workload_monitoring", "We monitor our systems, and with them what users run, for abuse.", "We monitor our systems for faults of the fans."),
    ("workload_monitoring", "We audit your use of the boards.", "We will hand over our audit reports on request."),
    ("workload_monitoring", "Tenants must not uninstall the monitoring agent of the host.", "Tenants can uninstall the monitoring agent of the host."),
    ("workload_monitoring", "We keep a record of every login to the nodes.", "We do not keep records of logins to the nodes."),
    ("workload_monitoring", "The consequences include a report to your employer and to the police.", "The consequences include a report to your employer."),
])
def test_what_is_only_told_states_no_rule(label: str, states: str, tells: str) -> None:
    assert label in labels(states)
    assert label not in labels(tells)


def test_items_of_a_definition_bar_nobody() -> None:
    items = "\n\n- a person on the SDN List;\n- a person who lives in an embargoed country."
    assert "denied_party" in labels("You must not give access to:" + items)
    assert not labels("\"Sanctioned Person\" means any of:" + items) & {"denied_party", "sanctions_compliance", "residence_restriction"}


def test_a_term_that_says_who_is_kept_out_states_the_rule() -> None:
    assert "residence_restriction" in labels("\"Excluded Person\" means anybody who is located in a country under embargo.")


def test_a_list_of_laws_below_a_duty_is_part_of_it() -> None:
    assert "export_compliance" in labels("The tenant shall comply with:\n\n- the Export Administration Regulations (15 CFR 730 and following);\n- the building code.")


@pytest.mark.parametrize(("language", "label", "states", "tells"), [
    ("de", "denied_party", "Keine Person auf einer Sanktionsliste darf ein Konto eröffnen.", "„Sanktionierte Person“ bezeichnet jede Person auf der SDN-Liste, mit der Geschäfte verboten sind."),
    ("fr", "denied_party", "Aucune personne inscrite sur une liste de sanctions ne peut louer de serveur.", "« Personne sanctionnée » désigne toute personne inscrite sur la liste SDN."),
    ("it", "sanctions_compliance", "Il cliente deve rispettare le sanzioni dell'Unione europea.", "\"Sanzioni\" indica le sanzioni economiche e gli embarghi che vietano operazioni con determinati paesi."),
    ("sv", "workload_monitoring", "Leverantören övervakar kundernas användning av servrarna.", "Leverantören övervakar sina egna servrar och nätverk."),
    ("ja", "workload_monitoring", "当社は利用者の通信内容を監視することがあります。", "当社は自社のサーバを二十四時間監視しています。"),
    ("nl", "workload_monitoring", "De monitoringsoftware op de servers mag niet worden verwijderd.", "De monitoringsoftware op de servers kan worden verwijderd."),
    ("ru", "workload_monitoring", "Запрещается удалять агент мониторинга с арендованных серверов.", "Вы можете удалить агент мониторинга с арендованных серверов."),
    ("zh", "workload_monitoring", "用户不得卸载服务器上的监控代理。", "用户可以随时卸载服务器上的监控代理。"),
])
def test_other_languages(language: str, label: str, states: str, tells: str) -> None:
    assert label in labels(states, language)
    assert label not in labels(tells, language)
