"""What ties a company to a place in further words, and supercomputers that are only told of; in every language. The rules alone are asked, whatever the decision layer makes of them.

All sentences and names are invented.
"""

from __future__ import annotations

import pytest

from nlp.cuebook import cuebook

SEAT, MACHINE = "headquarters_restriction", "end_use_supercomputer"


def fired(language: str, text: str) -> set[str]:
    book = cuebook(language)
    return {rule.label for rule in book.fire(book.mask(book.scan(text)))}


@pytest.mark.parametrize(("language", "text", "look_alike"), [
    ("en", "If the ministry of an embargoed country appoints the tenant's directors, the offer lapses.", "If the minister visits our hall, the tour ends at noon."),
    ("de", "Ist der Mittelpunkt der Geschäftsleitung in Belarus, erlischt das Angebot.", "Ist der Mittelpunkt der Halle kühl, erlischt die Anzeige."),
    ("fr", "Un groupe dont le centre de direction se trouve au Bélarus sera radié.", "Le centre de données se trouve au premier étage."),
    ("es", "Si un ministerio iraní nombra a los administradores, la oferta caduca.", "Si llueve en la sala, la oferta de café caduca."),
    ("it", "Se al vertice della catena di controllo c'è una persona russa, l'offerta decade.", "Se piove sulla torre, la visita finisce a mezzogiorno."),
    ("pt", "Se no topo da cadeia societária estiver a Rússia, a proposta caduca.", "Se no topo da torre houver neve, a visita caduca."),
    ("nl", "Zit de topholding in Iran, dan vervalt het aanbod.", "Ligt er sneeuw op de top, dan vervalt het bezoek."),
    ("pl", "Jeżeli na szczycie grupy stoi podmiot z Iranu, oferta wygasa.", "Jeżeli na szczycie wieży leży śnieg, oferta wygasa."),
    ("sv", "Om styrelsen sitter i Iran förfaller erbjudandet.", "Om gästerna sitter i köket förfaller bokningen."),
    ("ru", "Если правление заседает в Иране, предложение аннулируется.", "Если гость заседает в буфете, пропуск аннулируется."),
    ("vi", "Nếu ban giám đốc họp ở Iran thì đơn bị hủy.", "Nếu khách họp ở bếp thì lịch bị hủy."),
    ("ja", "意思決定がイランで行われる法人の申込みは無効とする。", "見学が厨房で行われる日の予約は無効とする。"),
    ("ko", "의사결정이 이란에서 이루어지는 법인의 신청은 무효로 한다.", "견학이 주방에서 이루어지는 날의 예약은 무효로 한다."),
    ("zh", "决策中枢位于伊朗的公司,其订单作废。", "茶水间位于三楼,旧钥匙作废。"),
])
def test_a_company_is_tied_to_a_place_by_more_than_its_seat(language, text, look_alike):
    assert SEAT in fired(language, text)
    assert SEAT not in fired(language, look_alike)


@pytest.mark.parametrize(("language", "barred", "told"), [
    ("en", "You must not build a supercomputer in China with our nodes.", "Nobody need wait: get the power of a supercomputer in China for the price of tea."),
    ("de", "Der Bau eines Supercomputers in China ist verboten.", "Nicht warten müssen: Leistung wie von einem Supercomputer, auch in China."),
    ("fr", "La construction d'un supercalculateur en Chine est interdite.", "N'attendez pas : la puissance d'un supercalculateur, même en Chine."),
    ("es", "Se prohíbe construir un superordenador en China.", "No espere: potencia de superordenador, también en China."),
    ("it", "È vietato costruire un supercomputer in Cina.", "Non aspettate: prestazioni da supercomputer, anche in Cina."),
    ("pt", "É proibido construir um supercomputador na China.", "Não espere: potência de supercomputador, também na China."),
    ("nl", "Het is verboden een supercomputer in China te bouwen.", "Niet wachten: rekenkracht als van een supercomputer, ook in China."),
    ("pl", "Zabrania się budowy superkomputera w Chinach.", "Nie czekaj: moc superkomputera, także w Chinach."),
    ("sv", "Det är förbjudet att bygga en superdator i Kina.", "Ingen ska behöva vänta: kraft som hos en superdator, även i Kina."),
    ("ru", "Запрещается строить суперкомпьютер в Китае.", "Не нужно ждать: мощность суперкомпьютера, даже в Китае."),
    ("vi", "Cấm xây dựng siêu máy tính ở Trung Quốc.", "Không phải chờ: sức mạnh của siêu máy tính, kể cả ở Trung Quốc."),
    ("ja", "中国でスーパーコンピュータを構築することを禁止します。", "中国でも待つ必要はありません。スーパーコンピュータ級の速さです。"),
    ("ko", "중국에서 슈퍼컴퓨터를 구축하는 것을 금지합니다.", "중국에서도 기다리지 않습니다. 슈퍼컴퓨터급 성능을 드립니다."),
    ("zh", "禁止在中国建造超级计算机。", "在中国也不必等待:超级计算机级的性能。"),
])
def test_a_supercomputer_in_praise_is_no_end_use(language, barred, told):
    assert MACHINE in fired(language, barred)
    assert MACHINE not in fired(language, told)


@pytest.mark.parametrize(("language", "text"), [
    ("en", "Direct debits are accepted only from a bank that has its seat in Norway."),
    ("nl", "Een incasso kan alleen van een rekening bij een bank met zetel in Noorwegen."),
    ("sv", "Autogiro tas bara emot från en bank med säte i Norge."),
    ("fr", "Un prélèvement n'est accepté que d'une banque ayant son siège en Norvège."),
])
def test_the_seat_of_a_bank_that_pays_is_no_seat_of_a_customer(language, text):
    assert SEAT not in fired(language, text)


def read(language: str, text: str) -> set[str]:
    """The rules that fire at the first sentence, the second standing beside it."""
    book = cuebook(language)
    first, _, second = text.partition("|")
    return {rule.id for rule in book.fire(book.mask(book.scan(first)), near=book.mask(book.scan(second)))}


@pytest.mark.parametrize(("language", "text", "look_alike"), [
    ("en", "Can I wire my nodes into a supercomputer?|The answer is no.", "Can I visit the museum of supercomputers?|The answer is no."),
    ("de", "Kann ich Knoten zu einem Supercomputer koppeln?|Nein.", "Kann ich den Supercomputer besichtigen?|Nein."),
    ("ru", "Можно построить из узлов суперкомпьютер?|Ответ отрицательный.", "Можно увидеть суперкомпьютер?|Ответ отрицательный."),
])
def test_a_supercomputer_of_rented_nodes_asked_for_and_denied(language, text, look_alike):
    assert "A13.asked" in read(language, text)
    assert "A13.asked" not in read(language, look_alike)


@pytest.mark.parametrize(("language", "text", "look_alike"), [
    ("en", "Each training run must name the recipient of the weights.", "Each training run must fit on the disk."),
    ("de", "Ein Trainingslauf muss den Auftraggeber nennen.", "Ein Trainingslauf muss auf die Platte passen."),
    ("zh", "预训练须写明交付对象。", "预训练须先备份。"),
])
def test_a_run_of_which_it_must_be_told_for_whom(language, text, look_alike):
    assert "A12.told" in read(language, text)
    assert "A12.told" not in read(language, look_alike)
