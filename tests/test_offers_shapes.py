"""Shapes of price lists, feeds and pages that a reader who had not seen them met with later. All sellers, prices and places are invented."""

from __future__ import annotations

import json

from nlp.read import read_document
from nlp.regions import locate
from nlp.supply import read_supply
from supply_reading import rows, supply


def table(*lines: str) -> str:
    first = lines[0].count("|") + 1
    return "\n".join(f"| {line} |" for line in (lines[0], "|".join(["---"] * first), *lines[1:])) + "\n"


def test_rows_that_print_the_gpu_differently_are_different_things():
    text = table("GPU type | GPU name | Memory", "`FOX_PRO_6000_SERVER` | NVIDIA RTX PRO 6000 Blackwell Server Edition | 96 GB", "`FOX_PRO_6000_DESK` | NVIDIA RTX PRO 6000 Blackwell Workstation Edition | 96 GB")
    assert [o.gpu_name for o in supply(text, "md")[1]] == ["RTXPRO6000", "RTXPRO6000"]
    again = text + "\n## The same once more\n\n" + table("GPU | Memory", "NVIDIA RTX PRO 6000 | 96 GB")
    assert len(supply(again, "md")[1]) == 2                    # what another table says again is not another


def test_lines_of_a_collected_list_stay_apart_by_what_they_print():
    text = "Seller,GPU_Variant,Price,Currency,GPU_Count\nFox,H100 (plan),$2.90/hr,USD,1\nFox,H100 (dedicated),$2.90/hr,USD,1\nElk,H100 (plan),$2.90/hr,USD,1\n"
    assert rows(text, "csv") == [("H100", 1, 2.9, "USD", "hour")] * 2


def test_one_gpu_without_a_machine_around_it_is_priced_by_the_gpu():
    text = "gpu,gpu_count,price_per_hour_usd\nH100,1,2.50\nH100,8,20.00\n"
    assert [(o.gpu_count, o.price_scope) for o in supply(text, "csv")[1]] == [(1, "gpu"), (8, "instance")]


def test_fields_named_after_a_chip_and_its_terms_are_offers_each():
    text = json.dumps({"Name": "Fox Cloud", "A100 SXM4, On-Demand": "$1.80/hr; 80GB VRAM, 12 vCPUs", "A100 SXM4, Monthly": "Reserve it: contact sales", "A100 SXM4, Serverless": "$1.80/hr/replica",
                       "H100 SXM, On-Demand": "No"}, indent=1)
    _, offers, *_ = supply(text, "json")
    assert [(o.instance_name, o.price, o.commitment, o.availability) for o in offers] == [
        ("A100 SXM4, On-Demand", 1.8, "on_demand", "listed"), ("A100 SXM4, Monthly", None, "contact_sales", "on_request"), ("A100 SXM4, Serverless", 1.8, "on_demand", "listed")]
    assert offers[2].price_scope == "instance"


def test_samples_of_an_interface_are_read_by_their_published_shape():
    answer = {"data": {"gpu_1x_fox": {"instance_type": {"name": "gpu_1x_fox", "description": "1x A100 (40 GB)", "price_cents_per_hour": 120, "specs": {"vcpus": 24, "memory_gib": 85, "gpus": 1}},
                                      "regions_with_capacity_available": [{"name": "us-tx-9", "description": "Austin, Texas"}]}}}
    described = {"openapi": "3.0.0", "paths": {"/types": {"get": {"responses": {"200": {"content": {"application/json": {"example": answer}}}}}}}}
    recorded = {"calls": [{"request": {"method": "GET"}, "response": {"status": 200, "body": answer}}]}
    for document in (described, recorded):
        assert rows(json.dumps(document, indent=1), "json") == [("A100", 1, 1.2, "USD", "hour")]


WEEKS = {"entries": [{"date": f"2031-0{n}-01", "week": f"W{n}", "prices": {"H100": 2 + n / 10, "L40S": 1 + n / 10}} for n in (1, 3, 2)]}


def test_of_a_history_the_latest_entry_counts():
    _, offers, _, issues = supply(json.dumps(WEEKS, indent=1), "json")
    assert [(o.gpu_name, o.price, o.currency, o.price_unit) for o in offers] == [("H100", 2.3, None, None), ("L40S", 1.3, None, None)]
    assert {"unknown_currency", "unit_not_stated"} <= {i.code for i in issues}


def test_figures_of_a_script_have_the_currency_and_period_that_its_page_prints():
    page = f"<html><body><h1>GPU prices</h1><table><tr><th>GPU</th><th>$/hr</th></tr></table><script>const DATA = {json.dumps(WEEKS)};</script></body></html>"
    assert rows(page, "html") == [("H100", None, 2.3, "USD", "hour"), ("L40S", None, 1.3, "USD", "hour")]
    assert [r[3:] for r in rows(page.replace("</table>", "<tr><td>€ / month</td></tr></table>"), "html")] == [(None, None), (None, None)]       # two rates: which?


def test_prices_by_region_under_the_name_of_an_instance_type():
    _, offers, *_ = supply(json.dumps({"updated": 1, "linux": {"g4dn.xlarge": {"us-east-1": 0.6, "eu-west-1": 0.7, "us-west-2": 0.0}, "m1.large": {"us-east-1": 0.1}}}, indent=1), "json")
    assert [(o.gpu_name, o.gpu_count, o.price, o.location) for o in offers] == [("T4", 1, 0.6, "us-east-1"), ("T4", 1, 0.7, "eu-west-1")]


def test_uninterruptible_is_not_spot():
    _, offers, *_ = supply(json.dumps([{"gpu": "RTX 3090", "memoryInGb": 24, "lowestPrice": {"uninterruptablePrice": 0.3}}]), "json")
    assert [(o.price, o.commitment) for o in offers] == [(0.3, None)]
    _, offers, *_ = supply(json.dumps([{"gpu": "RTX 3090", "currency": "USD", "interruptible_price_per_hour": 0.2}]), "json")
    assert [o.commitment for o in offers] == ["spot"]


def test_a_record_that_only_says_that_a_gpu_can_be_had():
    answer = [{"gpuAvailability": [{"displayName": "RTX 4090", "stockStatus": "High"}, {"displayName": "A100 PCIe", "stockStatus": "None"}], "id": "EU-FX-1", "location": "Austria", "name": "EU-FX-1"}]
    assert rows(f"# Data centres\n\n## Sample output\n\n```json\n{json.dumps(answer, indent=1)}\n```\n", "md") == [("RTX4090", None, None, None, None)]
    running = [{"name": "my-pod", "gpu": "RTX 4090", "status": "RUNNING"}]
    assert rows(json.dumps(running), "json") == []


def test_a_shape_that_is_known_by_its_key_and_a_part_number():
    parts = {"VM.Fox.2": {"OCPU": "F1", "GPU": ""}, "BM.GPU.A10.4": {"OCPU": "", "GPU": "F2"}, "BM.GPU.A100-v2.8": {"OCPU": "", "GPU": "F3"}}
    assert rows(json.dumps(parts, indent=1), "json") == [("A10", 4, None, None, None), ("A100", 8, None, None, None)]


def test_the_price_itself_names_the_chips():
    plans = "plans:\n- name: GPU compute\n  entries:\n  - label: GPU node\n    price: per GPU-hour, by accelerator (H100 / B200); see quote\n  - label: Small node\n    price: $0.90 per GPU-hour (L40S)\n"
    assert rows(plans, "yml") == [("H100", None, None, None, None), ("B200", None, None, None, None), ("L40S", None, 0.9, "USD", "hour")]


def test_a_range_of_chips_has_a_range_of_prices():
    entry = "plans:\n- entries:\n  - label: 1x L40S - 1x H100 (hourly)\n    price: $1.20-$3.10 per hour\n"
    assert rows(entry, "yml") == [("L40S", 1, 1.2, "USD", "hour"), ("H100", 1, 3.1, "USD", "hour")]


def test_contact_for_pricing_is_no_price():
    _, offers, *_ = supply("entries:\n- label: H100 On-Demand (fast network)\n  price: contact for pricing\n", "yml")
    assert [(o.gpu_name, o.price, o.commitment) for o in offers] == [("H100", None, "contact_sales")]


FRAME = """# GPU markets

## List the markets

```sh
┌──────────────┬──────────────┬───────────┐
│     name     │     slug     │  address  │
├──────────────┼──────────────┼───────────┤
│  Den 4x A40  │  fox-4x-a40  │  3Xk9qEuF │
│  Den 4060    │  nvidia-4060 │  9QpqTEuG │
│  Den H100    │  fox-h100    │  7LM2xkEu │
│  Den Laptop  │  fox-laptop  │  3WEu88Bx │
└──────────────┴──────────────┴───────────┘
```
"""


def test_a_drawn_list_of_names_under_which_gpus_are_let():
    assert rows(FRAME, "md") == [("A40", 4, None, None, None), ("RTX4060", None, None, None, None), ("H100", None, None, None, None)]
    assert rows(FRAME.replace("GPU markets", "Jobs").replace("List the markets", "GPU nodes of your cluster"), "md") == []


def test_a_list_whose_items_count_gpus():
    assert rows("Choose a new session with different resources:\n\n* CPU (free)\n* 1x GPU H100 SXM5\n* 4x GPU H100 SXM5\n", "md") == [("H100", 1, None, None, None), ("H100", 4, None, None, None)]


def test_estimates_and_bonuses_are_no_prices():
    text = "## Comparison (RTX 5090)\n\n" + table("Provider | Hourly | Est. 47h | Bonus", "Fox | $0.40 | ~$19 | $3", "Elk | $0.60 | ~$28 | -")
    assert [r[2] for r in rows(text, "md")] == [0.4, 0.6]


def test_sites_of_a_country_and_places_that_are_not_public():
    plans = {"plan": {"regions": [{"name": "Japan", "locations": {"available": ["TYO", "TYO2"], "in_stock": []}}, {"name": "Chile", "locations": {"available": ["SCL"], "in_stock": ["SCL"]}}]}}
    assert [(r.label, r.country) for r in supply(json.dumps(plans, indent=1), "json")[2]] == [("TYO", "JP"), ("TYO2", "JP"), ("SCL", "CL")]
    zones = {"zones": {"zone": [{"id": "fi-hel1", "description": "Helsinki #1", "public": "yes"}, {"id": "fi-tst1", "description": "Test Cloud", "public": "no"}]}}
    assert [r.label for r in supply(json.dumps(zones, indent=1), "json")[2]] == ["fi-hel1"]


def test_a_list_inside_a_list():
    text = "## Create an instance\n\n- Choose a location\n- Select the hardware\n  - Choose from the available GPU options:\n    - NVIDIA H100: for training.\n    - RTX A6000: for rendering.\n- Choose an image\n- Select a key\n- Start it\n"
    assert [r[0] for r in rows(text, "md")] == ["H100", "A6000"]
    placed = "1. Make an app.\n\n1. Where to run it:\n    - `a10`: `ord`\n    - `l40s`: `ord`, `ams`\n\n1. Deploy it.\n"
    assert rows("# GPUs\n\n" + placed.replace("Where to run it", "GPUs can be had in these regions"), "md")[:1] == [("A10", None, None, None, None)]


def test_billing_units_are_no_money():
    assert rows(table("Flavor | GPU | Cores | Billing units/h", "fox.1 | V100 | 14 | 60", "fox.2 | 2x V100 | 28 | 120"), "md") == [("V100", None, None, None, None), ("V100", 2, None, None, None)]


def test_the_seat_of_a_company_is_no_region():
    sellers = {"fox": {"name": "Fox Hosting", "country": "DE", "website": "https://fox.example", "locations": ["nbg1", "hel1"]}}
    assert [(r.label, r.country) for r in supply(json.dumps(sellers, indent=1), "json")[2]] == [("nbg1", "DE"), ("hel1", "FI")]


def test_surcharges_and_variables_of_templates_are_no_names_of_regions():
    text = "## Regions\n\n" + table("Region | Location | Surcharge", "DAL08 | Dallas | 11%", "AMS03 | Amsterdam | 6%") + "\n## Data centres\n\n" + table("Data center | Surcharge", "PAR01 | 16%", "LON02 | 13%")
    found = supply(text, "md")[2]
    assert all("%" not in (r.name or "") for r in found) and {"DAL08", "AMS03", "PAR01", "LON02"} <= {r.label for r in found}


def test_words_that_lead_to_a_list_of_places():
    text = "# 购买须知\n\n2. 地域：目前 GPU 云服务器仅支持 **广州三区**、 **北京二区** 和 **成都一区** 。\n"
    document = read_document(text.encode(), path="page.md", language="zh")
    assert [r.city for r in read_supply(document)[2]] == ["广州", "北京", "成都"]
    assert all("支持" not in r.label for r in read_supply(document)[2])


def test_a_point_that_ends_an_amount():
    assert rows(table("GPU | Price", "H100 | $10./hr", "A100 | $2.50/hr"), "md") == [("H100", None, 10.0, "USD", "hour"), ("A100", None, 2.5, "USD", "hour")]


def test_a_card_named_by_its_generation():
    assert [o.gpu_name for o in supply(json.dumps([{"gpu": "NVIDIA Blackwell RTX 6000", "price_per_hour_usd": 1.9}, {"gpu": "Quadro RTX 6000", "price_per_hour_usd": 0.9}]), "json")[1]] == ["RTXPRO6000", "RTX6000"]


def test_a_record_named_after_its_chip_alone_is_priced_by_the_gpu():
    gpus = [{"currency": "EUR", "price_hourly": 0.7, "name": "NVIDIA A40 48GB", "id": "a40", "gpu_count": 1}, {"currency": "EUR", "price_hourly": 0.9, "name": "fox-a40-1 (A40)", "id": "f1", "gpu_count": 1}]
    assert [o.price_scope for o in supply(json.dumps(gpus), "json")[1]] == ["gpu", "instance"]


def test_places_by_country_under_a_lead_on_data_centres():
    text = "Our data centres are in nine places:\n\n**United States:** Ashburn (VA), Dallas (TX)\n\n**Europe:** Madrid (ES), Zurich (CH)\n\nWe answer fast.\n"
    assert [(r.label, r.country) for r in supply(text, "md")[2]] == [("Ashburn", "US"), ("Dallas", "US"), ("Madrid", "ES"), ("Zurich", "CH")]
    assert supply(text.replace("Our data centres are in nine places:", "Customers write to us from everywhere:"), "md")[2] == []


def test_zones_in_chinese_fall_to_their_region_and_countries_to_their_towns():
    text = "## 地域\n\n" + table("地域 | 可用区", "广州 | 广州三区", "上海 | 上海二区") + "\n支持的地域：广州三区、上海二区。\n"
    document = read_document(text.encode(), path="page.md", language="zh")
    assert [r.label for r in read_supply(document)[2]] == ["广州", "上海"]
    document = read_document("GPUサーバーは、ベトナムのハノイおよび日本の大阪でご利用いただけます。\n".encode(), path="page.md", language="ja")
    assert [(r.label, r.country) for r in read_supply(document)[2]] == [("ハノイ", "VN"), ("大阪", "JP")]


def test_a_yardstick_is_no_chip_that_is_offered():
    text = "## GPU servers\n\n" + table("Plan | GPU | Price per hour", "fox-1 | 1x A40 | $0.90") + "\nThey deliver twice the graphics performance of RTX 6000 GPUs.\n\nScores:\n\n- V100: ~21 TFLOPS\n- L40S is also here\n"
    chips, *_ = supply(text, "md")
    assert {c.gpu_name: c.role for c in chips} == {"A40": "offered", "RTX6000": "compared", "V100": "compared", "L40S": "offered"}


def test_what_an_hourly_price_adds_up_to_is_no_price():
    text = "# Why we\n\nElsewhere it is another story, as anybody knows who has ever looked at what is asked, in the end, for a card of this kind. With others, one H100 at $4/hour adds up to $2,900/month, queue not counted.\n"
    assert rows(text, "md") == []


def test_accelerators_that_are_no_gpus_are_rows_of_a_table_of_instances():
    text = table("Type | vCPUs | Memory (GiB) | Accelerators", "g2.8xlarge | 32 | 60 | 4 GPUs", "inf1.24xlarge | 96 | 192 | 16 inference accelerators", "trn1.32xlarge | 128 | 512 | ", "m5.large | 2 | 8 | ")
    assert rows(text, "md") == [("K520", 4, None, None, None), ("INFERENTIA1", 16, None, None, None), ("TRAINIUM1", 16, None, None, None)]


def regions(text: str, kind: str, language: str = "en") -> list[tuple]:
    """(country, label, name) of the regions."""
    return sorted((r.country, r.label, r.name) for r in supply(text, kind, language)[2])


def test_cards_listed_by_region():
    text = "# Setting up a cluster\n\nFox Cloud supports these cards:\n\n  * Region Hanoi and SGN supports GPU card A30\n  * Region Hanoi 2 and Japan supports GPU card A30, H100 SXM5 and H200 SXM5\n"
    _, offers, places, _ = supply(text, "md")
    assert [(o.gpu_name, o.location) for o in offers] == [("A30", "Hanoi and SGN"), *((gpu, "Hanoi 2 and Japan") for gpu in ("A30", "H100", "H200"))]
    assert {r.label for r in places} == {"Hanoi", "SGN", "Hanoi 2", "Japan"}


def test_zones_fall_to_the_region_that_their_record_names():
    zones = [{"id": "7", "kind": "zone", "name": f"europe-west1-{letter}", "description": f"zone {letter}", "region": "https://api.fox.example/v1/regions/europe-west1"} for letter in "ab"]
    assert [r.label for r in supply(json.dumps({"items": zones}), "json")[2]] == ["europe-west1"]
    xml = "<Answer><zones>" + "".join(f"<item><zoneName>eu-west-1{z}</zoneName><regionName>eu-west-1</regionName></item>" for z in "ab") + "</zones></Answer>"
    assert regions(xml, "xml") == [("IE", "eu-west-1", None)]
    alone = [{"id": "at-grz", "label": "Graz, AT", "country": "at"}, {"id": "at-grz-2", "label": "Graz 2, AT", "country": "at"}]
    assert [label for _, label, _ in regions(json.dumps({"regions": alone}), "json")] == ["at-grz", "at-grz-2"]      # a second region, not a zone of the first


def test_a_table_of_zones_gives_the_code_of_each_region():
    text = table("Region name | Zone | Prefix", "Graz | `at-grz-1` | a", "Graz | `at-grz-2` | b", "Osaka | `jp-osa-1` | c", "Osaka | `jp-osa-2` | d")
    assert regions("## Zones of a region\n\n" + text, "md") == [("AT", "at-grz", "Graz"), ("JP", "jp-osa", "Osaka")]


def test_zones_of_a_sentence_are_known_from_those_of_regions_that_stand_beside_them():
    text = ("The first series is available in the Dallas (us-fox) region and the Oslo (no-osl) region.\n\nThe second is available in these regions and zones: "
            "Dallas (us-fox-1), Oslo (no-osl-3), Tokyo (jp-tok-3).\n\nThe third is available in the Mumbai - Elk (`in-mum`) region.\n")
    assert {label for _, label, _ in regions(text, "md")} == {"us-fox", "no-osl", "jp-tok", "in-mum"}
    assert regions("Regions: Graz (at-grz-1, at-grz-2) and Oslo (no-osl-3).\n", "md") == [("AT", "at-grz", "Graz"), ("NO", "no-osl-3", "Oslo")]


def test_the_code_of_a_table_is_the_label_and_a_list_that_repeats_the_places_adds_none():
    text = "## Locations\n\nFast storage is available in two locations: Graz-2 and Almaty.\n\n" + table("Storage location | Default region name | Endpoint", "Fast Graz-2 | s-grz1-2 | graz-2.fox.example", "Fast Almaty | s-kal2 | almaty.fox.example")
    assert [(country, label) for country, label, _ in regions(text, "md")] == [("AT", "s-grz1-2"), ("KZ", "s-kal2")]


def test_tables_with_one_place_as_head_beside_tables_with_many():
    many = table("Service | Dallas<br>(`us-fox`) | Oslo (`no-osl`) | Madrid (`es-mad`)", "Boats | yes | yes | no")
    text = "## Services by region\n\n" + many + "\n\n" + table("Service | Paris 01", "Boats | yes") + "\n\n" + table("Service | Oslo 02 | Oslo 04", "Boats | yes | no")
    assert {label for _, label, _ in regions(text, "md")} == {"us-fox", "no-osl", "es-mad", "Paris 01"}            # Oslo 02 lies in the city of a region


def test_a_place_in_a_bracket_a_place_left_out_and_a_country_beside_its_towns():
    text = "Studio runs in all regions except the Fox GovCloud (US) Regions.\n\nAn account provides access to the GovCloud (US-West) Region. The China account gives access to the Beijing and Ningxia Regions. You can't use the Norway Region.\n"
    assert {label for _, label, _ in regions(text, "md")} == {"GovCloud (US-West)", "Beijing", "Ningxia"}


def test_bold_items_of_a_list_of_regions_that_stand_as_headings():
    text = "# FAQ\n\n## Features\n\nMachines are available in the following regions:\n\n  * **Hanoi 2, Vietnam**\n  * **Oslo, Norway**\n\nStorage is only there in the Vietnam region.\n"
    assert [(country, label) for country, label, _ in regions(text, "md")] == [("NO", "Oslo, Norway"), ("VN", "Hanoi 2, Vietnam")]
    assert [label for _, label, _ in regions("機械はハノイ 2 (ベトナム) のリージョンで利用可能です。\n", "md", "ja")] == ["ハノイ 2 (ベトナム)"]


def test_prices_by_region_name_their_regions_and_a_broad_code_is_no_place():
    plans = [{"id": "fox-1", "price": {"hourly": 1.5}, "region_prices": [{"id": "br-gru", "hourly": 1.7}, {"id": "id-cgk", "hourly": 1.8}]}]
    assert {(country, label) for country, label, _ in regions(json.dumps({"data": plans}), "json")} == {("BR", "br-gru"), ("ID", "id-cgk")}
    assert locate("eu-west7") == locate("ap-south-8") == (None, None)      # a known eu-west stands elsewhere
    assert locate("eu-west-1")[0] == "IE"


def test_periods_named_by_adjectives():
    for head, unit in (("Tarif horaire HT", "hour"), ("Uurprijs", "hour"), ("Precio mensual", "month"), ("Cena miesięczna", "month"), ("Tagespreis", "day"), ("Prezzo orario", "hour")):
        assert rows(table(f"GPU | {head}", "1x NVIDIA L4 | 0,90 €"), "md") == [("L4", 1, 0.9, "EUR", unit)], head


def test_a_period_before_its_price_is_not_that_of_the_next_price():
    text = "### RTX 3090 24G\n\n￥0.90/时\n\n包天 ￥18 / 包月 ￥450\n"
    document = read_document(text.encode(), path="page.md", language="zh")
    assert sorted((o.price, o.price_unit) for o in read_supply(document)[1]) == [(0.9, "hour"), (18, "day"), (450, "month")]
    assert rows("### RTX 3090\n\n$0.30 / day $8 / month\n", "md") == [("RTX3090", None, 0.3, "USD", "day"), ("RTX3090", None, 8, "USD", "month")]


def test_columns_of_prices_for_so_many_gpus_each():
    text = table("GPU | $/hr (2 GPUs) | $/hr (4 GPUs)", "L40S | $1.50 | $3.00", "A40 | $0.80 | -")
    assert rows(text, "md") == [("L40S", 2, 1.5, "USD", "hour"), ("L40S", 4, 3, "USD", "hour"), ("A40", 2, 0.8, "USD", "hour")]
    assert {o.price_scope for o in supply(text, "md")[1]} == {"instance"}
    assert rows(table("GPU | 1x price per hour | 8x price per hour", "A40 | $0.40 | $3.20"), "md") == [("A40", 1, 0.4, "USD", "hour"), ("A40", 8, 3.2, "USD", "hour")]
    assert rows(table("GPU | Price per hour (1 GPU) | Setup", "A40 | $0.40 | $20"), "md") == [("A40", None, 0.4, "USD", "hour")]      # one column: what a price is for, not how many there are


def status(text: str, kind: str, language: str = "en") -> list[tuple]:
    return sorted((r.country, r.city, r.status) for r in supply(text, kind, language)[2])


def test_what_is_to_come_is_said_below_the_name_of_a_place_or_in_its_language():
    cards = "<h1>Data centers</h1><div><h3>Graz</h3><p>grz-1, online since 2019</p></div><div><h3>Bilbao</h3><p>bio-1, coming soon</p></div>"
    assert status(cards, "html") == [("AT", "Graz", "listed"), ("ES", "Bilbao", "coming_soon")]
    assert status("# Rechenzentren\n\nUnsere Server stehen in Graz. Ein Rechenzentrum in Bilbao ist in Planung.\n", "md", "de") == [("AT", "Graz", "listed"), ("ES", "Bilbao", "coming_soon")]


def test_towns_under_parts_of_the_world_under_a_heading_of_places():
    text = "# Fox\n\n## Our data center locations\n\n### Europe\n\n- Graz, Austria\n- Bilbao, Spain\n\n### Latin America\n\n- Santiago, Chile (soon)\n"
    assert status(text, "md") == [("AT", "Graz", "listed"), ("CL", "Santiago", "coming_soon"), ("ES", "Bilbao", "listed")]
    assert not any("soon" in r.name for r in supply(text, "md")[2])
    assert status(text.replace("Our data center locations", "Offices and data center locations"), "md") == []


def test_the_column_of_places_of_a_korean_table():
    text = table("리전 | 코드 | 위치", "중부 | kr-7 | 서울", "남부 | kr-8 | 부산")
    assert [(country, city) for country, city, _ in status(text, "md", "ko")] == [("KR", "부산"), ("KR", "서울")]


def test_a_period_and_a_currency_over_plain_amounts_head_prices():
    text = table("方案 | GPU 型號 | GPU 數量 | 每小時 (NT$) | 每月 (NT$)", "小 | RTX A4000 | 1 | 18 | 9,400", "大 | A100 | 4 | 310 | 160,000")
    assert rows(text, "md") == [("A4000", 1, 18, "TWD", "hour"), ("A4000", 1, 9400, "TWD", "month"), ("A100", 4, 310, "TWD", "hour"), ("A100", 4, 160000, "TWD", "month")]
    assert rows(table("GPU | Count | Hourly (S$)", "A40 | 1 | 1.10"), "md") == [("A40", 1, 1.1, "SGD", "hour")]
    assert rows(table("GPU | Count | Cores per $ and hour", "A40 | 1 | many"), "md") == [("A40", 1, None, None, None)]


def test_a_town_in_the_line_below_its_country():
    text = "## Our locations\n\n### Sweden\n\nLuleå (LLA1)\n\n### Portugal\n\nSines (SIN1) – planned for 2029\n"
    assert status(text, "md") == [("PT", "Sines", "coming_soon"), ("SE", "Luleå", "listed")]
    assert status("## Our customers\n\n### Sweden\n\nLuleå (LLA1)\n", "md") == []
    assert status("# Centres de données\n\n- Milan (MIL1), Italie – ouverture prévue en 2028\n- Lyon (LYS1), France\n", "md", "fr") == [("FR", "Lyon", "listed"), ("IT", "Milan", "coming_soon")]


def test_towns_in_the_case_that_russian_gives_them():
    text = "# Дата-центры\n\nСерверы размещены в дата-центрах в Казани, Варшаве и Стокгольме.\n"
    assert status(text, "md", "ru") == [("PL", "Варшава", "listed"), ("RU", "Казань", "listed"), ("SE", "Стокгольм", "listed")]


def test_numbers_and_periods_as_people_shorten_them():
    assert rows("### NVIDIA A40\n\n₹1.2 Lakh/month\n\n₹95/hr\n", "md") == [("A40", None, 120000, "INR", "month"), ("A40", None, 95, "INR", "hour")]
    assert rows("### NVIDIA A40\n\n₹1.35L per month\n", "md") == [("A40", None, 135000, "INR", "month")]
    assert rows(table("GPU-server | Videokaart | Prijs p/u | Prijs p/mnd", "Eend | 2x A40 | € 0,58 | € 369,-"), "md") == [("A40", 2, 0.58, "EUR", "hour"), ("A40", 2, 369, "EUR", "month")]


def test_how_often_one_pays_is_not_what_a_price_is_for():
    text = "## A40 reserved, price per GPU-hour\n\n" + table("Commitment | Upfront | Monthly billing", "3 months | €0.40 | €0.45", "12 months | €0.30 | €0.35")
    assert [(price, unit) for *_, price, _, unit in rows(text, "md")] == [(0.4, "hour"), (0.45, "hour"), (0.3, "hour"), (0.35, "hour")]
    assert rows(table("GPU | Monthly billing", "1x A40 | €300"), "md") == [("A40", 1, 300, "EUR", "month")]


def test_a_line_of_a_card_that_counts_its_gpus_in_korean():
    cards = "".join(f"<div class=card><strong>{gpu}</strong><p>GPU {count}개 / 48GB</p><p>시간당 {price}원</p></div>" for gpu, count, price in (("RTX 3090", 2, "1,180"), ("RTX 4090", 4, "3,960"), ("A100", 8, "18,400")))
    assert [(o.gpu_name, o.gpu_count, o.price) for o in supply(cards, "html", "ko")[1]] == [("RTX3090", 2, 1180), ("RTX4090", 4, 3960), ("A100", 8, 18400)]


def test_a_code_that_begins_like_the_name_of_an_area():
    assert [(r.country, r.city) for r in supply("## Regions\n\n**US-EAST-2** Kansas City, USA\n\n**EU-NORTH-7** Kajaani, Finland\n", "md")[2]] == [("US", "Kansas City"), ("FI", "Kajaani")]


def test_parts_with_a_price_each_are_rows_whatever_their_kinds_are_called():
    text = table("Kind | What it is | Label | Price per hour", "GPU | NVIDIA H100 SXM | `fox_h100` | $2.15", "GPU | NVIDIA L40S | `fox_l40s` | $0.95", "CPU | vCPU | `fox_cpu` | $0.02", "RAM | per GB | `fox_ram` | $0.01")
    assert rows(text, "md") == [("H100", None, 2.15, "USD", "hour"), ("L40S", None, 0.95, "USD", "hour")]
    assert rows(table("Component | Model | €/hour", "GPU | A30 | €0.61", "CPU | 8 cores | €0.11", "Memory | 64 GB | €0.05"), "md") == [("A30", None, 0.61, "EUR", "hour")]


def test_the_price_of_a_card_in_a_box_of_its_own():
    def page(card: str) -> str:
        return "<h1>Our GPUs</h1><div class='grid'>" + "".join(card.format(name, price) for name, price in (("H200", "3.10"), ("L40S", "0.90"))) + "</div>"

    expected = [("H200", None, 3.1, "USD", "hour"), ("L40S", None, 0.9, "USD", "hour")]
    assert rows(page("<div class='card'><div class='a'><h3>{}</h3><p>fast memory</p></div><div class='a'><div>${}</div><div>/hour</div></div><ul><li>NVMe</li></ul></div>"), "html") == expected
    assert rows(page("<article><h3>{}</h3><ul><li>24 vCPU</li></ul><footer><b>${}</b> <i>/hour</i></footer></article>"), "html") == expected
    assert rows(page("<div class='card'><h3>{}</h3><p>Hourly</p><p>${}</p></div>"), "html") == expected
    assert rows(page("<li><b>{}</b><span>${}/hr</span></li>"), "html") == expected                   # no "S$" in "L40S$0.90"
    apart = "<h1>Our GPUs</h1><div class='b'><h3>H200</h3><p>Contact us</p></div><div class='b'><h3>Small CPU server</h3><p>$0.10</p><p>/hour</p></div>"
    assert all(price is None for _, _, price, *_ in rows(apart, "html"))


def test_prices_that_a_script_draws_bear_the_sign_and_period_of_its_template():
    text = """<div id="t"></div><script>
      // 料金表のデータ（毎日更新されます）
      const CARDS = [ // よく使われるもの
        { model: 'L4', vram: '24 GB', use: '推論や画像生成に向いています', price: 310 },
        { vram: '48 GB', model: 'RTX A6000 Ada', price: 990, use: '大きなモデルの学習に' }, ];
      const row = c => `<td>${c.model}</td><td>¥${c.price.toLocaleString()}<small>/時間</small></td>`;
    </script>"""
    offers = supply(text, "html", None)[1]
    assert [(o.gpu_name, o.gpu_memory, o.price, o.currency, o.price_unit) for o in offers] == [("L4", 24, 310, "JPY", "hour"), ("RTX6000ADA", 48, 990, "JPY", "hour")]


def test_what_other_sellers_ask_is_no_offer_of_the_page():
    own = table("GPU | VRAM | Price/hour", "A100 | 80GB | $1.40", "L40S | 48GB | $0.70")
    rivals = "\n## Compared with our competitors\n\n### vs AWS p4d (A100)\n\n" + table(" | AWS | Fox | Savings", "Price/hour | $4.10 | $1.40 | 66%", "100 hours | $410 | $140 | $270")
    rivals += "\n### Elsewhere\n\n- RunPod asks $1.99/hr for an A100\n"
    expected = [("A100", None, 1.4, "USD", "hour"), ("L40S", None, 0.7, "USD", "hour")]
    assert rows("# Prices\n\n" + own + rivals, "md") == expected
    assert rows("# Prices\n\n" + table("GPU | Our price/hr | AWS | Azure", "A100 | $1.40 | $4.10 | $3.67", "L40S | $0.70 | $1.86 | $1.90"), "md") == expected
    assert rows("# Fox Cloud\n\n## Fox Cloud vs Lambda\n\n" + table("GPU | Fox Cloud ($/hr) | Lambda ($/hr)", "A100 | $1.40 | $1.79", "L40S | $0.70 | $0.99"), "md") == expected
    assert rows("# Prices\n\n## H100 vs A100\n\n" + table("GPU | Price/hour", "H100 | $2.20", "A100 | $1.40"), "md") == [("H100", None, 2.2, "USD", "hour"), ("A100", None, 1.4, "USD", "hour")]
    assert rows("# Competitive GPU pricing\n\n" + own, "md") == expected


def test_a_price_converted_from_another_is_none_of_its_own():
    text = table(" | Den | Burrow", "GPU | 1x L4 | 2x L4", "vCPU | 8 | 16", "Prix mensuel | 310€/mois | 590€/mois", "Prix annuel | 3100€/an | 5900€/an", "*Équivalent mensuel* | 258,33€/mois | 491,67€/mois")
    assert sorted(rows(text, "md")) == [("L4", 1, 310, "EUR", "month"), ("L4", 1, 3100, "EUR", "year"), ("L4", 2, 590, "EUR", "month"), ("L4", 2, 5900, "EUR", "year")]


def test_machines_without_a_price_each_under_a_heading():
    text = "# GPU servers\n\n## Cub\n\n10x PCIe Tesla V100 32G, for small teams\n\n## Bear\n\nGPUs: 8x SXM5 H100\n\n## Memory\n\n512 GB each\n"
    assert [(o.gpu_name, o.gpu_count, o.form_factor, o.instance_name) for o in supply(text, "md")[1]] == [("V100", 10, "PCIe", "Cub"), ("H100", 8, "SXM", "Bear")]
    assert rows("# How we trained\n\n## First run\n\n64x H100 for a week\n\n## Second run\n\n128x H100 for a month\n", "md") == []


def test_the_same_size_in_two_clouds_is_two_offers():
    text = table("Provider | Type | Price per hour | GPUs | Architecture", "north | fox-t4 | $0.40 | 1 | NVIDIA T4", "south | fox-t4 | $0.40 | 1 | NVIDIA T4")
    assert rows(text, "md") == [("T4", 1, 0.4, "USD", "hour")] * 2


def test_a_number_right_behind_an_east_asian_letter_is_a_price():
    assert rows("# 料金\n\n当社のH200は480円/GPU時間でご利用いただけます。\n", "md")[0][2:] == (480, "JPY", "hour")
    assert rows("# 价格\n\n单张A800每月只要7999元，无需押金。\n", "md") == [("A800", 1, 7999, "CNY", "month")]


def test_one_column_for_cores_and_gpus_prices_the_gpus():
    text = "Rates\n=====\n\n.. list-table:: Rates of the Elk centre\n   :header-rows: 1\n\n   * - Resource\n     - Kind\n     - Rate (CPU node / GPU card / day, in CHF)\n   * - Birch\n     - CPU\n     - 0.4\n   * - A30\n     - GPU\n     - 6.5\n"
    assert rows(text, "rst") == [("A30", None, 6.5, "CHF", "day")]


def test_a_list_of_gpus_and_prices_in_a_block_of_code():
    listing = "```\nL40S (48GB)     ￥4.2/小时\nH800 (80GB)     ￥15.5-17/小时\n整机另议\n```\n"
    offers = supply(f"# 狐狸云价目\n\n{listing}\n- H800 大约 ￥15.5/小时\n", "md", "zh")[1]
    assert [(o.gpu_name, o.gpu_memory, o.price, o.currency, o.price_unit) for o in offers] == [("L40S", 48, 4.2, "CNY", "hour"), ("H800", 80, 15.5, "CNY", "hour")]
    program = "```python\nrate = quote('H800', 15.5)  # $15.5/hour\nfor card in cards:\n    print(card, 'A100 at $2/hour')\n```\n"
    assert rows(f"# Our GPU client\n\n{program}", "md") == []


def test_marks_say_where_a_gpu_is_to_be_had():
    had = table("Card | Graz | Turku | Porto", "NVIDIA B200 | ○ | × | ×", "NVIDIA L4 | ○ | × | ○", "NVIDIA A16 | × | × | ×")
    offers = supply(f"# Elk Cloud\n\n## Cards by site\n\n{had}", "md")[1]
    assert [(o.gpu_name, o.location, o.price) for o in offers] == [("B200", "Graz", None), ("L4", None, None)]
    codes = table("Site | H200 | L40S", "GRZ1 | ✅ | ❌", "TKU2 | ❌ | ✅")
    assert [(o.gpu_name, o.location) for o in supply(f"# Elk Cloud\n\n## GPU availability\n\n{codes}", "md")[1]] == [("H200", "GRZ1"), ("L40S", "TKU2")]
    features = table("GPU | NVLink | ECC | MIG", "NVIDIA B200 | ✅ | ✅ | ✅", "NVIDIA L4 | ❌ | ✅ | ❌")
    assert supply(f"# Elk Cloud\n\n## Features\n\n{features}", "md")[1] == []


def test_marks_may_be_written_by_their_names():
    had = table("Resource | GRZ1 | TKU1", "NVIDIA H200 | :white\\_check\\_mark: | :no\\_entry:", "L4 | :heavy_check_mark: | :x:", "A16 | :x: | :x:")
    assert [(o.gpu_name, o.location) for o in supply(f"# Elk Cloud\n\n## GPU availability by region\n\n{had}", "md")[1]] == [("H200", "GRZ1"), ("L4", "GRZ1")]
    worded = table("Card | Graz | Turku", "NVIDIA B200 | ✅ Yes | ❌ No", "NVIDIA L4 | No :x: | Available ✅")
    assert [(o.gpu_name, o.location) for o in supply(f"# Elk Cloud\n\n## Cards by site\n\n{worded}", "md")[1]] == [("B200", "Graz"), ("L4", "Turku")]


def test_items_of_a_list_of_data_centres_tell_their_gpus():
    page = "# Data centres\n\nWe have these data centres:\n\n- **EU-SE-1** — Stockholm, Sweden (H200, L40S)\n- **EU-RO-1** — Bucharest, Romania (8x B200)\n- **EU-FI-2** — Turku, Finland\n"
    _, offers, places, _ = supply(page, "md")
    assert [(o.gpu_name, o.gpu_count, o.instance_name, o.location) for o in offers] == [("H200", None, None, "EU-SE-1"), ("L40S", None, None, "EU-SE-1"), ("B200", 8, None, "EU-RO-1")]
    assert [(r.label, r.name, r.country) for r in places] == [("EU-SE-1", "Stockholm, Sweden", "SE"), ("EU-RO-1", "Bucharest, Romania", "RO"), ("EU-FI-2", "Turku, Finland", "FI")]


def test_a_column_of_available_gpus_names_them():
    where = table("Regions | OS | Available GPU SKUs", "Graz, Turku | Linux | A16", "Porto | Linux | T4")
    assert [(o.gpu_name, o.location) for o in supply(f"### Where it can be had\n\n{where}", "md")[1]] == [("A16", "Graz, Turku"), ("T4", "Porto")]
    stock = table("Card | Available GPUs | Price per hour", "A16 | 12 | $0.30", "L4 | 3 | $0.40")
    assert [(o.gpu_name, o.gpu_count, o.price) for o in supply(stock, "md")[1]] == [("A16", None, 0.3), ("L4", None, 0.4)]


def test_what_is_no_longer_let_is_no_offer():
    machines = table("Machine | GPU | vCPU", "elk-1 | 1x A10 | 8", "elk-2 (discontinued) | 1x T4 | 8")
    assert [o.gpu_name for o in supply(f"# GPU machines\n\n{machines}", "md")[1]] == ["A10"]
    sheet = table("规格 | Tesla V100 | A40", "显存 | 32GB | 48GB", "CPU | 8核 | 16核")
    assert [o.gpu_name for o in supply(f"# 机型\n\n## V100\n\n已停售\n\n## A40\n\n1-4颗 A40\n\n## GPU 参数\n\n{sheet}", "md", "zh")[1]] == ["A40"]


def test_a_gpu_hour_is_of_the_one_chip_that_a_page_names():
    page = "# Elk supercomputer\n\nThe machine has 900 MI300A.\n\n## Charges\n\nUse is charged at €1.15 per GPU-hour.\n"
    assert rows(page, "md") == [("MI300A", None, 1.15, "EUR", "hour")]
    assert rows(page.replace("900 MI300A", "900 MI300A and 40 A100"), "md") == []
    assert rows(page + "\nOn AWS the same costs more than $9.00 per GPU-hour.\n", "md") == []


def test_how_long_a_job_takes_is_no_period_of_its_price():
    assert rows("# Tuning on GPUs\n\nA run on one L40S takes about 25 minutes and costs $0.80.\n", "md") == []


def test_what_a_large_cloud_asks_is_no_offer_of_another_page():
    assert rows("# 여우 GPU 안내\n\nAWS에서 A10G 한 대는 시간당 약 $1.00입니다.\n", "md") == []
    assert rows("# 여우 GPU 안내\n\n여우에서 A10G 한 대는 시간당 $0.60입니다.\n", "md")[0][2:] == (0.6, "USD", "hour")


def test_a_plain_name_is_one_gpu_only_beside_several_of_the_same():
    text = table("Name | GPU memory | vCPUs | Price", "GV100 | 32 GB | 8 | $2.10/hr", "GV100x4 | 128 GB | 32 | $8.00/hr", "P100 | 16 GB | 4 | $0.90/hr")
    assert [(g, n) for g, n, *_ in rows(f"# GPU machines\n\n{text}", "md")] == [("GV100", 1), ("GV100", 4), ("P100", None)]


def test_resources_written_with_slashes_count_their_gpus():
    text = "# Offers\n\n```\n #  SELLER   PLACE   RESOURCES                     SPOT  PRICE\n 1  elkhost  norway  12xCPU/48GB/2xL40S/500GB      no    $1.30\n 2  elkhost  norway  24xCPU/96GB/4xL40S/500GB      no    $2.55\n```\n"
    assert [(g, n, p) for g, n, p, *_ in rows(text, "md")] == [("L40S", 2, 1.3), ("L40S", 4, 2.55)]


def test_zones_and_parts_of_a_country_in_east_asian_names():
    _, _, regions, _ = supply("# GPU云主机\n\n可选可用区：天津二可用区B，成都A，天津二C\n", "md", "zh")
    assert {(r.label, r.country) for r in regions} == {("天津二", "CN"), ("成都", "CN")}
    _, _, regions, _ = supply("# GPU云主机\n\n本机型在华南-深圳、西南-成都的数据中心提供，华南部分可用区邀测中。\n", "md", "zh")
    assert {r.label for r in regions} == {"华南-深圳", "西南-成都"}
    assert supply("# About\n\nOur data centre takes part in the Norway Fusion Energy Project.\n", "md")[2] == []


def test_machines_told_in_one_table_and_priced_in_another():
    specs = table("Instance | GPU | vCPU | RAM", "fox.g1 | 1x L40S 48GB | 8 | 64 GB", "fox.g4 | 4x L40S 48GB | 32 | 256 GB", "fox.c1 | - | 4 | 16 GB")
    prices = "\n## Prices\n\n" + table("Instance | Hourly | Monthly", "fox.g1 | €0.90 | €590", "fox.g4 | €3.50 | €2,300", "fox.c1 | €0.05 | €30")
    expected = [("L40S", 1, 0.9, "EUR", "hour"), ("L40S", 1, 590, "EUR", "month"), ("L40S", 4, 3.5, "EUR", "hour"), ("L40S", 4, 2300, "EUR", "month")]
    assert rows("# Machines\n\n" + specs + prices, "md") == expected
    assert rows(prices[1:] + "\n## Machines\n\n" + specs, "md") == expected
    assert [p for *_, p, _, _ in rows(specs + "\n## Windows licence\n\n" + table("Instance | Hourly", "fox.g1 | €0.20"), "md") if p] == []
    sheet = "### BX40 (small)\n\n" + table("Spec | Value", "GPU | NVIDIA RTX 4000 SFF Ada", "VRAM | 20 GB", "CPU | 14 cores") + "\n### Overview\n\n" + table("Modello | Mensile | Setup | €/GB VRAM", "BX40 | €171 | €99 | €8.55")
    assert [(o.instance_name, o.gpu_name, o.gpu_memory, o.price, o.price_unit) for o in supply(sheet, "md")[1]] == [("BX40", "RTX4000SFFADA", 20, 171, "month")]
    assert rows("# Summary\n\n" + table("Criterion | Rating | Note", "Speed | 4 of 5 | RTX 4090 24GB is enough", "Price | 5 of 5 | fair"), "md") == []


def test_a_sentence_that_counts_gpus_anew_prices_that_many():
    assert rows("# 料金\n\nH200を1基搭載したプランは1時間あたり620円、4基搭載のプランは月額1,400,000円です。\n", "md") == [("H200", 1, 620, "JPY", "hour"), ("H200", 4, 1_400_000, "JPY", "month")]
    assert rows("# 요금\n\nB200은 시간당 6,100원, A40은 시간당 800원입니다. 4장 서버는 월 900만원입니다.\n", "md") == [("B200", None, 6100, "KRW", "hour"), ("A40", None, 800, "KRW", "hour")]


def test_an_item_of_a_list_of_gpus_may_have_a_short_name():
    assert [g for g, *_ in rows("# 价格\n\n- RTX 5090：3.1元/时\n- H800：14元/时\n- L40：4.2元/卡时\n", "md")] == ["RTX5090", "H800", "L40"]


def test_lists_of_gpus_under_the_names_of_places():
    text = "# Elk Cloud\n\n## GPUs by data centre\n\n### Graz (grz1)\n\n- B200\n- L40S\n\n### Turku\n\n- A100 80GB\n\n### How to order\n\n- A100 80GB needs a quota\n"
    _, offers, regions, _ = supply(text, "md")
    assert [(o.gpu_name, o.location) for o in offers] == [("B200", "Graz (grz1)"), ("L40S", "Graz (grz1)"), ("A100", "Turku")]
    assert {(r.label, r.country) for r in regions} == {("grz1", "AT"), ("Turku", "FI")}


def test_the_region_of_a_row_is_its_place_and_not_its_zone():
    text = table("地域 | 可用区 | GPU | GPU卡数", "华西3（成都） | cn-elk-b | A30 | 2", "华西3（成都） | cn-elk-c | A16 | 1")
    assert [(o.gpu_name, o.location) for o in supply(f"# 机型\n\n{text}", "md", "zh")[1]] == [("A30", "华西3(成都)"), ("A16", "华西3(成都)")]
    assert rows("# ราคา\n\n" + table("GPU | ราคา (บาท/ชั่วโมง)", "A100 | 82", "L40S | 40"), "md") == [("A100", None, 82, "THB", "hour"), ("L40S", None, 40, "THB", "hour")]


def test_what_a_card_costs_to_buy_or_on_the_market_is_no_offer():
    assert [r for r in rows("# GPU\n\n" + table("型号 | 显存 | 售价", "RTX 5090 | 32GB | 21999元", "A800 | 80GB | 90000元"), "md") if r[2]] == []
    assert rows("# GPU\n\n" + table("型号 | 显存 | 售价（元/小时）", "RTX 5090 | 32GB | 3.2"), "md")[0][2:] == (3.2, "CNY", "hour")
    assert rows("# Notes on GPUs\n\nAcross the market an H200 rents for $2.80 to $6.10 per hour.\n\nWe trained the model on 32 B200 for $3.30 per GPU-hour.\n", "md") == []


def test_words_in_a_matrix_of_places_say_whether_a_gpu_can_be_had():
    text = table("Region | H200 | L40S", "Graz | Limited | Available", "Turku | Sold out | Available")
    assert [(o.gpu_name, o.location) for o in supply(f"# Elk Cloud\n\n## GPU capacity\n\n{text}", "md")[1]] == [("H200", "Graz"), ("L40S", None)]


def test_a_column_of_a_large_cloud_beside_a_nameless_one_compares_sellers():
    assert rows("# GPU prices\n\n" + table("GPU | AWS | Elk", "H100 | $6.88/hr | $2.10/hr"), "md") == []
    assert rows("# Elk Cloud prices\n\n" + table("GPU | AWS | Elk", "H100 | $6.88/hr | $2.10/hr"), "md") == [("H100", None, 2.1, "USD", "hour")]
    address = "# Machines\n\n" + table("Instance | GPU", "g2.4 | 1x L4") + "\n## Public IP\n\n" + table("Instance | Price per hour", "g2.4 | $0.004")
    assert [price for _, _, price, *_ in rows(address, "md")] == [None]


def test_plain_names_among_rows_that_count_are_one_gpu_each():
    lines = ["Machine | Card memory | vCPU | Per hour", "NVIDIA L4 - calf | 24 GB | 8 | $0.71", "2x NVIDIA A40 - cow | 96 GB | 24 | $1.90", "4x NVIDIA A40 - ox | 192 GB | 48 | $3.70", "NVIDIA A100 - bull | 80 GB | 24 | $1.80",
             "Shared NVIDIA T4 - hen | 4 GB | 2 | $0.10"]
    assert [(g, n) for g, n, *_ in rows("# Stables\n\n" + table(*lines), "md")] == [("L4", 1), ("A40", 2), ("A40", 4), ("A100", 1), ("T4", None)]
    per_gpu = [line.replace("Per hour", "Per GPU-hour") for line in lines]
    assert [(g, n) for g, n, *_ in rows("# Stables\n\n" + table(*per_gpu), "md")] == [("L4", None), ("A40", 2), ("A40", 4), ("A100", None), ("T4", None)]
    one = [lines[0], lines[1], lines[2], lines[4]]             # a single row that counts says nothing of the others
    assert [(g, n) for g, n, *_ in rows("# Stables\n\n" + table(*one), "md")] == [("L4", None), ("A40", 2), ("A100", None)]


def test_names_of_machines_that_hold_chip_number_and_memory():
    def counts(*lines: str) -> list[tuple]:
        return [(g, n) for g, n, *_ in rows("# GPU machines\n\n" + table(*lines), "md")]
    head = "GPU machine | Network"
    assert counts(head, "A40-1-48G | 2 Gbit/s", "A40-2-48G | 4 Gbit/s", "A40-4-48G | 8 Gbit/s", "A100-SXM-8-80G | 9 Gbit/s") == [("A40", 1), ("A40", 2), ("A40", 4), ("A100", 8)]
    assert counts(head, "A40-1-48G | 2 Gbit/s", "A40-1-48G-v2 | 4 Gbit/s", "L4-1-24G | 8 Gbit/s") == [("A40", None), ("A40", None), ("L4", None)]     # the number is always the same
    assert counts(head, "A40-1-200G | 2 Gbit/s", "A40-2-64G | 4 Gbit/s", "A40-4-12G | 8 Gbit/s") == [("A40", None)] * 3                                # not the memory of such a card
    head = "GPU machine | Hourly price"
    assert counts(head, "fox-A40-1 | $0.50", "fox-A40-2 | $1.00", "fox-A40-4 | $2.00") == [("A40", 1), ("A40", 2), ("A40", 4)]
    assert counts(head, "fox-A40-1 | $0.50", "fox-A40-2 | $0.55", "fox-A40-4 | $0.60") == [("A40", None)] * 3


def test_a_line_before_a_table_of_counts_names_the_machines():
    page = "# Machines with GPUs\n\nWhat can be had:\n\n"
    for line, sizes in (("Platform {{ a40-moose-lake }} (`elk-standard-1`)", ("1 | 48 | 8 | 64", "2 | 96 | 16 | 128")), ("{{ a40-swan-lake }} (`elk-standard-2`)", ("1 | 48 | 12 | 96",)),
                        ("Next (`elk-standard-3`)", ("1 | 80 | 12 | 96",)), ("With T4 (`elk-t4`)", ("1 | 16 | 6 | 24", "1 | 16 | 12 | 48"))):
        page += f"* {line}:\n\n  Number of GPUs | VRAM, GB | vCPUs | RAM, GB\n  --- | --- | --- | ---\n" + "".join(f"  {size}\n" for size in sizes) + "\n"
    assert [(o.gpu_name, o.gpu_count, o.gpu_memory, o.instance_name) for o in supply(page, "md")[1]] == [
        ("A40", 1, 48, "elk-standard-1"), ("A40", 2, 48, "elk-standard-1"), ("A40", 1, 48, "elk-standard-2"), ("T4", 1, 16, "elk-t4"), ("T4", 1, 16, "elk-t4")]


def test_a_base_fee_beside_a_price_per_hour_is_no_offer():
    for text in ("- A40: €1.10 / GPU-hour + €120 / month base fee\n", "- A40: €1.10 / GPU-uur + €120 / maand basisfee\n", "- A40: 1,10 € pro GPU-Stunde, Grundgebühr 120 € im Monat\n"):
        assert [row[2] for row in rows("# GPUs to rent\n\n" + text, "md", )] == [1.1], text


def test_points_beside_prices_and_counts_in_brackets_or_before_the_memory():
    text = table("Pen | Cores [GPUs] | Billing rate | Price per hour [€]", "Sheep | 32 | 60 | 0.90€", "Goats | 32 [+4 NVIDIA A40] | 120 | 3.60€")
    assert rows(text, "md") == [("A40", 4, 3.6, "EUR", "hour")]
    text = table("Pen | GPU | GPU memory (GB) | Price ($ ph)", "Sheep | NVIDIA A40 | 48 | 0.90", "Goats | NVIDIA A40 | 4x48 | 3.60")
    assert [(o.gpu_count, o.gpu_memory, o.price, o.price_unit) for o in supply(text, "md")[1]] == [(None, 48, 0.9, "hour"), (4, 48, 3.6, "hour")]


def test_a_cell_of_prices_that_names_its_gpu():
    text = table("Barn | Prices | Also", "Fox | RTX 5000 at $0.40/hr | -", "Elk | A40 from 0.35 EUR/h | Up to 6 GPUs per stall", "Owl | on its page | $20 of credit")
    assert rows(text, "md") == [("RTX5000", None, 0.4, "USD", "hour"), ("A40", None, 0.35, "EUR", "hour")]


def card(*lines: str) -> str:
    return f"<div class='card'><h3>{lines[0]}</h3>" + "".join(f"<p>{line}</p>" for line in lines[1:]) + "</div>"


def test_what_is_sold_beside_a_card_is_no_price_of_it():
    assert rows(card("L40S 48GB", "$0.88/hr", "Local disk", "$0.02/hr", "Backup", "$9/month"), "html") == [("L40S", None, 0.88, "USD", "hour")]
    for lines in (("Local disk", "$0.08/hr"), ("Reservation fee", "$99/month"), ("Public IP $4/month",), ("Windows licence: $35/month",), ("Save $4.39/hr",), ("$250/month + compute",), ("Minimum top-up $25", "Billed by the hour"),
                  ("$39/month", "12 lessons"), ("$199/month", "Unlimited seats"), ("Market average", "$2.31/hr"), ("$0.36/hour of audio",), ("$500/month in vouchers",)):
        assert rows(card("L40S 48GB", *lines), "html") == [], lines
    assert rows(card("L40S 48GB", "2 TB storage", "$0.88/hr", "Priority support", "No deposit", "Support: included"), "html") == [("L40S", None, 0.88, "USD", "hour")]
    assert rows("<ul><li>L40S 48GB, 1 public IP: $0.50/hr</li><li>L4 24GB, daily backup: $0.30/hr</li></ul>", "html") == [("L40S", None, 0.5, "USD", "hour"), ("L4", None, 0.3, "USD", "hour")]


def test_cards_of_other_things_that_name_a_gpu():
    for title in ("L40S guide", "CUDA engineer, L40S team", "Fox course on the L40S tutorial"):
        assert rows(card(title, "$29/month"), "html") == [], title
    page = "<div class='card'><h3>NVIDIA A40</h3><p>48 GB</p></div><div class='card'><p>{}</p><p>{}</p></div>"
    assert rows(page.format("$0.50/hr", "Deploy"), "html") == [("A40", None, 0.5, "USD", "hour")]
    assert rows(page.format("$99/month", "Priority support"), "html") == []


def test_headings_of_other_trades():
    listed = table("GPU | Per hour", "A40 | $0.50", "L4 | $0.30")
    assert len(rows("# Prices\n\n" + listed, "md")) == len(rows("# Training clusters\n\n" + listed, "md")) == len(rows("# Jobs\n\n" + listed, "md")) == 2
    for heading in ("Host earnings", "What hosts make", "Electricity costs", "Become a provider", "Add-ons", "Windows licences", "Example invoice", "Colocation", "Case study: Hay Labs"):
        assert rows(f"# {heading}\n\n{listed}", "md") == rows(f"# {heading}\n\n```\nA40: $0.50/hr\nL4:  $0.30/hr\n```\n", "md") == rows(f"# {heading}\n\n- A40: $0.50/hr\n- L4: $0.30/hr\n", "md") == [], heading


def test_sentences_with_other_money():
    for text in ("An H100 draws 300 W: $0.05 per hour in electricity.", "Hay Labs trained on 64 H100 and paid $310,000 per month.", "We used an H100 and cut our bill from $12/hr to nothing.", "The H100 licence fee is $1.00 per GPU hour."):
        assert rows(text + "\n", "md") == [], text
    assert rows("The price of the H100 was lowered from $0.90/hr to $0.50/hr.\n", "md") == [("H100", None, 0.5, "USD", "hour")]
    assert rows("# Our H100 cluster\n\nSupport is billed at $0.20 per GPU hour.\n", "md") == rows("# Run your H100 on our platform\n\nPlatform fee: $0.10/GPU-hour on your own hardware.\n", "md") == []


def test_partitions_of_a_cluster_named_after_their_gpus():
    lines = ["A800 | 2.10 | 执行中", "RTX4090-7 | 0.45 | 执行中", "RTX4090 | 0.45 | 执行中", "L40 | 0.95 | 执行中"]
    text = "# 计费\n\n" + table("分区 | 单价（元） | 状态", *lines)
    assert [row[:4] for row in rows(text, "md")] == [("A800", None, 2.1, "CNY"), ("RTX4090", None, 0.45, "CNY"), ("RTX4090", None, 0.45, "CNY"), ("L40", None, 0.95, "CNY")]
    roads = "# 通行费\n\n" + table("道路 | 单价（元） | 状态", "L40 | 0.95 | 执行中", "A10 | 2.10 | 执行中")
    assert rows(roads, "md") == []


def test_prices_by_region_and_terms_in_neither_money_nor_period():
    text = json.dumps([{"name": "fox.large", "gpu": "NVIDIA A40", "gpuCount": 2, "pricing": {"eu-west-1": {"onDemand": 1.1, "reserved": 0.7}, "us-east-1": {"onDemand": 1.0}}}])
    assert [(o.gpu_count, o.price, o.currency, o.price_unit, o.commitment, o.location) for o in supply(text, "json")[1]] == [
        (2, 1.1, None, None, "on_demand", "eu-west-1"), (2, 0.7, None, None, "reserved", "eu-west-1"), (2, 1.0, None, None, "on_demand", "us-east-1")]
    assert {r.label for r in supply(text, "json")[2]} == {"eu-west-1", "us-east-1"}
    for other in (text.replace("pricing", "benchmarks"), text.replace("onDemand", "weight").replace("reserved", "height")):
        assert not any(price for _, _, price, *_ in rows(other, "json"))


def test_prices_that_a_style_sheet_strikes_out():
    for old in ("<p class='small line-through'>$0.99/hr</p>", "<span style='color:red; text-decoration: line-through'>$0.99/hr</span> ", "<div class='old-price'>$0.99/hr</div>"):
        assert rows(f"<div class='card'><h3>L40S 48GB</h3>{old}<b>$0.88/hr</b></div>", "html") == [("L40S", None, 0.88, "USD", "hour")], old
    assert rows("<div class='card'><h3>L40S 48GB</h3><p class='hover:line-through'>$0.88/hr</p></div>", "html") == [("L40S", None, 0.88, "USD", "hour")]
    long = "A long clause that somebody has struck out. " * 4
    assert long.strip() in read_document(f"<p class='line-through'>{long}</p>".encode(), path="page.html").text


def test_records_of_other_units_kinds_and_sums():
    for record in ({"name": "NVIDIA A40", "price": 0.02, "unit": "image"}, {"name": "NVIDIA A40", "price": 0.9, "unit": "1M tokens"}, {"@type": "Course", "name": "Herding on the NVIDIA A40", "price": 49, "priceCurrency": "USD"},
                   {"gpu": "A40", "hours": 12, "amount": 29.88, "currency": "USD"}, {"gpu": "A40", "price": 28900, "currency": "USD"}):
        assert [r for r in rows(json.dumps([record]), "json") if r[2] is not None] == [], record
    assert rows(json.dumps([{"name": "NVIDIA A40", "price": 0.5, "currency": "USD", "unit": "hour"}, {"gpu": "L4", "gpu_count": 8, "price": 3900, "currency": "USD"}]), "json") == [("A40", None, 0.5, "USD", "hour"), ("L4", 8, 3900.0, "USD", None)]


def test_rows_of_licences_and_cards_of_other_sellers():
    text = table("Item | Price", "Windows licence for the H100 | $35/month", "H100 with licence | $2.10/hr")
    assert [r[2] for r in rows(text, "md")] == [2.1]
    page = "<h2>How we compare</h2>" + card("AWS", "L40S 48GB", "$1.90/hr") + card("Hay Cloud", "L40S 48GB", "$0.88/hr")
    assert 1.9 not in [r[2] for r in rows(page, "html")]
    assert rows(card("Speech to text", "Runs on the L40S 48GB", "$0.36/hour", "of audio transcribed"), "html") == []


def test_nodes_gateways_and_savings_beside_the_price():
    assert rows(card("Cluster with L40S 48GB", "Login node", "$0.10/hr"), "html") == []
    assert [r[2] for r in rows(table("GPU | You pay | You save per month", "L40S | $0.88/hr | $1,200", "H100 | $2.10/hr | $3,204"), "md")] == [0.88, 2.1]
    assert rows(table("Service | Price per hour", "NAT gateway for H100 nodes | $0.045", "Load balancer | $0.025"), "md") == []


def test_what_a_program_prints_is_no_price_list():
    listed = "gpu      price\nH100     $2.00/hr\nA100     $1.00/hr\nL40S     $0.50/hr\n"
    assert len(rows(f"# Prices\n\n```\n{listed}```\n", "md")) == 3
    assert not any(r[2] for r in rows("# Prices\n\n```\n$ finder cheap\nH100: $2.00/hr\nA100: $1.00/hr\n```\n", "md"))


def test_signs_of_money_that_were_decoded_wrongly_on_their_way():
    euro, won = "€".encode().decode("cp1252"), "₩".encode().decode("cp1252")
    text = json.dumps({"sellers": {"Fox": {f"L40S (hourly {euro})": f"{euro}0.93", "A40 (monthly)": f"{euro}412"}, "Elk": {"A40 (hourly)": f"{won}940"}}})
    assert rows(text, "json") == [("L40S", None, 0.93, "EUR", "hour"), ("A40", None, 412.0, "EUR", "month"), ("A40", None, 940.0, "KRW", "hour")]


def test_fields_that_name_a_chip_say_how_many_and_where():
    text = json.dumps({"Fox": {"A40 (large)": "$3.52/hr (8x GPUs)", "A40 (small)": "$0.44/hr", "L40S (fox.xl - 4x GPUs - eu-west-1)": "$3.60/hr", "L40S (up to 4 GPUs)": "$0.91/hr"}})
    _, offers, regions, _ = supply(text, "json")
    assert [(o.gpu_name, o.gpu_count, o.price, o.location) for o in offers] == [("A40", 8, 3.52, None), ("A40", None, 0.44, None), ("L40S", 4, 3.6, "eu-west-1"), ("L40S", None, 0.91, None)]
    assert [(r.label, r.country) for r in regions] == [("eu-west-1", "IE")]


def test_two_chips_at_one_price_with_and_without_a_period():
    text = json.dumps({"Fox": {"A40 (hourly)": "$0.44", "L40S (2x GPUs)": "$0.44"}})
    assert rows(text, "json") == [("A40", None, 0.44, "USD", "hour"), ("L40S", 2, 0.44, "USD", None)]


def test_the_cheapest_of_a_list_is_no_offer_more():
    listed = {"sellers": {"Fox": {"L40S": "$0.44/hr"}, "Elk": {"L40S": "$0.61/hr"}}}
    best = {"summary": {"cheapest": {"seller": "Fox", "variant": "L40S", "price": "$0.44/hr"}, "most_expensive": {"seller": "Elk", "variant": "L40S", "price": "$0.61/hr"}}}
    assert rows(json.dumps(listed | best), "json") == rows(json.dumps(best | listed), "json") == [("L40S", None, 0.44, "USD", "hour"), ("L40S", None, 0.61, "USD", "hour")]
    assert len(rows(json.dumps(best), "json")) == 2            # nothing else tells them


def test_a_form_without_answers_offers_no_chip():
    text = json.dumps({"Provider": "Hay Cloud", "L40S, On-Demand": "", "L40S, Monthly": "No", "A40 SXM, Serverless": None}, indent=1)
    assert {c.role for c in supply(text, "json")[0]} == {"mentioned"} and rows(text, "json") == []
    assert {c.role for c in supply(text.replace('"No"', '"yes, in May"'), "json")[0] if c.gpu_name == "L40S"} == {"mentioned", "offered"}


def test_a_cell_that_names_two_families_on_two_lines():
    sizes = table("Size | GPU (NVIDIA A40) | vCPU", "FX2.large | 1 | 8", "FX2.huge | 2 | 16", "FX2S.large | 1 | 4", "FX2S.huge | 4 | 32")
    text = table("Instance | GPU | Memory", "FX2<br>FX2S | NVIDIA A40 | 48 GB", "FX9 | NVIDIA L4 | 24 GB") + "\n## Sizes\n\n" + sizes
    assert [(o.instance_name, o.gpu_count) for o in supply(text, "md")[1]] == [("FX9", None), ("FX2.large", 1), ("FX2.huge", 2), ("FX2S.large", 1), ("FX2S.huge", 4)]


def test_prices_below_the_name_of_a_machine_or_beside_it():
    machines = "# 计费\n\n" + table("型号 | 显卡 | 内存", "S1-小型 | 1/4 A40 vGPU | 8GB", "M1-中型 | 1/2 A40 vGPU | 16GB", "L1-大型 | NVIDIA A40 | 32GB")
    under = "".join(f"\n## {name}\n\n" + table("清晰度 | 计费周期 | 单价（元）", f"标准 | 月 | {low}", f"高清 | 月 | {high}") for name, low, high in (("S1-小型", 610, 655), ("M1-中型", 1010, 1090), ("L1-大型", 1820, 1990)))
    expected = [(0.25, 610.0), (0.25, 655.0), (0.5, 1010.0), (0.5, 1090.0), (1, 1820.0), (1, 1990.0)]
    assert [(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit, o.price_scope) for o in supply(machines + under, "md", "zh")[1]] == [("A40", n, p, "CNY", "month", "instance") for n, p in expected]
    beside = "\n## 退费\n\n" + table("并发类型 | 画质 | 计费周期 | 单价（元）", "S1-小型 | 标准 | 小时 | 1.85", "L1-大型 | 标准 | 小时 | 6.2")
    assert [(o.instance_name, o.gpu_count, o.price, o.price_unit) for o in supply(machines + beside, "md", "zh")[1] if o.price] == [("S1-小型", 0.25, 1.85, "hour"), ("L1-大型", 1, 6.2, "hour")]
    licence = "\n## Windows 许可 licences\n\n" + table("适用 | 计费周期 | 单价（元）", "S1-小型 | 月 | 35")
    assert not any(o.price for o in supply(machines + licence, "md", "zh")[1])
    other = "\n## 存储\n\n" + table("类型 | 计费周期 | 单价（元）", "S9-云盘 | 月 | 3.5")
    assert not any(o.price for o in supply(machines + other, "md", "zh")[1])


def test_nameless_rows_of_one_table_that_differ_in_hardware_are_each_an_offer():
    sizes = "# Pod sizes\n\n" + table("GPU model | GPUs | CPU cores | Memory (GiB)", "A40 | 1 | 8 | 32", "A40 | 1 | 20 | 80", "A40 | 2 | 40 | 160")
    assert [r[:2] for r in rows(sizes, "md")] == [("A40", 1), ("A40", 1), ("A40", 2)]
    assert [r[:2] for r in rows(sizes + "\n# Again\n\n" + table("GPU model | GPUs | CPU cores | Memory (GiB)", "A40 | 1 | 8 | 32"), "md")] == [("A40", 1), ("A40", 1), ("A40", 2)]
    assert [r[:2] for r in rows("# Sizes\n\n" + table("GPU flavor | Scratch space", "V100 | 400 GB", "8*V100 | 2 TB"), "md")] == [("V100", None), ("V100", 8)]


def test_tables_of_one_column_that_list_names_of_instances():
    names = "# Pools\n\n### Worker types\n\n| Instance profile |\n|---|\n| hay-4x16 |\n| fox-16x80x1l4 |\n| fox-32x240x1h100 |\n| fox-64x480x2h100 |\n"
    assert [r[:2] for r in rows(names, "md")] == [("L4", 1), ("H100", 1), ("H100", 2)]
    assert rows("# Layers\n\n| Layer |\n|---|\n| hay-4x16 |\n| 1l4 |\n| 2l4 |\n", "md") == rows("# Reading\n\n| Card |\n|---|\n| H100 |\n| A100 |\n", "md") == []
    assert rows(names.replace("Worker types", "Known issues"), "md") == []


def test_specifications_that_hold_nothing_but_chips():
    page = "# Storage of a job\n\n" + table("GPU specifications | Cache", "P100 | 400 GB", "4*P100 | 2 TB") + "\n" + table("Ascend specifications | Cache", "Ascend 910 | 2 TB")
    assert [r[:2] for r in rows(page, "md")] == [("P100", None), ("P100", 4), ("ASCEND910", None)]
    for head, row in (("GPU | Cache", "P100 | 400 GB"), ("GPU specifications | Cache", "P100 and 24 cores | 400 GB"), ("GPU specifications | Speedup", "P100 | 2.1")):
        assert rows("# Storage of a job\n\n" + table(head, row), "md") == [], head


def test_a_family_named_beside_its_generation():
    text = "Install the Gaudi driver on the Intel Gaudi 3 accelerator.\n"
    assert [(c.gpu_name, c.role) for c in supply(text, "md")[0]] == [("GAUDI", "mentioned"), ("GAUDI3", "offered")]
    assert [(c.gpu_name, c.role) for c in supply("# Accelerators\n\nIntel Gaudi with 96 GB.\n", "md")[0]] == [("GAUDI", "offered")]


def test_tables_that_tell_which_gpu_a_type_has():
    listed = table("ECS type | Driver | Product", "Fx3 | Tesla | A40", "Fx2s | Tesla | V100")
    for heading in ("# Installing a driver", "# GPU families"):
        made = supply(f"{heading}\n\n{listed}", "md")[1]
        assert [(o.instance_name, o.gpu_name, o.gpu_count) for o in made] == [("Fx3", "A40", None), ("Fx2s", "V100", None)], heading
    assert rows("# Installing a driver\n\n" + table("GPU | Driver | CUDA version", "A40 | 550 | 12.4", "V100 | 535 | 12.2"), "md") == []
    assert rows("# Installing a driver\n\n" + table("Instance type | GPU | Driver", "Ask sales | A40 | 550", "Fx2s | V100 | 535"), "md") == []
    assert rows("# Benchmark of drivers\n\n" + listed, "md") == []


def test_rows_that_count_the_gpus_of_a_class_of_machines():
    sizes = table("Resource type | Number of assigned GPUs | Memory (GiB)", "hx_F | 8 | 480", "hx_small | 1 | 60")
    told = "Beside the compute nodes (H) with NVIDIA V100, the compute nodes (J) with NVIDIA A40 can be used.\n\n"
    assert [(o.instance_name, o.gpu_name, o.gpu_count) for o in supply(told + "Compute nodes (J) are used by naming these types.\n\n" + sizes, "md")[1]] == [("hx_F", "A40", 8), ("hx_small", "A40", 1)]
    assert [r[0] for r in rows(f"{told}## Compute node (H)\n\n{sizes}", "md")] == ["V100", "V100"]
    assert rows(told + "Nodes (H) and (J) differ; compute nodes (J) are newer than compute nodes (H).\n\n" + sizes, "md") == rows(told + sizes.replace("assigned GPUs", "users"), "md") == []
    assert rows("Compute nodes (J) with NVIDIA A40 came first. Compute nodes (J) with NVIDIA V100 came later.\n\n## Compute node (J)\n\n" + sizes, "md") == []
    text = "NVIDIA V100搭載の計算ノード(H)に加えて、NVIDIA A40を搭載した計算ノード(J)が使えます。\n\n計算ノード(J)は次の型で使います。\n\n" + table("タイプ | 割り当てGPU数 | メモリ(GiB)", "hx_F | 8 | 480")
    assert [(o.gpu_name, o.gpu_count) for o in supply(text, "md", "ja")[1]] == [("A40", 8)]


def test_least_average_and_most_are_one_price():
    text = table("GPU | VRAM | Min (USD/h) | Méd. pond. | Max", "L40S | 48 GB | $0.70 | $0.81 | $1.40", "L4 | 24 GB | $0.15 | $0.16 | $0.17")
    assert rows(text, "md") == [("L40S", None, 0.7, "USD", "hour"), ("L4", None, 0.15, "USD", "hour")]
    assert [r[2] for r in rows(table("GPU | Standard ($/h) | Max-Q ($/h)", "L40S | $0.60 | $0.55"), "md")] == [0.6, 0.55]
    assert [r[2] for r in rows(table("GPU | Low priority ($/h) | High priority ($/h)", "L40S | $0.60 | $0.75"), "md")] == [0.6, 0.75]
    assert [(r[2], r[3]) for r in rows(table("GPU | On-Demand (USD/h) | (CNY/h ~)", "L40S | $0.60 | ¥4.35"), "md")] == [(0.6, "USD")]


def test_how_time_is_counted_is_no_price_by_the_second():
    lead = "Source: https://fox.example/gpus/list. Billed by the second, per second. Storage costs extra.\n\n"
    assert rows(lead + table("GPU | On-Demand ($/h) | Spot", "L40S | $0.60 | ~$0.24"), "md") == [("L40S", None, 0.6, "USD", "hour"), ("L40S", None, 0.24, "USD", "hour")]
    assert rows("Prices per second.\n\n" + table("GPU | Price", "L40S | $0.0002"), "md") == [("L40S", None, 0.0002, "USD", "second")]
    assert [r[4] for r in rows("All of it: https://fox.example/gpus\n\n" + table("GPU | Price", "L40S | $0.60"), "md")] == [None]


def test_amounts_in_notes_beside_the_price():
    text = table("GPU | USD/h | Notes", "L40S | $0.60 | $0.72/h without the batch tier", "L4 | $0.20 | in bundles of 8 ($1.60/h)")
    assert [r[2] for r in rows(text, "md")] == [0.6, 0.2]
    assert [r[2] for r in rows(table("GPU | Notes", "L40S | $0.60/h on demand"), "md")] == [0.6]
    assert [r[2] for r in rows(table("GPU | USD/h | Notes", "L40S | see the notes | $0.60/h"), "md")] == [0.6]


def test_prices_of_a_whole_node_beside_those_of_a_gpu():
    text = table("GPU | USD/h per GPU | Price of the 8x node", "L40S | $0.60 | $4.80/h", "L4 | — | $0.80/h (4-GPU bundle)")
    assert [(o.gpu_name, o.gpu_count, o.price, o.price_scope) for o in supply(text, "md")[1]] == [("L40S", None, 0.6, "gpu"), ("L40S", 8, 4.8, "instance"), ("L4", 4, 0.8, "instance")]
    assert [r[1] for r in rows(table("GPU | Price", "L40S | $0.60/h (from 8 GPUs)", "L40 | $0.50/h per GPU (8 GPUs)"), "md")] == [None, None]


def test_what_several_sellers_ask_is_not_one_offer():
    shelf = "".join(f"\n## {name}\n\n" + table("GPU | USD/h", *lines) for name, lines in (("RunPod", ["L40S | $0.60", "L4 | $0.20"]), ("Vultr", ["L40S | $0.60"]), ("Modal", ["L40S | $0.60", "A10 | $0.30"])))
    summary = "\n# Summary\n\n## L40S\n\n" + table("GPU | USD/h", "L40S | $0.60")
    assert [r[0] for r in rows("# Collected prices\n" + shelf + summary, "md")] == ["L40S", "L4", "L40S", "L40S", "A10"]
    plain = shelf.replace("RunPod", "Small machines").replace("Vultr", "Large machines").replace("Modal", "Others")
    assert sorted(r[0] for r in rows("# Our prices\n" + plain, "md")) == ["A10", "L4", "L40S"]


def test_points_part_the_decimals_of_a_page_that_slips_once():
    lines = [f"L40S | $0.{n} | $2.{n}" for n in range(11, 25)]
    text = "# Preços das GPUs\n\nA tabela abaixo mostra os preços por hora das placas, e a faixa anunciada vai de $0,30 a mais.\n\n" + table("GPU | USD/h", *(line.rsplit(" | ", 1)[0] for line in lines), "A100 | $1.290")
    assert [r[2] for r in rows(text, "md") if r[0] == "A100"] == [1.29]


def test_a_plain_name_in_another_money_has_no_ladder():
    text = json.dumps({"Fox": {"L40S GPU": "₹61/hr"}, "Elk": {"L40S": "$0.60/hr"}, "Hay": {"2×L40S": "₹120/hr", "L40S": "₹62/hr"}}, ensure_ascii=False)
    assert [(o.gpu_count, o.price) for o in supply(text, "json")[1] if o.currency == "INR" and o.price != 62] == [(None, 61.0), (2, 120.0)]


def test_short_names_in_a_column_of_sure_ones_are_chips():
    text = "# Processors\n\n" + table("Supported processor | Threshold", "A10 | 30%", "L40S | 30%", "GeForce RTX 4090 | 20%", "Tesla V100 | 20%", "L4 | 30%", "M3 Max | 10%")
    assert {"A10", "L4"} <= {c.gpu_name for c in supply(text, "md")[0]}
    assert supply("# Roads\n\n" + table("Road | Length", "A10 | 3 km", "L4 | 5 km", "B7 | 9 km"), "md")[0] == []


def test_a_list_of_gpus_and_the_sellers_that_let_them():
    assert [r[:2] for r in rows('AcceleratorName,Providers\nA40,"fox,elk"\nL4,hay\nRTX 6000 96GB,fox\nT4,\n', "csv")] == [("A40", None), ("L4", None), ("RTXPRO6000", None)]
    assert rows("AcceleratorName,Providers,TokensPerSecond\nA40,fox,33\nL4,hay,12\n", "csv") == rows("gpu,provider\nA40,NVIDIA\nL4,NVIDIA\n", "csv") == []


def test_what_a_price_comes_to_in_other_money_is_no_offer_more():
    head = "Seller,GPU_Variant,Price,Currency,GPU_Count,Price_USD,EUR_to_USD_Rate,INR_to_USD_Rate"
    listed = f"{head}\nFox,H100 SXM,2.4,EUR,1,2.81,1.17,0.0104\nElk,H100 SXM,281.6,INR,1,2.94,1.17,0.0104\nHay,A40 PCIe,0.9,USD,2,0.9,1.17,0.0104\n"
    assert rows(listed, "csv") == [("H100", 1, 2.4, "EUR", None), ("H100", 1, 281.6, "INR", None), ("A40", 2, 0.9, "USD", None)]
    both = json.dumps([{"gpu": "A40", "price_eur": 0.8, "price_usd": 0.9}])
    assert [r[2:4] for r in rows(both, "json")] == [(0.8, "EUR"), (0.9, "USD")]     # no word says in which it is asked
    shared = f"{head},Built,EffectiveCount,PricePerGPU,NormalizedPrice\nElk,H100 (2x),400,INR,1,4.16,1.17,0.0104,SXM,2,2.08,2.081\n"
    assert [(o.instance_name, o.gpu_count, o.price, o.currency) for o in supply(shared, "csv")[1]] == [(None, 1, 400.0, "INR")]
    named = {"prices": [{"seller": "Fox", "gpu": "A40", "currency": "USD", "usd_per_hr": 0.5, "inr_per_hr": 47.8}, {"seller": "Elk", "gpu": "A40", "currency": "INR", "usd_per_hr": 0.6, "inr_per_hr": 57.4}]}
    best = {"cheapest_by_gpu": {"A40": {"usd_per_hr": 0.5, "inr_per_hr": 47.8, "seller": "Fox"}}}
    assert [r[2:4] for r in rows(json.dumps(named | best), "json")] == [(0.5, "USD"), (57.4, "INR")]


def test_the_type_of_a_region_is_no_place():
    text = json.dumps([{"gpu": "A40", "gpu_count": 1, "price_usd_per_hour": 0.5, "regionType": "commercial"}, {"gpu": "A40", "gpu_count": 1, "price_usd_per_hour": 0.6, "regionType": "commercial", "region": "eu-west-1"}])
    assert [o.location for o in supply(text, "json")[1]] == [None, "eu-west-1"]


def test_articles_of_a_catalogue_that_stand_under_gpus():
    text = "KEY,FAMILY,GROUP,SKU_DESCRIPTION\nfox.gpu.a100,Compute,GPU,Nvidia Tesla A100 running%\nfox.gpu.a100.1y,Compute,GPU,Commitment: Nvidia Tesla A100%1 Year\nfox.gpu.a100.spot,Compute,GPU,Nvidia Tesla A100 attached to Spot%\nfox.ram,Compute,RAM,Memory of A100 machines\n"
    assert [(o.gpu_name, o.commitment, o.price) for o in supply(text, "csv")[1]] == [("A100", None, None), ("A100", "reserved", None), ("A100", "spot", None)]
    assert rows(text.replace("GROUP", "TEST").replace("SKU_", ""), "csv") == []


def test_memory_and_count_in_one_name():
    named = table("Cloud | Cloud instance type | Hay instance type", "Fox | fox9.24xlarge | A100_80Gx8", "Elk | Elk_A100_v4 | A100-40GBx4")
    assert [(o.gpu_name, o.gpu_count, o.gpu_memory) for o in supply(named, "md")[1]] == [("A100", 8, 80), ("A100", 4, 40)]
    for name in ("A100_80Gxl", "A100_80Gx8.5", "A100_80Gx8GB"):
        assert [o.gpu_count for o in supply(table("Name | vCPU | Memory", f"{name} | 8 | 64 GB"), "md")[1]] in ([], [None]), name


def test_prices_of_machines_by_place_below_a_key_with_a_number_in_it():
    text = json.dumps({"fox9_linux": {"g5.xlarge": {"us-east-1": 1.11, "eu-west-1": 1.27}, "fox9.small": {"us-east-1": 0.05}}})
    _, offers, regions, _ = supply(text, "json")
    assert [(o.instance_name, o.gpu_name, o.gpu_count, o.price, o.location) for o in offers] == [("g5.xlarge", "A10G", 1, 1.11, "us-east-1"), ("g5.xlarge", "A10G", 1, 1.27, "eu-west-1")]
    assert {r.country for r in regions} == {"US", "IE"}


def test_a_sentence_that_spells_out_the_machines_one_may_choose():
    text = "# Notebooks\n\nIf you pick **GPU** as type, the available option is **GPU: 1 x v100NV32 CPU: 12 vCPUs | 96 GiB**. For NPUs, available options include **2 x Ascend 910, 48 vCPUs** and **8 x Ascend 910, 192 vCPUs**.\n"
    _, offers, *_ = supply(text, "md")
    assert [(o.gpu_name, o.gpu_count, o.gpu_memory, o.form_factor) for o in offers] == [("V100", 1, 32, "SXM"), ("ASCEND910", 2, None, None), ("ASCEND910", 8, None, None)]
    for other in ("Our tests ran on 8 x A100, 96 vCPUs and took a day.", "The available options are described below. We measured 2 x A40, 16 vCPUs.", "The available options include 4 vCPUs, 8 vCPUs and 16 vCPUs; every one has 64 GiB."):
        assert rows(f"# Notes\n\n{other}\n", "md") == []


def test_a_machine_spelled_out_in_a_cell_of_a_table_of_settings():
    text = table("Setting | Meaning", "Kind | CPU and GPU", "Size | For CPU the available option is 8 vCPUs, 32 GiB; available options for GPU are 4 x A30, 32 vCPUs, 256 GiB")
    assert rows("# Create a notebook\n\n" + text, "md") == [("A30", 4, None, None, None)]


def test_chips_under_a_heading_that_says_they_are_gone_are_not_offered():
    for heading in ("No longer supported", "Retired", "Nicht mehr angeboten", "サポート終了"):
        text = f"# Cards of Fox Cloud\n\n## {heading}\n\n" + table("GPU | Note", "K80 | dropped in spring", "A40 | dropped in spring") + "\n## For rent\n\n" + table("GPU | Memory", "A40 | 48 GB", "H100 | 80 GB")
        chips, offers, *_ = supply(text, "md")
        assert {c.gpu_name for c in chips if c.role == "offered"} == {"A40", "H100"}
        assert "K80" not in {o.gpu_name for o in offers}


def test_a_firepro_without_its_family_name():
    chips, *_ = supply("# Rendering\n\nThe fox.g1 machines have an AMD S7150 GPU each. The S7150 pump is another thing.\n", "md")
    assert [c.gpu_name for c in chips] == ["S7150"]


def test_the_number_of_cards_before_a_name_outweighs_a_column_that_says_one_of_everything():
    head = "Seller,GPU_Variant,Price,Currency,GPU_Count\n"
    assert rows(head + "Fox,4×H100 SXM (80GB),₹1600,INR,1\nFox,1×H100 SXM (80GB),₹400,INR,1\nFox,H100 (2x GPUs - per hour),€5.50,EUR,2\n", "csv") == [
        ("H100", 4, 1600.0, "INR", None), ("H100", 1, 400.0, "INR", None), ("H100", 2, 5.5, "EUR", "hour")]
    assert rows("Seller,GPU_Variant,Price per GPU hour,Currency,GPU_Count\nFox,8x H100 SXM,2.5,USD,1\n", "csv") == [("H100", 1, 2.5, "USD", "hour")]


def test_plans_that_count_their_cards_at_the_end_of_their_names():
    def plans(*names: str) -> list[tuple]:
        return [(o.gpu_name, o.gpu_count) for o in supply(json.dumps({"data": [{"region": "us-east", "plan": name, "available": True} for name in names]}), "json")[1]]

    assert plans("f1-gpu-rtx4000a-1", "f1-gpu-rtx4000a-2", "f1-gpu-rtx4000a-4") == [("RTX4000ADA", 1), ("RTX4000ADA", 2), ("RTX4000ADA", 4)]
    assert plans("f1-gpu-a40-2", "f1-gpu-a40-3", "f1-gpu-l40s-9") == [("A40", 2), ("A40", 3), ("L40S", None)]
    assert [count for _, count in plans("f1-gpu-v100-16", "f1-gpu-v100-32")] == [None, None]      # the sizes of their memory


def test_chips_whose_names_have_no_digit():
    chips, *_ = supply("# Families of fox machines\n\n- **Fi** with AWS Inferentia\n- **Ft** with AWS Trainium\n\n| Family | Accelerator |\n|---|---|\n| Fg | Intel Gaudi |\n", "md")
    assert [c.gpu_name for c in chips] == ["INFERENTIA1", "TRAINIUM", "GAUDI"]
    assert supply("# Notes\n\nThe church of Gaudi in Barcelona.\n", "md")[0] == []


def test_a_cell_with_its_new_lines_spelled_out_names_several_places():
    text = "# Prices by place\n\n" + table("Location | Premium", "Graz \\n Wien \\n Linz | 3%", "Chennai \\n Sydney | 20%", "London | 7%")
    assert {(r.label, r.country) for r in supply(text, "md")[2]} >= {("Wien", "AT"), ("Chennai", "IN"), ("Sydney", "AU"), ("London", "GB")}


def test_numbered_data_centres_fall_to_their_town_where_it_is_listed():
    text = table("Data center | Premium", "AMS03 | 13%", "PAR01 | 22%", "MIL01 | 22%", "SJC03 | 6%") + "\n## Regions\n\n" + table("Region | Premium", "Amsterdam | 6%", "Paris | 16%", "Milan | 16%")
    assert sorted(r.label for r in supply("# Data centers\n\n" + text, "md")[2]) == ["Amsterdam", "Milan", "Paris", "SJC03"]


def test_where_the_users_are_is_no_region():
    text = "# 地域\n\n本云的地域包括上海和成都。\n\n选择地域时请考虑：我的用户在美国，数据中心应该选哪里？\n"
    assert {r.country for r in supply(text, "md", "zh")[2]} == {"CN"}
    assert {r.country for r in supply("# Regions\n\nOur regions are Graz and Lyon. If your users are mainly in Japan, choose the region with the shortest way.\n", "md")[2]} == {"AT", "FR"}


def test_a_full_stop_ends_a_list_of_zones():
    text = "# 机型\n\n" + table("型号 | GPU | 可用区", "FX.1 | A40 | 广州三区，上海二区，硅谷二区。", "FX.2 | A40 | 广州三区，上海二区，硅谷二区")
    assert sorted(r.name for r in supply(text, "md", "zh")[2]) == ["上海二区", "广州三区", "硅谷二区"]


def test_a_machine_named_after_its_chip_their_number_and_the_memory_of_each():
    text = json.dumps({"servers": [{"id": "a", "commercial_type": "L4-2-24G", "zone": "fr-par-1"}, {"id": "b", "commercial_type": "L40S-1-48G", "zone": "fr-par-1"}]})
    assert sorted(c.gpu_name for c in supply(text, "json")[0]) == ["L4", "L40S"]
    assert supply("# Rules\n\nThe L4-4-16 rule set and the L4-2-16g ports are balanced.\n", "md")[0] == []


def test_a_raised_remark_behind_a_name_is_not_part_of_it():
    text = ("<h1>GPUs for rent</h1><table><thead><tr><th>GPU</th><th>Price per hour</th></tr></thead><tbody><tr><td>GH200<sup>ARM and Hopper</sup></td><td>$2.10</td></tr>"
            "<tr><td>H100 SXM<sup>In demand</sup></td><td>$2.50<sup>1</sup></td></tr></tbody></table>")
    assert rows(text, "html") == [("GH200", None, 2.1, "USD", "hour"), ("H100", None, 2.5, "USD", "hour")]


def test_whoever_lists_the_prices_of_many_sellers_and_has_none_of_his_own_is_no_rival_of_theirs():
    def page(*sellers: str) -> str:
        cells = "".join(f"<th>{s}</th>" for s in sellers)
        return f"<title>Rent of GPUs, week 19</title><h2>Prices compared, $/GPU-hour</h2><table><tr><th>GPU</th>{cells}</tr><tr><td>H100 SXM</td>{''.join(f'<td>${2 + i}.10</td>' for i in range(len(sellers)))}</tr></table>"

    assert [row[2] for row in rows(page("Lambda", "RunPod", "Vast.ai", "Crusoe", "Nebius"), "html")] == [2.1, 3.1, 4.1, 5.1, 6.1]
    assert rows(page("AWS", "Azure", "Google Cloud"), "html") == []
    assert [row[2] for row in rows(page("Ours", "AWS", "Azure", "Google Cloud", "Lambda"), "html")] == [2.1]
