"""Loads the data files of this room: the rule table, groups of places, customer kinds, cue words. Each is read once a process."""

from __future__ import annotations

import functools
import importlib.resources
import re
from dataclasses import dataclass, field
from typing import Any

from assessment.errors import TableError
from chipwatch.records import CLAUSE_LABELS, DOCUMENT_ROLES, MODES, VERDICT_CODES

ACTS = ("bars", "requires", "conditions", "reserves", "welcomes", "describes", "advertises")
# Strongest first: of the cases of a customer kind, the strongest reach speaks for the clause.
REACHES = ("named", "group", "listed", "unnamed", "absent", "present", "elsewhere", "everyone", "vague", "none")
HITS = frozenset({"named", "group", "listed", "unnamed", "absent"})
_ALLOWED = {
    "label": frozenset(CLAUSE_LABELS), "act": frozenset(ACTS), "reach": frozenset(REACHES), "extent": frozenset({"all", "some"}),
    "scope": frozenset({"whole", "part"}), "object": frozenset({"service", "items", "use", "others"}), "check": frozenset({"identity", "business", "other"}),
    "exception": frozenset({"none", "consent", "licence", "other"}), "mode": frozenset(MODES), "role_not": frozenset(DOCUMENT_ROLES),
}


@dataclass(frozen=True, slots=True)
class Rule:
    """A row of the rule table. `when` maps a fact to the values that satisfy the row; None: the row needs no clause."""

    id: str
    verdict: str
    words: str
    when: dict[str, frozenset[str]] | None = None
    complete: bool = False                                     # True: every expected document must have been read
    forbidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleTable:
    rules: tuple[Rule, ...]
    special: dict[str, Rule]
    tests: dict[str, tuple[str, ...]]                          # label -> attributes of a customer that it tests
    targets: dict[str, str]                                    # Clause.target -> attribute
    barriers: frozenset[str]
    ranks: dict[str, int]                                      # document role -> rank, 1 is highest
    allow_list_minimum: int
    confidence: dict[str, Any]
    forbidden_everywhere: tuple[str, ...]
    version: int

    def by_id(self, rule_id: str) -> Rule:
        """The row of that id. Raises KeyError."""
        for rule in self.rules:
            if rule.id == rule_id:
                return rule
        return self.special[rule_id]


def read_yaml(name: str) -> Any:
    """A data file of this room, parsed. Raises TableError for damaged YAML."""
    import yaml

    from chipwatch import yaml_files

    text = importlib.resources.files("assessment").joinpath(name).read_text("utf-8")
    try:
        return yaml_files.load(text)
    except yaml.YAMLError as error:
        raise TableError(f"assessment/{name} is not valid YAML: {error}") from error


def _rule(row: dict[str, Any]) -> Rule:
    name = row.get("id", "?")
    if row.get("verdict") not in VERDICT_CODES:
        raise TableError(f"assessment/rules.yml, rule {name}: verdict must be one of {', '.join(VERDICT_CODES)}")
    when = row.get("when")
    for fact, values in (when or {}).items():
        if fact not in _ALLOWED:
            raise TableError(f"assessment/rules.yml, rule {name}: unknown fact {fact!r}; known are {', '.join(_ALLOWED)}")
        strange = sorted(set(values) - _ALLOWED[fact])
        if strange:
            raise TableError(f"assessment/rules.yml, rule {name}: {fact} has no value {', '.join(map(repr, strange))}")
    return Rule(name, row["verdict"], row["words"], None if when is None else {k: frozenset(v) for k, v in when.items()},
                row.get("coverage") == "complete", tuple(row.get("forbidden", ())))


def parse_rules(data: dict[str, Any]) -> RuleTable:
    """A rule table from parsed YAML. Raises TableError for an unknown fact, value, verdict or a repeated id."""
    rules = tuple(_rule(row) for row in data["rules"])
    special = {row["id"]: _rule(row) for row in data["special"]}
    names = [r.id for r in rules] + list(special)
    if len(set(names)) < len(names):
        raise TableError("assessment/rules.yml: a rule id stands twice")
    return RuleTable(
        rules=rules, special=special, tests={k: tuple(v) for k, v in data["tests"].items()}, targets=data["targets"],
        barriers=frozenset(data["barriers"]), ranks=data["ranks"], allow_list_minimum=data["allow_list_minimum"],
        confidence=data["confidence"], forbidden_everywhere=tuple(data["forbidden_everywhere"]), version=data["version"],
    )


@functools.cache
def rule_table() -> RuleTable:
    """The rule table of this version of the program."""
    return parse_rules(read_yaml("rules.yml"))


@dataclass(frozen=True)
class Cues:
    """Compiled cue words; `cues("onward", text)` tells whether one of them stands in a folded quote."""

    patterns: dict[str, re.Pattern[str]] = field(default_factory=dict)

    def __call__(self, name: str, text: str) -> bool:
        return self.patterns[name].search(text) is not None

    def found(self, name: str, text: str) -> list[str]:
        """What the groups of the cue caught, in order."""
        return [next(filter(None, m.groups())) for m in self.patterns[name].finditer(text) if any(m.groups())]


@functools.cache
def cues() -> Cues:
    """The cue words of cues.yml, one pattern a name, matched on case-folded text."""
    table = {}
    for name, expressions in read_yaml("cues.yml").items():
        try:
            table[name] = re.compile("|".join(f"(?:{e})" for e in expressions), re.IGNORECASE)
        except re.error as error:
            raise TableError(f"assessment/cues.yml, {name}: {error}") from error
    return Cues(table)


_TAG = re.compile(r"<[^<>]{0,300}>|\]\([^)\s]{0,500}\)|[*_`\[\]]")
_BLANK = re.compile(r"\s+|&nbsp;")
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")                 # "U.S." must not end a sentence


def fold(quote: str) -> str:
    """A quote with markup taken out and white space folded, for cue words alone; never printed."""
    text = _INITIALS.sub(lambda m: m[0].replace(".", ""), _TAG.sub(" ", quote))
    return _BLANK.sub(" ", text).strip()
