"""Plain text -> skeleton: paragraphs by blank lines, numbered clauses and bullets, hard-wrapped lines joined."""

from __future__ import annotations

import re

from nlp.blocks.skeleton import Skeleton
from nlp.normalise import RAW

_START = re.compile(
    r"(?:\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zA-Z]|[ivxIVX]{1,5})[.)](?:\d{1,3}\.?)*|\d{1,3}(?:\.\d{1,3}){1,4}|[-*•·▪●○–—・※]|§+ ?\d+|第 ?[0-9一二三四五六七八九十百]+ ?[条條章节節编款]|제 ?\d+ ?[조장절]"
    r"|(?:article|section|clause|artikel|annex|статья|раздел)\s+[\dIVX]+)(?:[\s\u3000]|$|(?<=[条條章节節编款조장절])|(?<=[-•·▪●○・※]))", re.IGNORECASE)
_BULLET = re.compile(r"[-*•·▪●○–—・※]")
_UNDERLINE = re.compile(r"([=\-~*_#])\1{2,}$")
WRAP = 60                                                      # a line shorter than this, before a line that begins a sentence, is not wrapped


def scan(source: str, start: int = 0, end: int | None = None, mode: int = RAW, into: Skeleton | None = None) -> Skeleton:
    """The skeleton of plain text."""
    skeleton = Skeleton(source) if into is None else into
    html = skeleton.html
    end = len(source) if end is None else end
    paragraph: list[tuple[int, int]] = []
    item = False

    def flush(tag: str = "p") -> None:
        nonlocal paragraph
        if paragraph:
            html.append(f"<{tag}>")
            skeleton.run(paragraph[0][0], paragraph[-1][1], mode)
            html.append(f"</{tag}>")
            paragraph = []

    lengths = sorted(len(line) for line in source[start:min(end, start + 40_000)].split("\n") if line.strip())
    # Hard-wrapped text has many lines of nearly the same, moderate length; text with a paragraph a line has not.
    usual = lengths[int(len(lengths) * 0.8)] if lengths else 0
    wrapped = 40 <= usual <= 120 and lengths[-1] <= 1.6 * usual + 20
    at = start
    while at < end:
        line_end = source.find("\n", at, end)
        line_end = end if line_end < 0 else line_end
        a, z = at, line_end
        while a < z and source[a].isspace():
            a += 1
        while z > a and source[z - 1].isspace():
            z -= 1
        at = line_end + 1
        if a >= z:
            flush()
            item = False
            continue
        line = source[a:z]
        if line[0] in "=-~*_#" and _UNDERLINE.match(line):
            if len(paragraph) == 1 and paragraph[0][1] - paragraph[0][0] <= 120:
                flush("h1" if line[0] == "=" else "h2")
            else:
                flush()
            continue
        if line[0] == "\x0c" or "\x0c" in source[line_end - (line_end - a):a]:
            flush()
        begins = _START.match(line)
        if begins or not paragraph:
            flush()
            if begins and _BULLET.match(line) and z - a > 2:
                html.append("<ul><li>")
                skeleton_at = a + 1
                while skeleton_at < z and source[skeleton_at].isspace():
                    skeleton_at += 1
                paragraph = [(skeleton_at, z)]
                item = True
                html.append("")
                # the item ends with its paragraph
                flush_item(html, skeleton, paragraph, source, at, end, wrapped, mode)
                at = paragraph[-1][1]
                nxt = source.find("\n", at, end)
                at = end if nxt < 0 else nxt + 1
                paragraph = []
                item = False
                continue
            paragraph = [(a, z)]
            continue
        previous = source[paragraph[-1][0]:paragraph[-1][1]]
        if wrapped and len(previous) >= min(WRAP, 0.6 * usual) and (len(previous) >= 0.75 * usual or not _ends(previous)):
            paragraph.append((a, z))
        elif line[0].islower() and not _ends(previous):
            paragraph.append((a, z))
        else:
            flush()
            paragraph = [(a, z)]
    flush()
    return skeleton


def flush_item(html: list, skeleton: Skeleton, paragraph: list, source: str, at: int, end: int, wrapped: bool, mode: int) -> None:
    """A bullet and the lines that run on from it."""
    while at < end:
        line_end = source.find("\n", at, end)
        line_end = end if line_end < 0 else line_end
        line = source[at:line_end].strip()
        previous = source[paragraph[-1][0]:paragraph[-1][1]]
        if not line or _START.match(line) or not (line[0].islower() and not _ends(previous) or wrapped and source[at].isspace()):
            break
        z = line_end
        while source[z - 1].isspace():
            z -= 1
        paragraph.append((at, z))
        at = line_end + 1
    skeleton.run(paragraph[0][0], paragraph[-1][1], mode)
    html.append("</li></ul>")


def _ends(line: str) -> bool:
    return line[-1] in ".!?:;。！？：；…\"”»)" and not line.endswith((" e.g.", " i.e."))
