"""The HTML twin of a report: the same content as the PDF in one self-contained file, for a screen, a keyboard and a screen reader."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reports import pdf
from reports.attached import File
from reports.language import _


def write_report(html: str, output: Path, twin_too: bool = False, files: Callable[[], list[File]] = list, annex: Path | None = None) -> Path:
    """Write a report to `output`: a PDF with `files` in it, or its twin where the name ends in .html; with `twin_too` the twin beside the PDF.

    `annex`: the report to which links to pdf.BESIDE lead, in the format of this one. Raises CannotWriteReport.
    """
    if output.suffix.lower() in (".html", ".htm"):
        return write(_beside(html, annex), output)
    if twin_too:
        write(_beside(html, annex and annex.with_suffix(".html")), output.with_suffix(".html"))
    return pdf.write(html, output, files(), annex.name if annex else "")


def _beside(html: str, annex: Path | None) -> str:
    return html.replace(f'href="{pdf.BESIDE}', f'href="{quote(annex.name)}') if annex else html


def write(html: str, output: Path) -> Path:
    """Write the twin of a report's HTML to `output`, put in place at once. The same report gives the same bytes. Raises CannotWriteReport."""
    return pdf.put(Path(output), twin(html).encode("utf-8"))


def twin(html: str) -> str:
    """The HTML of a report, made for screens: a viewport, a way past the cover, landmarks, tables that scroll by themselves and can be reached by keyboard."""
    from bs4 import BeautifulSoup

    page = BeautifulSoup(html, "lxml")
    page.head.append(page.new_tag("meta", attrs={"name": "viewport", "content": "width=device-width, initial-scale=1"}))
    page.head.append(page.new_tag("meta", attrs={"http-equiv": "Content-Security-Policy", "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:"}))
    style = page.new_tag("style")
    style.string = _css()
    page.head.append(style)
    for number, table in enumerate(page.find_all("table"), start=1):
        _reachable(page, table, number)
        for cell in table.find_all("th"):
            if not cell.get("scope"):
                cell["scope"] = "col" if cell.find_parent("thead") else "row"
        _no_empty_headers(table)
    for link in page.find_all("a", class_="page-ref"):         # "page 7" in print
        link.string = _("More on this")
    for figure in page.find_all("figure"):
        drawing = figure.find("svg")
        if drawing is not None:
            drawing["role"] = "img"                            # its title is its alternative text
            if drawing.title is not None:
                drawing["aria-label"] = " ".join(drawing.title.get_text(" ").split())
            caption = figure.find("figcaption")
            region = page.new_tag("div", attrs={"class": "scroll", "role": "region", "tabindex": "0", "aria-label": " ".join((caption or figure).get_text(" ").split())[:120]})
            drawing.replace_with(region)
            region.append(drawing)
    main = page.new_tag("main", id="main")
    for child in list(page.body.contents):
        main.append(child.extract())
    skip = page.new_tag("a", attrs={"class": "skip", "href": "#summary" if main.find(id="summary") else "#main"})
    skip.string = _("Skip to the content")
    page.body.append(skip)
    page.body.append(main)
    return "<!DOCTYPE html>\n" + str(page.html) + "\n"


def _reachable(page: Any, table: Any, number: int) -> None:
    """Put the table into a region of its own that scrolls sideways, named by its caption or the heading before it."""
    caption = table.find("caption")
    heading = table.find_previous(["h1", "h2", "h3"])
    name = " ".join((caption or heading).get_text(" ").split())[:120] if caption or heading else _("Table")
    region = page.new_tag("div", attrs={"class": "scroll", "role": "region", "tabindex": "0", "aria-label": name if caption else _("%(name)s, table %(n)s", name=name, n=number)})
    table.replace_with(region)
    region.append(table)


def _no_empty_headers(table: Any) -> None:
    """A header cell without words heads nothing."""
    for cell in table.find_all("th"):
        if not cell.get_text(strip=True) and not cell.find(["svg", "img"]):
            cell.name = "td"
            del cell["scope"]


@functools.cache
def _css() -> str:
    return (pdf.TEMPLATES / "screen.css").read_text(encoding="utf-8")
