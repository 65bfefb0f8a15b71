"""The briefing as a document: structure, links, languages, honesty of words and numbers, and that the same data give the same bytes."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import reports_market as market

from chipwatch.records import ChipwatchError
from reports import briefing, checks, model, pdf, text
from reports.source import ReportError

ROOT = Path(__file__).resolve().parent.parent


def pages(path: Path) -> list[str]:
    """The text of each page, white space folded."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """(data set, briefing) of the invented market, marked as a sample."""
    folder = tmp_path_factory.mktemp("sample")
    database = market.make(folder / "chipwatch.sqlite", sample=True)
    return database, briefing.render(database, folder / "reports" / "briefing.pdf")


@pytest.fixture(scope="session")
def generated(sample: tuple[Path, Path]) -> str:
    """The generated words of the briefing: its HTML without style, figures' drawing and whatever was copied from a source."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(briefing.html(model.read_briefing(sample[0])), "html.parser")
    for part in soup.select("style, .src"):
        part.decompose()
    return soup.get_text(" ")


# --- structure -------------------------------------------------------------------------------------------------------------------

def test_the_pdf_passes_all_structural_checks(sample):
    assert checks.problems(sample[1]) == []


def test_the_checks_find_what_is_wrong(tmp_path):
    import weasyprint

    weasyprint.HTML(string="<p>no title, no tags <a href='#nowhere'>x</a><a href='file:///etc/hosts'>y</a>").write_pdf(tmp_path / "bad.pdf")
    found = " ".join(checks.problems(tmp_path / "bad.pdf"))
    for word in ("tagged", "language", "title", "PDF/UA-1", "bookmarks", "headings", "unusual way"):
        assert word in found
    weasyprint.HTML(string="<html lang=en><title>t</title><h1>a</h1><h3>b</h3><img src='data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22 width=%221%22 "
                           "height=%221%22/>'><table><tr><th>h<td>d</table>\U000e0fff\ue123").write_pdf(tmp_path / "tagged.pdf", pdf_variant="pdf/ua-1")
    found = " ".join(checks.problems(tmp_path / "tagged.pdf"))
    for word in ("alternative text", "scope", "level 3 follows", "no glyph for"):
        assert word in found


def test_language_title_and_bookmarks(sample):
    import pikepdf

    with pikepdf.open(sample[1]) as document:
        assert str(document.Root.Lang) == "en"
        assert str(document.docinfo["/Title"]).endswith("?")
        with document.open_outline() as outline:
            heads = [item.title for item in outline.root]
            inner = [kid.title for item in outline.root for kid in item.children]
    assert ["Summary", "The answer, provider by provider", "Limits", "Method"] == [h for h in heads if h in ("Summary", "The answer, provider by provider", "Limits", "Method")]
    assert "Hikari Keisan" in inner


def test_each_evidence_key_of_the_tables_leads_to_an_entry_with_address_time_and_hash(sample):
    import pikepdf

    database, path = sample
    with pikepdf.open(path) as document:
        targets = {target for kind, target in checks.links(document) if kind == "inside"}
        outside = {target for kind, target in checks.links(document) if kind == "outside"}
        known = checks.destinations(document)
    keys = {t for t in targets if t.startswith("E-")}
    assert len(keys) > 20 and keys <= known
    register = " ".join(pages(path)[-3:])
    with sqlite3.connect(database) as connection:
        entries = connection.execute("select evidence_id, url, payload_sha256, record_id from documents").fetchall()
    assert {url for _, url, _, _ in entries} <= outside
    squeezed = register.replace(" ", "")
    for key, _, sha, record in entries:
        assert key in register and sha in squeezed and record.removeprefix("<urn:uuid:").removesuffix(">") in squeezed


def test_figures_are_vector_with_alternative_text_source_line_and_n(sample):
    import pikepdf

    with pikepdf.open(sample[1]) as document:
        alts = [str(node.Alt) for kind, node, _ in checks.elements(document) if kind == "Figure"]
        images = [name for page in document.pages for name, item in (page.get("/Resources", {}).get("/XObject") or {}).items() if item.get("/Subtype") == "/Image"]
    assert len(alts) == 9 and images == []
    assert "not assessed (V0)" in alts[0]
    whole = " ".join(pages(sample[1]))
    for number in range(1, 10):
        assert f"Figure {number}." in whole
    assert len(re.findall(r"Source: ", whole)) == 10           # nine figures, and the table of pending rules


def test_words_of_figures_are_drawn_without_a_group_that_viewers_clip(sample):
    import pikepdf

    with pikepdf.open(sample[1]) as document:
        forms = [item for item in document.objects if isinstance(item, pikepdf.Stream) and item.get("/Subtype") == "/Form"]
        drawn = [(form, {str(o.operator) for o in pikepdf.parse_content_stream(form)}) for form in forms]
        words = [form for form, operators in drawn if "TJ" in operators and not operators & {"f", "f*", "B", "B*", "S", "Do"}]
        assert len(words) > 50 and not [form for form in words if "/Group" in form]


def test_tables_repeat_their_heads(tmp_path):
    path = briefing.render(market.make(tmp_path / "d.sqlite", scale=3), tmp_path / "b.pdf")
    mission = [p for p in pages(path) if "Data centres named for the chip" in p]
    assert len(mission) >= 3


def test_sample_data_stands_on_every_page_of_a_sample_run_and_on_none_of_another(sample, tmp_path):
    assert all("SAMPLE DATA" in page for page in pages(sample[1]))
    real = briefing.render(market.make(tmp_path / "d.sqlite"), tmp_path / "b.pdf")
    assert not any("SAMPLE DATA" in page for page in pages(real))


def test_pages_are_numbered_x_of_y(sample):
    texts = pages(sample[1])
    for number, page in enumerate(texts[1:], start=2):
        assert f"Page {number} of {len(texts)}" in page


# --- words and numbers -----------------------------------------------------------------------------------------------------------

def test_the_standing_sentence_is_on_the_cover(sample):
    assert text.STANDING_SENTENCE in pages(sample[1])[0].replace("’", "'")


def test_generated_words_never_claim_what_the_scale_forbids(generated):
    assert text.forbidden_words(generated) == []


@pytest.mark.parametrize("words", ["Access is unrestricted.", "There are no restrictions", "This is legal.", "an ILLEGAL act", "open to China"])
def test_forbidden_words_are_seen(words):
    assert text.forbidden_words(words)


def test_the_standing_sentence_and_parts_of_words_are_no_claims():
    assert text.forbidden_words(text.STANDING_SENTENCE + " delegalised, restrictions") == []


def test_numbers_of_summary_and_figure_come_out_of_the_data_set(sample):
    database, path = sample
    with sqlite3.connect(database) as connection:
        def one(sql: str) -> int:
            return connection.execute(sql).fetchone()[0]
        clouds = one("select count(*) from providers where kind = 'gpu_cloud' or provider in (select provider from offers)")
        listing = one("select count(distinct provider) from offers where chip_class = '3A090.a'")
        codes = dict(connection.execute("select code, count(*) from verdicts where customer = 'cn_company' and provider in "
                                        "(select provider from offers where chip_class = '3A090.a') group by code").fetchall())
        priced = one("select count(distinct provider) from offers where chip_class = '3A090.a' and price_usd_per_gpu_hour is not null")
        lowest = connection.execute("select min(price_usd_per_gpu_hour), max(price_usd_per_gpu_hour) from offers where gpu_name = 'A100'").fetchone()
    cover, summary = pages(path)[:2]
    assert f"{listing} of {clouds} GPU clouds list A100/H100-class chips" in summary
    assert f"{priced} of {listing} state a price" in summary
    assert f"it lies between {codes['V5']} and {codes['V5'] + codes['V0']} of {listing}" in summary
    for code, count in codes.items():
        assert re.search(rf"{code} [a-z, ]+\({count} / \d+\)", summary), code
    whole = " ".join(pages(path))
    assert f"{lowest[0]:.2f}" in whole
    assert f"{clouds} of them GPU clouds" in cover


def test_the_three_groups_are_counted_apart(sample):
    groups = model.read_briefing(sample[0]).groups
    assert [len(groups.both), len(groups.offers_only), len(groups.terms_only), len(groups.neither)] == [9, 1, 1, 1]
    summary = pages(sample[1])[1]
    assert "9 GPU clouds with offers and terms" in summary and "1 with offers only" in summary and "1 with terms only" in summary


def test_adjacent_providers_are_in_no_count(sample, tmp_path):
    few, many = model.read_briefing(sample[0]), model.read_briefing(market.make(tmp_path / "d.sqlite", adjacent=9))
    assert len(many.providers) == len(few.providers) + 6
    assert (few.bar_clouds, few.bar_listing, few.places, few.families) == (many.bar_clouds, many.bar_listing, many.places, many.families)


def test_v0_is_never_dropped(sample):
    b = model.read_briefing(sample[0])
    assert sum(b.bar_clouds.values()) == len(b.clouds) == 12 and b.bar_clouds["V0"] == 3
    assert sum(b.bar_listing.values()) == len(b.listing) and b.bar_listing["V0"] == 1


def test_tables_are_sorted_by_name_or_country_never_by_verdict(sample):
    b = model.read_briefing(sample[0])
    names = [row.provider.name for row in b.mission]
    assert names == sorted(names, key=text.sort_key) and names.index("Étoile Calcul") < names.index("Fjord Compute")
    assert [p.name for p in b.close_ups] == sorted((p.name for p in b.close_ups), key=text.sort_key)
    seats = [text.country(row.provider.seat) for row in b.heat if row.provider.seat]
    assert seats == sorted(seats) and b.heat[-1].provider.seat is None


def test_the_mission_table_gives_place_price_verdicts_and_evidence_of_each_provider(sample):
    b = model.read_briefing(sample[0])
    row = next(r for r in b.mission if r.provider.name == "Aurora Tensor")
    assert [(c.gpu_name, c.countries) for c in row.chips] == [("A100", ["NL", "US"]), ("H100", ["NL", "US"])]
    assert row.chips[1].price_usd == 1.5 and row.chips[1].price_printed == "USD 1.50/h, on demand"
    assert row.chips[0].price_printed.startswith("USD 18.48/h for 8")
    assert [(v.customer, v.code) for v in row.verdicts] == [("cn_company", "V5"), ("cn_subsidiary_abroad", "V5"), ("control", "V2")]
    assert {e.role for e in row.evidence} == {"offers", "terms_of_service", "acceptable_use"}


def test_the_table_agrees_with_the_access_command(sample):
    from dataset.access import access_table

    table = access_table(sample[0])
    rows = {row["provider"]: row for row in table.rows}
    mission = model.read_briefing(sample[0]).mission
    assert {row.provider.slug for row in mission} == set(rows)
    for row in mission:
        other = rows[row.provider.slug]
        assert {v.customer: v.code for v in row.verdicts} == {kind: said["code"] for kind, said in other["verdicts"].items()}
        prices = [c.price_usd for c in row.chips if c.price_usd is not None]
        assert (min(prices) if prices else None) == (other["lowest_price"]["price_usd_per_gpu_hour"] if other["lowest_price"] else None)
        assert {code for c in row.chips for code in c.countries} == set(other["countries"])


def test_workstation_cards_share_one_line_and_stay_out_of_the_chip_figures(tmp_path):
    data = market.Market()
    slug = market.provider(data, 0)
    template = data.rows["offers"][0]
    for name, price in (("RTX4090", 0.4), ("RTX5090", 0.6)):
        data.add("chips", chip=f"example-{name.lower()}", gpu_name=name, datacenter_marketed=0, chip_class="3A090.a", memory_gb=[24], tpp=5285.0)
        data.add("offers", **{**template, "id": len(data.rows["offers"]), "gpu_name": name, "chip_class": "3A090.a", "price": price, "price_usd_per_gpu_hour": price, "country": "US"})
    b = model.read_briefing(data.write(tmp_path / "d.sqlite"))
    (row,) = b.mission
    assert row.provider.slug == slug and [c.gpu_name for c in row.chips] == ["A100", "H100", "RTX4090, RTX5090"]
    assert row.chips[-1].price_usd == 0.4 and row.chips[-1].price_printed.startswith("RTX4090: USD 0.4/h")
    assert "RTX4090" not in b.matrix_chips and all(line.chip != "RTX4090" for line in b.prices)


def test_an_earlier_failure_that_was_made_good_is_no_gap(tmp_path):
    data = market.Market()
    slug = market.provider(data, 0)
    good = next(row for row in data.rows["captures"] if row["role"] == "terms_of_service")
    data.add("captures", provider=slug, role="terms_of_service", url=good["url"], run_id="r0", fetched_at="2026-10-01T00:00:00Z", failure="timeout")
    b = model.read_briefing(data.write(tmp_path / "d.sqlite"))
    assert b.unread == [] and b.addresses == len(data.rows["captures"]) - 1


def test_data_that_were_not_seen_again_say_so(tmp_path):
    data = market.Market()
    market.provider(data, 0)
    for row in data.rows["offers"]:
        row["stale_since"] = "2026-11-22T00:00:00Z"
    assert "not seen again since 22 November 2026" in briefing.html(model.read_briefing(data.write(tmp_path / "d.sqlite")))


def test_many_providers_without_terms_are_named_by_reason_below_the_heat_table(tmp_path):
    data = market.Market()
    for number in range(0, 12 * 14):
        if number % 12 in (0, 11):
            market.provider(data, number)
    b = model.read_briefing(data.write(tmp_path / "d.sqlite"))
    parts = briefing.heat_parts(b)
    assert len(b.heat) == 28 and len(parts["heat"]) == 14 and parts["heat_unread_count"] == 14
    ((why, names),) = parts["heat_unread"]
    assert why == "not found (404)" and len(names) == 14
    assert "Of 14 further GPU clouds no document that binds was read" in briefing.html(b)


def test_a_row_without_any_verdict_says_why(sample):
    rows = {row.provider.name: row.unread for row in model.read_briefing(sample[0]).mission}
    assert rows["Fjord Compute"] == "not assessed: no terms read, not found (404)" and rows["Aurora Tensor"] == ""


def test_a_chip_without_a_price_says_so(sample):
    assert "no price stated" in " ".join(pages(sample[1]))


def test_what_was_not_read_is_listed_with_its_reason(sample):
    whole = " ".join(pages(sample[1]))
    assert "3 documents of 3 providers could not be read" in whole
    assert "Delta Kelvin: terms of service, access denied (403)" in whole


def test_a_quote_keeps_its_language_in_the_html(sample):
    html = briefing.html(model.read_briefing(sample[0]))
    assert re.search(r'<blockquote class="src" lang="ja">お客様は、', html)
    assert re.search(r'<blockquote class="src" lang="ar" dir="rtl">', html)


def test_chinese_japanese_and_korean_quotes_get_their_own_fonts(sample):
    import pikepdf

    with pikepdf.open(sample[1]) as document:
        fonts = {str(font.BaseFont) for page in document.pages for font in (page.get("/Resources", {}).get("/Font") or {}).values()}
    if not any("CJK" in font for font in fonts):
        pytest.skip("no Noto CJK font is installed")
    assert {"JP", "KR", "SC", "TC"} <= {font.rsplit("-", 1)[-1] for font in fonts if "CJK" in font}


# --- reproducibility and choice --------------------------------------------------------------------------------------------------

def test_the_same_data_give_the_same_bytes_in_other_processes(sample, tmp_path):
    code = "import sys; from pathlib import Path; from reports import briefing; briefing.render(Path(sys.argv[1]), Path(sys.argv[2]))"
    out = tmp_path / "again.pdf"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT), "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(sample[0]), str(out)], check=True, env=environment, cwd=tmp_path)
    assert out.read_bytes() == sample[1].read_bytes()


def test_another_customer_and_one_chip(sample, tmp_path):
    b = model.read_briefing(sample[0], customer="hk_company", chip="B200")
    assert b.compared == ["hk_company", "cn_subsidiary_abroad", "control"]
    assert all(c.gpu_name == "B200" for row in b.mission for c in row.chips) and len(b.mission) == 5
    assert b.bar_listing["V0"] == 5                            # no verdict in the data set is no verdict in the report
    path = briefing.render(sample[0], tmp_path / "hk.pdf", customer="hk_company", chip="B200", title="Who rents the B200?")
    assert "Who rents the B200?" in pages(path)[0] and "Hong Kong company" in pages(path)[0]


# --- bad input -------------------------------------------------------------------------------------------------------------------

def test_an_empty_data_set_says_so_plainly(tmp_path):
    path = briefing.render(market.Market().write(tmp_path / "d.sqlite"), tmp_path / "b.pdf")
    whole = " ".join(pages(path))
    assert "No GPU cloud in this data set lists" in whole and "Figure" not in whole
    assert checks.problems(path) == []


def test_one_provider_without_offers(tmp_path):
    only = market.Market()
    market.provider(only, 10)
    path = briefing.render(only.write(tmp_path / "d.sqlite"), tmp_path / "b.pdf")
    whole = " ".join(pages(path))
    assert "No offer was read." in whole and "0 of 1 GPU cloud list" in whole
    assert checks.problems(path) == []


@pytest.mark.parametrize(("arguments", "words"), [
    ({"customer": "martian"}, "unknown customer kind 'martian'"),
    ({"chip": "H9000"}, "no provider in this data set lists the chip 'H9000'"),
])
def test_unknown_choices_are_named(sample, tmp_path, arguments, words):
    with pytest.raises(ChipwatchError, match=re.escape(words)):
        briefing.render(sample[0], tmp_path / "x.pdf", **arguments)


def test_a_customer_of_any_country_is_judged_now(sample):
    b = model.read_briefing(sample[0], customer="company:VN")
    assert b.compared[0] == "company:VN" and b.customer_words == "company of Vietnam"
    assert all(row.verdicts[0].customer == "company:VN" and row.verdicts[0].rule for row in b.mission)
    assert "Company of Vietnam" in briefing.html(b)


def test_a_missing_or_foreign_data_set_is_named(tmp_path):
    with pytest.raises(ChipwatchError, match="no data set at"):
        briefing.render(tmp_path / "none.sqlite", tmp_path / "x.pdf")
    (tmp_path / "junk.sqlite").write_bytes(b"not a database, only words" * 100)
    with pytest.raises(ChipwatchError, match="is no chipwatch data set"):
        briefing.render(tmp_path / "junk.sqlite", tmp_path / "x.pdf")


def test_damaged_lists_are_named(tmp_path):
    data = market.Market()
    market.provider(data, 0)
    data.rows["clauses"][0]["places"] = "[broken"
    with pytest.raises(ReportError, match="clauses.places holds no JSON"):
        briefing.render(data.write(tmp_path / "d.sqlite"), tmp_path / "x.pdf")


def test_an_output_that_cannot_be_written_leaves_the_earlier_report(sample, tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(ReportError, match="cannot write"):
        pdf.write("<html lang=en><title>t</title><h1>x</h1>", tmp_path / "file" / "b.pdf")
    assert (tmp_path / "file").read_text() == "kept"
