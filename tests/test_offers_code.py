"""Price lists that stand in the source of a page or a program: components, constants, tables of instance types. All sellers, prices and places are invented."""

from __future__ import annotations

from nlp.read import read_document
from nlp.supply import read_supply


def supply(text: str, kind: str, language: str | None = None):
    document = read_document(text.encode(), path=f"page.{kind}", language=language)
    chips, offers, regions, issues = read_supply(document)
    for record in [*offers, *regions]:
        assert record.quote and document.text[record.start:record.end] == record.quote
    return chips, offers, regions, issues


def rows(text: str, kind: str, language: str | None = None) -> list[tuple]:
    """(gpu_name, gpu_count, price, currency, unit) of the offers."""
    return [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit) for o in supply(text, kind, language)[1]]


TABLE = "<table>\n<tr><th>Card</th><th>Price per hour</th></tr>\n<tr><td>2x A40</td><td>$0.90</td></tr>\n<tr><td>L4</td><td>$0.31</td></tr>\n</table>\n"
READ = [("A40", 2, 0.9, "USD", "hour"), ("L4", None, 0.31, "USD", "hour")]


def test_a_component_may_begin_with_an_element_or_amid_its_code():
    assert rows("        {/* the price list */}\n        <h2>Cards of the barn</h2>\n" + TABLE + "      </section>\n", "jsx") == READ
    assert rows("    const shown = rows.length;\n" + TABLE, "tsx") == READ


def test_texts_that_a_component_shows_stand_in_its_constants():
    page = """
const points = [
  { icon: Barn, title: "Cooled by the river", desc: "All of our racks stand in a hall in Tampere." },
  { icon: Hay, title: "Rent by the hour", desc: "One NVIDIA L4 in the barn costs $0.44 per hour." },
];
export default function Page() {
  return <main className="flex min-h-screen flex-col items-center bg-white"><h1>Barn Cloud</h1>
    {[{ title: "Heated sheep", text: "Waste heat warms the sheep of the neighbours." }].map((p) => (<p key={p.title}>{p.text}</p>))}
    {points.map((p) => <p>{p.desc}</p>)}</main>;
}
const box = cn("flex min-w-0 flex-1 items-center justify-between rounded-lg border-2 p-4 md:p-8");
"""
    document = read_document(page.encode(), path="page.tsx")
    texts = [block.text for block in document.blocks]
    assert "Waste heat warms the sheep of the neighbours." in texts and not any("rounded" in text or "min-h" in text for text in texts)
    assert rows(page, "tsx") == [("L4", 1, 0.44, "USD", "hour")]
    assert [(r.country, r.city) for r in supply(page, "tsx")[2]] == [("FI", "Tampere")]


def test_the_sign_and_period_of_a_template_hold_for_the_figures_of_its_data():
    data = "const plans = [{ name: 'NVIDIA A40', priceOnDemand: 0.72, priceReserved: 0.51 }, { name: 'NVIDIA L40S', priceOnDemand: 1.3, priceReserved: 1.02 }]\n"
    for shown in ("${plan.priceOnDemand}\n  <span className=\"small\">/GPU/hour</span>", "${plan.priceOnDemand}/hr"):
        found = rows(data + f"export default () => <p>The price: {shown}</p>", "tsx")
        assert found == [("A40", None, 0.72, "USD", "hour"), ("A40", None, 0.51, "USD", "hour"), ("L40S", None, 1.3, "USD", "hour"), ("L40S", None, 1.02, "USD", "hour")]
    euros = data + "export default () => <p>Nur <b>{plan.priceOnDemand} €</b>/Std</p>"
    assert {row[3:] for row in rows(euros, "tsx")} == {("EUR", "hour")}
