"""Price pages and lists of machines in layouts that real sellers use and no other test shows. All sellers, prices and places are invented."""

from __future__ import annotations

from supply_reading import rows, supply


def table(*lines: str) -> str:
    first = lines[0].count("|") + 1
    return "\n".join(f"| {line} |" for line in (lines[0], "|".join(["---"] * first), *lines[1:])) + "\n"


def test_lines_that_measure_are_no_headings():
    text = "\n".join(["Prices", "H100 SXM", "80 GB VRAM", "26 vCPUs", "210 GB RAM", "$2.71/hr", "Deploy", "A40", "48 GB VRAM", "9 vCPUs", "62 GB RAM", "$0.41/hr", "Deploy", "GH200", "96 GB VRAM", "$1.52/hr", "Join the waitlist", ""])
    assert rows(text, "txt") == [("H100", None, 2.71, "USD", "hour"), ("A40", None, 0.41, "USD", "hour"), ("GH200", None, 1.52, "USD", "hour")]
    assert [o.gpu_memory for o in supply(text, "txt")[1]] == [80, 48, 96]


def test_columns_of_places_are_prices_where_the_first_column_has_no_head():
    text = "## Spot rates\n\nUSD per GPU-hour.\n\n" + table(" | Ashburn, US | Frankfurt, DE", "H100 SXM | 1.44 | 1.57", "A100 80GB | 0.83 | n/a")
    assert [(o.gpu_name, o.price, o.price_unit, o.country) for o in supply(text, "md")[1]] == [("H100", 1.44, "hour", "US"), ("H100", 1.57, "hour", "DE"), ("A100", 0.83, "hour", "US")]
    bare = "## Sites\n\n" + table(" | Ashburn, US | Frankfurt, DE", "H100 SXM | 1.44 | 1.57", "A100 80GB | 0.83 | n/a")
    assert not [o for o in supply(bare, "md")[1] if o.price is not None]         # of what, no word says


def test_a_line_above_a_table_names_the_period_of_its_rates():
    cells = ("Flavor | vCPU | Rate", "gpu.l4x1 | 8 | 0.66", "gpu.a100-80x4 | 48 | 6.30")
    for lead in ("Our flavors and their hourly rates (USD, excl. VAT):", "Hourly prices, in USD:"):
        assert rows(f"# Flavors\n\n{lead}\n\n{table(*cells)}", "md") == [("L4", 1, 0.66, "USD", "hour"), ("A100", 4, 6.3, "USD", "hour")]
    assert {unit for *_, unit in rows(f"# Flavors\n\nUsage is metered hourly. Rates, in USD:\n\n{table(*cells)}", "md")} == {None}


def test_parts_of_a_gpu_are_counted():
    text = "# Slices\n\n" + table("Slice | VRAM | $/hr", "⅛ A100 | 10 GB | 0.22", "½ A100 | 40 GB | 0.80", "A100 | 80 GB | 1.56", "0.5 L40S | 24 GB | 0.47", "¾ of an L40S | 36 GB | 0.70")
    assert [(name, count) for name, count, *_ in rows(text, "md")] == [("A100", 0.125), ("A100", 0.5), ("A100", 1), ("L40S", 0.5), ("L40S", 0.75)]


def test_one_count_holds_for_all_gpus_of_which_one_is_chosen():
    text = "### Sizes\n\n" + table("Size | GPUs | vCPU", "Cub | 1 × RTX 4080 / 4090 | 8", "Wolf | 4 × A40 or A6000 | 32")
    assert [(o.gpu_name, o.gpu_count, o.instance_name) for o in supply(text, "md")[1]] == [("RTX4080", 1, "Cub"), ("RTX4090", 1, "Cub"), ("A40", 4, "Wolf"), ("A6000", 4, "Wolf")]
    both = "### Sizes\n\n" + table("Size | GPUs | vCPU", "Mixed | 1 × A40 + 2 × A6000 | 8", "Other | 2 × A40, A16 | 32")
    assert [(o.gpu_name, o.gpu_count) for o in supply(both, "md")[1]] == [("A40", 1), ("A6000", 2), ("A40", 2), ("A16", None)]


def test_the_most_per_machine_is_no_name():
    text = "# GPU types\n\n" + table("Vendor | Class | VRAM | Max per instance", "NVIDIA | A100 NVLINK | 40 GB | 8", "NVIDIA | A100 PCIe | 40 GB | 8", "NVIDIA | RTX A4000 | 16 GB | 7")
    found = supply(text, "md")[1]
    assert [o.gpu_name for o in found] == ["A100", "A100", "A4000"]
    assert not {o.instance_name for o in found} & {"7", "8"}


def test_codes_with_a_hyphen_behind_the_name_of_the_maker():
    text = "# Instances\n\n" + table("Instance | CPU cores | GPU type | GPU memory", "gnu-1 | 4 | Nvidia Tesla K-80 | 12 GB", "gnu-2 | 8 | Nvidia V-100 | 16 GB")
    assert [(o.gpu_name, o.gpu_memory, o.instance_name) for o in supply(text, "md")[1]] == [("K80", 12, "gnu-1"), ("V100", 16, "gnu-2")]
    assert not supply("# Rooms\n\nRoom A-100 is beside K-80.\n", "md")[1]


def test_a_worked_example_tells_the_period_of_a_table_without_one():
    text = "# Bare metal\n\n" + table("Name | vGPU | vCPU | Current price", "H100 GPU | 4 | 256 | $24.40", "H200 GPU | 2 | 64 | $3.10") + "\n- Will be charged:\n\n    `1 H100 * 720hrs * $24.40 = $17,568.00`\n\n    `1 H200 * 720hrs * $3.10 = $2,232.00`\n"
    assert rows(text, "md") == [("H100", 4, 24.4, "USD", "hour"), ("H200", 2, 3.1, "USD", "hour")]


def test_news_of_a_price_cut_give_the_price_of_today():
    text = "# News\n\n- L40S price cut: from $1.12 to $0.87 per GPU per hour.\n- Preis der A40 gesenkt: von 0,62 € auf 0,48 € pro Stunde.\n- HGX B200 nodes (8 GPUs) can be had at $39.60 per node-hour.\n"
    assert rows(text, "md") == [("L40S", None, 0.87, "USD", "hour"), ("A40", None, 0.48, "EUR", "hour"), ("B200", 8, 39.6, "USD", "hour")]


def test_a_node_is_so_many_ways():
    assert rows("# Prices\n\nAn eight-way H100 node is €18.90 per hour, a 4-way A100 server €5.20 per hour.\n", "md") == [("H100", 8, 18.9, "EUR", "hour"), ("A100", 4, 5.2, "EUR", "hour")]


def test_a_column_of_cards_beside_their_number():
    text = "## Machines\n\n" + table("Card | Qty | vCPU | Per hour", "RTX A6000 | x1 | 8 | €0.63", "RTX A6000 | x4 | 32 | €2.52", "A100 80GB | x8 | 128 | €13.60")
    assert rows(text, "md") == [("A6000", 1, 0.63, "EUR", "hour"), ("A6000", 4, 2.52, "EUR", "hour"), ("A100", 8, 13.6, "EUR", "hour")]


def test_columns_headed_by_numbers_of_gpus_are_prices():
    text = "# Prices\n\n## H200 SXM\n\n" + table("Term | 1 GPU | 8 GPUs", "On-demand | $3.31/hr | $26.48/hr", "6 months | $2.71/hr | Contact us")
    found = supply(text, "md")[1]
    assert [(o.gpu_name, o.gpu_count, o.price, o.price_unit) for o in found if o.price] == [("H200", 1, 3.31, "hour"), ("H200", 8, 26.48, "hour"), ("H200", 1, 2.71, "hour")]
    speeds = "# Speed\n\n## H200 SXM\n\n" + table("Model | 1 GPU | 8 GPUs", "Fox-7B | 1200 | 9100", "Fox-70B | 140 | 1050")
    assert not [o for o in supply(speeds, "md")[1] if o.price is not None]


def test_numbers_below_a_head_that_names_their_gpu():
    text = "# Sizes\n\n" + table("Size | NVIDIA H100 GPUs | vCPU | Hourly (USD)", "nx.h.1 | 1 | 20 | 2.97", "nx.h.8 | 8 | 160 | 23.76") + "\n# Graphics\n\n" + table("Size | Number of A16 GPUs | vCPU | Hourly (USD)", "nx.g.2 | 2 | 12 | 1.04")
    assert rows(text, "md") == [("H100", 1, 2.97, "USD", "hour"), ("H100", 8, 23.76, "USD", "hour"), ("A16", 2, 1.04, "USD", "hour")]


def test_the_price_of_a_node_of_so_many_gpus():
    card = "<section><h2>HGX {}</h2><div>{} <span>/GPU/hr</span></div><div>{} per 8-GPU node per hour</div><p>InfiniBand 3.2 Tb/s</p></section>"
    text = f"<main>{card.format('H100', '$2.47', '$19.76')}{card.format('B200', '$4.22', '$33.76')}</main>"
    assert rows(text, "html") == [("H100", None, 2.47, "USD", "hour"), ("H100", 8, 19.76, "USD", "hour"), ("B200", None, 4.22, "USD", "hour"), ("B200", 8, 33.76, "USD", "hour")]


def test_a_speed_is_no_period():
    card = "<section><h2>{}</h2><div>{}</div><p>400 Gbit/s, 90 tokens/s</p></section>"
    text = f"<main><h1>Monthly GPU rates</h1>{card.format('NVIDIA H100', '€1,490')}{card.format('NVIDIA A40', '€390')}</main>"
    assert rows(text, "html") == [("H100", None, 1490, "EUR", "month"), ("A40", None, 390, "EUR", "month")]


def test_a_first_row_with_an_amount_is_no_head():
    row = "<tr><td><b>{}</b><div>80 GB each · 96 vCPU · 900 GB RAM</div></td><td>{}</td><td><a>Deploy</a></td></tr>"
    text = f"<h2>Clusters</h2><table>{row.format('H100 SXM × 8', '$21.60 / hr')}{row.format('A100 SXM × 4', '$5.44 / hr')}</table>"
    assert rows(text, "html") == [("H100", 8, 21.6, "USD", "hour"), ("A100", 4, 5.44, "USD", "hour")]


def test_the_paragraph_above_a_table_names_the_gpu_that_its_rows_count():
    cells = ("Machine type | vCPUs | Memory | GPUs", "`vx2-std-8` | 8 | 32 | 1", "`vx2-std-96` | 96 | 384 | 8")
    other = "\n## Others\n\nFaster ones have an H100 inside.\n"
    for lead in ("Machines of this kind come with NVIDIA L4 cards (24 GB each), for inference and video.", "vx2 machines carry NVIDIA L4 GPUs."):
        found = supply(f"# Families\n\n## vx2\n\n{lead}\n\n{table(*cells)}{other}", "md")[1]
        assert [(o.gpu_name, o.gpu_count, o.instance_name) for o in found] == [("L4", 1, "vx2-std-8"), ("L4", 8, "vx2-std-96")]
    for lead in ("Twice the performance of an A100.", "With L40S or A100 cards."):
        assert not supply(f"# Families\n\n## vx2\n\n{lead}\n\n{table(*cells)}{other}", "md")[1]


def test_what_a_pack_of_hours_costs_is_no_price_of_a_gpu():
    text = "# Prepaid packs\n\n" + table("Pack | GPU | Hours included | Price | Effective rate", "Fox | RTX 4090 | 100 | $41 | $0.41/hr", "Elk | A100 80GB | 500 | $655 | $1.31/hr")
    assert rows(text, "md") == [("RTX4090", None, 0.41, "USD", "hour"), ("A100", None, 1.31, "USD", "hour")]


def test_a_gpu_that_the_one_of_a_page_is_compared_with_is_not_the_cards():
    text = ("<main><h1>NVIDIA H200 in the cloud</h1><p>141 GB of HBM3e.</p><div class='stats'><div><b>$2.91</b><span>per GPU-hour, on demand</span></div>"
            "<div><b>$2.31</b><span>per GPU-hour, 12-month reserve</span></div></div><p>Compared with the H100, it has more memory.</p></main>")
    assert rows(text, "html") == [("H200", None, 2.91, "USD", "hour"), ("H200", None, 2.31, "USD", "hour")]


def test_cards_of_gpus_without_prices():
    card = "<div class='card'><h3>{}</h3><p>{}</p></div>"
    cards = card.format("H100 NVL", "94 GB VRAM") + card.format("L40S", "48 GB VRAM") + card.format("RTX 4090", "24 GB VRAM")
    found = supply(f"<main><h1>Nordic GPU servers</h1><div>{cards}</div><h2>Contact sales</h2></main>", "html")[1]
    assert [(o.gpu_name, o.gpu_memory, o.commitment) for o in found] == [("H100", 94, "contact_sales"), ("L40S", 48, "contact_sales"), ("RTX4090", 24, "contact_sales")]
    for heading in ("Cards that we tested", "GPU server benchmarks"):                        # nobody lets them
        assert not supply(f"<main><h2>{heading}</h2><div>{cards}</div></main>", "html")[1]
    others = "".join(card.format(name, "fast") for name in ("Storage", "Network", "Support", "Security", "Backup"))
    assert not supply(f"<main><h1>Nordic GPU servers</h1><div>{cards}{others}</div></main>", "html")[1]


def test_gpus_spelt_out_behind_a_colon():
    for lead in ("You can attach the following GPUs to a pod", "Diese Grafikkarten sind verfügbar", "当前可租的显卡"):
        assert [o.gpu_name for o in supply(f"# Hardware\n\n{lead}: RTX A5000, L40S, A100 80GB and H200.\n", "md")[1]] == ["A5000", "L40S", "A100", "H200"]
    for text in ("These GPUs support MIG: A30, A100, H100 and H200.", "GPUs that are not available: A30, A100 and H100.", "We offer GPU drivers: for A30, A100 and H100.", "Available GPUs: A30 (fast), A100 (faster), H100 (fastest)."):
        assert not supply(f"# Hardware\n\n{text}\n", "md")[1]


def test_examples_of_a_bill_are_no_offers():
    text = "# 竹云 GPU\n\n## 价格\n\n" + table("规格 | GPU | 价格（元/月）", "10核40G1A16 | 1 * NVIDIA A16 | 1900", "20核80G2A16 | 2 * NVIDIA A16 | 3800")
    bill = "\n\n**包年包月：**\n客户订购10核40G+1A16的机器两台，共三个月，应付1900 * 2 * 3 = 11400元。\n\n**按量计费：**\n- 头50小时：2.2元/小时 * 50小时 = 110元。\n- 其后80小时：1.6元/小时 * 80小时 = 128元。\n"
    offered = [("A16", 1, 1900, "CNY", "month"), ("A16", 2, 3800, "CNY", "month")]
    for heading in ("计费示例", "费用计算举例", "料金例"):
        assert rows(f"{text}\n\n## {heading}{bill}", "md") == offered
    assert len(rows(f"{text}\n\n## 其他{bill}", "md")) > len(offered)
