"""Reports in other languages: nothing of our own stays English, no forbidden word comes in by translation, quotes and names stay as they are."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
import reports_market as market
from bs4 import BeautifulSoup
from click.testing import CliRunner

from reports import briefing, bulletin, checks, language, model, profile, text, words

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
OTHERS = [code for code in language.languages() if code != "en"]
def some(*often: str) -> list:
    """The other languages; those that are not named are tried in `make test-all` alone."""
    return [code if code in often else pytest.param(code, marks=pytest.mark.slow) for code in OTHERS]


FIELDS = re.compile(r"%\((\w+)\)s")
# Words that are names: of this program, of laws, of units, of chips and formats. They stand in every language.
NAMES = re.compile(r"https?://\S+|chipwatch|A100|H100\S*|3A090\.[ab]|SHA-256|WARC|TPP|GPU|D:5|[VP]\d+|VX|urn:uuid\S*|[\w-]+\.example\S*|E-[0-9A-F]+|[0-9a-f]{8,}…?|[A-Z]{2,3}(?= [\d.,]+/h)", re.I)


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return market.make(tmp_path_factory.mktemp("languages") / "d.sqlite", sample=True)


def test_every_text_of_templates_modules_and_tables_has_a_translation():
    import catalogues

    wanted = catalogues.texts()
    assert len(wanted) > 700 and {where.split("/")[0] for _, places in wanted.values() for where in places} == {"templates", "reports", "tables"}
    for code in OTHERS:
        held = language.catalogue(code)
        assert [one for one in wanted if one not in held] == [], f"{code}: python scripts/catalogues.py --update, then translate"
        for one, (many, _) in wanted.items():
            asked = set(FIELDS.findall(one)) | set(FIELDS.findall(many or ""))
            assert len(held[one]) == (1 if many is None or code in ("ja", "zh") else 2), (code, one)
            for form in held[one]:
                assert asked - {"n"} <= set(FIELDS.findall(form)) <= asked, (code, one)
                assert sorted(re.findall(r"<[^>]+>", form)) == sorted(re.findall(r"<[^>]+>", one)), (code, one)
                assert "%" not in FIELDS.sub("", form) or "%" in FIELDS.sub("", one), (code, one)


@pytest.mark.parametrize("code", OTHERS)
def test_forbidden_words_stay_out_of_the_catalogues(code):
    standing = language.catalogue(code)[text.STANDING_SENTENCE][0]
    assert text.forbidden_words(" \n ".join(form for forms in language.catalogue(code).values() for form in forms if form != standing), code) == []
    assert text.forbidden_words({"de": "Der Zugang ist erlaubt.", "fr": "L'accès est autorisé.", "ja": "この利用は適法である。", "zh": "允许使用。"}[code], code)


def test_nothing_of_our_own_is_printed_past_the_catalogue(data, monkeypatch):
    """In a language whose every text is made of one letter, no other letters are left but those of names, quotes and numbers."""
    def veiled(_: str):
        class Veil(dict):
            def get(self, message, default=None):
                parts = re.split(r"(%\(\w+\)s|%%|<[^>]*>|&\w+;)", message)
                return ("".join(part if n % 2 else re.sub(r"[^\W\d_]", "ж", part) for n, part in enumerate(parts)),) * 2
        return Veil()
    monkeypatch.setattr(language, "catalogue", veiled)
    with language.speaking("de"):
        pages = [briefing.html(model.read_briefing(data)), briefing.html(model.read_briefing(data, chip="H100", region="DE"), "short.html.j2"),
                 profile.html(profile.read_profile(data, "p000-aurora")), bulletin.html(bulletin.read_bulletin(data))]
        places = {text.country(code) for code in ("US", "NL", "SE", "FI", "NO", "DE", "FR", "GB", "PL", "ES", "AT", "JP", "SG", "MY", "HK", "CN", "MO", "CU", "IR")}
    own = set("UTC CFR RTX rtx exampl example company Example Ltd Hans Hant Supplement No".split()) | {"November", "Juni", "html"}   # days as German writes them
    for html in pages:
        page = BeautifulSoup(html, "lxml")
        for part in page.select("style, .src, .cite, .mono, .ev, .names, svg title"):
            part.decompose()
        for name in market.NAMES:
            for node in page.find_all(string=re.compile(re.escape(name))):
                node.replace_with(node.replace(name, ""))
        said = [NAMES.sub("", node) for node in page.find_all(string=True) if node.parent.name not in ("script",)]
        left = {word for node in said for word in re.findall(r"[A-Za-z]{3,}", re.sub("|".join(map(re.escape, sorted(places, key=len, reverse=True))), "", node))}
        assert sorted(left - own) == []


@pytest.mark.parametrize("code", some("de", "ja"))
def test_quotes_and_names_stay_and_the_language_is_declared(data, code):
    english = BeautifulSoup(briefing.html(model.read_briefing(data)), "lxml")
    with language.speaking(code):
        page = BeautifulSoup(briefing.html(model.read_briefing(data)), "lxml")
    assert page.html["lang"].startswith(code)
    assert [q.get_text() for q in page.find_all("blockquote")] == [q.get_text() for q in english.find_all("blockquote")] != []
    assert len(page.find_all("figure")) == len(english.find_all("figure")) and len(page.find_all("table")) == len(english.find_all("table"))
    for part in page.select("style, .src, title, [lang=en]"):
        part.decompose()
    assert text.forbidden_words(page.get_text(" "), code) == []


def test_dates_numbers_and_plurals_follow_the_language():
    said = {}
    for code in language.languages():
        with language.speaking(code):
            said[code] = (text.day("2026-11-05"), text.figures(1234.5, 2), text.plural(1, "clause"), text.plural(2, "clause"), text.plural(0, "clause"))
    assert said == {"en": ("5 November 2026", "1,234.50", "1 clause", "2 clauses", "0 clauses"), "de": ("5. November 2026", "1.234,50", "1 Klausel", "2 Klauseln", "0 Klauseln"),
                    "fr": ("5 novembre 2026", "1\u202f234,50", "1 clause", "2 clauses", "0 clause"), "ja": ("2026年11月5日", "1,234.50", "条項1件", "条項2件", "条項0件"),
                    "zh": ("2026年11月5日", "1,234.50", "1 条条款", "2 条条款", "0 条条款")}


def test_sentences_of_the_rule_table_are_translated_part_by_part():
    with language.speaking("de"):
        assert words.stored("The documents exclude parties on denied-party lists (named: CN; by reference to D:5 as of 2026-01-01)") == \
            "Die Dokumente schließen Parteien auf Sperrlisten aus (genannt: CN; durch Verweis auf D:5, Stand 2026-01-01)"
        assert words.stored("Without the clause that it rests on: V2 (Generic compliance wording only: no place, party or check in it reaches this customer).").startswith(
            "Ohne die Klausel, auf der er beruht: V2 (Nur allgemeine Compliance-Formeln")
        assert words.stored("acceptable use policy: not found (404)") == "Richtlinie zur zulässigen Nutzung: nicht gefunden (404)"
        assert words.stored("Qapla' batlh") == "Qapla' batlh"
        assert words.customer("company of Vietnam") == "Unternehmen aus: Vietnam"


def test_what_assessment_writes_has_a_form():
    """The forms of stored sentences are those of assessment/judge.py: their fixed words stand in its source."""
    source = " ".join((ROOT / "assessment" / name).read_text("utf-8") for name in ("judge.py", "coverage.py"))
    for form in (*words.STORED_FORMS, *words.STORED_PARTS, *words.STORED):
        fixed = max(re.split(r"%\(\w+\)s|[:,]|clauses? ", form.replace("AMBIG EMBARGO", "AMBIG_EMBARGO").replace(" on denied-party lists in", ":in")), key=len).strip()
        assert fixed in source or "%(code)s (" in form, form


@pytest.mark.parametrize("code", some("zh"))
def test_a_translated_pdf_has_its_language_and_a_glyph_for_every_letter(data, tmp_path, code):
    import pikepdf

    path = briefing.render(data, tmp_path / "b.pdf", short=True, lang=code)
    assert checks.problems(path) == []
    with pikepdf.open(path) as pdf:
        assert str(pdf.Root.Lang).startswith(code)


def test_an_unknown_language_is_refused_with_those_that_exist(data, tmp_path):
    from chipwatch.cli import cli

    (tmp_path / "chipwatch.sqlite").write_bytes(data.read_bytes())
    for command in (["briefing"], ["profile", "p000-aurora"], ["changes"]):
        result = CliRunner().invoke(cli, ["report", *command, "--lang", "tlh", "--data", str(tmp_path)])
        assert result.exit_code and "en, de, fr, ja, zh" in str(result.exception or result.output), command
    with pytest.raises(language.UnknownLanguage, match="en, de, fr, ja, zh"), language.speaking("../de"):
        pass


@pytest.mark.parametrize("code", OTHERS)
def test_labels_fit_the_slanted_heads_and_narrow_columns(code):
    """The heads of the clause table are 32 mm long, turned upright: as long as the longest English one at most, in scripts of twice the width half of it."""
    import unicodedata

    def width(named: str) -> int:
        return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in named)
    with language.speaking(code):
        labels = language.translated(words.LABELS)
    assert max(map(width, labels.values())) <= max(map(width, words.LABELS.values())) + 2


def test_templates_hold_no_words_outside_the_catalogues():
    """Every branch of every template, whatever the data: what is left beside tags, translated blocks and expressions is no word."""
    from reports import pdf

    left = {}
    for path in sorted(pdf.TEMPLATES.glob("*.j2")):
        kept, inside, tokens = "", False, list(pdf.environment().lex(path.read_text("utf-8")))
        for n, (_, kind, value) in enumerate(tokens):
            named = next((v for _, k, v in tokens[n:n + 4] if k == "name"), "") if kind == "block_begin" else ""
            inside = named == "trans" or (inside and named != "endtrans")
            kept += value if kind == "data" and not inside else "" if kind != "variable_begin" else "0"
        shown = re.sub(r"<[^>]*>|&\w+;", " ", kept)
        if found := set(re.findall(r"[A-Za-z]{2,}", shown)) - {"chipwatch", "SHA", "href", "lang"}:
            left[path.name] = found
    assert left == {}


def test_an_empty_data_set_says_so_in_the_language(tmp_path):
    with language.speaking("fr"):
        page = BeautifulSoup(briefing.html(model.read_briefing(market.Market().write(tmp_path / "d.sqlite"))), "lxml")
    assert "Aucun document n'a été lu." in page.get_text() and "No document" not in page.get_text()
