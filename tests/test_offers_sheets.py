"""Sheets of one GPU that does not stand in them: a label and a value a row, the GPU in the line or the heading above. All sellers and prices are invented."""

from __future__ import annotations

import pytest

from supply_reading import supply


def sheet(above: str, *lines: str) -> str:
    return f"{above}\n\n| {lines[0]} |\n|---|---|\n" + "".join(f"| {line} |\n" for line in lines[1:])


def told(text: str, language: str = "en", kind: str = "md") -> list[tuple]:
    return [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit, o.price_scope, o.commitment, o.instance_name) for o in supply(text, kind, language)[1]]


@pytest.mark.parametrize(("language", "text", "price", "money"), [
    ("en", sheet("The Fox RTX 5090 is billed by the GPU hour:", "Item | Value", "On-demand price | $0.65 per GPU hour", "Spot | about 40% of it", "Granularity | by the second"), 0.65, "USD"),
    ("zh-Hans", sheet("## 成本\n\n狐云 RTX 5090 按卡时计费：", "计费项 | 数值", "按需价格 | 3.10 元/卡时", "SPOT 实例 | 约 40% 价格", "计费粒度 | 秒级"), 3.1, "CNY"),
    ("ja", sheet("RTX 5090 の料金：", "項目 | 値", "オンデマンド | 98円/GPU時間", "課金単位 | 秒"), 98, "JPY"),
    ("ko", sheet("RTX 5090 GPU 시간당 과금:", "항목 | 값", "온디맨드 가격 | 900원/GPU시간", "과금 단위 | 초"), 900, "KRW"),
    ("de", "<p>Die RTX 5090 rechnen wir nach GPU-Stunden ab:</p><table><tr><th>Posten</th><th>Wert</th></tr><tr><td>Preis</td><td>0,65 €/GPU-Stunde</td></tr><tr><td>Takt</td><td>Sekunde</td></tr></table>", 0.65, "EUR"),
    ("fr", sheet("## RTX 5090\n\n### Tarifs", "Élément | Valeur", "À la demande | 0,65 €/GPU/heure", "Facturation | à la seconde"), 0.65, "EUR"),
])
def test_the_gpu_above_a_sheet_is_what_its_prices_are_for(language, text, price, money):
    assert told(text, language, "html" if text[0] == "<" else "md") == [("RTX5090", None, price, money, "hour", "gpu", "on_demand", None)]


def test_each_label_of_a_sheet_says_what_its_price_is():
    text = sheet("The RTX 5090 in our cloud:", "Item | Value", "On-demand price | $0.65 per GPU hour", "Spot price | $0.30 per GPU hour", "Concurrency | 1 instance = 1 GPU")
    assert [r[:3] + r[6:7] for r in told(text)] == [("RTX5090", 1, 0.65, "on_demand"), ("RTX5090", 1, 0.3, "spot")]


@pytest.mark.parametrize("text", [
    sheet("The RTX 5090 is cheaper than the H100:", "Item | Value", "Price | $0.65 per GPU hour"),                                          # which of the two?
    sheet("We recommend the RTX 5090 for this tutorial.", "Item | Value", "Dataset | 40 GB", "Cost of the run | $4.20"),                    # no period
    sheet("The RTX 5090 is fast:", "Model | Throughput", "Fox-7B | $0.65 per million tokens"),                                              # no rent
])
def test_other_tables_of_two_columns_are_no_sheets_of_the_gpu_above(text):
    assert told(text) == []
