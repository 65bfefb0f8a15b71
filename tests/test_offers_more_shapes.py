"""More shapes of lists, pages and feeds of GPUs. All sellers, prices and places are invented."""

from __future__ import annotations

import json

import pytest

from nlp.chips import find_chips
from nlp.prices import find_prices
from nlp.regions import locate
from supply_reading import rows, supply


def table(*lines: str) -> str:
    first = lines[0].count("|") + 1
    return "\n".join(f"| {line} |" for line in (lines[0], "|".join(["---"] * first), *lines[1:])) + "\n"


@pytest.mark.parametrize("mark, said", [("|", "|"), (";", ";"), ("\t", "tab"), (",", None)])
def test_cells_of_a_csv_table_end_where_its_option_says(mark, said):
    option = f"   :delim: {said}\n" if said else ""
    lines = [mark.join(("Card", "Nodes", "Memory per card")), mark.join(("Tesla P100", "elk[3-9]", "16GB")), mark.join(("Tesla V100", "fox[1-4]", "32GB"))]
    text = ".. csv-table::\n" + option + "\n" + "".join(f"   {line}\n" for line in lines)
    assert [(o.gpu_name, o.gpu_memory, o.instance_name) for o in supply(text, "rst")[1]] == [("P100", 16, "elk[3-9]"), ("V100", 32, "fox[1-4]")]


def test_a_bare_figure_under_a_head_that_can_mean_nothing_but_a_price_is_one():
    text = table("name | type | description | price", "f1.cpu | CPU | CPU only · 4 vCPU | 0.5", "f1.small | GPU | Nvidia T4 · 6 vCPU · 20 GiB | 9.0", "f1.large | GPU | Nvidia A100 · 14 vCPU · 90 GiB | 30.5")
    _, offers, _, issues = supply(text, "md")
    assert [(o.instance_name, o.gpu_name, o.price, o.currency, o.price_unit, o.price_scope) for o in offers] == [("f1.small", "T4", 9.0, None, None, "instance"), ("f1.large", "A100", 30.5, None, None, "instance")]
    assert {"unknown_currency", "unit_not_stated"} <= {i.code for i in issues}
    cards = table("GPU | Memory | Price", "RTX 3060 | 12 GB | 329", "RTX 4090 | 24 GB | 1599")
    assert not any(o.price for o in supply(cards, "md")[1]) and not any(o.price for o in supply(cards.replace("GPU |", "Model |", 1), "md")[1])       # what a card costs to buy
    for head in ("rate", "cost factor", "charge", "weight"):       # points and weights are told under such heads, too
        assert not any(o.price for o in supply(text.replace("price", head), "md")[1])


def test_the_number_of_all_gpus_of_a_cluster_is_not_that_of_a_node():
    text = table("GPGPU | Purpose | Site", "12 NVIDIA L4 (3 nodes with 4 GPUs) | inference | Elk", "10 NVIDIA A100 PCIe 40GB cards (4 nodes with 1 GPU, 3 nodes with 2 GPUs) | training | Elk",
                 "6 NVIDIA H100 96GB (3 nodes 2 GPUs)/node | training | Elk", "2 NVIDIA A40 with 48GB memory each | teaching | Fox")
    assert [r[:2] for r in rows(text, "md")] == [("L4", 4), ("A100", None), ("H100", 2), ("A40", 2)]
    assert rows(table("GPU | RAM", "8x H100 (4 nodes with 8 GPUs) | 2 TB", "4x A40 | 1 TB"), "md")[0][1] == 8       # the sums do not agree: the row counts a node's


def test_what_a_monthly_price_comes_to_by_the_hour_is_no_other_offer():
    feed = {"hourly": [{"gpu_type": "NVIDIA L40S", "gpu_count": 2, "price_per_hour_usd": 1.9}],
            "monthly": [{"gpu_type": "NVIDIA L40S", "gpu_count": 2, "price_per_month_usd": 1180, "effective_hourly_usd": 1.62}],
            "yearly": [{"gpu_type": "NVIDIA L40S", "gpu_count": 4, "effective_hourly_usd": 3.1}]}
    assert rows(json.dumps(feed, indent=1), "json") == [("L40S", 2, 1.9, "USD", "hour"), ("L40S", 2, 1180, "USD", "month"), ("L40S", 4, 3.1, "USD", "hour")]       # alone, it is the price


@pytest.mark.parametrize("language, text", [
    ("fr", "Un H100 revient entre environ 2,10 et 2,60 €/h."), ("en", "An H100 costs between $2.10 and $2.60 per hour."), ("de", "Eine H100 kostet zwischen 2,10 und 2,60 € pro Stunde."),
    ("es", "Una H100 cuesta entre 2,10 y 2,60 € por hora."), ("nl", "Een H100 kost tussen 2,10 en 2,60 € per uur."), ("ru", "H100 стоит между 2,10 и 2,60 ₽ в час."), ("pl", "H100 kosztuje między 2,10 a 2,60 € za godzinę.")])
def test_a_range_in_words_has_its_low_end_as_price(language, text):
    assert [p.amount for p in find_prices(text, language=language) if p.sign] == [2.1]


def test_two_prices_joined_by_and_are_no_range():
    assert [(p.amount, p.high) for p in find_prices("The L4 costs $0.50 and $0.90 buys an L40S.", language="en")] == [(0.5, None), (0.9, None)]
    assert [(p.amount, p.high) for p in find_prices("Entre nous : L4 à 0,50 €/h et 0,90 €/h pour la L40S.", language="fr")] == [(0.5, None), (0.9, None)]


def test_a_sentence_below_a_card_tells_how_many_gpus_its_price_is_for():
    text = ("# Location de GPU\n\n## NVIDIA L40S 48 Go — 1,60 €/GPU/h\n\nLa configuration de 8 GPU L40S revient à environ 1,60 €/GPU/h.\n\n"
            "## NVIDIA H100 80 Go — 2,90 à 3,80 €/GPU/h\n\nÀ l'heure, une H100 revient à un prix entre environ 2,90 et 3,80 €/GPU/h.\n\n"
            "## NVIDIA RTX 4090 24 Go — 1,10 €/GPU/h\n\nPour les petits budgets, la configuration de 4 GPU RTX 4090 est à 1,10 €/GPU/h.\n")
    assert rows(text, "md", "fr") == [("L40S", 8, 1.6, "EUR", "hour"), ("H100", None, 2.9, "EUR", "hour"), ("RTX4090", 4, 1.1, "EUR", "hour")]


def test_small_figures_of_a_table_tell_how_its_decimals_are_marked():
    text = "# Tarifs\n\n### GPU Nvidia (€/GPU/h)\n\n" + table("GPU | EU-W2 | HEU | US-W1 | AP-NE1", "Nvidia K2 | 0.450 | 0.540 | 0.480 | 0.500", "Nvidia P6 | 1.050 | 1.230 | 1.170 | 1.260", "Nvidia A100-80 | 3.300 | 4.010 | 0 | 0")
    _, offers, _, issues = supply(text, "md", "fr")
    assert [(o.gpu_name, o.price, o.currency, o.price_unit, o.price_scope, o.location) for o in offers] == [
        (name, price, "EUR", "hour", "gpu", place) for name, row in (("K2", (0.45, 0.54, 0.48, 0.5)), ("P6", (1.05, 1.23, 1.17, 1.26)), ("A100", (3.3, 4.01)))
        for price, place in zip(row, ("EU-W2", None, "US-W1", "AP-NE1"), strict=False)]
    assert not any(i.code == "implausible_price" for i in issues)
    points = table("GPU | Preis pro Monat (€)", "A100 | 1.450", "H100 | 2.300")
    assert [o.price for o in supply(points, "md", "de")[1]] == [1450, 2300]        # nothing shows a decimal mark: the custom of the language


@pytest.mark.parametrize("code, country", [("AP-NE1", None), ("ap-se-2", None), ("us-ne1", "US"), ("eu-se-1", "SE"), ("ap-jp-1", "JP"), ("NE-1", "NE")])
def test_letters_of_the_compass_in_a_code_are_no_country(code, country):
    assert locate(code)[0] == country


def test_nodes_of_a_cluster_with_their_gpus_are_listed_beside_what_software_they_take():
    text = table("Cluster | Hosts | GPUs per node | Compute capability | Mem [GB]", "elk.example | elk[1-6] | 2x Tesla T4 | 7.5 | 16", "fox.example | fox[1-3] | 8x H100 | 9.0 | 80", "hare.example | hare1 | 4x A40 | 8.6 | 48")
    assert [r[:2] for r in rows(text, "md")] == [("T4", 2), ("H100", 8), ("A40", 4)]
    assert rows(table("GPU | Compute capability | Driver", "Tesla T4 | 7.5 | 535", "H100 | 9.0 | 550"), "md") == []            # what software a GPU takes, and no machine
    assert rows(table("Node | GPUs | tokens/s", "elk | 2x T4 | 900", "fox | 8x H100 | 30000"), "md") == []                       # a benchmark of machines


@pytest.mark.parametrize("lead", ["Доступны модели NVIDIA® Tesla®:", "Available NVIDIA models:", "Verfügbare NVIDIA-Modelle:", "可用的 NVIDIA 型号："])
def test_a_lead_that_names_the_maker_alone_leads_to_a_list_of_gpus(lead):
    assert [r[0] for r in rows(f"# Cloud\n\nText.\n\n{lead}\n\n- A100 40GB;\n- V100 16GB;\n- V100S 32GB.\n", "md", None)] == ["A100", "V100", "V100S"]
    assert rows("# Driver\n\nNVIDIA says that the toolkit runs with:\n\n- A100 40GB;\n- V100 16GB;\n", "md") == []


def test_resources_that_can_be_used_are_listed_with_the_gpus_of_a_node():
    text = "# Profils\n\n### Ressources utilisables en cours\n- CPU : 3 nœuds à 64 cœurs\n- GPU (apprentissage) : 1 nœud à 8 GPU NVIDIA A100\n- GPU (simulation) : 2 nœuds à 4 GPU AMD MI210\n"
    assert [r[:2] for r in rows(text, "md", "fr")] == [("A100", 8), ("MI210", 4)]


def test_a_sentence_below_a_table_tells_for_how_long_its_prices_are_paid():
    head = "# Charges\n\n" + table("resource | price | 5-year node cost", "basic | $2.10 | $9,800", "A100 GPU | $240.50 | $28,400", "P100 GPU | $91.20 | N/A")
    below = "\nPrices of CPU nodes are per \"core-month\".\nThose of GPU nodes: the price is per \"GPU-month\".\n"
    assert [(o.gpu_name, o.price, o.price_unit, o.price_scope) for o in supply(head + below, "md")[1]] == [("A100", 240.5, "month", "gpu"), ("P100", 91.2, "month", "gpu")]
    for other in ("\nPrices are updated every month.\n", "\nStorage costs $0.10 per GB and month.\n", "\nA support plan costs $10 per month.\n", "\n## Elsewhere\n\nPrices are per GPU-month.\n"):
        assert {o.price_unit for o in supply(head + other, "md")[1]} == {None}


def test_demonstration_data_are_nobodys_offers():
    rows_of_demo = table("# | Type | Description | Parameters", "1 | gpu | H100 inference | 1×H100, on-demand", "2 | gpu | H200 farm | 8×H200, reserved")
    assert rows("# Estimator\n\n## 12. Données de démonstration\n\n" + rows_of_demo, "md", "fr") == []
    assert rows("# Estimator\n\n## Sample data\n\n" + rows_of_demo, "md") == []


def test_codes_that_name_their_cloud_are_regions_of_it():
    assert [locate(code)[0] for code in ("aws-af-south-1", "azure-germanywestcentral", "do-blr", "google-asia-south1", "aws-something")] == ["ZA", "DE", "IN", "IN", None]
    text = table("Region | Cloud | Description", "Africa | `aws-af-south-1` | Africa, South Africa: Cape Town", "Europe | `aws-eu-central-2` | Europe, Switzerland: Zurich", "Middle East | `aws-me-central-1` | Middle East, UAE: UAE")
    assert [(r.label, r.country) for r in supply("# Clouds\n\n" + text, "md")[2]] == [("aws-af-south-1", "ZA"), ("aws-eu-central-2", "CH"), ("aws-me-central-1", "AE")]
    assert supply("# Services\n\n" + text.replace("Region |", "Team |"), "md")[2] == []      # no word says that these are regions


def test_a_feed_that_collects_what_several_ask_says_with_each_who_it_is():
    rows_of = [{"vendor": "AWS", "instance": "elk.48xlarge", "gpu": "A100 SXM", "gpu_count": 8, "usd_per_hour": 22.4}, {"vendor": "Azure", "instance": "Fox_24", "gpu": "A100 PCIe", "gpu_count": 1, "usd_per_hour": 3.4}]
    assert rows(json.dumps({"rows": rows_of}, indent=1), "json") == [("A100", 8, 22.4, "USD", "hour"), ("A100", 1, 3.4, "USD", "hour")]
    compared = [{"name": "Foxcloud", "gpu": "A100", "usd_per_hour": 2.9}, {"name": "AWS", "gpu": "A100", "usd_per_hour": 3.9}, {"name": "Azure", "gpu": "A100", "usd_per_hour": 4.1}]
    assert [r[2] for r in rows(json.dumps({"about": "The prices of Foxcloud, which lets cards of its own by the hour, and, so that they can be weighed, those of the large ones. " * 2, "rows": compared}, indent=1), "json")] == [2.9]


def test_a_seller_whose_name_holds_the_word_core_sells_gpus():
    text = "# H100 80GB\n\n" + table("Provider | Preço/hora | Tipo", "CoreWeave | $4.20 | Enterprise", "Foxcloud | $3.10 | Community")
    assert [r[2] for r in rows(text, "md", "pt")] == [4.2, 3.1]
    assert [r[2] for r in rows(text.replace("CoreWeave", "CPU cores"), "md", "pt")] == [3.1]


def test_who_sells_is_no_name_of_a_region():
    text = "# Report\n\n" + table("gpu | usd_per_hour | provider_id | region", "RTX 3090 | 0.4400 | fox_ai | us-east-1", "A40 | 0.9100 | elk_ai | eu-central-1")
    assert [o.location for o in supply(text, "md")[1]] == ["us-east-1", "eu-central-1"]          # not "usd_per_hour", whose "per" might be Perth
    assert [(r.label, r.name) for r in supply(text, "md")[2]] == [("us-east-1", None), ("eu-central-1", None)]


def test_a_card_of_the_name_of_a_family_of_instances_needs_its_maker():
    assert [[c.gpu_name for c in find_chips(text, context=True)] for text in ("NVIDIA P6", "2x Tesla P6", "P6 (8x B200)", "p6-b200.48xlarge", "NVIDIA P6 instances")] == [["P6"], ["P6"], ["B200"], ["B200"], []]


def test_counts_and_memory_of_gpus_under_heads_in_other_languages():
    for heads in ("Rozmiar | Procesory GPU | Pamięć procesora GPU: GiB", "Cấu hình | Số GPU | VRAM", "Ukuran | Jumlah GPU | VRAM", "Taille | Processeurs graphiques | Mémoire du processeur graphique (Gio)"):
        text = "# Fox\n\nEach of these machines has NVIDIA A40 GPUs.\n\n" + table(heads, "fox.s1 | 1 | 48", "fox.s2 | 2 | 96", "fox.s4 | 4 | 192")
        assert [(o.gpu_name, o.gpu_count, o.gpu_memory) for o in supply(text, "md")[1]] == [("A40", 1, 48), ("A40", 2, 48), ("A40", 4, 48)], heads


def test_memory_of_all_gpus_of_rows_whose_chip_stands_elsewhere():
    text = "# Fox\n\nAll sizes are built on Tesla V100 cards.\n\n" + table("Size | vCPU | GPUs | GPU memory: GiB", "fox_6 | 6 | 1 | 16", "fox_12 | 12 | 2 | 32", "fox_24 | 24 | 4 | 64")
    assert [(o.gpu_name, o.gpu_count, o.gpu_memory) for o in supply(text, "md")[1]] == [("V100", 1, 16), ("V100", 2, 16), ("V100", 4, 16)]


def test_a_lead_to_machines_with_one_gpu_and_with_several_counts_the_plain_names():
    listed = table("Machine | vCPUs | Price", "A40 | 8 | $0.70/hr", "L40S | 8 | $1.10/hr", "L40Sx4 | 32 | $4.20/hr")
    for lead in ("Rented stables with single and multi-GPU layouts.", "Stallungen als Einzel- und Multi-GPU-Maschinen."):
        assert [(g, n) for g, n, *_ in rows(f"# Stables\n\n{lead}\n\n{listed}", "md")] == [("A40", 1), ("L40S", 1), ("L40S", 4)], lead
    assert [(g, n) for g, n, *_ in rows(f"# Stables\n\nRented stables.\n\n{listed}", "md")] == [("A40", None), ("L40S", 1), ("L40S", 4)]


def test_a_column_of_gpus_that_holds_sizes_is_their_memory():
    text = "# Stables\n\n" + table("Machine | GPU | Memory | Price", "A40 | 48 GB | 90 GB | $0.70/hr", "GV100 | 16 GB | 30 GB | $0.90/hr", "GV100x4 | 64 GB | 120 GB | $3.50/hr", "Quadro GV100 | 32 GB | 60 GB | $1.30/hr")
    assert [(o.gpu_name, o.gpu_count, o.gpu_memory) for o in supply(text, "md")[1]] == [("A40", None, 48), ("V100", 1, 16), ("V100", 4, 16), ("GV100", None, 32)]   # the card of the name has 32 GB


@pytest.mark.parametrize(("text", "found"), [("Pro 6000 SE 96GB PCIe", ("RTXPRO6000", 96)), ("RTX PRO 6000 Workstation 96GB", ("RTXPRO6000", 96)), ("GTX 1050 Ti 4GB", ("GTX1050TI", 4)), ("GeForce GTX 1050", ("GTX1050", None)),
                                            ("P2000 5GB PCIe", ("P2000", 5)), ("NVIDIA Quadro P620", ("P620", None))])
def test_small_cards_and_editions(text, found):
    assert [(c.gpu_name, c.memory) for c in find_chips(text)] == [found]
    assert find_chips("Order the P2000 and the P620 today") == []      # shavers, and printers


def test_parts_that_are_priced_beside_a_gpu_are_no_gpus():
    lines = "# Costs\n\nA run of the service takes:\n\n- 48 GB VRAM (A40): $0.0004 per second\n- {cpu}: 4 \\* $0.00002 per second\n- {ram}: 16 \\* $0.000003 per second\n"
    for cpu, ram in (("4 CPU cores", "16GB Memory"), ("vCPUs", "RAM"), ("4 Prozessoren", "Arbeitsspeicher"), ("4 vCPU", "16 GB RAM")):
        assert rows(lines.format(cpu=cpu, ram=ram), "md") == [("A40", None, 0.0004, "USD", "second")], cpu
    assert [r[2] for r in rows("## L40S\n\n- 8 vCPU: $0.90 per hour\n- 16 vCPU: $1.60 per hour\n", "md")] == [0.9, 1.6]     # sizes of a machine, which has no other price


def test_a_price_times_a_length_of_time_has_its_period():
    for text, expected in (("2 A40 GPU shares x 30hrs (29.4 rounded up) x $0.71", (2, 0.71, "hour")), ("L40S: $0.71 x 30 hours", (None, 0.71, "hour")), ("3 A40 GPUs × 2 days × $15", (3, 15, "day"))):
        found = supply(f"# What is paid\n\n- A run is charged:\n\n    `{text}`\n\n    `$42.60`\n", "md")[1]
        assert [(o.gpu_count, o.price, o.price_unit) for o in found] == [expected], text
        assert found[0].price_scope == "gpu"
    assert rows("# Heat\n\nThe A40 was at 30 x 40 x $0.71 once.\n", "md") == []


def test_a_number_of_gpus_in_brackets_behind_the_chip():
    for text in ("A kernel with an **L40S GPU (15 CPUs, 250 GB RAM, 2 GPUs)** costs $1.90 per hour.", "**L40S GPU（15 CPU、250 GB RAM、2 GPU）のカーネルは 1 時間あたり 1.90 ドルです。**"):
        assert [r[:4] for r in rows(f"# Kernels\n\n{text}\n", "md")] == [("L40S", 2, 1.9, "USD")], text


def test_rows_of_other_parts_of_a_machine_named_after_its_gpu():
    text = table("Template | Model | Kind | Per hour", "Moor A40 | Fox 96-Core | CPU | $0.01", "Moor A40 | A40 | GPU | $0.60", "Moor A40 | DIMM DDR4 | RAM | $0.003")
    assert rows("# Templates\n\n" + text, "md") == [("A40", None, 0.6, "USD", "hour")]


def test_a_machine_whose_parts_a_block_adds_up():
    block = "# Costs\n\nThe machine above costs:\n\n```text\nParts:\n\n4x NVIDIA A40\n16 vCPU\n\nCost:\n    A40  -> $0.50 * 4\n    vCPU -> $0.01 * 16\n         =  $2.16{unit}\n```\n"
    assert [(o.gpu_name, o.gpu_count, o.price, o.price_unit, o.price_scope) for o in supply(block.format(unit=" per hour"), "md")[1]] == [("A40", 4, 2.16, "hour", "instance")]
    assert rows(block.format(unit=""), "md") == []             # a sum for as long as nobody says
    assert rows(block.format(unit=" per hour").replace("16 vCPU", "2x NVIDIA L4"), "md") == []


def test_a_size_without_a_price_in_a_list_of_nameless_sizes():
    text = "# Upgrades\n\n" + table("Hardware | GPU memory | Hourly price", "Nvidia L40S | 48GB | $1", "2x Nvidia L40S | 96GB | $2", "4x Nvidia L40S | 192GB | $4", "8x Nvidia L40S | 384GB | coming soon")
    assert [(g, n, p) for g, n, p, *_ in rows(text, "md")] == [("L40S", 1, 1), ("L40S", 2, 2), ("L40S", 4, 4), ("L40S", 8, None)]
