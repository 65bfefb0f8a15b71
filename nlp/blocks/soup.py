"""The tolerant path: BeautifulSoup reads the same skeleton, for damaged pages and for declared CSS selectors.

The tree builder is lxml. Of the three that BeautifulSoup offers, html5lib is a further dependency and ten times slower; html.parser closes nothing that the
page leaves open, so that "<li>one<li>two" nests; lxml closes <p>, <li>, <td> and the like as browsers do. Where it still differs from lexbor (it has no adoption
agency and leaves text inside <table>), blocks come out the same, since the segmenter looks at block boundaries in reading order, not at the shape of the tree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from nlp.blocks.html import tame
from nlp.blocks.skeleton import OPEN

MAX_NESTING = 220                                              # libxml2 gives up at 256 open elements


class SelectorError(ValueError):
    """A declared CSS selector that is none."""


def normalised(markup: str, select: Sequence[str] = (), remove: Sequence[str] = ()) -> tuple[str, list[str]]:
    """(the skeleton as BeautifulSoup reads it, the selectors that matched nothing). Raises SelectorError.

    With `select`, only the parts that one of the selectors matches are left, in document order; where none matches, the whole page. `remove` is applied first.
    """
    from bs4 import BeautifulSoup
    from bs4.formatter import HTMLFormatter
    from soupsieve import SelectorSyntaxError
    soup = BeautifulSoup(tame(repair(markup), MAX_NESTING), "lxml")
    unmatched: list[str] = []
    try:
        for selector in remove:
            found = soup.select(selector)
            if not found:
                unmatched.append(selector)
            for element in found:
                if not element.decomposed:
                    element.decompose()
        chosen: list = []
        for selector in select:
            found = soup.select(selector)
            if not any(OPEN in element.get_text() for element in found):
                unmatched.append(selector)
            chosen += found
    except (SelectorSyntaxError, NotImplementedError, ValueError) as error:
        raise SelectorError(f"no CSS selector: {' '.join(str(error).split())[:120]}") from error
    formatter = HTMLFormatter(entity_substitution=lambda text: text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"), void_element_close_prefix="")
    if not chosen or all(selector in unmatched for selector in select):
        return soup.decode(formatter=formatter), unmatched
    wanted = {id(element) for element in chosen}
    parts: list[str] = []
    seen: set[int] = set()
    for element in soup.find_all(True):
        if id(element) in wanted and id(element) not in seen and not any(id(parent) in wanted for parent in element.parents):
            seen.add(id(element))
            parts.append(element.decode(formatter=formatter))
    return "<html><body>" + "".join(f"<div>{part}</div>" for part in parts) + "</body></html>", unmatched


def repair(markup: str) -> str:
    """What libxml2 reads otherwise than browsers, put so that both agree."""
    # `<p/>` and `<div/>` are start tags in HTML; a cell behind the end of a row begins a row
    markup = re.sub(r"<(p|div|span|a|b|i|li|td|tr|section|article)((?:\s[^<>]*?)?)/>", r"<\1\2>", markup)
    # a paragraph inside a heading stays there (libxml2 would end the heading)
    markup = re.sub(r"<h([1-6])\b[^>]*>(?:(?!<h[1-6]\b).){0,4000}?</h\1\s*>", lambda m: re.sub(r"<(/?)p(?=[\s>])", r"<\1x-p", m.group()), markup, flags=re.DOTALL | re.IGNORECASE)
    return re.sub(r"(</tr\s*>\s*)(?=<t[dh][\s>])", r"\1<tr>", markup, flags=re.IGNORECASE)
