"""Provider declarations: `crawler/providers/<slug>/provider.yml`, checked strictly, with errors that say where and what to write instead.

How to write one: docs/add-a-provider.md. Editors check it against `provider.schema.json`, which `python -m crawler.declarations` writes.
"""

from __future__ import annotations

import datetime
import difflib
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

import yaml
from pydantic import BaseModel, Discriminator, Field, Tag, ValidationError, create_model, field_validator, model_validator

from chipwatch import yaml_files
from chipwatch.records import DOCUMENT_ROLES, ProviderInfo, Source
from crawler.addresses import host_is_refused
from crawler.cadence import default_cadence
from crawler.errors import DeclarationError
from crawler.feeds.declared import PLACEHOLDER, Feed, Key, Paging, Post, Stream, check_placeholders
from crawler.parts import Part, Text

PROVIDERS = Path(__file__).parent / "providers"
SCHEMA = Path(__file__).parent / "provider.schema.json"
TEMPLATE = Path(__file__).parent / "data" / "provider.template.yml"
SCHEMA_LINE = "# yaml-language-server: $schema=../../provider.schema.json"
MAX_FILE = 64 * 1024                                           # bytes
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"

Category = Literal["hyperscaler", "neocloud", "regional_cloud", "marketplace", "serverless"]
Permission = Literal["allowed", "unknown", "forbidden"]
Method = Literal["feed", "text", "html", "rendered", "pdf"]
Cadence = Literal["daily", "weekly", "monthly", "quarterly"]   # as crawler.cadence.DAYS
Language = Annotated[str, Field(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", description="BCP 47, e.g. en, ja, zh-Hans", examples=["en"])]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2; quote NO, which YAML reads as false", examples=["US"])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217", examples=["USD"])]


class Address(Part):
    """One address of a document."""

    url: str = Field(description="public address, https", examples=["https://www.provider.com/terms"], json_schema_extra={"format": "uri"})
    verified: datetime.date | None = Field(description="date on which the address was seen live; null where nobody has looked yet", examples=["null"])
    language: Language | None = Field(None, description="language of the page; left out: it is identified")
    method: Method = Field("html", description="feed: JSON or CSV; text: Markdown or plain text; html; rendered: needs a browser; pdf")
    select: list[Text] = Field([], description="CSS selectors of the parts to read; left out: the whole page")
    remove: list[Text] = Field([], description="CSS selectors of parts to leave out")
    currency: Currency | None = Field(None, description="where the page's own sign is ambiguous ($, kr, ¥)")
    permission: Permission | None = Field(None, description="where it differs from the provider's")
    permission_reason: Text | None = Field(None, description="what the terms say about automated reading, and where")
    note: Text | None = Field(None, description="one sentence for people")
    feed: Feed | None = Field(None, description="how a feed is asked for and paged, where it takes more than one plain request")

    @field_validator("url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        try:
            parts = urlsplit(PLACEHOLDER.sub("x", value))
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise ValueError("not a web address; write one such as https://www.provider.com/terms") from None
        if value != value.strip() or any(c.isspace() or not c.isprintable() for c in value):
            raise ValueError("a web address holds no blank and no control character; write %20 for a blank")
        if not host or "." not in host:
            raise ValueError("not a web address; write one such as https://www.provider.com/terms")
        if host_is_refused(host):
            raise ValueError(f"{host} is not an address of the public web; the crawler visits no others")
        if parts.username or parts.password:
            raise ValueError("leave out user name and password: the crawler never logs in")
        if parts.fragment:
            raise ValueError("leave out the part after #: a server never sees it")
        if parts.scheme != "https" and not (parts.scheme == "http" and host.endswith(".example")):
            raise ValueError("write the address with https://")
        return value

    @model_validator(mode="after")
    def _reasoned(self) -> Address:
        if self.permission in ("allowed", "forbidden") and not self.permission_reason:
            raise ValueError(f"permission: {self.permission} needs a reason; add permission_reason: with what the terms say, and where")
        check_placeholders(self.url, self.feed)
        if self.feed and self.method != "feed":
            raise ValueError("feed: belongs to an address with method: feed")
        return self

    def urls(self) -> list[str]:
        """The addresses to visit: this one, or one for each variant of its feed."""
        return list(self.feed.expanded(self.url)) if self.feed else [self.url]


class Absence(Part):
    """A search that found no document of this role."""

    date: datetime.date = Field(description="when it was searched", examples=["2026-11-25"])
    where: Text = Field(description="where it was searched", examples=["site footer, legal index, sitemap"])


class NoneFound(Part):
    """Absence is declared, never assumed."""

    none_found: Absence


def _shape(value: object) -> str:
    return "none_found" if isinstance(value, (dict, NoneFound)) else "addresses"


Entry = Annotated[
    Annotated[list[Address], Field(min_length=1), Tag("addresses")] | Annotated[NoneFound, Tag("none_found")], Discriminator(_shape)]
Documents = create_model(
    "Documents", __base__=Part, __doc__="Addresses by role; a role that is left out has not been looked for.",
    **{role: (Entry | None, Field(None, description=f"documents of role {role}")) for role in DOCUMENT_ROLES})


Cadences = create_model(
    "Cadences", __base__=Part, __doc__="How often documents of a role are visited, where it differs from crawler/data/cadence.yml.",
    **{role: (Cadence | None, Field(None, description=f"documents of role {role}")) for role in DOCUMENT_ROLES})


class DeclaredRegion(Part):
    """A region as the provider names it."""

    label: Text = Field(examples=["eu-north1"])
    country: Country | None = None
    city: Text | None = None


class Assertions(Part):
    """Bounds that a healthy reading keeps: below a minimum the page has probably changed shape."""

    offers_min: int | None = Field(None, ge=0)
    offers_max: int | None = Field(None, ge=1)
    regions_min: int | None = Field(None, ge=0)
    regions_max: int | None = Field(None, ge=1)
    clauses_min: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _ordered(self) -> Assertions:
        for low, high, what in ((self.offers_min, self.offers_max, "offers"), (self.regions_min, self.regions_max, "regions")):
            if low is not None and high is not None and low > high:
                raise ValueError(f"{what}_min is larger than {what}_max; swap them")
        return self


class Declaration(Part):
    """One provider: who it is, where its documents are, and whether they may be read by a machine."""

    slug: str = Field(pattern=SLUG, description="the name of the folder", examples=["my-provider"])
    name: Text = Field(description="as the provider writes it", examples=["My Provider"])
    kind: Literal["gpu_cloud", "adjacent"] = Field("gpu_cloud", description="adjacent: rents no GPUs itself")
    legal_entity: Text | None = Field(None, description="the contracting company, as its terms name it")
    seat_country: Country | None = Field(None, description="country of the head office")
    category: Category | None = None
    website: str | None = Field(None, json_schema_extra={"format": "uri"})
    languages: list[Language] = Field([], description="languages of its public pages")
    permission: Permission = Field(description="may a machine read these pages, by the provider's own terms", examples=["unknown"])
    permission_reason: Text | None = Field(None, description="what the terms say about automated reading, and where")
    cadence: Cadences | None = Field(None, description="role: daily | weekly | monthly | quarterly; left out: the defaults of crawler/data/cadence.yml",
                                     examples=["{offers: weekly}"])
    currency: Currency | None = Field(None, description="of its prices, where the sign alone does not tell")
    documents: Documents = Field(description="addresses by role", examples=["{offers: [{url: https://…, verified: null}]}"])
    regions: list[DeclaredRegion] = []
    assertions: Assertions = Assertions()
    notes: Text | None = Field(None, description="for readers of a report; knowledge for maintainers goes into YAML comments")

    @field_validator("seat_country")
    @classmethod
    def _known_country(cls, value: str | None) -> str | None:
        if value is not None and value not in known_countries():
            near = difflib.get_close_matches(value, known_countries(), 1, cutoff=0.5)
            raise ValueError("not a country of ISO 3166-1; write its two letters" + (f', perhaps "{near[0]}"' if near else ""))
        return value

    @field_validator("website")
    @classmethod
    def _site(cls, value: str | None) -> str | None:
        if value is not None:
            check_placeholders(value, None)
        return value if value is None else Address._web_address(value)

    @model_validator(mode="after")
    def _consistent(self) -> Declaration:
        if self.permission in ("allowed", "forbidden") and not self.permission_reason:
            raise ValueError(f"permission: {self.permission} needs a reason; add permission_reason: with what the terms say, and where")
        seen: set[tuple[str, str]] = set()
        for role, address in self.addresses():
            for url in address.urls():
                if (role, url) in seen:
                    raise ValueError(f"documents.{role} names {url} twice; leave one out")
                seen.add((role, url))
            if address.feed and address.feed.post and (address.permission or self.permission) == "forbidden":
                raise ValueError(f"documents.{role}: a feed that the terms forbid is not asked; leave out post")
        if not seen and not self.absences():
            raise ValueError("documents names nothing; add at least one address, e.g. offers: [{url: https://…, verified: null}]")
        return self

    def addresses(self) -> Iterator[tuple[str, Address]]:
        """(role, address) in the order of DOCUMENT_ROLES."""
        for role in DOCUMENT_ROLES:
            entry = getattr(self.documents, role)
            if isinstance(entry, list):
                for address in entry:
                    yield role, address

    def absences(self) -> dict[str, Absence]:
        """role -> the search that found nothing."""
        entries = ((role, getattr(self.documents, role)) for role in DOCUMENT_ROLES)
        return {role: entry.none_found for role, entry in entries if isinstance(entry, NoneFound)}

    def info(self) -> ProviderInfo:
        """Identity, for the other rooms."""
        return ProviderInfo(
            slug=self.slug, name=self.name, kind=self.kind, legal_entity=self.legal_entity, seat_country=self.seat_country, category=self.category,
            website=self.website, permission=self.permission, declared=True, expected_roles=list(dict.fromkeys(role for role, _ in self.addresses())),
            none_found={role: f"{a.date.isoformat()}, {a.where}" for role, a in self.absences().items()},
            assertions=self.assertions.model_dump(exclude_none=True), notes=self.notes)

    def sources(self) -> list[Source]:
        """What to visit. A provider that forbids automated reading forbids it for every address that does not say otherwise."""
        return [Source(
            provider=self.slug, url=url, role=role, language=a.language, permission=a.permission or self.permission,
            verified=a.verified.isoformat() if a.verified else None, method=a.method, select=list(a.select), remove=list(a.remove),
            currency=a.currency or (self.currency if role == "offers" else None), provider_name=self.name,
            cadence=getattr(self.cadence, role, None) or default_cadence(role), feed=a.feed.as_source() if a.feed else None)
            for role, a in self.addresses() for url in a.urls()]


def known_countries() -> frozenset[str]:
    """ISO 3166-1 alpha-2 codes, from CLDR."""
    from babel import Locale

    return frozenset(c for c in Locale("en").territories if re.fullmatch(r"[A-Z]{2}", c) and c not in ("EU", "EZ", "UN", "XA", "XB", "ZZ", "QO"))


# --- reading, with places ---------------------------------------------------------------------------------------------------------

_Loader = yaml_files.LOADER


def _check_node(node: yaml.Node | None, path: Path, faults: list[str]) -> None:
    """Duplicate keys, which YAML lets pass silently."""
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if key.value in seen:
                faults.append(f"{path}:{line}: {key.value!r} stands twice (first in line {seen[key.value]}); leave one out")
            seen.setdefault(str(key.value), line)
            _check_node(value, path, faults)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _check_node(value, path, faults)


def _unreadable_line(node: yaml.Node | None) -> int:
    """Line of the first value that YAML cannot build (a date that is none, a number too long); 1 where all can be built."""
    if isinstance(node, yaml.ScalarNode):
        try:
            yaml.SafeLoader("").construct_object(node)
        except ValueError:
            return node.start_mark.line + 1
        return 1
    parts = [part for pair in node.value for part in pair] if isinstance(node, yaml.MappingNode) else node.value if isinstance(node, yaml.SequenceNode) else []
    return max(map(_unreadable_line, parts), default=1)


def _line(node: yaml.Node | None, where: tuple, key_line: bool) -> int:
    """Line of the node at this pydantic location; of the nearest enclosing one where it is absent."""
    line = (node.start_mark.line if node else 0) + 1
    for step in where:
        if isinstance(node, yaml.MappingNode):
            found = next(((k, v) for k, v in node.value if k.value == str(step)), None)
            if found is None:
                if step in ("addresses", "none_found"):        # tag of a union, not a step in the file
                    continue
                break
            key, node = found
            line = (key if key_line or not isinstance(node, yaml.ScalarNode) else node).start_mark.line + 1
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line + 1
    return line


def _model_at(where: tuple) -> type[BaseModel]:
    """The model whose keys stand at this location."""
    if not where:
        return Declaration
    if where[0] == "documents":
        if len(where) == 1:
            return Documents
        if "none_found" in where[2:]:
            return Absence if where[-1] == "none_found" and where.count("none_found") > 1 else NoneFound
        parts = {"feed": Feed, "paging": Paging, "key": Key, "stream": Stream, "post": Post}
        return next((parts[str(step)] for step in reversed(where[2:]) if str(step) in parts), Address)
    return {"regions": DeclaredRegion, "assertions": Assertions, "cadence": Cadences}.get(str(where[0]), Declaration)


def _near(word: str, allowed: list[str]) -> str:
    near = difflib.get_close_matches(str(word), allowed, 1, cutoff=0.6)
    return f"did you mean {near[0]!r}?" if near else f"write one of: {', '.join(allowed)}"


def _example(model: type[BaseModel], key: str) -> str:
    examples = model.model_fields[key].examples if key in model.model_fields else None
    return f"; write e.g. `{key}: {examples[0]}`" if examples else ""


def _advice(error: dict) -> str:
    """What is wrong, and what to write instead."""
    where, kind, value = tuple(error["loc"]), error["type"], error.get("input")
    model, last = _model_at(where[:-1]), str(where[-1]) if where else ""
    if kind == "extra_forbidden":
        return f"unknown key; {_near(last, list(model.model_fields))}"
    if kind == "missing":
        return "is missing" + _example(model, last)
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", error["ctx"]["expected"])
        return f"{value!r} is not known; {_near(str(value), allowed)}"
    if kind == "string_type" and isinstance(value, bool):
        return f'YAML reads this as {str(value).lower()}; put it in quotes, e.g. "NO"'
    if kind == "string_type" and isinstance(value, (int, float, datetime.date)):
        return f'a text is needed; put it in quotes: "{value}"'
    if kind == "string_type":
        return f"a text is needed, not {'a list' if isinstance(value, list) else 'keys and values' if isinstance(value, dict) else type(value).__name__}; begin it behind the colon, in quotes"
    if kind == "invalid_key":
        return f"YAML reads this key as {value!r}; keys are words: put it in quotes, or leave it out"
    if kind == "string_pattern_mismatch":
        field = model.model_fields.get(last)
        return f"{value!r} does not fit: {field.description if field and field.description else error['ctx']['pattern']}"
    if kind in ("date_type", "date_from_datetime_parsing", "date_parsing"):
        return f"{value!r} is no date; write it without quotes, e.g. 2026-11-25" + (", or null" if last == "verified" else "")
    if kind == "list_type":
        return "a list is needed; begin each entry with a dash"
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return "`key: value` lines are needed here" + (_example(_model_at(where), "url") or _example(model, last))
    if kind == "value_error":
        return str(error["ctx"]["error"])
    return error["msg"][0].lower() + error["msg"][1:]


def read_declaration(path: Path) -> tuple[Declaration | None, list[str]]:
    """(declaration, faults) of one file; each fault is `file:line: where: what is wrong; what to write instead`."""
    shown = _shown(path)
    try:
        if not path.is_file():
            return None, [f"{shown}: is not a file; write the declaration there"]
        with open(path, "rb") as handle:
            data = handle.read(MAX_FILE + 1)
    except OSError as error:
        return None, [f"{shown}: cannot be read: {error.strerror}"]
    if len(data) > MAX_FILE:
        return None, [f"{shown}: larger than {MAX_FILE:,} bytes; a declaration has at most that"]
    node: yaml.Node | None = None
    try:
        text = data.decode("utf-8")
        alias = next((event for event in yaml.parse(text, Loader=_Loader) if isinstance(event, yaml.AliasEvent)), None)
        if alias is not None:
            return None, [f"{shown}:{alias.start_mark.line + 1}: YAML aliases (*name) are not read; write the values out"]
        node = yaml.compose(text, Loader=_Loader)
        values = yaml.load(text, Loader=_Loader)               # noqa: S506  a safe loader
    except UnicodeDecodeError as error:
        return None, [f"{shown}: not UTF-8 at byte {error.start}; save it as UTF-8"]
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        tabs = "write blanks instead of tabs" if "\t" in "".join(text.split("\n")[line - 1:line]) else "check indentation, colons and quotes"
        return None, [f"{shown}:{line}: not YAML: {getattr(error, 'problem', None) or error}; {tabs}"]
    except (ValueError, RecursionError) as error:              # e.g. 2026-13-45, which YAML takes for a date
        return None, [f"{shown}:{_unreadable_line(node)}: a value cannot be read: {str(error).split(';')[0]}; put it in quotes, or correct it"]
    faults: list[str] = []
    _check_node(node, shown, faults)
    if not isinstance(values, dict):
        return None, [f"{shown}:1: `key: value` lines are needed; begin with `slug: {path.parent.name}`"]
    try:
        declaration = Declaration.model_validate(values)
    except ValidationError as error:
        for fault in error.errors():
            where = tuple(fault["loc"])
            line = _line(node, where, key_line=fault["type"] == "extra_forbidden")
            words = ".".join(str(s) for s in where if s != "addresses")
            words = words.replace("none_found.none_found", "none_found")
            faults.append(f"{shown}:{line}: {words + ': ' if words else ''}{_advice(fault)}")
        return None, sorted(faults, key=_line_of)
    if declaration.slug != path.parent.name:
        faults.append(f"{shown}:{_line(node, ('slug',), False)}: slug: {declaration.slug!r} is not the name of the folder; write `slug: {path.parent.name}`")
    return (None if faults else declaration), faults


def _line_of(fault: str) -> int:
    found = re.search(r":(\d+): ", fault)
    return int(found.group(1)) if found else 0


def _shown(path: Path) -> Path:
    """A path as people read it: relative to where they stand, if it lies below."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except (ValueError, OSError):
        return path


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise DeclarationError([f"no such folder of declarations: {folder}"])
    return sorted(p for p in folder.iterdir() if p.is_dir() and not p.name.startswith((".", "_")))


def read_providers(folder: Path | str | None = None) -> tuple[list[Declaration], list[str], int]:
    """(declarations without a fault, one line for each fault, number of folders). Raises DeclarationError where the folder itself is not there."""
    declarations, faults = [], []
    folders = _folders(Path(folder) if folder else PROVIDERS)
    for place in folders:
        path = place / "provider.yml"
        if not path.exists():
            faults.append(f"{_shown(place)}: has no provider.yml; write one, or remove the folder")
            continue
        declaration, wrong = read_declaration(path)
        faults += wrong
        if declaration:
            declarations.append(declaration)
    return declarations, faults, len(folders)


def load_providers(folder: Path | str | None = None) -> list[Declaration]:
    """All declarations of a folder (default: those that come with the package), by slug. Raises DeclarationError with every fault."""
    declarations, faults, _ = read_providers(folder)
    if faults:
        raise DeclarationError(faults)
    return declarations


def check_providers(folder: Path | str | None = None) -> tuple[int, list[str]]:
    """(number of declarations, one line for each fault). Raises DeclarationError where the folder itself is not there."""
    _, faults, count = read_providers(folder)
    return count, faults


def new_provider(slug: str, folder: Path | str | None = None) -> Path:
    """Write a declaration to fill in; returns its path. Raises DeclarationError for a bad slug or an existing declaration."""
    if not re.fullmatch(SLUG, slug):
        raise DeclarationError([f"{slug!r} is no slug; use lower-case letters, digits and single hyphens, e.g. my-provider"])
    path = (Path(folder) if folder else PROVIDERS) / slug / "provider.yml"
    if path.exists():
        raise DeclarationError([f"{_shown(path)} is already there; edit it"])
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(TEMPLATE.read_text("utf-8").replace("SLUG", slug), encoding="utf-8")
    os.replace(part, path)
    return path


def schema_text() -> str:
    """JSON Schema of a declaration, for editors."""
    schema = Declaration.model_json_schema()
    return json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "chipwatch provider declaration"},
                      ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":                                     # python -m crawler.declarations: write the schema anew
    SCHEMA.write_text(schema_text(), encoding="utf-8")
    sys.stdout.write(f"{SCHEMA}\n")
