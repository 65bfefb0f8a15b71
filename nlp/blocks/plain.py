"""Plain text -> skeleton: paragraphs by blank lines, numbered clauses and bullets, hard-wrapped lines joined."""

from __future__ import annotations

import re

from nlp.blocks.skeleton import Skeleton
from nlp.normalise import RAW

_START = re.compile(
    r"(?:\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zA-Z]|[ivxIVX]{1,5})[.)](?:\d+(?:\.\d+)*\.?)?|\d{1,3}(?:\.\d{1,3}){1,4}|[-*•·▪●○–—・※]|§+ ?\d+|第 ?[0-9一二三四五六七八九十百]+ ?[条條章节節编款]|제 ?\d+ ?[조장절]"
    r"|(?:article|section|clause|artikel|annex|статья|раздел)\s+[\dIVX]+)(?:[\s\u3000]|$|(?<=[条條章节節编款조장절])|(?<=[-•·▪●○・※]))", re.IGNORECASE)
_BULLET = re.compile(r"[-*•·▪●○–—・※]")
_UNDERLINE = re.compile(r"([=\-~*_#])\1{2,}$")
LONG = 150                                                     # characters from which on a paragraph makes a title of the short line above
WRAP = 60                                                      # a line shorter than this, before a line that begins a sentence, is not wrapped


def scan(source: str, start: int = 0, end: int | None = None, mode: int = RAW, into: Skeleton | None = None, wraps: tuple[int, bool] | None = None) -> Skeleton:
    """The skeleton of plain text. `wraps`: what `wrapping` says of the whole text, where only a part of it is scanned."""
    skeleton = Skeleton(source) if into is None else into
    html = skeleton.html
    end = len(source) if end is None else end
    paragraph: list[tuple[int, int]] = []
    bullet = False
    titles: set[int] = skeleton.meta.setdefault("titles", set())
    candidate: int | None = None                               # run of a lone short line
    closed = True                                              # what stands above has ended

    def flush(tag: str = "p") -> None:
        nonlocal candidate, closed
        if paragraph:
            html.append("<ul><li>" if bullet else f"<{tag}>")
            first, last = paragraph[0][0], paragraph[-1][1]
            text = source[first:last]
            if candidate is not None and not bullet and len(text) >= LONG:
                titles.add(candidate)
            lone = tag == "p" and not bullet and len(paragraph) == 1 and len(text) <= 70 and not _ends(text) and (text[0].isupper() or text[0] > "\u3000") and closed
            candidate, closed = (len(skeleton.starts) if lone else None), _ends(text) or lone
            skeleton.run(first, last, mode)
            html.append("</li></ul>" if bullet else f"</{tag}>")
            paragraph.clear()

    usual, wrapped = wrapping(source, start, end) if wraps is None else wraps
    at = start
    while at < end:
        line_end = source.find("\n", at, end)
        line_end = end if line_end < 0 else line_end
        a, z = at, line_end
        while a < z and source[a].isspace():
            a += 1
        while z > a and source[z - 1].isspace():
            z -= 1
        indented, at = a > at, line_end + 1
        if a >= z:
            flush()
            continue
        line = source[a:z]
        if line[0] in "=-~*_#" and _UNDERLINE.match(line):
            short = len(paragraph) == 1 and not bullet and paragraph[0][1] - paragraph[0][0] <= 120
            flush(("h1" if line[0] == "=" else "h2") if short else "p")
            continue
        begins = _START.match(line)
        previous = source[paragraph[-1][0]:paragraph[-1][1]] if paragraph else ""
        runs_on = line[0].islower() and previous and not _ends(previous)
        if begins or not paragraph or "\x0c" in source[paragraph[-1][1]:a] and not runs_on:
            flush()
            bullet = bool(begins and _BULLET.match(line) and z - a > 2)
            if bullet:
                a += 1
                while a < z and source[a].isspace():
                    a += 1
            if a < z:
                paragraph.append((a, z))
            continue
        long = len(previous) >= min(WRAP, 0.6 * usual) and (len(previous) >= 0.75 * usual or not _ends(previous))
        if runs_on or wrapped and (indented if bullet else long):
            paragraph.append((a, z))
        else:
            flush()
            bullet = False
            paragraph.append((a, z))
    flush()
    return skeleton


def wrapping(source: str, start: int, end: int) -> tuple[int, bool]:
    """(usual length of a line, whether lines are wrapped at about that length). Text with a paragraph a line has lines of every length."""
    lengths = sorted(len(line) for line in source[start:min(end, start + 40_000)].split("\n") if line.strip())
    usual = lengths[int(len(lengths) * 0.8)] if lengths else 0
    return usual, 40 <= usual <= 120 and lengths[-1] <= 1.6 * usual + 20


def _ends(line: str) -> bool:
    return line[-1] in ".!?:;。！？：；…\"”»)" and not line.endswith((" e.g.", " i.e."))
