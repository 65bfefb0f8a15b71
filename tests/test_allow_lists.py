"""Lists of who is served, said by who is not: "users outside Japan are not admitted", "reserved for companies established in …". All sentences are invented."""

from __future__ import annotations

import pytest

from assessment.judge import judge_document
from nlp.extract import extract

# language -> text of a contract in which nothing is said of places, long enough to be read as one
AROUND = {
    "en": "These terms apply to the services. The customer pays the fees on time and keeps the password secret. We may change the prices with one month of notice. "
          "The contract runs for one month and is prolonged by another month unless it is ended. Liability is limited to what was paid in the last year. ",
    "de": "Diese Bedingungen gelten für die Leistungen. Der Kunde zahlt die Entgelte pünktlich und hält das Passwort geheim. Wir können die Preise mit einer Frist von einem Monat ändern. "
          "Der Vertrag läuft einen Monat und verlängert sich um einen weiteren Monat, wenn er nicht beendet wird. Die Haftung ist auf das beschränkt, was im letzten Jahr gezahlt wurde. ",
    "fr": "Les présentes conditions s'appliquent aux services. Le client paie les redevances à temps et garde le mot de passe secret. Nous pouvons modifier les prix moyennant un préavis d'un mois. "
          "Le contrat dure un mois et se prolonge d'un mois s'il n'y est pas mis fin. La responsabilité est limitée aux sommes payées au cours de la dernière année. ",
}

# (language, sentence, label that must be found, countries or groups that it names as served)
SERVED = [
    ("en", "Only persons located in Canada may use the Services.", "supported_countries", ["CA"]),
    ("en", "At this time, only individuals resident in Japan and over 18 are authorized to access the Service.", "supported_countries", ["JP"]),
    ("en", "If you are located outside of Canada, you have no right to access or use the Services.", "supported_countries", ["CA"]),
    ("en", "We do not offer the Service in any countries other than Norway and Sweden.", "supported_countries", ["NO", "SE"]),
    ("en", "You must be located in the United States to use the GPU cloud.", "supported_countries", ["US"]),
    ("en", "Users outside Japan are not permitted to register.", "supported_countries", ["JP"]),
    ("en", "Registration is not open to persons outside Korea.", "supported_countries", ["KR"]),
    ("en", "Persons who are not in the United Kingdom may not use the platform.", "supported_countries", ["GB"]),
    ("en", "Accounts registered from outside the European Economic Area will be closed.", "supported_countries", ["EEA"]),
    ("en", "The service is not available outside Japan.", "supported_countries", ["JP"]),
    ("en", "Our services are reserved for organisations established in France.", "headquarters_restriction", ["FR"]),
    ("en", "Only companies registered in Germany, Austria or Switzerland may conclude a contract.", "headquarters_restriction", ["DE", "AT", "CH"]),
    ("de", "Nur Personen, die sich in Kanada befinden, dürfen die Dienste nutzen.", "supported_countries", ["CA"]),
    ("de", "Nutzer außerhalb Japans werden nicht zugelassen.", "supported_countries", ["JP"]),
    ("de", "Wenn Sie nicht in Deutschland wohnen, dürfen Sie kein Konto eröffnen.", "supported_countries", ["DE"]),
    ("de", "Sie müssen sich in den Vereinigten Staaten befinden, um die GPU-Cloud zu nutzen.", "supported_countries", ["US"]),
    ("de", "Die Registrierung steht Personen außerhalb Koreas nicht offen.", "supported_countries", ["KR"]),
    ("de", "Personen, die nicht im Vereinigten Königreich ansässig sind, dürfen die Plattform nicht verwenden.", "supported_countries", ["GB"]),
    ("de", "Befinden Sie sich außerhalb Kanadas, haben Sie kein Recht, auf die Dienste zuzugreifen.", "supported_countries", ["CA"]),
    ("de", "Voraussetzung für die Anmeldung ist ein Wohnsitz oder Sitz in Österreich.", "supported_countries", ["AT"]),
    ("de", "Zugriffe von außerhalb Singapurs werden blockiert.", "supported_countries", ["SG"]),
    ("de", "Unsere Dienste sind nur für Organisationen mit Sitz in Frankreich bestimmt.", "headquarters_restriction", ["FR"]),
    ("fr", "Seules les personnes situées au Canada peuvent utiliser les Services.", "supported_countries", ["CA"]),
    ("fr", "Les utilisateurs situés en dehors du Japon ne sont pas admis.", "supported_countries", ["JP"]),
    ("fr", "Si vous ne résidez pas en Belgique, vous ne pouvez pas ouvrir de compte.", "supported_countries", ["BE"]),
    ("fr", "Vous devez vous trouver aux États-Unis pour utiliser le cloud GPU.", "supported_countries", ["US"]),
    ("fr", "L'inscription n'est pas ouverte aux personnes se trouvant hors de Corée.", "supported_countries", ["KR"]),
    ("fr", "Les personnes qui ne sont pas domiciliées au Royaume-Uni n'ont pas le droit d'utiliser la plateforme.", "supported_countries", ["GB"]),
    ("fr", "Si vous êtes situé à l'extérieur du Canada, vous n'avez aucun droit d'accéder aux services.", "supported_countries", ["CA"]),
    ("fr", "Pour souscrire, il faut résider en Tunisie.", "supported_countries", ["TN"]),
    ("fr", "Les connexions provenant de l'extérieur de Singapour sont bloquées.", "supported_countries", ["SG"]),
    ("fr", "Les non-résidents du Danemark ne peuvent pas s'inscrire.", "supported_countries", ["DK"]),
    ("fr", "Nos offres sont uniquement destinées aux organismes dont le siège est en Belgique.", "headquarters_restriction", ["BE"]),
]

# (language, sentence, a label that must not be found): the same words, another matter
OTHER_MATTERS = [
    ("en", "You may not transfer personal data of users outside the European Union.", "supported_countries"),
    ("en", "Customers outside Germany do not pay German VAT.", "supported_countries"),
    ("en", "Users outside the United States access the site on their own initiative.", "supported_countries"),
    ("en", "Support requests from outside Switzerland cannot be handled by phone.", "supported_countries"),
    ("en", "You may not give your password to persons outside your organisation in France.", "supported_countries"),
    ("en", "You represent that you are not located in Cuba, Iran or North Korea.", "supported_countries"),
    ("en", "The service is available worldwide, other than in Iran and North Korea.", "residence_restriction"),
    ("de", "Personenbezogene Daten von Nutzern werden nicht außerhalb der Europäischen Union verarbeitet.", "supported_countries"),
    ("de", "Nutzer, die von außerhalb Deutschlands auf die Website zugreifen, tun dies auf eigene Initiative und sind für die Einhaltung des örtlichen Rechts verantwortlich.", "supported_countries"),
    ("de", "Hardware versenden wir nicht an Adressen außerhalb der Schweiz.", "supported_countries"),
    ("de", "Supportanfragen von außerhalb der Schweiz können telefonisch nicht bearbeitet werden.", "supported_countries"),
    ("fr", "Les données personnelles des utilisateurs ne sont pas traitées en dehors de l'Union européenne.", "supported_countries"),
    ("fr", "Les utilisateurs qui accèdent au site depuis l'extérieur de la France le font de leur propre initiative et ne peuvent se plaindre du droit local.", "supported_countries"),
    ("fr", "Nous n'expédions pas de matériel hors de Belgique.", "supported_countries"),
    ("fr", "Les demandes d'assistance provenant de l'extérieur de la Suisse ne peuvent pas être traitées par téléphone.", "supported_countries"),
]


def read(language: str, sentence: str):
    return extract(f"{AROUND[language] * 3}\n\n{sentence}".encode(), path="terms.txt", language=language, kind="terms")


@pytest.mark.parametrize(("language", "sentence", "label", "places"), SERVED)
def test_who_is_not_there_is_not_served(language, sentence, label, places):
    reading = read(language, sentence)
    found = [c for c in reading.clauses if c.label == label]
    assert [c.places or c.place_groups for c in found] == [places]
    assert {v.code for v in judge_document(reading, customers=["cn_company", "control"]).values()} == {"V5"}


@pytest.mark.parametrize(("language", "sentence", "label"), OTHER_MATTERS)
def test_the_same_words_on_other_matters(language, sentence, label):
    assert label not in {c.label for c in read(language, sentence).clauses}


def test_of_whoever_is_elsewhere_no_country_is_barred():
    """Japan is named to say who is meant: everybody else."""
    clauses = read("en", "Registration is not open to persons outside Japan.").clauses
    assert [(c.label, c.polarity, c.places) for c in clauses] == [("residence_restriction", "prohibits", []), ("supported_countries", "conditions", ["JP"])]
