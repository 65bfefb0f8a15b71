"""How much of the field is declared: counts by seat country, category, role, permission and method. Pure functions over declarations.

`python -m crawler.coverage README.md` (or `make coverage`) writes the tables between two markers of a Markdown file.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from chipwatch.records import DOCUMENT_ROLES, PERMISSIONS
from crawler.declarations import Declaration, load_providers
from crawler.errors import DeclarationError

BEGIN, END = "<!-- coverage: begin (written by `make coverage`) -->", "<!-- coverage: end -->"
NOT_KNOWN = "not known"


@dataclass(frozen=True)
class GroupRow:
    """A group of providers. `offers` and `terms` count providers that declare such an address, `both` those that declare both."""

    key: str | None                                            # country code or category; None: not known
    name: str                                                  # for people
    providers: int
    offers: int
    terms: int
    both: int
    addresses: int
    verified: int                                              # addresses with a date on which somebody saw them live


@dataclass(frozen=True)
class RoleRow:
    """A role of documents. `declared + none_found + not_said` is the number of providers."""

    role: str
    declared: int                                              # providers with an address
    none_found: int                                            # providers of which a search is recorded that found nothing
    not_said: int                                              # providers of which nobody has looked for it yet
    addresses: int
    verified: int


@dataclass(frozen=True)
class PermissionRow:
    """May a machine read it. `providers` counts the word at the top of a declaration, `addresses` the word that holds for each address."""

    permission: str
    providers: int
    addresses: int


@dataclass(frozen=True)
class MethodRow:
    """How addresses are read."""

    method: str
    providers: int
    addresses: int


@dataclass(frozen=True)
class Coverage:
    """Counts over one set of declarations. An address is counted once for each role that it stands under."""

    providers: int
    adjacent: int                                              # of these, companies that rent no GPUs themselves
    addresses: int
    verified: int
    by_country: list[GroupRow]
    by_category: list[GroupRow]
    by_role: list[RoleRow]
    by_permission: list[PermissionRow]
    by_method: list[MethodRow]

    def as_json(self) -> dict:
        """Plain lists and dictionaries, ready for `json.dumps`."""
        return asdict(self)


def country_name(code: str) -> str:
    """English name of a country, from CLDR: `KR` -> `South Korea`. Raises KeyError for a code that is none."""
    from babel import Locale

    return Locale("en").territories[code]


def _groups(declarations: Sequence[Declaration], key_of: Callable[[Declaration], str | None], name_of: Callable[[str], str]) -> list[GroupRow]:
    """One row for each key, the largest group first, the unknown one last."""
    groups: dict[str | None, list[Declaration]] = {}
    for declaration in declarations:
        groups.setdefault(key_of(declaration), []).append(declaration)
    rows = []
    for key, members in groups.items():
        roles = [{role for role, _ in member.addresses()} for member in members]
        addresses = [address for member in members for _, address in member.addresses()]
        rows.append(GroupRow(
            key=key, name=NOT_KNOWN if key is None else name_of(key), providers=len(members),
            offers=sum("offers" in r for r in roles), terms=sum("terms_of_service" in r for r in roles),
            both=sum({"offers", "terms_of_service"} <= r for r in roles),
            addresses=len(addresses), verified=sum(a.verified is not None for a in addresses)))
    return sorted(rows, key=lambda r: (r.key is None, -r.providers, r.name))


def _role(declarations: Sequence[Declaration], role: str) -> RoleRow:
    addresses = [[a for r, a in declaration.addresses() if r == role] for declaration in declarations]
    declared = sum(bool(found) for found in addresses)
    absent = sum(role in declaration.absences() for declaration in declarations)
    flat = [a for found in addresses for a in found]
    return RoleRow(role, declared, absent, len(declarations) - declared - absent, len(flat), sum(a.verified is not None for a in flat))


def cover(declarations: Iterable[Declaration]) -> Coverage:
    """Count what is declared."""
    declarations = list(declarations)
    pairs = [(d, address) for d in declarations for _, address in d.addresses()]
    tops = Counter(d.permission for d in declarations)
    permissions = Counter(address.permission or d.permission for d, address in pairs)
    methods = Counter(address.method for _, address in pairs)
    users = {method: {d.slug for d, address in pairs if address.method == method} for method in methods}
    return Coverage(
        providers=len(declarations), adjacent=sum(d.kind == "adjacent" for d in declarations),
        addresses=len(pairs), verified=sum(address.verified is not None for _, address in pairs),
        by_country=_groups(declarations, lambda d: d.seat_country, country_name),
        by_category=_groups(declarations, lambda d: d.category, _words),
        by_role=[_role(declarations, role) for role in DOCUMENT_ROLES],
        by_permission=[PermissionRow(word, tops[word], permissions[word]) for word in PERMISSIONS],
        by_method=[MethodRow(method, len(users[method]), count) for method, count in sorted(methods.items(), key=lambda m: (-m[1], m[0]))])


@dataclass(frozen=True)
class WrittenOut:
    """What a crawl visits of so many addresses: a template of a feed stands for a page for each of its variants."""

    addresses: int
    templates: int
    pages_of_templates: int

    @property
    def pages(self) -> int:
        return self.addresses - self.templates + self.pages_of_templates

    @property
    def words(self) -> str:
        """Why there are more pages than addresses; empty where there are not."""
        if not self.templates:
            return ""
        stand = "1 of them is a template that stands" if self.templates == 1 else f"{self.templates:,} of them are templates that stand"
        return f"{self.addresses:,} declared address{'' if self.addresses == 1 else 'es'} make {self.pages:,} sources, for {stand} for {self.pages_of_templates:,}"


def written_out(declarations: Iterable[Declaration]) -> WrittenOut:
    """Count addresses and what they stand for."""
    sizes = [len(address.urls()) for declaration in declarations for _, address in declaration.addresses()]
    several = [size for size in sizes if size > 1]
    return WrittenOut(len(sizes), len(several), sum(several))


# --- as tables --------------------------------------------------------------------------------------------------------------------

Table = tuple[str, list[str], list[tuple]]


def _words(name: str) -> str:
    return name.replace("_", " ")


def tables(coverage: Coverage) -> list[Table]:
    """(title, columns, rows) of each table, as people read them."""
    group, those = ["providers", "offers", "terms", "both", "addresses", "verified"], "(offers, terms, both: providers with such an address)"
    numbers = [[(r.providers, r.offers, r.terms, r.both, r.addresses, r.verified) for r in rows] for rows in (coverage.by_country, coverage.by_category)]
    return [
        (f"By seat of the provider {those}", ["", "seat", *group], [(r.key or "", r.name, *n) for r, n in zip(coverage.by_country, numbers[0], strict=True)]),
        (f"By category {those}", ["category", *group], [(r.name, *n) for r, n in zip(coverage.by_category, numbers[1], strict=True)]),
        ("By role of the document (providers that declare it, or a search that found none)",
         ["role", "declared", "none found", "not looked for", "addresses", "verified"],
         [(_words(r.role), r.declared, r.none_found, r.not_said, r.addresses, r.verified) for r in coverage.by_role]),
        ("By permission", ["may a machine read it", "providers", "addresses"], [(r.permission, r.providers, r.addresses) for r in coverage.by_permission]),
        ("By method of reading", ["method", "providers", "addresses"], [(r.method, r.providers, r.addresses) for r in coverage.by_method])]


def headline(coverage: Coverage) -> str:
    """The counts in a sentence."""
    unknown = sum(row.providers for row in coverage.by_country if row.key is None)
    countries = sum(row.key is not None for row in coverage.by_country)
    seats = f"seats in {countries} {'country' if countries == 1 else 'countries'}" + (f", {unknown} not known" if unknown else "")
    adjacent = f" (of which renting no GPUs themselves: {coverage.adjacent})" if coverage.adjacent else ""
    return (f"{coverage.providers} provider{'' if coverage.providers == 1 else 's'}{adjacent}, {seats}; "
            f"{coverage.addresses:,} address{'' if coverage.addresses == 1 else 'es'}: "
            f"{coverage.verified:,} verified live, {coverage.addresses - coverage.verified:,} not yet.")


def _markdown_table(columns: list[str], rows: list[tuple]) -> list[str]:
    texts = [not (rows and all(isinstance(row[i], int) for row in rows)) for i in range(len(columns))]
    return [f"| {' | '.join(columns)} |", f"|{'|'.join('---' if text else '--:' for text in texts)}|",
            *(f"| {' | '.join(f'{v:,}' if isinstance(v, int) else v for v in row)} |" for row in rows)]


def markdown(coverage: Coverage) -> str:
    """The tables for a README; the long one by country is folded."""
    lines = [headline(coverage), ""]
    seats, *others = tables(coverage)
    for title, columns, rows in others[:3]:
        lines += [f"**{title}**", "", *_markdown_table(columns, rows), ""]
    lines += ["<details>", f"<summary>{seats[0]}</summary>", "", *_markdown_table(*seats[1:]), "", "</details>"]
    return "\n".join(lines)


def replaced(text: str, block: str) -> str:
    """The text with `block` between the two markers. Raises DeclarationError where the markers are not there, once each and in order."""
    if text.count(BEGIN) != 1 or text.count(END) != 1 or text.index(BEGIN) > text.index(END):
        raise DeclarationError([f"the text needs these two lines, once each: {BEGIN} and {END}"])
    return text[:text.index(BEGIN) + len(BEGIN)] + f"\n{block}\n" + text[text.index(END):]


def main(paths: Sequence[str]) -> int:
    """Write the tables into each file; 0 where all could be written."""
    try:
        block = markdown(cover(load_providers()))
        for path in map(Path, paths):
            path.write_text(replaced(path.read_text("utf-8"), block), encoding="utf-8")
    except (DeclarationError, OSError) as error:
        sys.stderr.write(f"coverage: {error}\n")
        return 1
    return 0


if __name__ == "__main__":                                     # python -m crawler.coverage README.md
    sys.exit(main(sys.argv[1:]))
