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


@pytest.mark.parametrize(("states", "tells"), [
    ("Under the sanctions we may not serve anybody in Iran.", "The sanctions of May, which forbid the sale of software, concern buyers in Iran."),
    ("The Treasury has extended its measures, so we do not serve customers in Syria.", "The Treasury has extended its measures, by which sales to Syria and Iran are prohibited."),
    ("As an exception to the embargo, you may not log in from Cuba even with a licence.", "Among the exceptions to the embargo are sales of food to Cuba that are otherwise prohibited."),
    ("Access from Iran, which is in Country Group E:1, is prohibited.", "Country Group E:1 currently consists of Iran and Syria, to which exports are prohibited."),
    ("You must not resell to companies in Belarus.", "Be careful with companies that sign up from Belarus, where many goods are prohibited."),
])
def test_what_governments_do_to_a_country_keeps_nobody_out(states: str, tells: str) -> None:
    kept_out = {"country_exclusion", "residence_restriction"}
    assert labels(states) & (kept_out | {"resale_restriction"})
    assert not labels(tells) & kept_out


@pytest.mark.parametrize("text", [
    "Larkfield no longer accepts payments from customers in Belarus.",
    "We cannot process any payment from persons established in Russia.",
    "Payments from Syria are rejected by our bank.",
    "Tenants in Cuba cannot add a payment method, and users in Cuba cannot pay by card.",
])
def test_a_country_whose_money_is_refused_is_not_itself_refused(text: str) -> None:
    assert "payment_restriction" in labels(text)
    assert not labels(text) & {"country_exclusion", "residence_restriction", "headquarters_restriction"}


@pytest.mark.parametrize("text", [
    "We accept neither payments nor orders from Belarus: no orders or payments from Belarus can be processed.",
    "We do not sell to Belarus and no longer accept payments from customers there.",
])
def test_a_country_refused_along_with_its_money_is_kept_out(text: str) -> None:
    assert "country_exclusion" in labels(text)


@pytest.mark.parametrize(("label", "states", "tells"), [
    ("denied_party", "You may not rent nodes while you are on a restricted or prohibited list of the EU.", "You may not rent nodes while you are on the waiting list of the beta."),
    ("workload_monitoring", "Larkfield may also provide information in answer to a court order, or to defend against legal claims.", "Larkfield may defend you against claims if you provide the information that it asks for."),
    ("workload_monitoring", "After an incident, Larkfield may take memory dumps of your machines.", "You can take memory dumps of your machines in the console."),
    ("payment_restriction", "Choose a payment method accepted by Larkfield, such as card or bank transfer.", "Choose a plan, such as monthly or yearly."),
    ("export_compliance", "Follow all guidance of the government on export controls.", "Follow the guide to export your images."),
    ("identity_verification", "Passports and driving licences are accepted for individual verification.", "Codes from a second device are accepted for account recovery."),
    ("suspension_right", "We may suspend your account if the law so requires.", "We may suspend your account if you promote products prohibited by law."),
    ("resale_restriction", "You must not resell or share your account with third parties.", "Tenants must not reveal or share login passwords with third parties."),
])
def test_wordings_beside_their_look_alikes(label: str, states: str, tells: str) -> None:
    assert label in labels(states)
    assert label not in labels(tells)


@pytest.mark.parametrize("text", [
    "Unverified tenants cannot order boards at Larkfield.",
    "Your contract starts as soon as your data have been verified.",
    "Sign-up includes a verification of your company details.",
    "Passing the identity check is mandatory for everyone.",
    "The identity check is carried out by our partner Veridesk.",
    "Firms prove their existence by an extract of the register.",
    "A copy of the trade licence has to be uploaded.",
    "Tenants that fail the verification are refused, and their order is cancelled.",
])
def test_checks_of_who_customers_are(text: str) -> None:
    assert "identity_verification" in labels(text)


@pytest.mark.parametrize("text", [
    "Identity verification is a common step in our trade.",
    "Several hosts have introduced identity verification this year.",
    "This page explains our identity verification.",
    "The signals that trigger identity verification are kept to ourselves.",
    "The identity verification can be done on a phone.",
    "Identity verification requests do not imply any suspicion.",
])
def test_talk_of_checks_asks_for_none(text: str) -> None:
    assert "identity_verification" not in labels(text)


@pytest.mark.parametrize("text", [
    "At first every organisation gets one A100 and no more.",
    "Users younger than a month may launch a single GPU.",
    "Orders for more than twelve accelerators need our approval.",
    "The number of GPUs per team is limited to six.",
    "A tenant can rent at most two H200s.",
    "Your plan decides how many GPUs you can start.",
    "Default GPU allotment: one card.",
])
def test_how_many_accelerators_an_account_may_have(text: str) -> None:
    assert "chip_or_region_limit" in labels(text)


@pytest.mark.parametrize("text", [
    "At first every organisation gets a welcome mail about our GPUs' cooling.",
    "Users younger than a month may post in the GPU forum's garden.",
    "Orders for more than twelve chairs need our approval.",
    "A rack with an H200 turns warm in a minute.",
    "Your plan decides how soon we answer.",
    "An A100 uses at most 400 watts.",
])
def test_numbers_of_other_things_limit_no_accelerators(text: str) -> None:
    assert "chip_or_region_limit" not in labels(text)


def test_computing_that_is_advertised_is_no_rule_on_chips() -> None:
    assert "remote_access_controlled_chips" not in labels("We offer quick access to high-performance computing for small teams.")
    assert "remote_access_controlled_chips" in labels("Remote access to controlled accelerators by persons in Macau is not allowed.")


def test_auditing_is_not_to_be_switched_off() -> None:
    assert "workload_monitoring" in labels("You must not do any of this:\n\n- disabling the audit daemon;\n- blocking the transfer of audit logs.")
    assert "workload_monitoring" not in labels("You must not do any of this:\n\n- disabling the fan;\n- blocking the transfer of heat.")


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


def residence(text: str) -> tuple[str, list[str]] | None:
    """(polarity, places) of the residence rule that a sentence states."""
    return next(((clause.polarity, clause.places) for clause in read_clauses(read_document(text.encode(), content_type="text/markdown", language="en"))[0] if clause.label == "residence_restriction"), None)


@pytest.mark.parametrize(("text", "polarity", "places"), [
    ("Larkfield nodes are not available to developers who reside in North Korea.", "prohibits", ["KP"]),
    ("Nodes are not available to companies based in Belarus.", "prohibits", ["BY"]),
    ("Right now, only persons located in Canada are authorized to rent nodes.", "conditions", ["CA"]),
    ("Only people in Norway may use the nodes.", "conditions", ["NO"]),
    ("A node may be rented only by persons in Canada.", "conditions", ["CA"]),
    ("Accounts are held only by people who live in Switzerland.", "conditions", ["CH"]),
])
def test_who_is_not_served_is_barred_and_who_alone_is_served_is_not(text: str, polarity: str, places: list[str]) -> None:
    assert residence(text) == (polarity, places)


@pytest.mark.parametrize("text", [
    "Only customers in Norway have a right of withdrawal.",
    "Only users in California may ask for a copy of their data.",
    "Invoices are opened only by persons in our finance team.",
    "Only people in your company can use the seat.",
    "Nobody outside the building may enter the hall.",
])
def test_what_some_may_alone_keeps_nobody_out_of_the_service(text: str) -> None:
    assert residence(text) is None
