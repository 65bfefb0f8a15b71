"""Price lists that stand in the source of a page or a program: components, constants, tables of instance types. All sellers, prices and places are invented."""

from __future__ import annotations

import json

import pytest

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


PROGRAM = '''"""The machines of Barn Cloud, an invented seller of rides on other people's graphics cards."""
from dataclasses import dataclass
from typing import NamedTuple

HOUR = "hour"


@dataclass
class Machine:
    slug: str
    vcpu: int
    accelerator: str = ""
    accelerator_count: int = 0


class Rate(NamedTuple):
    gpu: str
    price: float
    currency: str
    period: str


# Größe: cards of the barn
MACHINES: list[Machine] = [Machine("b.1", 8, "A40", 1), Machine("b.2", 16, "A40", 2), Machine("cpu", 4)]
RATES = (Rate("A40", 0.55, "EUR", HOUR), Rate(GPU.L4, 0.21, "EUR", period=HOUR))
PLANS = [dict(gpu="L40S", gpu_count=4, hourly_usd=Decimal("3.60"))]
'''


def test_a_program_that_lists_machines_by_calls_of_its_classes():
    assert rows(PROGRAM, "py") == [("A40", 1, None, None, None), ("A40", 2, None, None, None), ("A40", None, 0.55, "EUR", "hour"), ("L4", None, 0.21, "EUR", "hour"), ("L40S", 4, 3.6, "USD", "hour")]
    assert read_document(PROGRAM.encode(), path="a.py").blocks[0].text.startswith("The machines of Barn Cloud")


def test_what_is_no_program_of_today_is_read_as_text():
    for odd in ("print 'Barn Cloud rents an A40 for $0.55 per hour, and nothing else.'\n" * 3, "f" + "(1)" * 90_000, "x = " + "-" * 90_000 + "1", "x = [" + "[" * 150 + "]" * 151):
        document = read_document(odd.encode(), path="a.py")
        assert read_supply(document)[1] is not None and ("program" in {issue.code for issue in document.issues} or odd.endswith("]"))


def test_constants_are_found_however_they_are_declared():
    plans = '[\n  { gpu: "NVIDIA A40", gpuCount: 2, hourlyPrice: "$1.20" },\n  { gpu: "NVIDIA L4", gpuCount: 1, hourlyPrice: "$0.20" },\n]'
    for head, tail in (("export const plans: Array<Plan> = ", ""), ("const plans: readonly { gpu: string; }[] | null = ", " as const;"), ("module.exports = Object.freeze(", ");"), ("export function all(): Plan[] {\n  return ", ";\n}"),
                       ("await store.insert(plans).values(", ");"), ("export default () => <ul>{", ".map((p) => <Card key={p.gpu} {...p} />)}</ul>")):
        assert rows(head + plans + tail, "tsx") == [("A40", 2, 1.2, "USD", "hour"), ("L4", 1, 0.2, "USD", "hour")], head
    for declared in ("export const HOURLY_USD: Record<string, number> =", "const gpuHourlyUsd ="):
        assert rows(declared + ' { "A100 80GB": 1.4, L40S: 0.9 };', "ts") == [("A100", None, 1.4, "USD", "hour"), ("L40S", None, 0.9, "USD", "hour")]
    assert rows('GPU_HOURLY_USD = {"A100 80GB": 1.4, "L40S": 0.9}\n', "py") == [("A100", None, 1.4, "USD", "hour"), ("L40S", None, 0.9, "USD", "hour")]


def test_plans_of_a_feed_whose_names_tell_the_card():
    text = ("provider,plan,vcpu,gpu,price_monthly,price_hourly,currency\n"
            "barn,bg-a40-12c-96g-48vram,12,,900,1.234,USD\nbarn,bg-b200-248c-2826g-1536vram,248,,41000.5,61,USD\nbarn,bc-a40-2c,2,,11.5,0.016,USD\n")
    assert rows(text, "csv") == [("A40", None, 900, "USD", "month"), ("A40", None, 1.234, "USD", "hour"), ("B200", None, 41000.5, "USD", "month"), ("B200", None, 61, "USD", "hour")]
    for digest in ("b200-248c-2826-1536-0123456789ab", "00000000-b200-4f2e-9a1c-0123456789ab", "9f3c-b200-248c-11d2-77aa"):
        assert rows(f'gpu_id,price_hourly_usd\n{digest},1.5\n', "csv") == []


def test_amounts_of_feeds_are_read_by_their_own_marks():
    for language in ("cs", "de", "en"):
        assert [row[2] for row in rows("gpu,price_hourly_usd\nA40,1.234\nL4,0.5\n", "csv", language)] == [1.234, 0.5]
        assert [row[2] for row in rows('[{"gpu": "A40", "price_hourly_usd": "1.234"}, {"gpu": "L4", "price_hourly_usd": "0.25"}]', "json", language)] == [1.234, 0.25]


def test_the_country_beside_a_region_is_not_the_place_of_an_offer():
    text = "- gpu: A40\n  regions:\n" + "".join(f"    - region_code: {code}\n      region_country_iso: USA\n      on_demand_usd_per_gpu_hr: 0.9\n" for code in ("us-east4", "us-west2"))
    assert [(o.location, o.country, o.price) for o in supply(text, "yaml")[1]] == [("us-east4", "US", 0.9), ("us-west2", "US", 0.9)]


def test_hourly_prices_without_a_currency_in_a_language_of_large_amounts():
    page = "const goi = [{ name: 'Gói khởi đầu', tagline: 'Hợp với người mới học máy', gpu: 'RTX 4090', pricePerHour: 13_500 }, { name: 'Gói lớn', gpu: 'RTX 3090', pricePerHour: 8_200 }];"
    assert rows(page, "js", "vi") == [("RTX4090", None, 13500, None, "hour"), ("RTX3090", None, 8200, None, "hour")]
    assert rows(page, "js", "en") == []                        # rather cents, or millionths


def test_rows_written_as_lists():
    named = 'const rows = [["Card", "Memory", "Price per hour"], ["NVIDIA A40", "48 GB", "$0.45"], ["NVIDIA L4", "24 GB", "$0.25"]];'
    bare = 'export default () => <Table head={["", "", "all in"]} rows={[["NVIDIA A40", "48 GB", "$0.45/hr"], ["NVIDIA L4", "24 GB", "$0.25/hr"]]} />'
    for text, kind in ((named, "ts"), (bare, "tsx"), (named.removeprefix("const ").replace(";", "\n"), "py")):
        assert rows(text, kind) == [("A40", None, 0.45, "USD", "hour"), ("L4", None, 0.25, "USD", "hour")], kind
    assert rows('const rows = [["NVIDIA A40", "$0.45/hr", "$0.60/hr"], ["NVIDIA L4", "$0.25/hr", "$0.40/hr"]];', "ts") == []      # two prices, and no head that tells them apart


def test_what_only_running_a_program_would_tell_is_no_price():
    plans = """
export const HOURS = 730;
export const CURRENCY = "EUR";
export const PLANS = [
  { gpu: "NVIDIA A40", pricePerHour: 0.72, pricePerMonth: 0.72 * HOURS, pricePerSecond: 0.72 / 3600 },
  { gpu: "NVIDIA L40S", pricePerHour: busy ? 1.4 : 1.1, pricePerMonth: round(1.4, 730) },
  { gpu: "NVIDIA L4", pricePerHour: `${base}.31`, pricePerMonth: (0.31 as number) },
  { gpu: "NVIDIA T4", pricePerHour: rates["T4"], pricePerMonth: 99, enabled: !0 },
] as const;
"""
    assert rows(plans, "ts") == [("A40", None, 0.72, "EUR", "hour"), ("T4", None, 99.0, "EUR", "month")]
    assert rows(plans.replace('"EUR"', "undefined"), "ts") == [("A40", None, 0.72, None, "hour"), ("T4", None, 99.0, None, "month")]


def test_the_currency_of_a_program_is_the_one_that_its_comments_or_templates_name():
    data = "const PLANS = [{ gpu: 'A40', pricePerHour: 0.72 }];\n"
    assert rows("// What the barn asks, in GBP\n" + data, "ts") == [("A40", None, 0.72, "GBP", "hour")]
    assert rows(data + "export const show = (p) => `$${p.toFixed(2)}`;\n", "ts") == [("A40", None, 0.72, "USD", "hour")]
    assert rows("// In GBP; the old ones were in EUR\n" + data, "ts") == [("A40", None, 0.72, None, "hour")]


def test_figures_of_nobody_in_programs_are_no_offers():
    plan = "{ gpu: 'A40', pricePerHour: 0.72, currency: 'EUR' }"
    assert rows(f"const plans = [{plan}];\n", "ts") == [("A40", None, 0.72, "EUR", "hour")]
    for text in (f"// const plans = [{plan}];\n", f"/*\nconst plans = [{plan}];\n*/\n", f"const mockPlans = [{plan}];\n", f"const initialState = {plan};\n", f"const competitors = [{plan}];\n",
                 f"import {{ price }} from './price';\nit('asks little', () => {{\n  expect(price([{plan}])).toBe(1);\n}});\n", f"const plans = [{plan.replace(' }', ', hidden: true }')}];\n",
                 f"const plans = [{plan.replace('pricePerHour', 'awsPricePerHour')}];\n", f"const plans = [{plan.replace('pricePerHour', 'maxPricePerHour')}];\n",
                 f"const plans = [{plan.replace('pricePerHour', 'electricityCostPerHour')}];\n"):
        assert rows(text + "export default plans;\n", "ts") == [], text
    program = "def {}():\n    plans = [{{'gpu': 'A40', 'price_per_hour_eur': 0.72}}]\n    return plans\n"
    assert rows(program.format("plans"), "py") == [("A40", None, 0.72, "EUR", "hour")] and rows(program.format("test_plans"), "py") == []
    page = "<html><body><p>All that we let, and where.</p><!><script>const plans = [" + plan + "]</script><?></body></html>"
    assert rows(page.replace("<!>", "").replace("<?>", ""), "html") == [("A40", None, 0.72, "EUR", "hour")] and rows(page.replace("<!>", "<!--").replace("<?>", "-->"), "html") == []


def test_a_record_with_a_price_per_gpu_and_their_total_is_one_offer():
    feed = '[{"gpu": "A40", "gpu_count": 4, "currency": "EUR", "price_per_gpu_hr": 0.5, "price_hr": 2.0}, {"gpu": "L4", "gpu_count": 2, "currency": "EUR", "price_per_gpu_hr": 0.3, "price_hr": 0.8}]'
    assert rows(feed, "json") == [("A40", 4, 2.0, "EUR", "hour"), ("L4", 2, 0.3, "EUR", "hour"), ("L4", 2, 0.8, "EUR", "hour")]
    assert rows(feed.replace("price_hr", "price_total_hr"), "json")[1:] == [("L4", 2, 0.8, "EUR", "hour")]


def test_constants_of_tests_of_other_sellers_and_of_hosts_are_no_prices():
    for name in ("mockPlans", "FAKE_OFFERS", "competitors", "COMPETITOR_RATES", "HOST_PAYOUTS", "earningsPerHour", "PRICE_ALERTS", "awsPrices", "ELECTRICITY_COST_PER_HOUR"):
        assert rows(f'const {name} = [{{ gpu: "A40", pricePerHour: 0.61 }}, {{ gpu: "L4", pricePerHour: 0.3 }}];\n', "ts") == [], name
        assert rows(f'{name} = {{"A40": 0.61, "L4": 0.3}}\n', "py") == [], name
    assert len(rows('const hourlyRates = [{ gpu: "A40", pricePerHour: 0.61 }, { gpu: "L4", pricePerHour: 0.3 }];\n', "ts")) == 2


def test_fields_of_other_costs_are_no_prices():
    for key in ("powerCostPerHour", "depreciation_per_hour", "maxPricePerHour", "estimatedCost", "awsPricePerHour", "targetPrice", "price_per_image", "hourlyPayout", "competitorPrice", "price_limit"):
        assert rows(f'const cards = [{{ gpu: "A40", {key}: 0.61, currency: "USD" }}, {{ gpu: "L4", {key}: 0.3, currency: "USD" }}];\n', "ts") == [], key
    assert rows('const cards = [{ gpu: "A40", minPricePerHour: 0.5, maxPricePerHour: 0.61 }];\n', "ts") == [("A40", None, 0.5, None, "hour")]


def test_of_a_price_before_a_discount_and_after_it_the_second_holds():
    for key in ("oldPrice", "originalPrice", "listPrice", "regularPrice"):
        assert rows(f'const cards = [{{ gpu: "A40", {key}: "$0.90/hr", price: "$0.61/hr" }}];\n', "ts") == [("A40", None, 0.61, "USD", "hour")], key
    assert rows('const cards = [{ gpu: "A40", listPrice: "$0.90/hr" }];\n', "ts") == [("A40", None, 0.9, "USD", "hour")]


def test_records_that_are_not_shown_or_name_a_large_cloud():
    cards = '{{ name: "A40", pricePerHour: 0.61, {} }}, {{ name: "A100", pricePerHour: 0.3, enabled: true, hidden: false }}'
    for field in ("enabled: false", "hidden: true", "isDraft: true", "visible: false"):
        assert [o[0] for o in rows(f"const cards = [{cards.format(field)}];\n", "ts")] == ["A100"], field
    assert rows('const columns = [{ name: "AWS", gpu: "A40", pricePerHour: 1.9 }, { name: "Fox Cloud", gpu: "A40", pricePerHour: 0.61 }];\n', "ts") == [("A40", None, 0.61, None, "hour")]


def test_expressions_in_data_and_in_calls_of_programs_are_no_prices():
    assert rows("gpus:\n  - name: A40\n    price_per_second_eur: 0.72 / 3600\n    price_per_hour_eur: 0.72\n  - name: L4\n    price_per_month_eur: 0.3 * 720\n", "yaml") == [("A40", None, 0.72, "EUR", "hour")]
    program = "CURRENCY = 'EUR'\nPLANS = [dict(gpu='A40', price_per_hour=cents(72)), dict(gpu='L4', price_per_hour=Decimal('0.31')), dict(gpu=Card('T4'), price_per_hour=0.2), dict(gpu='A16', price_per_hour=0.9 / 2)]\n"
    assert rows(program, "py") == [("L4", None, 0.31, "EUR", "hour"), ("T4", None, 0.2, "EUR", "hour")]


def test_prices_by_seller_are_offers_unless_they_stand_beside_an_own_one():
    assert rows("const r = [{ gpu: 'A40', runpodPrice: 0.4, vastPrice: 0.3, currency: 'USD' }];\n", "ts") == [("A40", None, 0.4, "USD", None), ("A40", None, 0.3, "USD", None)]
    assert rows("const r = [{ gpu: 'A40', price: 0.2, runpodPrice: 0.4, vastPrice: 0.3, currency: 'USD' }];\n", "ts") == [("A40", None, 0.2, "USD", None)]
    assert rows('{"plans": [{"gpu": "A40", "price_per_hour_eur": 0.72}], "competitors": [{"gpu": "A40", "price_per_hour_eur": 1.9}]}', "json") == [("A40", None, 0.72, "EUR", "hour")]


def test_calls_that_bid_or_watch_are_no_offers():
    assert rows('bid(gpu="NVIDIA A40", price_per_hour=0.4)\nwatch = Alert(gpu="NVIDIA A40", price_per_hour=0.4)\n', "py") == []
    assert [r[2] for r in rows('Plan(gpu="NVIDIA A40", price_per_hour=0.4)\n', "py")] == [0.4]


@pytest.mark.parametrize(("name", "key_set_aside", "of_nobody"), [("HOST_PAYOUTS", True, False), ("priceAlerts", True, True), ("MOCK_PLANS", False, True), ("bid", False, True), ("expectedPrice", False, True), ("plans", False, False)])
def test_a_word_that_makes_a_constant_nobodys_does_not_set_a_key_aside(name, key_set_aside, of_nobody):
    from nlp.offers import is_set_aside
    from nlp.tree import is_of_nobody
    assert (is_set_aside(name), is_of_nobody(name)) == (key_set_aside, of_nobody)


def test_keys_of_pictures_count_nothing_and_name_nothing():
    plan = 'const Card = {\n  name: "A100 40GB",\n  gpuImagePath: "/cards/l4-front.webp",\n  gpuImageWidth: 640,\n  gpuIcon: "rtx4090",\n  secure: { price: "$1.10/hr", VRAM: "40 GB", vCPU: "12", regions: "3" },\n  shared: { price: "$0.90/hr", VRAM: "40 GB", vCPU: "8", regions: "6" },\n}\n\nexport default Card\n'
    offers = supply(plan, "js")[1]
    assert [(o.gpu_name, o.gpu_count, o.price, o.location) for o in offers] == [("A100", None, 1.1, None), ("A100", None, 0.9, None)]


def test_a_code_short_of_the_name_beside_it_names_no_chip_of_its_own():
    plans = 'export const CARDS = [\n  { id: "rtx6000", name: "RTX PRO 6000", pricePerHour: 1.6, vram: "96 GB" },\n  { slug: "a16-x2", label: "2x A16", pricePerHour: 0.9, vram: "16 GB" },\n  { id: "l4", name: "Spark", pricePerHour: 0.4, vram: "24 GB" },\n];\n'
    assert rows(plans, "ts") == [("RTXPRO6000", None, 1.6, None, "hour"), ("A16", 2, 0.9, None, "hour"), ("L4", None, 0.4, None, "hour")]


def test_a_size_of_one_number_counts_the_gpus():
    plans = 'export const CARDS = [\n  { name: "GH200", config: "x1", pricePerHour: 2.9 },\n  { name: "NVIDIA A40", config: "x4 · x1", pricePerHour: 0.4 },\n  { name: "B200", size: "8×", pricePerHour: 30 },\n  { name: "NVIDIA L4", pcie: "x16", pricePerHour: 0.3 },\n];\n'
    assert [(o.gpu_name, o.gpu_count) for o in supply(plans, "ts")[1]] == [("GH200", 1), ("A40", None), ("B200", 8), ("L4", None)]


def test_a_note_gives_the_price_on_other_terms():
    plans = 'const plans = [\n  { gpu: "A100 80GB", note: "Spot: $0.80", price: "$1.90", unit: "/GPU-hr" },\n  { gpu: "H100", price: "$2.90", unit: "/GPU-hr", note: "1-year reserved from $1.70" },\n' \
            '  { gpu: "L40S", note: "Save $0.20 on spot capacity", price: "$0.90", unit: "/GPU-hr" },\n];\nexport default function Prices() { return plans.map((p) => <li>{p.gpu}</li>); }\n'
    assert [(o.gpu_name, o.price, o.currency, o.price_unit, o.price_scope, o.commitment, o.term_months) for o in supply(plans, "tsx")[1]] == [
        ("A100", 1.9, "USD", "hour", "gpu", "on_demand", None), ("A100", 0.8, "USD", "hour", "gpu", "spot", None),
        ("H100", 2.9, "USD", "hour", "gpu", "on_demand", None), ("H100", 1.7, "USD", "hour", "gpu", "reserved", 12), ("L40S", 0.9, "USD", "hour", "gpu", "on_demand", None)]


def test_output_of_several_values_is_read_to_its_end():
    page = "## list_cards\n\n```json\n{'id': 'NVIDIA A40', 'displayName': 'A40', 'memoryInGb': 48}\n{'id': 'NVIDIA L40S', 'displayName': 'L40S', 'memoryInGb': 48}\n```\n"
    assert [(o.gpu_name, o.price) for o in supply(page, "md")[1]] == [("A40", None), ("L40S", None)]
    assert [o.commitment for o in supply('[{"gpu": "A40", "uninterruptiblePricePerHourUsd": 0.4}, {"gpu": "A40", "minimumBidPricePerHourUsd": 0.2}]', "json")[1]] == ["on_demand", "spot"]


def test_items_under_a_heading_of_rates_that_begin_with_a_gpu_can_be_rented():
    page = "# Prices\n\n## Typical rates\n\n- RTX 3090 (24GB): by the minute\n- RTX 4090 (24GB): faster\n- Only CPU and RAM: for small tasks\n"
    assert [(o.gpu_name, o.gpu_memory, o.price) for o in supply(page, "md")[1]] == [("RTX3090", 24, None), ("RTX4090", 24, None)]
    assert supply(page.replace("Typical rates", "Tested with"), "md")[1] == []


def test_a_price_beside_the_bare_name_of_a_gpu_is_for_one_and_that_of_several_nodes_for_a_cluster():
    plans = 'const plans = [\n  { name: "H200", vram: "141 GB VRAM", config: "x2 · x1", vcpu: "32 vCPUs", pricePerHour: 3.1 },\n  { name: "H200 Barn", pricePerHour: 3.3, vcpu: "32 vCPUs" },\n' \
            '  { size: "1 node (8×H200)", monthly: "$15,000" },\n  { size: "4 nodes (32×H200)", monthly: "$58,000" },\n];\n'
    assert [(o.gpu_count, o.price, o.price_scope) for o in supply(plans, "ts")[1]] == [(None, 3.1, "gpu"), (None, 3.3, "instance"), (8, 15000, "instance"), (32, 58000, "cluster")]


def test_terms_and_periods_stand_in_the_names_of_lists():
    text = 'export const onDemandPlans = [\n  { name: "NVIDIA A40", price: 0.5 },\n];\nexport const pricing = {\n  spot: [{ gpu: "NVIDIA L4", price: "$0.20" }],\n  monthly: [{ gpu: "NVIDIA A16", price: "$300" }],\n};\n' \
           'export const hourlyRates = [{ gpu: "NVIDIA H100", price: 2.5 }];\nexport const RESERVED_SKUS = [\n  { label: "NVIDIA A40", pricePerHour: 0.3 },\n];\n'
    assert [(o.gpu_name, o.price, o.price_unit, o.commitment) for o in supply(text, "ts")[1]] == [
        ("A40", 0.5, None, "on_demand"), ("L4", 0.2, None, "spot"), ("A16", 300, "month", None), ("H100", 2.5, "hour", "on_demand"), ("A40", 0.3, "hour", "reserved")]


def test_hardware_may_stand_in_a_map_of_its_own_beside_the_prices():
    text = 'const TIERS = [\n  { title: "Otter S", hw: { gpu: "L40S", count: 1, vram: 48 }, cost: { hourly: 0.95, monthly: 590 } },\n  { title: "Otter M", hw: { gpu: "A100 80GB", count: 2 }, cost: { hourly: 3.2, monthly: 2100 } },\n];\n' \
           'export default function Page() {\n  return TIERS.map((t) => <p>€{t.cost.hourly.toFixed(2)}<span>/hr</span> or €{t.cost.monthly}/mo</p>);\n}\n'
    found = supply(text, "tsx")[1]
    assert [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit, o.instance_name) for o in found] == [
        ("L40S", 1, 0.95, "EUR", "hour", "Otter S"), ("L40S", 1, 590, "EUR", "month", "Otter S"), ("A100", 2, 3.2, "EUR", "hour", "Otter M"), ("A100", 2, 2100, "EUR", "month", "Otter M")]


def test_components_bear_prices_as_attributes():
    page = '# GPU pricing\n\n<CardGrid>\n  <PriceCard title="NVIDIA H200" vram="141 GB" price="$3.40" unit="per GPU hour" />\n  <PriceCard title="NVIDIA B200" price="Contact sales" />\n</CardGrid>\n\n' \
           '<Row gpu="NVIDIA H200" term="1 year" price="$2.40" per="hour" featured />\n<Row gpu="NVIDIA L4" price={0.4} per="hour" tags={["new"]} />\n\n<Chart title="H100 against A100" height="400" price="shown" />\n'
    assert [(o.gpu_name, o.gpu_memory, o.price, o.price_unit, o.price_scope, o.commitment) for o in supply(page, "mdx")[1]] == [
        ("H200", 141, 3.4, "hour", "gpu", "on_demand"), ("B200", None, None, None, None, "contact_sales"), ("H200", None, 2.4, "hour", "gpu", "reserved"), ("L4", None, 0.4, "hour", "gpu", "on_demand")]
    element = '<h1>GPUs</h1>\n<gpu-plan name="Otter" gpu="2x NVIDIA A40" :price="1.1" currency="EUR" unit="hour"></gpu-plan>\n'
    assert rows(element, "html") == [("A40", 2, 1.1, "EUR", "hour")]


def test_a_template_of_double_braces_prints_what_figures_are():
    page = "<template>\n  <div v-for=\"p in plans\"><h3>{{ p.name }}</h3><p>{{ p.price }} € / Monat</p></div>\n</template>\n<script setup>\nconst plans = [\n  { name: 'Otter S', gpu: '1x RTX 4000 SFF Ada', price: '184,00' },\n  { name: 'Otter L', gpu: '2x L40S', price: '1.690,00' },\n]\n</script>\n"
    assert rows(page, "vue", "de") == [("RTX4000SFFADA", 1, 184, "EUR", "month"), ("L40S", 2, 1690, "EUR", "month")]


def test_heads_and_comments_tell_the_period_of_all_prices():
    table = 'const gpus = {\n  "RTX 4090": { vram: "24GB", onDemand: "$0.44", spot: "$0.22" },\n};\nexport const Table = () => (\n  <table><thead><tr><th>GPU</th><th>On-demand /hr</th><th>Spot /hr</th></tr></thead></table>\n);\n'
    assert rows(table, "jsx") == [("RTX4090", None, 0.44, "USD", "hour"), ("RTX4090", None, 0.22, "USD", "hour")]
    assert rows(table.replace("Spot /hr", "Spot /month"), "jsx") == [("RTX4090", None, 0.44, "USD", None), ("RTX4090", None, 0.22, "USD", None)]
    comment = "// prices in USD per GPU-hour\nexport const GPU_PRICING = {\n  'a100-80gb': 1.19,\n  'l40s': 0.79,\n};\n"
    assert rows(comment, "ts") == [("A100", None, 1.19, "USD", "hour"), ("L40S", None, 0.79, "USD", "hour")]
    note = "# Rates\n\nexport const rates = [\n  { type: 'otter-1', gpus: '1x NVIDIA A40', hourly: 0.6 },\n]\n\nAll prices are in US dollars.\n"
    assert rows(note, "mdx") == [("A40", 1, 0.6, "USD", "hour")]


def test_heads_shown_apart_name_the_columns_of_rows():
    page = 'export default function Gpus() {\n  const rows = [\n    ["NVIDIA H100 80GB", "1", "26", "$2.10"],\n    ["NVIDIA H100 80GB", "8", "208", "$16.80"],\n  ];\n  return <tr>{["GPU", "GPUs", "vCPUs", "Price / hour"].map((h) => <th>{h}</th>)}</tr>;\n}\n'
    assert rows(page, "tsx") == [("H100", 1, 2.1, "USD", "hour"), ("H100", 8, 16.8, "USD", "hour")]
    headed = page.replace('{["GPU", "GPUs", "vCPUs", "Price / hour"].map((h) => <th>{h}</th>)}', "<th>GPU</th><th>GPUs</th><th>vCPUs</th><th>Price / hour</th>")
    assert rows(headed.replace("return <tr>", "return (<table><thead><tr>").replace("</tr>;", "</tr></thead></table>);"), "tsx") == [("H100", 1, 2.1, "USD", "hour"), ("H100", 8, 16.8, "USD", "hour")]


def test_sentences_that_components_bear_as_attributes_are_read():
    page = ("export default function Home() {\n  return (\n    <main>\n      <h2>GPU cloud</h2>\n      <Feature title=\"Servers\" text=\"NVIDIA L40S servers cost from $0.90 per GPU hour, billed by the second.\" />\n"
            "      <Feature title=\"Clusters\" text={'Clusters with NVIDIA H100 cards cost $2.10 per GPU hour, with no minimum.'} />\n      <Box className=\"mt-4 grid gap-6 px-4 sm:grid-cols-2 lg:grid-cols-3 text-a100 w-full\" />\n    </main>\n  );\n}\n")
    assert rows(page, "jsx") == [("L40S", None, 0.9, "USD", "hour"), ("H100", None, 2.1, "USD", "hour")]


def test_records_that_differ_in_their_plan_alone_are_two_things():
    text = json.dumps([{"gpu_type": "RTX 5090", "gpu_count": 1, "plan_type": plan, "price_usd_hour": price} for plan, price in (("shared", None), ("dedicated", None), ("dedicated", 0.9))] +
                      [{"gpu_type": "H200", "gpu_count": 1, "plan_type": plan, "price_usd_hour": None} for plan in ("shared", "dedicated", "dedicated")])
    assert [(r[0], r[2]) for r in rows(text, "json")] == [("RTX5090", 0.9), ("H200", None), ("H200", None)]
