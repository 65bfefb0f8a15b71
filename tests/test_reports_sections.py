"""The change log, conflicts, pending rules, new and gone listings: what they say comes from the rows, and an absence is said."""

from __future__ import annotations

import pytest
import reports_market as market
from bs4 import BeautifulSoup

from chipwatch.records import CLAUSE_LABELS
from reports import briefing, conflicts, history, law, model, text

SECOND = "2026-11-24T08:00:00Z"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The invented market on a second visit: a clause reworded, a listing gone, another new; a sign of openness beside a clause that excludes."""
    made = market.Market()
    for number in range(12):
        market.provider(made, number, sample=True)
    slug = "p000-aurora"
    clause = next(row for row in made.rows["clauses"] if row["provider"] == slug and row["label"] == "country_exclusion")
    offers = [next(row for row in made.rows["offers"] if (row["provider"], row["gpu_name"], row["country"]) == (slug, name, "NL")) for name in ("H100", "A100")]
    made.rows["captures"][0]["run_id"] = "r0"
    offer_evidence = offers[0]["evidence_id"]
    row = {"provider": slug, "changed_at": SECOND, "previous_at": "2026-11-20T08:00:00Z", "cause": "content", "url": "https://www.p000-aurora.example/legal", "evidence_id": clause["evidence_id"]}
    made.add("changes", **{**row, "id": "c1", "item": "clause", "item_id": clause["id"], "kind": "changed", "field": "quote", "nature": "substantive",
                           "old": "We do not offer accelerated instances to customers in mainland China.", "new": clause["quote"]})
    for name, kind, offer in (("c2", "removed", offers[0]), ("c3", "added", offers[1]), ("c4", "added", offers[1])):
        made.add("changes", **{**row, "id": name, "item": "offer", "item_id": f"o-{offer['gpu_name']}", "kind": kind, "field": None, "old": None, "new": None, "evidence_id": offer_evidence})
    for offer in offers:
        offer["id"] = f"o-{offer['gpu_name']}"
    made.add("signals", id="s1", provider=slug, label="cn_payment", quote="Pay with Alipay or WeChat Pay", start=0, end=10, evidence_id=offer_evidence)
    made.add("signals", id="s2", provider="p001-borealis", label="cn_payment", quote="Pay with Alipay", start=0, end=10, evidence_id=offer_evidence)   # V2: no conflict
    quiet = next(row for row in made.rows["changes"] if row["id"] == "c1")
    quiet["evidence_id"] = market._document(made, slug, "marketing", number=9)       # nothing but the redline rests on this capture
    market._document(made, slug, "faq", number=8)                                    # and nothing at all on this one
    for row in made.rows["documents"]:
        if row["role"] == "terms_of_service":
            row["stated_date"] = "2026-02-03"
    return made.write(tmp_path_factory.mktemp("sections") / "d.sqlite")


@pytest.fixture(scope="module")
def view(data):
    return model.read_briefing(data)


@pytest.fixture(scope="module")
def page(view):
    return BeautifulSoup(briefing.html(view), "lxml")


def section(page, name):
    return " ".join(page.find(id=name).get_text(" ").split())


def test_new_and_gone_listings_are_told_by_chip_with_their_capture(view, page):
    assert [(one.chip, one.kind, one.offers, one.places) for one in view.listings] == [("A100", "new", 2, ["Netherlands"]), ("H100", "gone", 1, ["Netherlands"])]
    assert all(one.evidence is not None and one.evidence.cited and one.day == "2026-11-24" for one in view.listings)
    assert "Chips that a GPU cloud began or ceased to list, by provider, n = 2" in section(page, "supply")
    assert "Listings of the chips: 1 new, 1 gone." in section(page, "summary")


def test_a_redline_marks_what_came(page):
    card = page.find(id="changes").find(class_="card")
    assert card.ins.get_text(strip=True) == "China, Hong Kong or Macau." and card.find("del").get_text(strip=True) == "China."
    assert "Seen on 2026-11-24 08:00 UTC" in card.get_text()


def test_the_timeline_has_rules_above_and_dates_below(view, page):
    line = history.timeline(view, briefing.rules_now()["events"])
    assert [number for number, _ in line.events] == list(range(1, len(line.events) + 1)) and all(line.start <= str(e["day"]) <= line.end for _, e in line.events)
    documents = [e for p in view.clouds for e in p.terms_read if e.stated_date]
    assert sum(n for _, n in line.stated) + line.earlier == len(documents) > 0 and {day for day, _ in line.stated} == {"2026-02-15"}
    assert dict(line.seen) == {"2026-11-24": 1}
    assert f"n = {len(documents)} binding documents" in section(page, "changes") and "does not say that the rule caused it" in section(page, "changes")
    assert [str(e["day"]) for e in briefing.rules_now()["events"]] == sorted(str(e["day"]) for e in briefing.rules_now()["events"])


def test_conflicts_are_vx_and_signs_beside_strict_verdicts(view, page):
    found = {o.provider.name: o for o in conflicts.opposed(view, view.sign_rows)}
    assert list(found) == ["Aurora Tensor", "Jade Harbour Cloud"]
    assert found["Aurora Tensor"].signs[0].code == "B2" and found["Aurora Tensor"].conflicting == []
    assert found["Jade Harbour Cloud"].conflicting and found["Jade Harbour Cloud"].clauses
    said = section(page, "conflicts")
    assert "Pay with Alipay or WeChat Pay" in said and "Borealis" not in said and "n = 2 of 12 GPU clouds" in said


def test_pending_rules_are_counted_from_clauses(view, page):
    by_name = {m.entry["name"].split(" (")[0]: m for m in law.measures(view, briefing.rules_now()["pending"])}
    identity = by_name["Customer identification for infrastructure services"]
    assert {p.seat for p in identity.concerned} == {"US"}
    for measure in by_name.values():
        wanted = set(measure.entry["labels"])
        assert wanted <= set(CLAUSE_LABELS)
        assert {p.slug for p, _ in measure.speaking} == {p.slug for p in measure.concerned if any(c.label in wanted for c in p.clauses)}
        assert {p.slug for p, _ in measure.resting} <= {p.slug for p, _ in measure.speaking}
        assert sum(measure.verdicts.values()) == len(measure.concerned)
        assert all(proofs for _, proofs in measure.speaking)
    parents = by_name["Affiliates"]
    assert {p.slug for p, _ in parents.resting} == {p.slug for p in view.listing if any(c.label in ("headquarters_restriction", "denied_party") and c.id in p.verdicts["cn_company"].clause_ids for c in p.clauses)}
    assert "not foretold" in section(page, "law")


def test_what_verdicts_rest_on_is_listed_by_name(view):
    names = [f.name for f in law.footings(view)]
    assert names == sorted(names, key=str.casefold) and "group of countries “D:5”" in names and "places by name" in names


def test_a_close_up_says_what_would_change_its_verdict(view, page):
    assert all(p.prospects for p in view.close_ups)
    assert "What would change it:" in section(page, "close-ups")


def test_all_gpu_clouds_stand_in_an_annex(view, page):
    rows = page.find(id="annex-providers").find("tbody").find_all("tr")
    assert [row.th.get_text() for row in rows] == [p.name for p in view.clouds]


def test_forbidden_words_stay_out_and_every_link_has_its_target(page):
    known = {tag["id"] for tag in page.find_all(id=True)}
    assert [a["href"] for a in page.find_all("a", href=True) if a["href"].startswith("#") and a["href"][1:] not in known] == []
    for part in page.select("style, .src, title"):
        part.decompose()
    assert text.forbidden_words(page.get_text(" ")) == []


def test_what_is_marked_as_cited_is_just_what_the_pages_link_to(view, page):
    linked = {a["href"][1:] for a in page.find_all("a", href=True) if a["href"].startswith("#E-")}
    assert linked == {e.key for e in view.evidence if e.cited} and len(linked) < len(view.evidence)
    bold = {cell["id"] for cell in page.select("#annex-evidence td[id]") if any(b.get_text() == cell["id"] for b in cell.find_all("b"))}
    assert bold == linked


def test_numbers_of_figures_and_tables_follow_each_other(page):
    figures = [f.get_text().split(".")[0] for f in page.find_all("figcaption")]
    tables = [c.get_text().split(".")[0] for c in page.find_all("caption")]
    assert figures == [f"Figure {n}" for n in range(1, len(figures) + 1)] and tables == [f"Table {n}" for n in range(1, len(tables) + 1)]


# --- bad input -------------------------------------------------------------------------------------------------------------------

def test_an_empty_data_set_has_no_empty_chart(tmp_path):
    page = BeautifulSoup(briefing.html(model.read_briefing(market.Market().write(tmp_path / "d.sqlite"))), "lxml")
    assert page.find("svg") is None and page.find("figcaption") is None
    assert "No GPU cloud in this data set lists" in page.get_text() and "No document was read" in page.get_text()
    assert page.find(id="conflicts") is None and "knows no GPU cloud" in section(page, "changes")


@pytest.mark.parametrize("number", [0, 5, 10, 11])             # offers and terms; offers alone; terms alone; neither
def test_one_provider_of_each_kind(tmp_path, number):
    only = market.Market()
    market.provider(only, number)
    page = BeautifulSoup(briefing.html(model.read_briefing(only.write(tmp_path / "d.sqlite"))), "lxml")
    for figure in page.find_all("figure"):
        assert figure.svg.find_all(["path", "circle", "text"]) and "Source" in figure.get_text() and "n = 0" not in figure.figcaption.get_text()
    said = section(page, "supply")
    assert ("No offer was read." in said) == (number in (10, 11))


def test_a_quote_in_an_unknown_language_is_printed_as_it_stands(tmp_path):
    only = market.Market()
    market.provider(only, 0)
    for row in only.rows["clauses"][:1]:
        row.update(language="xx-unknown\"><b>", quote="Qapla' batlh je")
    html = briefing.html(model.read_briefing(only.write(tmp_path / "d.sqlite")))
    assert "Qapla" in html and 'lang="xx-unknown"><b>' not in html


def test_characters_without_a_font_become_their_numbers(monkeypatch):
    from reports import pdf

    monkeypatch.setattr(pdf, "covered", lambda: frozenset(range(32, 0x250)))
    assert pdf.printable("<p>名前 ok</p>") == "<p>⟨U+540D⟩⟨U+524D⟩ ok</p>"


def test_what_rests_on_an_earlier_capture_still_has_its_evidence(tmp_path):
    made = market.Market()
    slug = market.provider(made, 0)
    (offers,) = [row for row in made.rows["documents"] if row["role"] == "offers"]
    offers["current"] = 0                                      # a later answer was held back: its offers stand, and it gave none
    market._document(made, slug, "offers", number=7)
    view = model.read_briefing(made.write(tmp_path / "d.sqlite"))
    (row,) = view.mission
    (proof,) = [e for e in row.evidence if e.role == "offers"]
    assert proof.key == offers["evidence_id"] and proof.past and proof.cited
    assert view.documents_read == len(made.rows["documents"]) - 1
    page = BeautifulSoup(briefing.html(view), "lxml")
    assert "earlier capture" in page.find(id=proof.key).get_text()
    known = {tag["id"] for tag in page.find_all(id=True)}
    assert not [a["href"] for a in page.find_all("a", href=True) if a["href"].startswith("#") and a["href"][1:] not in known]


def test_each_entry_of_the_register_leads_to_the_words_that_were_read(view):
    page = BeautifulSoup(briefing.html(view), "lxml")          # whole: the other one has lost its sources to a test
    for provider in view.clouds:
        for clause in provider.clauses:
            entry = page.find(id=clause.evidence.key)
            links = [a["href"] for a in entry.find_all("a", href=True)]
            assert clause.evidence.final_url in links and any(href.startswith(f"{clause.evidence.final_url}#:~:text=") for href in links)
            assert clause.evidence.sha256 in entry.get_text() and clause.evidence.record_id[10:-1] in entry.get_text()
    assert {a.get_text() for a in page.select("#close-ups .ref a[href*='#:~:text=']")} == {"on the page"}
