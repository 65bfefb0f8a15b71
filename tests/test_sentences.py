"""Sentences of a block, by offsets."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.sentences import sentences

CASES = [
    ("en", ["You may not export it.", "We may suspend you!", "Why?", "See Section 3.2.", "Regulation (EC) No. 428/2009 applies."]),
    ("en", ["Vexelcloud, Inc. and its affiliates, e.g. Norland Ltd. of Oslo, may act.", "U.S. export law applies."]),
    ("en", ["The seller is Vexelcloud, Inc.", "You agree to its terms."]),
    ("en", ["1. General.", "The price is $2.39 per hour, i.e. $0.0399 per minute.", "3.2 Payment is due at 5 p.m. each Friday."]),
    ("en", ["You shall not (a) resell the service;", "(b) export the service;", "or (c) share it."]),
    ("en", ["Payment is due in advance; interest runs from the first day of delay.", "No refund is given."]),
    ("en", ["“You may not.”", "He agreed (see Annex B).", "Then he left."]),
    ("en", ["The customer warrants (a person is listed if it is named. See the annex.) that it is not listed.", "It does."]),
    ("en", ["We may suspend the services.", "You may not resell them, see www.vexelcloud.example/terms.html for more."]),
    ("en", ["Cf. 15 C.F.R. § 734.13 and 22 U.S.C. 2778 et seq.; both apply.", "So does Art. 5."]),
    ("en", ["All rights reserved ...", "Contact us at 10 a.m. or later."]),
    ("en", ["You are not in any restricted country.", "and you are not on any denied parties list.", "or (ii) owned by one."]),
    ("en", ["Vexelcloud Inc. and its affiliates agree, as do Norland Corp. or its heirs."]),
    ("de", ["Der Vertrag beginnt am 3. April 2026.", "Es gilt Art. 5 Abs. 1 Nr. 2 z. B. für Kunden, d. h. Firmen.", "§ 3 Satz 2 bleibt unberührt."]),
    ("de", ["Die Kosten betragen ca. 2,39 EUR zzgl. USt.", "Der Kunde zahlt bis zum 15. des Monats."]),
    ("fr", ["L’art. 5 s’applique.", "M. Dupont accepte, cf. p. 12.", "Le client s’engage."]),
    ("es", ["El art. 5 se aplica a la Sra. Gómez.", "Los EE.UU. prohíben la exportación.", "El cliente responde."]),
    ("it", ["L’art. 1341 c.c. si applica.", "Il cliente accetta."]),
    ("pl", ["Zgodnie z art. 5 ust. 1 pkt 2 umowa trwa do 3. kwietnia 2026 r. włącznie.", "Klient odpowiada."]),
    ("ru", ["Согласно ст. 5 п. 3 договора с ООО «Пример» (г. Осло) и т.д.", "Заказчик не вправе."]),
    ("ja", ["利用者は、次の行為をしてはなりません。", "(1)輸出する行為。", "「規約。」と定めるもの。", "当社は停止できます!", "以上。"]),
    ("zh", ["用户不得转售本服务;", "用户不得出口。", "违反者,我们有权终止服务!", "详见第3.2条。"]),
    ("ko", ["고객은 서비스를 재판매할 수 없습니다.", "회사는 계약을 해지할 수 있다.", "제5조 참고."]),
]


@pytest.mark.parametrize(("language", "parts"), CASES, ids=range(len(CASES)))
def test_sentences(language, parts):
    glue = "" if language in ("ja", "zh") else " "
    text = glue.join(parts)
    assert [text[a:b] for a, b in sentences(text, language)] == parts


def test_shown_line_breaks():
    text = "Address:\nVexelcloud Ltd\n1 Main Street\nThis sentence goes on over the end of a line, which is long,\nand ends here.\n(a) first\n(b) second"
    assert [text[a:b] for a, b in sentences(text, "en")] == [
        "Address:", "Vexelcloud Ltd", "1 Main Street", "This sentence goes on over the end of a line, which is long,\nand ends here.", "(a) first", "(b) second"]


def test_missing_blanks():
    text = "You may not export the services.You may not resell them.See Node.Js and example.Com too."
    assert [text[a:b] for a, b in sentences(text, "en")][:2] == ["You may not export the services.", "You may not resell them."]


@given(st.text(alphabet="ab AB12.;!?()\n。；\"'“”」「é§-,:", max_size=120), st.sampled_from(["en", "de", "ja", "xx", None]))
@settings(max_examples=300, deadline=None)
def test_sentences_cover_the_text(text, language):
    spans = sentences(text, language)
    assert all(a < b for a, b in spans) and all(x[1] <= y[0] for x, y in zip(spans, spans[1:], strict=False))
    covered = "".join(text[a:b] for a, b in spans)
    assert "".join(covered.split()) == "".join(text.split())
    assert all(not text[a].isspace() and not text[b - 1].isspace() for a, b in spans)
