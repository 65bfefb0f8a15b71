"""What a clause does (polarity, mode), and which of several labels a sentence about chips is read as; all text is invented."""

from __future__ import annotations

import pytest

from nlp.clauses import read_clauses
from nlp.read import read_document

MANNERS = [
    # what a customer represents of itself bars those of whom it would be untrue, however far the "not" stands from its verb
    ("en", "You represent that you, and those whom you act for, are not, whether alone or together, persons who are subject to any economic sanctions.", "sanctions_compliance", "prohibits", "representation"),
    ("en", "You represent that you and your agents are not (a) located in, or residents of, Iran and (b) named on a sanctions list.", "residence_restriction", "prohibits", "representation"),
    ("de", "Der Kunde versichert, dass er und seine Organe keine Personen sind, die in Kuba ansässig sind oder auf einer Sanktionsliste stehen.", "denied_party", "prohibits", "representation"),
    ("fr", "Le Client garantit que ni lui ni ses dirigeants ne sont inscrits sur une liste de sanctions.", "denied_party", "prohibits", "representation"),
    ("es", "El Cliente declara que sus usuarios no figuran en ninguna lista de sanciones ni residen en Irán.", "residence_restriction", "prohibits", "representation"),
    ("pl", "Klient oświadcza, że nie znajduje się na żadnej liście sankcyjnej.", "denied_party", "prohibits", "representation"),
    ("ja", "お客様は、ご自身が制裁対象者リストに掲載されていないことを表明します。", "denied_party", "prohibits", "representation"),
    ("zh", "您声明并保证您未被列入任何制裁名单。", "denied_party", "prohibits", "representation"),
    # a right, whoever it is given to
    ("en", "Halden Compute is entitled to inspect your content for violations of these terms.", "workload_monitoring", "permits", "provider_right"),
    ("en", "Orbit Ltd may, but need not, review stored content for abuse.", "workload_monitoring", "permits", "provider_right"),
    ("en", "You grant us permission to monitor how you use our machines.", "workload_monitoring", "permits", "provider_right"),
    ("en", "We may be compelled by law to disclose your data to the authorities.", "workload_monitoring", "describes", "notice"),
    # a right whose ground is a refusal stays a right; a consent within an exception is none
    ("en", "We may close your account if you cannot prove your identity with a passport.", "identity_verification", "permits", "provider_right"),
    ("en", "We reserve the right to cancel your order if you are not eligible under export laws.", "export_compliance", "permits", "provider_right"),
    ("en", "You may not lease the software unless Orbit Ltd authorizes you to do so.", "resale_restriction", "prohibits", "obligation"),
    ("de", "Der Kunde ist unter keinen Umständen berechtigt, die Dienste weiterzuverkaufen.", "resale_restriction", "prohibits", "obligation"),
    # "includes, but is not limited to" forbids nothing
    ("de", "Dies umfasst, ist aber nicht beschränkt auf die Pflicht zur Einhaltung der Exportkontrollgesetze.", "export_compliance", "requires", "obligation"),
    ("it", "Ciò comprende, ma non è limitato a, l'osservanza della normativa sul controllo delle esportazioni.", "export_compliance", "requires", "obligation"),
    # a duty under a condition
    ("en", "If you let third parties use the Services, you must ensure that these third parties comply with these terms.", "resale_restriction", "conditions", "obligation"),
    ("en", "You must ensure that third parties who use the Services comply with these terms.", "resale_restriction", "requires", "obligation"),
]

CHIPS = [
    # limits that name who is let in
    ("zh", "B200 机柜仅对挪威及其盟国的客户开放。", True),
    ("it", "I cluster GB200 sono prenotabili solo da clienti residenti in Norvegia.", True),
    ("en", "No account shall hold more than six H100 GPUs unless its ceiling has been raised.", True),
    ("de", "Kein Konto darf mehr als vier H100 belegen.", True),
    # where a chip stands
    ("ja", "H200は大阪リージョンでのみ提供しています。", False),
    ("ru", "Ускорители H100 сейчас доступны только в дата-центре в Караганде.", False),
    # what is about remote use, training or citizens is no limit of the chip
    ("en", "Persons in D:5 countries shall not be granted remote access to H100 servers.", False),
    ("fr", "Un salarié qui se trouve en Chine ne peut pas se connecter à distance aux GPU H100 sous contrôle.", False),
]


def read(language: str, text: str):
    return read_clauses(read_document(text.encode(), path="sentence.txt", language=language), None)[0]


@pytest.mark.parametrize(("language", "text", "label", "polarity", "mode"), MANNERS)
def test_what_a_clause_does(language, text, label, polarity, mode):
    assert {(c.polarity, c.mode) for c in read(language, text) if c.label == label} == {(polarity, mode)}


@pytest.mark.parametrize(("language", "text", "limited"), CHIPS)
def test_limits_of_chips_and_what_is_none(language, text, limited):
    assert ("chip_or_region_limit" in {c.label for c in read(language, text)}) is limited


@pytest.mark.parametrize(("language", "allowed", "forbidden"), [
    ("en", "Customers may resell the GPU servers to third parties.", "Customers may not resell the GPU servers to third parties."),
    ("en", "Reselling is permitted under our partner programme.", "Reselling is not permitted under our partner programme."),
    ("en", "Resale to end customers is expressly permitted.", "No resale to end customers is permitted."),
    ("de", "Eine Weitervermietung der Server an Dritte ist erlaubt.", "Eine Weitervermietung der Server an Dritte ist nicht erlaubt."),
    ("fr", "Les clients peuvent sous-louer leurs machines.", "Les clients ne peuvent pas sous-louer leurs machines."),
    ("es", "Está permitida la reventa de los servicios a terceros.", "No está permitida la reventa de los servicios a terceros."),
    ("it", "La rivendita dei servizi a terzi è consentita.", "La rivendita dei servizi a terzi non è consentita."),
    ("pt", "É permitida a revenda dos serviços a terceiros.", "Não é permitida a revenda dos serviços a terceiros.")])
def test_resale_that_is_allowed_is_not_forbidden(language, allowed, forbidden):
    def polarities(text: str) -> list[str]:
        return [clause.polarity for clause in read_clauses(read_document(f"# Terms of service\n\n{text}\n".encode(), path="terms.md", language=language))[0] if clause.label == "resale_restriction"]

    assert "prohibits" not in polarities(allowed)
    assert polarities(forbidden) == ["prohibits"]
