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
    "es": "Estas condiciones se aplican a los servicios. El cliente paga las cuotas a tiempo y mantiene en secreto la contraseña. Los precios se modifican con un mes de preaviso. "
          "El contrato dura un mes y se prorroga por otro mes si ninguna de las partes le pone fin. La responsabilidad se limita a lo pagado en el último año. ",
    "ru": "Настоящие условия распространяются на услуги. Заказчик своевременно вносит плату и хранит пароль в тайне. Об изменении цен мы сообщаем за один месяц. "
          "Договор заключается на один месяц и продлевается ещё на месяц, если его не прекратят. Ответственность ограничена суммой, уплаченной за последний год. ",
    "pl": "Niniejszy regulamin dotyczy usług. Klient płaci w terminie i zachowuje hasło w tajemnicy. Ceny zmieniamy z miesięcznym wyprzedzeniem. "
          "Umowa trwa miesiąc i przedłuża się o kolejny miesiąc, jeżeli nie zostanie wypowiedziana. Odpowiedzialność ogranicza się do kwoty zapłaconej w ostatnim roku. ",
    "pt": "Estas condições aplicam-se aos serviços. O cliente paga as mensalidades no prazo e mantém a senha em segredo. Os preços são alterados com um mês de aviso. "
          "O contrato dura um mês e prorroga-se por mais um mês se não for denunciado. A responsabilidade limita-se ao valor pago no último ano. ",
    "zh": "本条款适用于本公司提供的云计算服务。客户应按时支付费用，并妥善保管密码。我们可提前一个月通知客户后调整价格。"
          "合同期限为一个月，到期如未终止则自动续期一个月。赔偿责任以客户过去一年已支付的金额为限。客户可以随时下载自己的账单。服务中断时，我们将尽快恢复。",
    "ja": "本規約は当社が提供するクラウドサービスの利用条件を定めるものです。お客様は利用料金を期日までに支払い、パスワードを適切に管理するものとします。"
          "当社は一か月前に通知することにより料金を改定することがあります。契約期間は一か月とし、終了の申し出がない限りさらに一か月更新されます。損害賠償の額は過去一年間に支払われた料金を上限とします。",
    "ko": "본 약관은 회사가 제공하는 클라우드 서비스의 이용 조건을 정합니다. 고객은 요금을 기한 내에 납부하고 비밀번호를 안전하게 관리하여야 합니다. "
          "회사는 한 달 전에 통지하고 요금을 변경할 수 있습니다. 계약 기간은 한 달이며 종료하지 않으면 한 달씩 연장됩니다. 손해배상의 한도는 지난 일 년 동안 지급된 요금입니다. ",
    "vi": "Các điều khoản này áp dụng cho dịch vụ điện toán đám mây. Khách hàng thanh toán phí đúng hạn và giữ bí mật mật khẩu. "
          "Chúng tôi có thể thay đổi giá sau khi thông báo trước một tháng. Hợp đồng có thời hạn một tháng và tự động gia hạn thêm một tháng nếu không chấm dứt. Mức bồi thường tối đa là số tiền đã trả trong một năm qua. ",
    "nl": "Deze voorwaarden gelden voor de diensten. De klant betaalt de vergoedingen op tijd en houdt het wachtwoord geheim. Wij kunnen de prijzen wijzigen met een termijn van een maand. "
          "De overeenkomst loopt een maand en wordt met een maand verlengd als zij niet wordt beëindigd. De aansprakelijkheid is beperkt tot wat in het laatste jaar is betaald. ",
    "it": "Le presenti condizioni si applicano ai servizi. Il cliente paga i corrispettivi puntualmente e mantiene segreta la password. Possiamo modificare i prezzi con un preavviso di un mese. "
          "Il contratto dura un mese e si rinnova di un altro mese se non viene disdetto. La responsabilità è limitata a quanto pagato nell'ultimo anno. ",
}

# (language, sentence, label that must be found, countries or groups that it names as served)
SERVED = [
    ("en", "Only persons located in Canada may use the Services.", "supported_countries", ["CA"]),
    ("en", "For now only individuals who are resident in Japan and of age are entitled to use the Service.", "supported_countries", ["JP"]),
    ("en", "Anybody who is outside of Canada has no right to use the platform.", "supported_countries", ["CA"]),
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
    ("es", "Solo las personas que se encuentren en España podrán utilizar los servicios.", "supported_countries", ["ES"]),
    ("es", "Los servicios están reservados a empresas establecidas en Francia.", "headquarters_restriction", ["FR"]),
    ("es", "No se admiten usuarios de fuera de Argentina.", "supported_countries", ["AR"]),
    ("es", "El servicio no está disponible fuera de Japón.", "supported_countries", ["JP"]),
    ("es", "Si usted no reside en Colombia, no podrá registrarse ni utilizar la nube de GPU.", "supported_countries", ["CO"]),
    ("es", "Aceptamos clientes de España y Andorra únicamente.", "supported_countries", ["ES", "AD"]),
    ("es", "Debe encontrarse en los Estados Unidos para usar la nube de GPU.", "supported_countries", ["US"]),
    ("es", "No aceptamos clientes de países distintos de Noruega y Suecia.", "supported_countries", ["NO", "SE"]),
    ("es", "Las personas que no estén en el Reino Unido no pueden usar la plataforma.", "supported_countries", ["GB"]),
    ("es", "El registro está vedado a personas domiciliadas fuera de Costa Rica.", "supported_countries", ["CR"]),
    ("es", "Solo podrán contratar las entidades con domicilio social en Italia.", "headquarters_restriction", ["IT"]),
    ("ru", "Пользоваться услугами могут только лица, находящиеся в Казахстане.", "supported_countries", ["KZ"]),
    ("ru", "Услуги предназначены только для компаний, учреждённых в Германии.", "headquarters_restriction", ["DE"]),
    ("ru", "Пользователи за пределами Японии не допускаются.", "supported_countries", ["JP"]),
    ("ru", "Сервис недоступен за пределами Российской Федерации.", "supported_countries", ["RU"]),
    ("ru", "Если вы не проживаете в Канаде, вы не вправе пользоваться сервисом.", "supported_countries", ["CA"]),
    ("ru", "Мы принимаем клиентов только из России и Белоруссии.", "supported_countries", ["RU", "BY"]),
    ("ru", "Для использования облака вы должны находиться в Соединённых Штатах.", "supported_countries", ["US"]),
    ("ru", "Мы не принимаем клиентов из стран, кроме Сербии и Черногории.", "supported_countries", ["RS", "ME"]),
    ("ru", "Лица, не находящиеся в Великобритании, не могут использовать платформу.", "supported_countries", ["GB"]),
    ("ru", "Регистрация закрыта для лиц, проживающих вне Израиля.", "supported_countries", ["IL"]),
    ("ru", "Договор заключается только с юридическими лицами, созданными по месту нахождения в Киргизии.", "headquarters_restriction", ["KG"]),
    ("pl", "Z usług mogą korzystać wyłącznie osoby przebywające w Polsce.", "supported_countries", ["PL"]),
    ("pl", "Usługi są zastrzeżone dla przedsiębiorstw mających siedzibę we Francji.", "headquarters_restriction", ["FR"]),
    ("pl", "Użytkownicy spoza Japonii nie są przyjmowani.", "supported_countries", ["JP"]),
    ("pl", "Usługa nie jest dostępna poza Polską.", "supported_countries", ["PL"]),
    ("pl", "Jeżeli nie mieszkasz w Kanadzie, nie możesz korzystać z platformy.", "supported_countries", ["CA"]),
    ("pl", "Przyjmujemy klientów wyłącznie z Polski i Litwy.", "supported_countries", ["PL", "LT"]),
    ("pl", "Aby korzystać z chmury GPU, musisz przebywać w Stanach Zjednoczonych.", "supported_countries", ["US"]),
    ("pl", "Nie przyjmujemy klientów z krajów innych niż Łotwa i Estonia.", "supported_countries", ["LV", "EE"]),
    ("pl", "Osoby nieprzebywające w Irlandii nie mogą używać platformy.", "supported_countries", ["IE"]),
    ("pl", "Rejestracja jest zamknięta dla osób spoza Ukrainy.", "supported_countries", ["UA"]),
    ("pl", "Oferta jest skierowana wyłącznie do firm z siedzibą w Holandii.", "headquarters_restriction", ["NL"]),
    ("pt", "Só as pessoas que se encontrem em Portugal podem utilizar os serviços.", "supported_countries", ["PT"]),
    ("pt", "Os serviços são reservados a empresas estabelecidas na França.", "headquarters_restriction", ["FR"]),
    ("pt", "O serviço não está disponível fora do Japão.", "supported_countries", ["JP"]),
    ("pt", "Se você não reside no Canadá, não poderá usar a nuvem de GPU.", "supported_countries", ["CA"]),
    ("pt", "Aceitamos clientes de Portugal e Cabo Verde apenas.", "supported_countries", ["PT", "CV"]),
    ("pt", "Você deve estar nos Estados Unidos para usar a nuvem de GPU.", "supported_countries", ["US"]),
    ("pt", "Não aceitamos clientes de países que não sejam a Noruega e a Suécia.", "supported_countries", ["NO", "SE"]),
    ("pt", "As pessoas que não estejam no Reino Unido não podem usar a plataforma.", "supported_countries", ["GB"]),
    ("pt", "O registro é vedado a pessoas domiciliadas fora da Argentina.", "supported_countries", ["AR"]),
    ("pt", "Somente entidades com sede no Uruguai podem contratar.", "headquarters_restriction", ["UY"]),
    ("pt", "É proibido o acesso à plataforma a partir de fora do México.", "supported_countries", ["MX"]),
    ("es", "¿Puedo registrarme desde otro país? No, solo prestamos servicio a clientes con domicilio en Portugal.", "supported_countries", ["PT"]),
    ("es", "Para abrir una cuenta es imprescindible vivir en Perú.", "supported_countries", ["PE"]),
    ("es", "No vendemos a clientes que no residan en Israel.", "supported_countries", ["IL"]),
    ("ru", "Можно ли зарегистрироваться из другой страны? Нет, мы работаем только с клиентами из Сербии.", "supported_countries", ["RS"]),
    ("ru", "Чтобы открыть счёт, необходимо проживать в Эстонии.", "supported_countries", ["EE"]),
    ("ru", "Доступ ограничен пользователями, находящимися в Европейском союзе.", "supported_countries", ["EU"]),
    ("pl", "Czy mogę założyć konto z innego kraju? Nie, obsługujemy jedynie klientów zamieszkałych w Portugalii.", "supported_countries", ["PT"]),
    ("pl", "Do założenia konta konieczne jest zamieszkiwanie w Estonii.", "supported_countries", ["EE"]),
    ("pl", "Dostęp jest ograniczony do użytkowników znajdujących się w Unii Europejskiej.", "supported_countries", ["EU"]),
    ("pt", "Posso registar-me a partir de outro país? Não, só prestamos serviço a clientes com domicílio em Espanha.", "supported_countries", ["ES"]),
    ("pt", "Para abrir uma conta é obrigatório morar no Peru.", "supported_countries", ["PE"]),
    ("pt", "O acesso está limitado a utilizadores situados na União Europeia.", "supported_countries", ["EU"]),
    ("zh", "仅限位于加拿大的个人和企业使用本服务。", "supported_countries", ["CA"]),
    ("zh", "位于日本境外的用户不得注册账户。", "supported_countries", ["JP"]),
    ("zh", "如果您不居住在英国，则不得使用本服务。", "supported_countries", ["GB"]),
    ("zh", "您必须位于美国境内才能租用GPU实例。", "supported_countries", ["US"]),
    ("zh", "只有居住在日本且年满十八周岁的自然人方可开立账户。", "supported_countries", ["JP"]),
    ("zh", "本公司僅受理設立登記於臺灣之法人申請開戶。", "headquarters_restriction", ["TW"]),
    ("zh", "除瑞士居民外,其他人士不得使用本服务。", "supported_countries", ["CH"]),
    ("zh", "租用人须为在新加坡注册的公司。", "supported_countries", ["SG"]),
    ("zh", "客户仅限于波兰境内依法成立的企业。", "headquarters_restriction", ["PL"]),
    ("ja", "本サービスをご利用いただけるのは、カナダに所在する方のみです。", "supported_countries", ["CA"]),
    ("ja", "日本国外にお住まいの方は、会員登録をすることができません。", "supported_countries", ["JP"]),
    ("ja", "英国に居住していない方は、本サービスを利用できません。", "supported_countries", ["GB"]),
    ("ja", "GPUインスタンスのご利用には、米国内に所在していることが必要です。", "supported_countries", ["US"]),
    ("ja", "契約者は、日本国内に本店または主たる事務所を置く法人でなければなりません。", "headquarters_restriction", ["JP"]),
    ("ja", "お申し込みは、スウェーデン、ノルウェー、デンマークに拠点を置く企業に限らせていただきます。", "supported_countries", ["SE", "NO", "DK"]),
    ("ja", "スイス居住者以外の方の利用はご遠慮ください。", "supported_countries", ["CH"]),
    ("ja", "現在、フィンランドおよびエストニアのお客様のみを対象としています。", "supported_countries", ["FI", "EE"]),
    ("ja", "カナダの外にお住まいの場合、本サービスにアクセスする権利はございません。", "supported_countries", ["CA"]),
    ("ko", "캐나다에 있는 개인과 기업만 서비스를 이용할 수 있습니다.", "supported_countries", ["CA"]),
    ("ko", "일본 이외의 지역에 있는 이용자는 회원가입을 할 수 없습니다.", "supported_countries", ["JP"]),
    ("ko", "영국에 거주하지 않는 분은 서비스를 이용할 수 없습니다.", "supported_countries", ["GB"]),
    ("ko", "GPU 인스턴스를 이용하려면 미국에 소재하고 있어야 합니다.", "supported_countries", ["US"]),
    ("ko", "계약자는 대한민국에 본점을 둔 법인이어야 합니다.", "headquarters_restriction", ["KR"]),
    ("ko", "홍콩 이외의 지역에서 등록된 계정은 폐쇄됩니다.", "supported_countries", ["HK"]),
    ("ko", "스위스 거주자가 아닌 분은 신청하실 수 없습니다.", "supported_countries", ["CH"]),
    ("ko", "현재 핀란드 및 에스토니아 고객에게만 서비스를 제공합니다.", "supported_countries", ["FI", "EE"]),
    ("ko", "캐나다 밖에 거주하시는 경우 서비스에 접근할 권한이 없습니다.", "supported_countries", ["CA"]),
    ("vi", "Chỉ những người đang ở Canada mới được sử dụng dịch vụ.", "supported_countries", ["CA"]),
    ("vi", "Người dùng ở ngoài Nhật Bản không được đăng ký tài khoản.", "supported_countries", ["JP"]),
    ("vi", "Nếu bạn không cư trú tại Vương quốc Anh, bạn không được sử dụng dịch vụ.", "supported_countries", ["GB"]),
    ("vi", "Bạn phải ở Hoa Kỳ để thuê máy GPU.", "supported_countries", ["US"]),
    ("vi", "Chỉ cá nhân cư trú tại Nhật Bản từ đủ 18 tuổi mới được mở tài khoản.", "supported_countries", ["JP"]),
    ("vi", "Việc đăng ký chỉ giới hạn cho các công ty đặt trụ sở tại Thụy Điển, Na Uy và Đan Mạch.", "headquarters_restriction", ["SE", "NO", "DK"]),
    ("vi", "Tài khoản đăng ký từ bên ngoài Hồng Kông sẽ bị đóng.", "supported_countries", ["HK"]),
    ("vi", "Bên thuê phải là công ty đăng ký kinh doanh tại Singapore.", "headquarters_restriction", ["SG"]),
    ("vi", "Hiện chúng tôi chỉ phục vụ khách hàng tại Phần Lan và Estonia.", "supported_countries", ["FI", "EE"]),
    ("nl", "Alleen personen die zich in Canada bevinden, mogen de diensten gebruiken.", "supported_countries", ["CA"]),
    ("nl", "Gebruikers buiten Japan worden niet toegelaten.", "supported_countries", ["JP"]),
    ("nl", "Als u niet in België woont, mag u geen account openen.", "supported_countries", ["BE"]),
    ("nl", "U moet zich in de Verenigde Staten bevinden om de GPU-cloud te gebruiken.", "supported_countries", ["US"]),
    ("nl", "Registratie staat niet open voor personen buiten Korea.", "supported_countries", ["KR"]),
    ("nl", "Personen die niet in het Verenigd Koninkrijk verblijven, mogen het platform niet gebruiken.", "supported_countries", ["GB"]),
    ("nl", "Bevindt u zich buiten Canada, dan hebt u geen recht op toegang tot de diensten.", "supported_countries", ["CA"]),
    ("nl", "Voor aanmelding is een vestiging of woonplaats in Oostenrijk vereist.", "supported_countries", ["AT"]),
    ("nl", "Verbindingen van buiten Singapore worden geblokkeerd.", "supported_countries", ["SG"]),
    ("nl", "Niet-ingezetenen van Denemarken kunnen zich niet registreren.", "supported_countries", ["DK"]),
    ("nl", "Kan ik mij vanuit het buitenland aanmelden? Nee, de dienst kan alleen binnen Spanje worden gebruikt.", "supported_countries", ["ES"]),
    ("nl", "De verhuur is uitsluitend bestemd voor organisaties die in Finland zijn ingeschreven.", "headquarters_restriction", ["FI"]),
    ("it", "Solo le persone che si trovano in Canada possono utilizzare i Servizi.", "supported_countries", ["CA"]),
    ("it", "Gli utenti al di fuori del Giappone non sono ammessi.", "supported_countries", ["JP"]),
    ("it", "Se non risiedi in Italia, non puoi aprire un account.", "supported_countries", ["IT"]),
    ("it", "È necessario trovarsi negli Stati Uniti per usare il cloud GPU.", "supported_countries", ["US"]),
    ("it", "La registrazione non è aperta a persone al di fuori della Corea del Sud.", "supported_countries", ["KR"]),
    ("it", "Le persone che non si trovano nel Regno Unito non possono usare la piattaforma.", "supported_countries", ["GB"]),
    ("it", "Gli ordini effettuati fuori dall'Italia vengono respinti.", "supported_countries", ["IT"]),
    ("it", "Se ti trovi al di fuori del Canada, non hai alcun diritto di accedere ai servizi.", "supported_countries", ["CA"]),
    ("it", "Per iscriversi occorre avere la residenza o la sede in Austria.", "supported_countries", ["AT"]),
    ("it", "Le connessioni provenienti dall'esterno di Singapore sono bloccate.", "supported_countries", ["SG"]),
    ("it", "I non residenti in Danimarca non possono registrarsi.", "supported_countries", ["DK"]),
    ("it", "Il noleggio è riservato alle organizzazioni registrate in Portogallo.", "headquarters_restriction", ["PT"]),
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
    ("es", "No transferiremos datos personales de los usuarios fuera de la Unión Europea.", "supported_countries"),
    ("es", "Los clientes no podrán acudir a tribunales fuera de España.", "supported_countries"),
    ("es", "La sociedad tiene su sede únicamente en Chile.", "headquarters_restriction"),
    ("es", "No hay centros de datos para clientes fuera de Alemania.", "supported_countries"),
    ("es", "Los usuarios que acceden desde fuera de México lo hacen por iniciativa propia.", "supported_countries"),
    ("es", "Las copias de seguridad de los clientes no se guardan fuera de Italia.", "supported_countries"),
    ("ru", "Мы не передаём персональные данные пользователей за пределы Российской Федерации.", "supported_countries"),
    ("ru", "Споры клиентов не могут рассматриваться судами за пределами Казахстана.", "supported_countries"),
    ("ru", "Общество имеет место нахождения только в Армении.", "headquarters_restriction"),
    ("ru", "Серверы для клиентов за пределами Германии не размещаются.", "supported_countries"),
    ("ru", "Пользователи за пределами США обращаются к сайту по собственной инициативе и сами отвечают за соблюдение местных законов.", "supported_countries"),
    ("ru", "Резервные копии клиентов не хранятся за пределами Италии.", "supported_countries"),
    ("pl", "Nie przekazujemy danych osobowych użytkowników poza Unię Europejską.", "supported_countries"),
    ("pl", "Spory klientów nie mogą być rozstrzygane przez sądy poza Polską.", "supported_countries"),
    ("pl", "Spółka ma siedzibę wyłącznie w Austrii.", "headquarters_restriction"),
    ("pl", "Nie mamy serwerów dla klientów poza Niemcami.", "supported_countries"),
    ("pl", "Użytkownicy spoza Polski odwiedzają serwis z własnej inicjatywy.", "supported_countries"),
    ("pl", "Kopie zapasowe klientów nie są przechowywane poza Włochami.", "supported_countries"),
    ("pt", "Não transferimos dados pessoais dos utilizadores para fora da União Europeia.", "supported_countries"),
    ("pt", "Os clientes não podem recorrer a tribunais fora do Brasil.", "supported_countries"),
    ("pt", "A sociedade tem sede apenas no Uruguai.", "headquarters_restriction"),
    ("pt", "Não temos servidores para clientes fora da Alemanha.", "supported_countries"),
    ("pt", "Os usuários que acessam de fora do Brasil o fazem por iniciativa própria.", "supported_countries"),
    ("pt", "As cópias de segurança dos clientes não são guardadas fora da Itália.", "supported_countries"),
    ("es", "Si el usuario no reside en España, se aplicará el derecho de su país, que no puede excluirse.", "supported_countries"),
    ("es", "Las personas que no estén en Francia no pueden participar en el sorteo.", "supported_countries"),
    ("es", "No cedemos su dirección a empresas situadas fuera de Suiza.", "supported_countries"),
    ("ru", "Если пользователь не проживает в России, применяется право его страны, которое не может быть исключено.", "supported_countries"),
    ("ru", "Наши сотрудники не могут подключаться из-за пределов России к серверам заказчика.", "supported_countries"),
    ("ru", "Мы работаем только с поставщиками, зарегистрированными в Германии.", "headquarters_restriction"),
    ("pl", "Jeżeli konsument nie mieszka w Polsce, nie może być pozbawiony ochrony prawa swojego kraju.", "supported_countries"),
    ("pl", "Nasi pracownicy nie mogą łączyć się spoza Polski z serwerami klienta.", "supported_countries"),
    ("pl", "Współpracujemy wyłącznie z dostawcami z siedzibą w Niemczech.", "headquarters_restriction"),
    ("pt", "Se o consumidor não reside em Portugal, não pode ser privado da proteção da lei do seu país.", "supported_countries"),
    ("pt", "Os nossos funcionários não podem conectar-se de fora do Brasil aos servidores do cliente.", "supported_countries"),
    ("pt", "Só trabalhamos com fornecedores estabelecidos na Alemanha.", "headquarters_restriction"),
    ("pl", "Zamówienia od firm z siedzibą poza Hiszpanią są odrzucane.", "headquarters_restriction"),
    ("zh", "您不得将用户的个人数据传输至欧盟以外。", "supported_countries"),
    ("zh", "美国境外的用户自行决定访问本网站,并自负其责。", "supported_countries"),
    ("zh", "硬件设备不能寄送至日本以外的地区。", "supported_countries"),
    ("zh", "瑞士以外的客户无法通过电话获得技术支持。", "supported_countries"),
    ("ja", "利用者は、個人データをEU域外に移転してはなりません。", "supported_countries"),
    ("ja", "米国外から本サイトにアクセスする方は、自己の責任において行うものとし、当社は責任を負いません。", "supported_countries"),
    ("ja", "機器は日本国外への発送を行っておりません。", "supported_countries"),
    ("ja", "スイス以外のお客様は電話でのサポートを受けられません。", "supported_countries"),
    ("ko", "이용자의 개인정보를 EU 역외로 이전해서는 안 됩니다.", "supported_countries"),
    ("ko", "미국 외 지역에서 사이트에 접속하는 이용자는 자신의 책임으로 접속하며 회사는 책임을 지지 않습니다.", "supported_countries"),
    ("ko", "장비는 일본 국외로 배송되지 않습니다.", "supported_countries"),
    ("ko", "스위스 이외의 고객은 전화 상담을 받을 수 없습니다.", "supported_countries"),
    ("vi", "Bạn không được chuyển dữ liệu cá nhân ra ngoài Liên minh châu Âu.", "supported_countries"),
    ("vi", "Người dùng ngoài Hoa Kỳ tự chịu trách nhiệm khi truy cập trang web.", "supported_countries"),
    ("vi", "Thiết bị không được giao ra ngoài Nhật Bản.", "supported_countries"),
    ("vi", "Khách hàng ngoài Thụy Sĩ không được hỗ trợ qua điện thoại.", "supported_countries"),
    ("nl", "Persoonsgegevens van gebruikers worden niet buiten de Europese Unie verwerkt.", "supported_countries"),
    ("nl", "Gebruikers die de site van buiten Nederland bezoeken, doen dat op eigen initiatief en mogen het lokale recht niet schenden.", "supported_countries"),
    ("nl", "Wij verzenden geen hardware naar adressen buiten België.", "supported_countries"),
    ("nl", "Supportverzoeken van buiten Zwitserland kunnen niet telefonisch worden behandeld.", "supported_countries"),
    ("it", "I dati personali degli utenti non vengono trattati al di fuori dell'Unione europea.", "supported_countries"),
    ("it", "Gli utenti che accedono al sito da fuori dell'Italia lo fanno di propria iniziativa e non possono invocare il diritto locale.", "supported_countries"),
    ("it", "Non spediamo hardware al di fuori dell'Italia.", "supported_countries"),
    ("it", "Le richieste di assistenza provenienti da fuori della Svizzera non possono essere gestite per telefono.", "supported_countries"),
    ("de", "Außerhalb Deutschlands entstandene Reisekosten werden Kunden nicht erstattet.", "supported_countries"),
    ("fr", "Nos partenaires hors du Japon ne peuvent pas utiliser le logo.", "supported_countries"),
    ("nl", "Klanten buiten de EU hebben geen herroepingsrecht.", "supported_countries"),
    ("it", "I clienti fuori dall'Unione europea non hanno diritto di recesso.", "supported_countries"),
    ("nl", "Wij zijn een onderneming met zetel in Luxemburg en ons personeel werkt alleen in België.", "supported_countries"),
]


def read(language: str, sentence: str):
    return extract(f"{AROUND[language] * 4}\n\n{sentence}".encode(), path="terms.txt", language=language, kind="terms")


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


# (language, sentence on China, whether China is the country that is served)
SERVED_OR_NOT = [
    ("zh", "中国大陆以外的用户不得注册。", True),
    ("zh", "仅供中国大陆以外的用户使用。", False),
    ("zh", "只有不在中国大陆的企业才能申请账户。", False),
    ("zh", "您声明您不位于中国大陆、古巴或伊朗。", False),
    ("ja", "中国国外の方は登録できません。", True),
    ("ja", "中国以外のお客様に限りご利用いただけます。", False),
    ("ja", "日本以外の国、特に中国からのお申し込みはお受けできません。", False),
    ("ko", "중국 이외의 고객은 가입할 수 없습니다.", True),
    ("ko", "중국 이외의 고객에 한하여 이용할 수 있습니다.", False),
    ("ko", "한국 외의 국가, 특히 중국에서는 신청할 수 없습니다.", False),
    ("vi", "Người dùng ở ngoài Trung Quốc không được đăng ký.", True),
    ("vi", "Dịch vụ chỉ dành cho khách hàng ngoài Trung Quốc.", False),
    ("vi", "Khách hàng ngoài Nhật Bản, đặc biệt là ở Trung Quốc, không được đăng ký.", False),
]


@pytest.mark.parametrize(("language", "sentence", "served"), SERVED_OR_NOT)
def test_china_served_is_never_read_as_barred_nor_the_other_way_round(language, sentence, served):
    of_china = [c for c in read(language, sentence).clauses if "CN" in c.places]
    assert {c.label == "supported_countries" for c in of_china} <= {served}
    assert bool(of_china) or not served
