"""Hostile content, from provider names to quotes: it neither breaks the layout nor reaches anything."""

from __future__ import annotations

import socket
import unicodedata
from pathlib import Path

import pytest
import reports_market as market

from reports import attached, briefing, checks, model, pdf, text

EVIL = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "style": "</style><style>*{display:none}@import url(http://evil.example/x.css);@font-face{src:url(file:///etc/passwd)}</style>",
    "template": "{{ 7*7 }}{% include '/etc/passwd' %}{{ config }}",
    "frame": "<iframe src='file:///etc/passwd'></iframe><object data='http://evil.example/o'></object><link rel=attachment href='file:///etc/hostname'>",
    "svg": "<svg xmlns='http://www.w3.org/2000/svg'><image href='http://evil.example/i.png'/><style>@import 'http://evil.example/s.css'</style></svg>",
    "long word": "A" * 3000,
    "long word in japanese": "規" * 3000,
    "bidi override": "safe \u202eevil reversed\u202c \u2066isolated\u2069 end",
    "zalgo": "Z" + "\u0335\u0316\u0321\u0301" * 60 + "o" + "\u0489" * 80,
    "control": "bell\x07 escape\x1b[31m null\x00 vertical\x0b form\x0c del\x7f next\x85line",
    "unassigned": "private \ue123 unassigned \U000e0fff surrogate half",
    "entities": "&lt;script&gt;&#x202e;&amp;amp;&nbsp;&#0;&#x1F4A9;",
    "markup bomb": "<b>" * 500 + "deep" + "</b>" * 500,
    "newlines": "line\n\n\n\n" * 50 + "\u2028\u2029 end",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set in which each text of a source is hostile."""
    data = market.Market()
    for number, (kind, words) in enumerate(EVIL.items()):
        safe = words.replace("\x00", "")                       # SQLite text ends at a null
        slug = market.provider(data, number % 3, slug=f"evil-{number:02d}", name=safe or kind, legal_entity=safe)
        for row in data.rows["clauses"]:
            if row["provider"] == slug:
                row.update(quote=safe + " Clause. " + safe, heading_path=[safe], exception=safe, rule=safe[:80])
        for table, columns in (("documents", ("title",)), ("offers", ("instance_name", "quote")), ("issues", ("text",))):
            for row in data.rows[table]:
                if row["provider"] == slug:
                    row.update(dict.fromkeys(columns, safe))
        for row in data.rows["offers"]:
            if row["provider"] == slug and number % 2:
                row.update(location=safe, country=None)
        for row in data.rows["documents"]:
            if row["provider"] == slug and row["role"] == "acceptable_use":
                row.update(url="javascript:alert(1)//" + safe[:200], final_url="javascript:alert(1)//" + safe[:200])
        data.add("captures", provider=slug, role="terms_of_service", url="https://x.example/" + safe[:400], run_id="r1", fetched_at="2026-11-24T09:00:00Z", failure="forbidden", note=safe)
    return data.write(tmp_path_factory.mktemp("hostile") / "chipwatch.sqlite")


@pytest.fixture(scope="module")
def rendered(hostile: Path) -> tuple[Path, list[str]]:
    """(PDF, addresses that the engine asked for), made with the network shut."""
    asked: list[str] = []
    patch = pytest.MonkeyPatch()
    whole = pdf.closed_fetcher

    def watched():
        fetcher = whole()
        inner = type(fetcher).fetch

        class Watched(type(fetcher)):
            def fetch(self, url, headers=None):
                asked.append(url)
                return inner(self, url, headers)
        return Watched(allowed_protocols=("data",), allow_redirects=False)

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a report opened a network connection")
    patch.setattr(pdf, "closed_fetcher", watched)
    patch.setattr(socket.socket, "connect", refuse)
    try:
        return briefing.render(hostile, hostile.parent / "b.pdf"), asked
    finally:
        patch.undo()


def test_nothing_but_the_style_sheets_own_patterns_is_asked_for(rendered):
    assert all(url.startswith("data:image/svg+xml,%3Csvg") for url in rendered[1])


def test_the_fetcher_refuses_every_other_address():
    fetcher = pdf.closed_fetcher()
    for url in ("http://evil.example/", "https://evil.example/", "file:///etc/passwd", "ftp://evil.example/", "data:text/html,<p>x", "data:image/svg+xml,<svg/>", "relative"):
        with pytest.raises(ValueError, match="fetch nothing"):
            fetcher.fetch(url)


def test_the_document_is_sound_and_has_no_empty_box(rendered):
    assert checks.problems(rendered[0]) == []


def test_no_attachment_script_or_file_gets_in(rendered):
    import pikepdf

    with pikepdf.open(rendered[0]) as document:
        own = {"chipwatch.json", *(f"{view}.csv" for view in attached.VIEWS)}
        assert set(document.attachments) == own and len(document.Root.AF) == len(own)      # the data set, and nothing that a page asked for
        assert "/OpenAction" not in document.Root and "/JavaScript" not in (document.Root.get("/Names") or {})
        outside = {target for kind, target in checks.links(document) if kind == "outside"}
    assert outside and all(target.startswith("https://www.evil-") for target in outside)


def test_every_character_stays_inside_the_page(rendered):
    import pypdfium2

    document = pypdfium2.PdfDocument(rendered[0])
    outside = []
    for number, page in enumerate(document, start=1):
        width, height = page.get_size()
        words = page.get_textpage()
        for index in range(words.count_chars()):
            left, bottom, right, top = words.get_charbox(index)
            if right - left > 0 and (left < 20 or right > width - 20 or bottom < 8 or top > height - 8):
                outside.append((number, words.get_text_range(index, 1)))
    document.close()
    assert outside == []


def test_templates_in_sources_are_only_words(hostile):
    html = briefing.html(model.read_briefing(hostile))
    assert "{{ 7*7 }}" in html and "<script" not in html and "<iframe" not in html and html.count("<style>") == 1


@pytest.mark.parametrize("kind", EVIL)
def test_quotes_are_clean_for_display(kind):
    shown = text.shown_quote(EVIL[kind] + " Clause.", "html")
    for character in shown.text:
        assert unicodedata.category(character) not in ("Cc", "Cs", "Co", "Cn", "Zl", "Zp") and character not in "\u202e\u202d\u2066\u2067\u2068\u2069"
    longest = run = 0
    for character in shown.text:
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        longest = max(longest, run)
    assert longest <= 3 and len(shown.text) <= 900
    if kind in ("bidi override", "zalgo", "control", "unassigned"):
        assert shown.hidden > 0
