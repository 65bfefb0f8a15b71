"""What tags mean, each for itself, and markup as the sequence of events that the segmenter walks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from nlp.blocks.skeleton import OPEN
from nlp.compiled import twin
from nlp.normalise import ABUT, RAISE

compiled = twin("blocks")

_EVENT = re.compile("(\ue000\\d+\ue001|</?[a-zA-Z][^>\"']*(?:\"[^\"]*\"[^>\"']*|'[^']*'[^>\"']*)*>)")
_PARTS = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)(.*)>", re.DOTALL)
_ATTR = re.compile(r"([^\s=/\"'>]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")

HEADINGS = {f"h{n}": n for n in range(1, 7)}
CONTAINERS = frozenset("div li article section main aside ul ol dl dd tr a form details fieldset header footer nav table tbody td center".split())
BREAKING = CONTAINERS - {"a"} | HEADINGS.keys() | frozenset(
    "html body p blockquote pre dt th thead tfoot caption figure figcaption hr address summary legend option optgroup select button "
    "dialog hgroup menu search title head x-p".split())
VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
SKIPPED = frozenset("script style template svg noscript head iframe object audio video canvas".split())
SCOPES = frozenset("article aside li td th nav details footer".split())   # a heading inside does not reach beyond them
BOLD = frozenset("b strong".split())
STRUCK = frozenset("del s strike".split())                     # an old price, a word that no longer holds: not part of the text where short
INERT = frozenset("i em code u small kbd tt var cite mark abbr ins big samp q".split())   # say nothing about structure
ROLES = {"table": "table", "grid": "table", "row": "tr", "cell": "td", "gridcell": "td", "columnheader": "th", "rowheader": "th",
         "navigation": "nav", "banner": "banner", "contentinfo": "footer", "dialog": "dialog", "alertdialog": "dialog",
         "list": "ul", "listitem": "li", "heading": "heading", "term": "dt", "definition": "dd"}
# Names that sites give to furniture: whole words of class or id …
CHROME_NAMES = re.compile(
    r"(?:^|[\s_-])(?:navbar|nav|navigation|breadcrumbs?|site-?(?:header|footer|nav)|page-?footer|global-?(?:header|footer|nav)|mega-?menu|main-?menu|mobile-?menu|off-?canvas"
    r"|skip-?(?:link|nav|to-content)|back-?to-?top|social-?(?:share|links)|share-?buttons|footer|topbar)(?:$|[\s])", re.IGNORECASE)
# … and parts of words; these count only for elements of little text, since a cookie policy bears such names too.
CONSENT_NAMES = re.compile(r"cookie|consent|gdpr|onetrust|usercentrics|didomi|trustarc|(?:^|[\s_-])(?:fs-)?cc[_-](?:window|banner)", re.IGNORECASE)
# What stands in each of them: a name without any is no such name, which is cheaper to see.
_CHROME_PARTS = ("nav", "menu", "foot", "head", "crumb", "canvas", "skip", "back", "soci", "shar", "topbar")
_CONSENT_PARTS = ("cookie", "consent", "gdpr", "onetrust", "usercentrics", "didomi", "trustarc", "cc")
_PRE_STYLE = re.compile(r"white-space\s*:\s*pre", re.IGNORECASE)
# Old prices that a style sheet strikes out: by the style itself, or by class names of its own and of the common frameworks.
_STRUCK_STYLE = re.compile(r"text-decoration[a-z-]*\s*:[^;]*line-through", re.IGNORECASE)
_STRUCK_NAMES = re.compile(r"(?:^|\s)(?:text-decoration-)?(?:line-through|strike(?:through|-through|d|out)?|struck|crossed-out|old-price|price-old|was-price|price-was)(?:$|\s)", re.IGNORECASE)
_STRUCK_PARTS = ("str", "through", "crossed", "old", "was")     # one stands in each of them
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)

_INERT, _VOID, _SKIPPED, _CONTAINER, _BREAKING, _BOLD = 1, 2, 4, 8, 16, 32
_TAGS = {tag: sum(flag for flag, tags in ((_INERT, INERT), (_VOID, VOID), (_SKIPPED, SKIPPED), (_CONTAINER, CONTAINERS), (_BREAKING, BREAKING), (_BOLD, BOLD)) if tag in tags)
         for tag in INERT | VOID | SKIPPED | CONTAINERS | BREAKING | BOLD | STRUCK | {"span", "a", "sup", "sub", "font", "label", "time"}}
_STATEFUL = frozenset("ul ol menu li blockquote pre dt dd dl summary table caption thead tbody tfoot tr td th".split()) | HEADINGS.keys()
MAX_SPAN = 200
_READ = frozenset("a td th".split())                           # tags whose attributes are read whatever they are
SHOWN = frozenset("br hr img input".split())               # empty elements that part texts
_SOFT = {"sup": RAISE, "span": ABUT}                           # a raised number is not part of the number before it; a style sheet may set neighbours apart


def _furniture(names: str) -> int:
    """1 for the names of a class or id that are those of furniture, 2 for those of a consent banner, else 0."""
    low = names.lower()
    if _holds(low, _CHROME_PARTS) and CHROME_NAMES.search(names):
        return 1
    return 2 if _holds(low, _CONSENT_PARTS) and CONSENT_NAMES.search(names) else 0


def _struck(names: str) -> bool:
    """Whether the names of a class or id are those of an old price."""
    return _holds(names.lower(), _STRUCK_PARTS) and _STRUCK_NAMES.search(names) is not None


def _holds(text: str, parts: tuple[str, ...]) -> bool:
    for part in parts:                                         # no comprehension: asked for each tag that bears names
        if part in text:
            return True
    return False


def attributes(text: str) -> dict[str, str]:
    """Attributes of a tag, names in lower case, first one wins."""
    if compiled and (found := compiled.attributes(text)) is not None:
        return found
    out: dict[str, str] = {}
    for name, a, b, c in _ATTR.findall(text):
        out.setdefault(name.lower(), a or b or c)
    return out


def _number(value: str | None, default: int, most: int) -> int:
    try:
        return max(1, min(int(value or default), most))
    except ValueError:
        return default


@dataclass(slots=True, eq=False)
class Meaning:
    """What a tag means whatever stands around it. nlp/_blocks.pyx has the same, compiled."""

    tag: str
    closing: bool
    attrs: str
    inert: bool
    deepens: int                                               # inside of what is skipped: 1 where an element opens, -1 where one ends
    breaks: bool                                               # a block ends where it stands, by its name or its role
    role: str
    skipped: bool = False
    empty: bool = False                                        # no element is open behind it
    bold: bool = False
    holds: bool = False                                        # a container
    wraps: bool = False                                        # line ends in it show
    signature: str = ""
    furniture: int = 0                                         # 1: named like furniture; 2: like a consent banner
    plain: bool = True                                         # nothing more begins with it than a container
    stateful: bool = False                                     # more than its text is to be known
    row_span: int = 1                                          # of a cell
    column_span: int = 1
    struck: bool = False                                       # it is shown struck out
    href: str | None = None                                    # of a link
    soft: str = ""                                             # a piece that stands before its text: RAISE, or ABUT behind another of its kind


class Tag(compiled.Meaning if compiled else Meaning):
    """A tag, read: pages repeat their tags, attributes included. Shared, not to be changed."""

    __slots__ = ()

    @classmethod
    def read(cls, source: str) -> Tag:
        """Of a tag as it stands."""
        closing, tag, attrs = _PARTS.match(source).groups()
        return _bare(closing, tag.lower()) if closing or not attrs else cls._of(tag.lower(), attrs)

    @classmethod
    def _of(cls, tag: str, attrs: str) -> Tag:
        """Of a start tag."""
        flags = _TAGS.get(tag, 0)
        empty = bool(flags & _VOID or attrs[-1:] == "/" and not flags & _BREAKING)
        opening = cls(tag, False, attrs, bool(flags & _INERT), 0 if flags & _VOID or attrs[-1:] == "/" else 1, bool(flags & _BREAKING), tag, bool(flags & _SKIPPED), empty, bool(flags & _BOLD),
                      bool(flags & _CONTAINER))
        if opening.inert:
            return opening
        role = opening.signature = tag
        opening.struck = tag in STRUCK
        named = "role=" in attrs or "class=" in attrs or "id=" in attrs or "style=" in attrs
        if attrs and not empty and not opening.skipped and (named or tag in _READ) and (found := attributes(attrs)):
            if "role" in found:
                role = ROLES.get(found["role"].strip().lower(), tag)
                if role == "heading":
                    role = f"h{_number(found.get('aria-level'), 3, 6)}"
                opening.role = role
                opening.breaks = opening.breaks or role in BREAKING
                opening.holds = opening.holds or role != tag
            names, style = f"{found.get('class', '')} {found.get('id', '')}", found.get("style")
            opening.signature = f"{role}.{found.get('class', '')}" if named else role
            if style is not None:
                opening.bold = opening.bold or bool(_BOLD_STYLE.search(style))
                opening.wraps = bool(_PRE_STYLE.search(style))
                opening.struck = opening.struck or bool(_STRUCK_STYLE.search(style))
            if names != " ":
                if opening.holds and tag not in ("main", "article", "td"):
                    opening.furniture = _furniture(names)
                opening.struck = opening.struck or _struck(names)
            if role in ("td", "th"):
                opening.row_span, opening.column_span = _number(found.get("rowspan"), 1, 1000), _number(found.get("colspan"), 1, MAX_SPAN)
            opening.href = found.get("href") or None
        opening.plain = not (opening.wraps or opening.furniture or role in SCOPES or role in ("nav", "footer", "banner", "header"))
        opening.stateful = opening.breaks and role in _STATEFUL
        if not opening.breaks and not opening.bold:
            opening.soft = _SOFT.get(tag, "")
        return opening


@lru_cache(maxsize=2048)
def _bare(closing: str, tag: str) -> Tag:
    """Of a tag without attributes, and of an end tag."""
    if not closing:
        return Tag._of(tag, "")
    flags = _TAGS.get(tag, 0)
    return Tag(tag, True, "", bool(flags & _INERT), 0 if flags & _VOID else -1, bool(flags & _BREAKING), tag)


# What the segmenter walks: a tag; a number of a run of text; a string that is written where text stands before it: white space, or RAISE or ABUT.
Event = Tag | int | str


def events(markup: str) -> list[Event]:
    """The events of well-nested markup. What stands inside of elements that are not read is left out, and so are tags that mean nothing."""
    out: list[Event] = []
    known: dict[str, Tag] = {}
    skip = 0                                                   # depth inside an element that is not read
    before = ""                                                # the tag or mark before this one
    parts = _EVENT.split(markup)
    for gap, part in zip(parts[::2], parts[1::2], strict=False):
        if gap and not skip:
            out.append("\n" if "\n" in gap else " ")
        if part[0] == OPEN:
            if not skip:
                out.append(int(part[1:-1]))
        else:
            tag = known.get(part)
            if tag is None:
                tag = known[part] = Tag.read(part)
            if tag.inert:
                pass
            elif skip:
                skip += tag.deepens
            elif tag.skipped:
                skip = 1
            else:
                if tag.soft == RAISE or tag.soft and before == "</span>" and (not gap or gap.isspace() and len(gap) == 1):
                    out.append(tag.soft)
                elif tag.tag == "a" and before == "</a>" and not gap and not tag.breaks and not tag.bold:
                    out.append(" ")
                if not tag.empty or tag.tag in SHOWN:
                    out.append(tag)
        before = part
    return out
