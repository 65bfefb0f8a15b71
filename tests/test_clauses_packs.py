"""Wordings of terms in seven languages that their cues once lacked, and look-alikes that were once taken for rules; read by the rules alone."""

from __future__ import annotations

import pytest

from nlp.clauses import read_clauses
from nlp.read import read_document


def labels(language: str, text: str) -> set[str]:
    return {clause.label for clause in read_clauses(read_document(text.encode(), content_type="text/markdown", language=language), None)[0]}


@pytest.mark.parametrize(("language", "label", "text"), [
    # what the provider tells about a customer where a court or an authority asks
    ("es", "workload_monitoring", "Brumalia entregará datos del titular de la cuenta cuando lo ordene un juez de lo penal."),
    ("fr", "workload_monitoring", "Brumalia ne montre vos données à personne, sauf sur ordre d'un juge."),
    ("en", "workload_monitoring", "Kilnforge will fully cooperate with law enforcement in prosecuting users, above all in cases involving copyright infringement."),
    ("en", "workload_monitoring", "Requests may be screened by our content filter before they reach the model."),
    ("en", "workload_monitoring", "Prompts and completions are logged for billing and security."),
    ("pl", "payment_restriction", "Walutą rozliczeń w umowie jest złoty polski."),
    ("de", "payment_restriction", "Die Währung der Abrechnung ist für alle Kunden der Euro (EUR)."),
    ("de", "headquarters_restriction", "Nur im Handelsregister eingetragene Unternehmen mit Sitz in Deutschland werden beliefert."),
    ("en", "headquarters_restriction", "Customers whose ultimate parent is headquartered in China may not use the GPUs."),
    # letting others have it, in a sentence about much else
    ("en", "resale_restriction", "Kilnforge Grid customers may not mine coins, flood our network with requests, scrape the output or let bots drive it, or lend, lease or barter away the nodes or any share of them."),
    ("de", "resale_restriction", "Der Kunde darf keine Kryptowährungen schürfen, unser Netz nicht überlasten und die Knoten weder vermieten noch verleihen."),
    ("ja", "resale_restriction", "アカウントのまた貸しなどの不正があったときは、利用を一か月停止します。"),
    ("ja", "end_use_military", "武器の製造目的で計算ノードを使ってはなりません。"),
    ("en", "export_compliance", "You promise that the nodes serve no restricted end-use named in part 744 of the Export Administration Regulations."),
    ("en", "workload_monitoring", "Whoever attacks others from our nodes is reported: we report the user to the police."),
    ("de", "end_use_supercomputer", "Die Nutzung der Knoten für den Bau eines Supercomputers in China ist untersagt."),
    ("fr", "end_use_supercomputer", "Il est interdit d'utiliser nos nœuds pour construire un supercalculateur en Chine."),
    ("ja", "end_use_supercomputer", "中国国内のスーパーコンピュータの開発のために当サービスを使用してはなりません。"),
    ("fr", "resale_restriction", "La location du serveur à des tiers est interdite."),
    ("fr", "resale_restriction", "Toute location ou revente des nœuds sans accord écrit est interdite."),
    ("ja", "workload_monitoring", "捜査機関から照会があった場合、または運営者が必要と認めた場合、当該利用者のログを第三者に提供することがあります。"),
    ("ja", "workload_monitoring", "法令に基づく要求があったときは、当社はやむを得ない範囲で、保存している接続記録を開示します。"),
    ("it", "workload_monitoring", "Brumalia consegna i dati del titolare del conto quando lo ordina un giudice."),
    ("pt", "workload_monitoring", "A Brumália entrega os dados do titular da conta quando um juiz o ordena."),
    ("de", "workload_monitoring", "Nebelheim wird Daten des Kontoinhabers nur herausgeben, wenn ein Gericht es anordnet."),
    ("nl", "workload_monitoring", "Nevelhuis zal gegevens van de accounthouder alleen vrijgeven als een rechter dat beveelt."),
    ("pl", "workload_monitoring", "Mgławica ujawni dane właściciela konta, gdy zażąda tego sąd."),
    # by what means a balance is filled up, and what is charged
    ("es", "payment_restriction", "El saldo se recarga con tarjeta o mediante PayPal."),
    ("fr", "payment_restriction", "Les recharges de crédits se règlent par PayPal ou par carte bancaire."),
    ("it", "payment_restriction", "Il credito si ricarica con PayPal oppure con carta di credito."),
    ("pt", "payment_restriction", "O saldo é recarregado por cartão ou através do PayPal."),
    ("de", "payment_restriction", "Das Guthaben wird per PayPal oder mit Kreditkarte aufgeladen."),
    ("nl", "payment_restriction", "Het saldo wordt via iDEAL of met PayPal opgewaardeerd."),
    ("pl", "payment_restriction", "Saldo doładowuje się przez PayPal lub kartą płatniczą."),
    # software and nodes under the law on exports
    ("es", "export_compliance", "Los nodos de Brumalia están sujetos a los controles de exportación."),
    ("fr", "export_compliance", "Les nœuds de Brumalia sont soumis au contrôle des exportations."),
    ("it", "export_compliance", "I nodi di Brumalia sono soggetti ai controlli sulle esportazioni."),
    ("pt", "export_compliance", "Os nós da Brumália estão sujeitos ao controlo de exportação."),
    ("de", "export_compliance", "Die Knoten von Nebelheim unterliegen den Exportkontrollen."),
    ("nl", "export_compliance", "De nodes van Nevelhuis vallen onder de exportcontrole."),
    ("pl", "export_compliance", "Węzły Mgławicy podlegają kontroli eksportu."),
    # a check that shows false data
    ("es", "identity_verification", "Si la comprobación revela que los datos de identidad son falsos, el nodo se apaga."),
    ("fr", "identity_verification", "Si la vérification montre que votre identité est fausse, le nœud est éteint."),
    ("it", "identity_verification", "Se la verifica rivela che i dati sull'identità sono falsi, il nodo viene spento."),
    ("pt", "identity_verification", "Se a verificação revelar que os dados de identidade são falsos, o nó é desligado."),
    ("de", "identity_verification", "Zeigt die Prüfung, dass Angaben zur Identität falsch sind, wird der Knoten abgeschaltet."),
    ("nl", "identity_verification", "Blijkt bij controle dat de gegevens over de identiteit vals zijn, dan gaat de node uit."),
    ("pl", "identity_verification", "Jeżeli weryfikacja wykaże, że dane o tożsamości są nieprawdziwe, węzeł zostanie wyłączony."),
    # the law of the provider's own country
    ("es", "local_law_duties", "Quien usa un nodo de Brumalia se obliga a respetar la ley española."),
    ("fr", "local_law_duties", "Quiconque use d'un nœud de Brumalia respecte la loi belge."),
    ("it", "local_law_duties", "Chi usa un nodo di Brumalia ha il dovere di rispettare la legge italiana."),
    ("pt", "local_law_duties", "Quem usa um nó da Brumália obriga-se a respeitar a lei portuguesa."),
    ("de", "local_law_duties", "Wer einen Knoten von Nebelheim nutzt, ist zur Einhaltung des österreichischen Rechts verpflichtet."),
    ("pl", "local_law_duties", "Kto używa węzła Mgławicy, ma obowiązek przestrzegać polskiego prawa."),
    # papers of a public office
    ("es", "identity_verification", "Para abrir un nodo hay que presentar una identificación emitida por el Estado."),
    ("it", "identity_verification", "Per aprire un nodo occorre fornire un documento rilasciato dallo Stato."),
    ("pt", "identity_verification", "Para abrir um nó é necessário apresentar uma identificação emitida pelo Estado."),
    ("pl", "identity_verification", "Aby otworzyć węzeł, trzeba przedstawić dokument wydany przez urząd."),
])
def test_a_wording_is_read(language, label, text):
    assert label in labels(language, text)


@pytest.mark.parametrize(("language", "first", "then"), [
    ("es", "Brumalia no alquila nodos a países bajo embargo ni a personas sancionadas.", "El cliente declara que no se encuentra en ninguno de esos países ni figura en tales listas."),
    ("fr", "Brumalia ne loue aucun nœud aux pays sous embargo ni aux personnes sanctionnées.", "Le client déclare qu'il n'est pas établi dans un tel pays et ne figure pas sur ces listes."),
    ("it", "Brumalia non affitta nodi a Paesi sotto embargo né a persone sanzionate.", "Il cliente dichiara di non trovarsi in alcuno di tali Paesi e di non figurare in tali elenchi."),
    ("pt", "A Brumália não aluga nós a países sob embargo nem a pessoas sancionadas.", "O cliente declara que não se encontra em nenhum desses países nem consta nessas listas."),
    ("de", "Nebelheim vermietet keine Knoten an Länder unter Embargo oder an sanktionierte Personen.",
     "Der Kunde versichert, dass er sich in keinem dieser Länder befindet und auf keiner solchen Liste steht."),
    ("nl", "Nevelhuis verhuurt geen nodes aan landen onder embargo of aan gesanctioneerde personen.", "De klant verklaart dat hij zich niet in deze landen bevindt en niet op zulke lijsten staat."),
    ("pl", "Mgławica nie wynajmuje węzłów krajom objętym embargiem ani osobom objętym sankcjami.", "Klient oświadcza, że nie znajduje się w żadnym z tych krajów ani nie figuruje na takich listach."),
])
def test_such_lists_point_back_to_the_sentence_before(language, first, then):
    document = read_document(f"{first} {then}\n".encode(), content_type="text/markdown", language=language)
    assert any(clause.label == "denied_party" and then[:20] in clause.quote for clause in read_clauses(document, None)[0])


@pytest.mark.parametrize(("language", "label", "text"), [
    # strangers who get into an account
    ("es", "resale_restriction", "El usuario debe impedir el uso no autorizado de su cuenta por terceros."),
    ("fr", "resale_restriction", "Le client doit empêcher l'usage non autorisé de son compte par des tiers."),
    ("it", "resale_restriction", "L'utente deve impedire l'uso non autorizzato del suo account da parte di terzi."),
    ("pt", "resale_restriction", "O cliente deve impedir o uso não autorizado da sua conta por terceiros."),
    ("de", "resale_restriction", "Der Kunde muss den unbefugten Zugriff auf sein Konto durch Dritte verhindern."),
    ("nl", "resale_restriction", "De klant moet ongeoorloofd gebruik van zijn account door derden voorkomen."),
    ("pl", "resale_restriction", "Klient musi zapobiegać nieuprawnionemu użyciu swojego konta przez osoby trzecie."),
    # who one is when one asks for the deletion of data
    ("es", "identity_verification", "Para eliminar sus datos le pediremos un documento de identidad."),
    ("fr", "identity_verification", "Pour supprimer vos données, nous demandons une pièce d'identité."),
    ("it", "identity_verification", "Per cancellare i suoi dati chiediamo un documento di identità."),
    ("pt", "identity_verification", "Para apagar os seus dados pedimos um documento de identidade."),
    ("de", "identity_verification", "Für die Löschung Ihrer Daten verlangen wir einen Nachweis Ihrer Identität."),
    ("nl", "identity_verification", "Om uw gegevens te laten wissen vragen wij bewijs van uw identiteit: het verzoek tot verwijdering gaat per brief."),
    ("pl", "identity_verification", "Aby usunąć swoje dane, trzeba potwierdzić tożsamość dokumentem."),
    # data, not nodes, that go to others
    ("de", "resale_restriction", "Ihre Adressen dürfen nicht an Dritte verkauft werden."),
    # what is told, which is neither watched nor paid
    ("es", "workload_monitoring", "Brumalia entrega el nodo a su titular cuando lo pide."),
    ("fr", "workload_monitoring", "Un juge français tranche les litiges nés des présentes."),
    ("it", "workload_monitoring", "Un giudice di Torino decide le liti sul contratto."),
    ("pt", "workload_monitoring", "Um juiz de Braga decide os litígios do contrato."),
    ("de", "workload_monitoring", "Ein Gericht in Jena entscheidet über Streitigkeiten aus dem Vertrag."),
    ("nl", "workload_monitoring", "Een rechter in Zwolle beslist over geschillen uit de overeenkomst."),
    ("pl", "workload_monitoring", "Sąd w Opolu rozstrzyga spory z umowy."),
    ("es", "payment_restriction", "El saldo se muestra en la consola a cada hora."),
    ("fr", "payment_restriction", "Les crédits s'affichent dans la console chaque heure."),
    ("it", "payment_restriction", "Il credito appare nella console ogni ora."),
    ("pt", "payment_restriction", "O saldo aparece na consola a cada hora."),
    ("de", "payment_restriction", "Das Guthaben steht stündlich neu in der Konsole."),
    ("nl", "payment_restriction", "Het saldo staat elk uur in de console."),
    ("pl", "payment_restriction", "Saldo widać w konsoli co godzinę."),
    # orders that are looked at for fraud, and the law that governs the contract
    ("es", "workload_monitoring", "Brumalia revisa cada compra para detectar fraudes antes de abrir el nodo."),
    ("it", "workload_monitoring", "Brumalia verifica ogni acquisto contro le frodi prima di aprire il nodo."),
    ("pt", "workload_monitoring", "A Brumália verifica cada compra contra fraudes antes de abrir o nó."),
    ("pl", "workload_monitoring", "Mgławica sprawdza każdy zakup pod kątem oszustwa, zanim otworzy węzeł."),
    ("es", "local_law_duties", "Este contrato se rige por la ley española."),
    ("it", "local_law_duties", "Questo contratto è regolato dalla legge italiana."),
    ("de", "local_law_duties", "Für diesen Vertrag gilt österreichisches Recht."),
    ("pl", "local_law_duties", "Ta umowa podlega prawu polskiemu."),
    ("fr", "local_law_duties", "Brumalia ne garantit nullement la conformité de ses outils à la réglementation locale, et ne garantit pas que chaque loi locale les admette."),
    ("es", "local_law_duties", "Brumalia no garantiza que el software cumpla las leyes locales."),
    ("it", "local_law_duties", "Brumalia non garantisce che il software sia conforme alle leggi locali."),
    # what consumer law has a Dutch shop tell
    ("nl", "resale_restriction", "Overeenkomst op afstand: een overeenkomst binnen een systeem voor verkoop op afstand van diensten, waarbij uitsluitend technieken voor communicatie op afstand worden gebruikt."),
    ("nl", "identity_verification", "Ook staat erbij hoe de koper de verstrekte gegevens kan controleren en, als hij dat wil, herstellen."),
    ("nl", "business_only", "Ook staat erbij wat de minimale looptijd van de overeenkomst op afstand is."),
    ("ko", "resale_restriction", "회사는 고객의 사전 승낙 없이 고객 정보를 타인에게 누설, 배포 또는 제공하지 않습니다."),
    ("ko", "identity_verification", "고객은 주소, 연락처, 사업자등록번호 등이 변경된 경우 이를 회사에 즉시 알려야 하며, 알리지 않아 생긴 불이익은 고객이 부담합니다."),
    ("ko", "local_law_duties", "회사는 정보통신망법에 따라 고객의 정보를 고객의 승낙 없이 타인에게 누설하지 않습니다."),
    ("de", "resale_restriction", "Diese AGB regeln das Verhältnis zwischen uns und dem Reseller oder Kunden."),
    # how a party introduces itself
    ("en", "headquarters_restriction", 'Kilnforge Ltd., with its registered seat at Mill Lane 4, Prague, Czech Republic, company reg. no. 123, recorded in the Commercial Register of Prague ("we"), welcomes you ("you" or the "Customer") to its cloud.'),
    ("de", "headquarters_restriction", 'Die Nebelheim GmbH mit Sitz in Graz, Österreich, eingetragen im Firmenbuch unter FN 123 ("wir"), begrüßt Sie als Kunden; Sie dürfen die Dienste nur nach diesen Bedingungen nutzen.'),
    ("fr", "headquarters_restriction", "La société Brumalia SAS, dont le siège social est situé à Lyon, France, immatriculée au RCS de Lyon (« nous »), vous accueille ; vous ne pouvez utiliser les services que selon ces conditions."),
    ("es", "headquarters_restriction", 'Brumalia S.L., con domicilio social en Gijón, España, inscrita en el Registro Mercantil ("nosotros"), le da la bienvenida; el cliente solo puede usar los servicios según estas condiciones.'),
    ("it", "headquarters_restriction", 'Brumalia S.r.l., con sede legale in Torino, Italia, iscritta al Registro delle imprese ("noi"), vi dà il benvenuto; il cliente può usare i servizi solo secondo queste condizioni.'),
    ("pl", "headquarters_restriction", "Brumalia S.A. z siedzibą w Gdańsku, Polska, wpisana do rejestru przedsiębiorców KRS („my”), wita klientów; z usług można korzystać tylko na tych warunkach."),
    ("pt", "headquarters_restriction", 'A Brumália Lda., com sede em Braga, Portugal, registada na Conservatória do Registo Comercial ("nós"), dá-lhe as boas-vindas; o cliente só pode usar os serviços segundo estas condições.'),
    ("en", "resale_restriction", "You are leasing capacity from Kilnforge and own none of its machines."),
    ("en", "workload_monitoring", "Kilnforge may stop the nodes for an inspection, maintenance or exchange of boards."),
    # the provider's own machine, used
    ("en", "end_use_supercomputer", "Commercial use of our supercomputer is forbidden."),
    ("en", "end_use_supercomputer", "Unauthorised access to supercomputing systems is prohibited."),
    ("de", "end_use_supercomputer", "Private Rechnungen auf dem Supercomputer sind verboten."),
    ("de", "end_use_supercomputer", "Die Nutzung des Supercomputers zu anderen als den beantragten Zwecken ist untersagt."),
    ("fr", "end_use_supercomputer", "Le supercalculateur ne peut être utilisé qu'à des fins de recherche."),
    ("fr", "end_use_supercomputer", "Il est interdit d'utiliser le supercalculateur à des fins personnelles."),
    ("es", "end_use_supercomputer", "Está prohibido utilizar el supercomputador para fines distintos de los solicitados."),
    ("it", "end_use_supercomputer", "È vietato usare il supercomputer per scopi diversi da quelli richiesti."),
    ("pt", "end_use_supercomputer", "É proibido usar o supercomputador para fins diferentes dos solicitados."),
    ("nl", "end_use_supercomputer", "Het is verboden de supercomputer te gebruiken voor andere doelen dan aangevraagd."),
    ("pl", "end_use_supercomputer", "Zabrania się wykorzystywania superkomputera do celów innych niż zgłoszone."),
    ("ru", "end_use_supercomputer", "Запрещается использовать суперкомпьютер в целях, не указанных в заявке."),
    ("ja", "end_use_supercomputer", "申請した目的以外でのスパコンの利用は固く禁止します。"),
    ("ja", "end_use_supercomputer", "当社のスーパーコンピュータを申請外の目的で利用することを禁止します。"),
    ("ko", "end_use_supercomputer", "신청한 목적 외로 슈퍼컴퓨터를 사용하는 것을 금지합니다."),
    ("zh", "end_use_supercomputer", "禁止将本超级计算机用于申请以外的目的。"),
    ("vi", "end_use_supercomputer", "Nghiêm cấm sử dụng siêu máy tính cho mục đích khác với mục đích đã đăng ký."),
    ("sv", "end_use_supercomputer", "Det är förbjudet att använda superdatorn för andra ändamål än de ansökta."),
    ("de", "business_only", "Der Verbraucher darf seine Seite nicht in Suchmaschinen eintragen."),
    ("de", "business_only", "In diesem Fall stehen dem Verbraucher keine Ansprüche auf Ersatz zu."),
    ("en", "business_only", "The consumer may not register more than one account."),
    ("fr", "business_only", "Le consommateur ne peut pas céder son contrat."),
    ("es", "business_only", "El consumidor no puede ceder el contrato."),
    ("it", "business_only", "Il consumatore non può cedere il contratto."),
    ("pt", "business_only", "O consumidor não pode ceder o contrato."),
    ("nl", "business_only", "De consument kan het contract niet overdragen."),
    ("en", "resale_restriction", "A shared account may not be used as backup storage."),
    ("es", "resale_restriction", "Una cuenta compartida no puede usarse como almacenamiento de copias."),
    ("pt", "resale_restriction", "Uma conta compartilhada não pode ser usada para armazenar cópias de segurança."),
    ("fr", "resale_restriction", "La résiliation de la location de la machine peut se faire chaque mois, sous réserve d'un préavis de dix jours."),
    ("fr", "resale_restriction", "La durée de la location ne peut pas dépasser douze mois."),
    ("fr", "resale_restriction", "À défaut d'accord écrit, le contrat de location ne peut être prolongé."),
    ("fr", "resale_restriction", "La location est due même si le client n'a pas allumé le serveur, sous réserve de la garantie."),
    ("ja", "workload_monitoring", "利用者から要請があった場合、当社は障害の情報を開示します。"),
    ("ja", "workload_monitoring", "法令の改正があった場合、当社は本規約を変更し、その情報を提供します。"),
    ("en", "workload_monitoring", "**Measurement**: Automated monitoring every 5 minutes"),
])
def test_a_look_alike_is_not_read(language, label, text):
    assert label not in labels(language, text)
