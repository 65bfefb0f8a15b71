"""Regions of data centres: labels, tables, lists, headings, sentences, feeds; and what is none. All pages are invented."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.read import read_document
from nlp.regions import find_cities, known_regions, locate, parse_place, split_places
from nlp.supply import read_supply


def regions(text: str, kind: str = "md", language: str | None = "en") -> list[tuple]:
    """(label, country) of the regions."""
    return [(r.label, r.country) for r in full(text, kind, language)]


def full(text: str, kind: str = "md", language: str | None = "en"):
    document = read_document(text.encode(), path=f"page.{kind}", language=language)
    found = read_supply(document)[2]
    for region in found:
        assert region.quote and document.text[region.start:region.end] == region.quote
    return found


def table(*lines: str) -> str:
    first = lines[0].count("|") + 1
    return "\n".join(f"| {line} |" for line in (lines[0], "|".join(["---"] * first), *lines[1:])) + "\n"


@pytest.mark.parametrize(("label", "country"), [
    ("Frankfurt", "DE"), ("Frankfurt am Main, Germany", "DE"), ("東京", "JP"), ("石狩", "JP"), ("서울", "KR"), ("华北2（北京）", "CN"), ("中国香港", "HK"), ("台灣桃園", "TW"),
    ("us-east-1", "US"), ("eu-central-1", "DE"), ("ap-northeast-2", "KR"), ("europe-west4", "NL"), ("fsn1", "DE"), ("FRA2", "DE"), ("lu-lux", "LU"), ("kr-ccn-1", "KR"),
    ("US East (Ohio)", "US"), ("Atlanta, Georgia, USA", "US"), ("Tbilisi, Georgia", "GE"), ("Montréal, Canada", "CA"), ("uk-south1", "GB"), ("São Paulo", "BR"), ("East Wing (LON2)", "GB"), ("West Coast (FRA2)", "DE"), ("Model (M60)", None), ("Rack (FRA2) of many", None),
    ("Global", None), ("Europe", None), ("PL / MY / IT", None), ("Nantes et Genève", None), ("AMD EPYC Milan", None), ("H100", None), ("", None), ("my-server", None),
])
def test_labels(label, country):
    assert locate(label)[0] == country


def test_codes_of_known_clouds_carry_their_place():
    assert known_regions()["us-east-1"]["country"] == "US"
    [region] = [r for r in full("## Regions\n\n" + table("Region | Name", "us-east-1 | N. Virginia")) if r.label == "us-east-1"]
    assert region.country == "US"


@pytest.mark.parametrize(("text", "pieces"), [
    ("us-east1, us-west1", ["us-east1", "us-west1"]), ("北京、上海", ["北京", "上海"]), ("US, Kansas City, KS", ["US, Kansas City, KS"]), ("Paris, France", ["Paris, France"]),
    ("Paris", ["Paris"]),
])
def test_lists_of_places(text, pieces):
    assert split_places(text) == pieces


@pytest.mark.parametrize(("text", "code", "name", "country"), [
    ("Dallas (`us-south`)", "us-south", "Dallas", "US"), ("华南地区（广州） ap-guangzhou", "ap-guangzhou", "华南地区（广州）", "CN"), ("fra1 - Frankfurt", "fra1", "Frankfurt", "DE"),
    ("Muscat (FJ-MCT1) - coming soon", "FJ-MCT1", "Muscat", "OM"), ("London (coming soon)", None, "London", "GB"),
])
def test_parts_of_a_label(text, code, name, country):
    found = parse_place(text, "en")
    assert (found[0], found[1], found[2]) == (code, name, country)


def test_a_table():
    text = "# Regions\n\n" + table("Region | Location | Country", "ow-us-1 | Reno, Nevada | United States", "ow-sa-1 | São Paulo | Brazil", "ow-eu-1 | London (coming soon) | United Kingdom")
    assert [(r.label, r.name, r.country, r.status) for r in full(text)] == [
        ("ow-us-1", "Reno, Nevada", "US", "listed"), ("ow-sa-1", "São Paulo", "BR", "listed"), ("ow-eu-1", "London", "GB", "coming_soon")]


def test_a_code_column_is_taken_verbatim():
    assert regions("# Lokalizacje\n\n" + table("Kod | Miasto | Kraj", "LDZ | Łódź | Polska", "OSR | Ostrawa | Czechy"), language="pl") == [("LDZ", "PL"), ("OSR", "CZ")]
    assert regions("# Regions\n\n" + table("Name | API code | Place", "US South | us-south | Dallas, Texas")) == [("us-south", "US")]


def test_several_cities_in_a_cell():
    found = regions("## 可用区\n\n" + table("机型 | 可用区", "fox | 广州三、四区,上海二区"), language="zh-Hans")
    assert {c for _, c in found} == {"CN"} and len(found) == 2


def test_regions_as_heads_of_columns():
    assert [c for _, c in regions("## Regions\n\n" + table("Feature | Frankfurt (fra1) | Oslo (osl1) | Tokyo (tyo1)", "Snapshots | yes | no | yes"))] == ["DE", "NO", "JP"]


@pytest.mark.parametrize(("text", "kind", "expected"), [
    ("## Data centers\n\n- FR-NTE1 – Nantes, France : 3 MW\n- CH-GVA1 – Genève, Suisse : cold\n", "md", [("FR-NTE1", "FR"), ("CH-GVA1", "CH")]),
    ("# Data centers\n\n## Open\n\n- FR-NTE1 – Nantes, France\n- CH-GVA1 – Genève, Suisse\n", "md", [("FR-NTE1", "FR"), ("CH-GVA1", "CH")]),
    ("## Regions\n\n- Frankfurt (fra1)\n- Oslo (osl1)\n", "md", [("fra1", "DE"), ("osl1", "NO")]),
    ("# Regions\n\n## Oslo (OSL1)\n\nCold and clean.\n\n## Osaka (OSA1) - coming soon\n\nJapan.\n", "md", [("OSL1", "NO"), ("OSA1", "JP")]),
    ("# Sites\n\n## fi-rvn\n\nRovaniemi, Finland. 20 MW.\n", "md", [("fi-rvn", "FI")]),
    ("# Where we are\n\nOur data centre is an old mill in Thunder Bay, Ontario, Canada (TBY1).\n", "md", [("TBY1", "CA")]),
])
def test_lists_headings_and_sentences(text, kind, expected):
    assert regions(text, kind) == expected


def test_traditional_chinese_list():
    found = full("## 數據中心\n\n- HKG1 香港將軍澳, Tier III\n- SIN1 新加坡裕廊 (即將推出)\n", language="zh-Hant")
    assert [(r.label, r.country, r.status) for r in found] == [("HKG1", "HK", "listed"), ("SIN1", "SG", "coming_soon")]


@pytest.mark.parametrize("text", [
    "## Countries eligible for payment\n\n" + table("Country | Currency", "Germany | EUR", "Japan | JPY"),
    "## Supported countries\n\n- Germany\n- Japan\n",
    "## Our offices\n\n- Berlin\n- Tokyo\n",
    "## Regions\n\nSupport teams sit in Lisbon. There is no data center in Portugal.\n",
    "These Terms are governed by the law of Germany.\n",
    "Customers in France, Spain and Italy love us.\n",
    "## Languages\n\n- Japanese\n- Korean\n",
    "You may not use the services in Cuba, Iran, North Korea or Syria.\n",
])
def test_no_regions(text):
    assert regions(text) == []


def test_the_name_before_a_code_stays():
    found = full("# データセンター\n\n<dl><dt>若竹センター(wkt1)</dt><dd>所在地:宮崎県宮崎市(日本) 2024年開設</dd></dl>\n", language="ja")
    assert [(r.label, r.name, r.country) for r in found] == [("wkt1", "若竹センター", "JP")]


def test_feed():
    data = {"regions": [{"id": "sg-1", "name": "Tuas", "country_code": "SG", "status": "available"}, {"id": "id-1", "name": "Batam", "country_code": "ID", "status": "coming_soon"}]}
    assert [(r.label, r.name, r.country, r.status) for r in full(json.dumps(data), "json")] == [("sg-1", "Tuas", "SG", "listed"), ("id-1", "Batam", "ID", "coming_soon")]


def test_priced_records_are_no_regions():
    data = {"items": [{"id": "amd-4c-16g", "name": "AMD EPYC Genoa", "location": "eu-north1", "vcpu": 4, "price_hourly": 0.1}]}
    assert "amd-4c-16g" not in [label for label, _ in regions(json.dumps(data), "json")]


def test_an_offer_names_its_region_unless_the_page_lists_it():
    prices = table("GPU | Region | Price/h", "H100 | Ashburn | $2.10")
    assert regions(prices) == [("Ashburn", "US")]
    assert regions("# Regions\n\n" + table("Code | Location", "ow-us-2 | Ashburn, Virginia") + "\n# Prices\n\n" + prices) == [("ow-us-2", "US")]


@given(st.text(alphabet=st.sampled_from(list("FraOslo, ()-1us東京KSusTX/、北京0aE")), max_size=40))
def test_cities_lie_in_the_text(text):
    end = 0
    for start, stop, country, city in find_cities(text):
        assert end <= start < stop <= len(text) and len(country) == 2 and city
        end = stop
    locate(text)
    split_places(text)


@pytest.mark.parametrize("text, suffix", [("id,gpu,price_per_hour_usd,region\n17,H100,2.50,Frankfurt\n18,A100,1.20,eu-west-2\n19,L4,0.40,Frankfurt\n", "csv"),
                                          ("| Name | GPU | Price | Region |\n|---|---|---|---|\n| gp-small | H100 | $2.50 | Frankfurt |\n| gp-large | A100 | $1.20 | eu-west-2 |\n", "md")])
def test_ids_and_names_of_what_is_sold_are_no_regions(text, suffix):
    """A column of ids or names belongs to the regions only in a table that lists regions."""
    assert sorted(regions(text, suffix)) == [("Frankfurt", "DE"), ("eu-west-2", "GB")]


def test_states_and_exchanges_beside_places():
    from nlp.read import read_document
    from nlp.supply import read_supply

    def labels(text: str) -> list[tuple]:
        return [(r.country, r.name or r.label) for r in read_supply(read_document(text.encode(), path="page.md", language="en"))[2]]

    listed = "| Type | Region |\n|---|---|\n| Fox1 | Graz, Linz, Seoul, Silicon Valley, Virginia |\n"
    assert labels(listed) == [("AT", "Graz"), ("AT", "Linz"), ("KR", "Seoul"), ("US", "Silicon Valley"), ("US", "Virginia")]
    assert labels("# Regions\n\nOur GPUs run in the Graz and Lower-Austria regions.\n") == [("AT", "Graz"), ("AT", "Lower-Austria")]
    assert labels("# Locations\n\nOur GPU servers stand in Nevada, Utah, UK and other places, and in Omaha, NE.\n") == [("US", "Nevada"), ("US", "Utah"), ("GB", "UK"), ("US", "Omaha, NE")]
    assert labels("# Data centres\n\n## Network\n\n- 400 Gbit/s to DE-CIX\n- New SR-2x routers\n") == []


def test_numbered_zones_fall_to_the_regions_of_another_table():
    page = ("# Regions and zones\n\n## Regions\n\n| Region ID | Name |\n| --- | --- |\n| sg | Singapore |\n| jpn-tky | Japan (Tokyo) |\n| ge-fra | Germany (Frankfurt) |\n\n"
            "## Zones\n\n| Zone ID | Name |\n| --- | --- |\n| sg-01 | Singapore Zone A |\n| sg-02 | Singapore Zone B |\n| jpn-tky-01 | Japan (Tokyo) Zone A |\n| ge-fra-02 | Germany (Frankfurt) Zone B |\n")
    document = read_document(page.encode(), path="zones.md")
    assert {(r.label, r.country) for r in read_supply(document)[2]} == {("sg", "SG"), ("jpn-tky", "JP"), ("ge-fra", "DE")}


def test_names_of_known_regions_in_a_sentence_and_a_code_as_a_heading():
    document = read_document(b"# GPUs without servers\n\nOne may rent GPUs in *West US 2* and *Canada Central*, the two regions that have them.\n", path="page.md", language="en")
    assert {(r.label, r.country) for r in read_supply(document)[2]} == {("West US 2", "US"), ("Canada Central", "CA")}
    document = read_document(b"# What machines cost\n\n### ap-northeast-1\n\n| Type | GPU | Price per hour |\n| --- | --- | --- |\n| fox.large | NVIDIA T4 | 98 JPY |\n", path="page.md", language="en")
    assert [(o.location, o.country) for o in read_supply(document)[1]] == [("ap-northeast-1", "JP")] and [r.label for r in read_supply(document)[2]] == ["ap-northeast-1"]


def test_rows_that_share_a_cell_have_places_of_their_own():
    text = ("<table><tr><th>实例</th><th>可用镜像</th><th>可用区域</th></tr><tr><td>FX1</td><td rowspan='2'>Linux 9 及以上</td><td>广州、上海</td></tr><tr><td>FX2</td><td>上海、孟买、东京</td></tr>"
            "<tr><td>FX3</td><td>Linux 8</td><td rowspan='2'>北京、首尔</td></tr><tr><td>FX4</td><td>Linux 7</td></tr></table>")
    assert regions(text, "html", "zh") == [("广州", "CN"), ("上海", "CN"), ("孟买", "IN"), ("东京", "JP"), ("北京", "CN"), ("首尔", "KR")]


def test_codes_of_sites_listed_in_a_sentence():
    for text in ("The A40 flavours can be had in the data centres DAL13, LON06 and FRA02.", "A40 특성은 _DAL13_, _LON06_ 및 _FRA02_ 데이터 센터에서 제공됩니다."):
        assert set(regions("# Flavours\n\n" + text + "\n")) == {("DAL13", "US"), ("LON06", "GB"), ("FRA02", "DE")}, text
    assert regions("# Notes\n\nIn our data centres RTX40, GTX10 and SXM5 cards are cooled by air.\n") == []


def test_a_country_with_a_number_is_a_place_there():
    assert [locate(t)[0] for t in ("JP2", "IN1", "SG3", "jp2", "NO1", "SE2", "IT1")] == ["JP", "IN", "SG", None, None, None, None]
    assert regions("gpu,count,region,price_per_hour\nA40,1,IN1,0.5\nA40,2,JP2,0.9\n", "csv") == [("IN1", "IN"), ("JP2", "JP")]


def test_the_values_of_a_parameter_are_the_regions():
    item = "# elk_machine (Resource)\n\n### Required\n\n- `name` (String) Its name. Must be one of: [\"fox-at-1\" \"fox-de-1\"].\n- `region` (String) Where it stands.\n  - Changing it makes a new machine.\n  - The value must be one of: [\"NORD-FI-TKU-1\" \"EUC-AT-GRZ-1\" \"NA-CA-HFX-1\"].\n- `size` (String) Must be one of: [\"at-1\" \"de-1\"].\n"
    assert regions(item) == [("NORD-FI-TKU-1", "FI"), ("EUC-AT-GRZ-1", "AT"), ("NA-CA-HFX-1", "CA")]
    row = table("Parameter | Type | Description", "`zone_id` | string | The zone. Valid values: `eu-north-1`, `us-east-1`", "`plan` | string | Valid values: `at-small`, `de-large`")
    assert regions(row) == [("eu-north-1", "SE"), ("us-east-1", "US")]
    assert regions("## API\n\n`region` – Mögliche Werte: `de-fra`, `fi-hel` oder `at-vie`. Pflichtfeld.\n", language="de") == [("de-fra", "DE"), ("fi-hel", "FI"), ("at-vie", "AT")]
    assert regions("- `region_name` (String) Must be one of: first-choice, second-choice, last-resort.\n") == []


def test_the_name_of_a_picture_is_no_part_of_a_place():
    assert parse_place(":deciduous_tree: Graz: `GRZ1`", "en")[:3] == ("GRZ1", "Graz", "AT")


def test_maps_from_codes_to_names_are_regions():
    text = 'export const regions = {\n  "fra-1": { label: "Frankfurt", flag: "de" },\n  "hel-1": { label: "Helsinki", flag: "fi" },\n};\nexport const REGION_LABELS = {\n  "grz-1": "Graz, Austria",\n  "waw-1": "Warsaw, Poland",\n};\n'
    assert regions(text, "ts") == [("fra-1", "DE"), ("hel-1", "FI"), ("grz-1", "AT"), ("waw-1", "PL")]
    assert regions('export const sizes = {\n  "cpu-1": "Small",\n  "cpu-2": "Large",\n};\n', "ts") == []


def test_columns_of_parts_of_the_world_list_regions():
    text = "## Where it can be had\n\n" + table("Series | GPU | Americas | Europe", "Fox | A40 | Boston, Dallas | West Europe", "Elk | L40S | - | Graz, West Europe")
    assert regions(text) == [("Boston", "US"), ("Dallas", "US"), ("West Europe", "NL"), ("Graz", "AT")]
    document = read_document(text.encode(), path="page.md", language="en")
    assert [(o.gpu_name, o.location) for o in read_supply(document)[1]] == [("A40", "Boston, Dallas, West Europe"), ("L40S", "Graz, West Europe")]
    assert regions("## Where it can be had\n\n" + table("Series | Americas | Europe", "Fox | 40 % | 60 %", "Elk | Graz | no sales")) == []


@pytest.mark.parametrize("text", ["> GPU instances can only be had in the data centres GRA3, GRA5 and BHS3.\n", "Instancje są dostępne w centrach danych GRA3, GRA5 lub BHS3.\n", "- Projekt w jednym z centrów danych GRA3, GRA5 oraz BHS3\n"])
def test_codes_of_sites_are_listed_in_notes_and_with_words_for_or(text):
    assert [(r.label, r.country) for r in full(f"# GPU\n\n{text}", "md")] == [("GRA3", "FR"), ("GRA5", "FR"), ("BHS3", "CA")]
    assert regions("# GPU\n\n> These are the prices of the data centre in Graz.\n", "md") == []


def test_the_next_zone_of_a_region_whose_cell_is_empty_is_no_region():
    page = "# Regions\n\n" + table("Region | Availability zone | Location", "EL-NORTH | EL-NORTH-1 | Hamburg, Germany", " | EL-NORTH-2 | Bremen, Germany", "EL-WEST | EL-WEST-1 | Cologne, Germany", " | EL-WEST-2 | Dusseldorf, Germany")
    assert regions(page, "md") == [("EL-NORTH", "DE"), ("EL-WEST", "DE")]
    assert ("Bremen, Germany", "DE") in regions(page.replace("Availability zone", "Note"), "md")


@pytest.mark.parametrize(("town", "country", "language"), [
    ("Varsovie", "PL", "fr"), ("Francfort-sur-le-Main", "DE", "fr"), ("Mailand", "IT", "de"), ("Sztokholm", "SE", "pl"), ("Copenhague", "DK", "es"), ("Londra", "GB", "it"), ("Munique", "DE", "pt"), ("Den Haag", "NL", "nl"),
])
def test_towns_by_their_names_in_other_languages(town, country, language):
    assert locate(town, language)[0] == country


def test_towns_joined_by_or():
    assert regions("Centres de données : Varsovie, Lisbonne ou Graz", language="fr") == [("Varsovie", "PL"), ("Lisbonne", "PT"), ("Graz", "AT")]
    assert regions("Centra danych: Monachium, Praga lub Graz", language="pl") == [("Monachium", "DE"), ("Praga", "CZ"), ("Graz", "AT")]


@pytest.mark.parametrize(("lead", "items", "language"), [
    ("## Regionen\n\nJe nach Region verschieden:", ("Preise und Rechnungen in der Region Österreich", "Anleitung für die Region Finnland"), "de"),
    ("## Régions\n\nSelon la région :", ("comment payer ses factures en Autriche", "guide de démarrage pour la région Finlande"), "fr"),
    ("## Регионы\n\nВ регионах разные:", ("порядок оплаты счетов в регионе Австрия", "первые шаги для региона Финляндия"), "ru"),
])
def test_phrases_about_countries_are_no_regions(lead, items, language):
    assert all(" " not in label for label, _ in regions(lead + "\n\n" + "".join(f"- {item}\n" for item in items), language=language))
    assert regions(lead + "\n\n- Graz\n- Turku, Finland\n", language=language) == [("Graz", "AT"), ("Turku, Finland", "FI")]


def test_points_of_presence_below_a_heading_of_their_own():
    assert regions("# Where are we located?\n\n## Our PoPs\n\n- Graz, Austria\n- Turku, Finland\n") == [("Graz, Austria", "AT"), ("Turku, Finland", "FI")]
    assert regions("# Locations\n\n### For transit and storage\n\n- Graz, Austria\n- Turku, Finland\n- Order of the list\n") == [("Graz, Austria", "AT"), ("Turku, Finland", "FI")]
    assert regions("# Locations\n\n### Our offices\n\n- Graz, Austria\n- Turku, Finland\n") == []


@pytest.mark.parametrize(("text", "expected", "language"), [
    ("Nos serveurs se trouvent à Varsovie et Lisbonne.", {"PL", "PT"}, "fr"), ("Наши дата-центры: серверы размещены в дата-центрах Москвы и Варшавы.", {"RU", "PL"}, "ru"),
    ("Máy chủ đặt tại trung tâm dữ liệu Hà Nội và Đà Nẵng.", {"VN"}, "vi"),
])
def test_sentences_that_tell_where_machines_stand(text, expected, language):
    assert {country for _, country in regions(text + "\n", language=language)} == expected


def test_a_vietnamese_heading_of_regions():
    assert regions("## Khu vực\n\n- Hà Nội\n- Đà Nẵng\n", language="vi") == [("Hà Nội", "VN"), ("Đà Nẵng", "VN")]


def test_a_country_that_is_a_town_in_a_list_of_towns_and_countries():
    assert regions("# Locations\n\n### For transit\n\n- Graz, Austria\n- Turku, Finland\n- Singapore\n- Hongkong\n- Latency map\n") == [("Graz, Austria", "AT"), ("Turku, Finland", "FI"), ("Singapore", "SG"), ("Hongkong", "HK")]


def test_the_name_of_a_machine_is_not_that_of_its_region():
    found = full("```\nNAME      COUNT  VRAM   REGION    $/HR\nk-h100    8      80GB   fi-hel-1  19.20\nk-l40s    2      48GB   no-osl-2   1.90\n```\n")
    assert [(r.label, r.name) for r in found] == [("fi-hel-1", None), ("no-osl-2", None)]
