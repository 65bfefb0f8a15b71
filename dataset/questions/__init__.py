"""The thirty questions that analysts ask, each a file of SQL with its words: for `chipwatch query --question`, for Datasette, for docs/questions.md.

A file `NN-NAME.sql` begins with lines of comment: `-- title:`, `-- note:` (several lines make one text), `-- in part:` where the data set answers only a part,
and `-- parameter: NAME = DEFAULT | MEANING` for each `:NAME` in the SQL. A parameter that is left empty is the empty text. `{NAME}` in a title stands for what
the question is asked of: the words of a kind of customer, the value itself, and in the stead of an empty one the words of `UNSET`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path

from chipwatch.records import CUSTOMER_KINDS
from dataset.errors import DatasetError

# parameter -> its words in a title where it is not set; {} stands for a value
UNSET = {"customer": "one kind of customer", "since": "the last run", "provider": "a provider", "day": "on a day"}
SET = {"day": "on {}"}
_ARTICLE = re.compile(r"[aeiou]", re.I)
FOLDER = Path(__file__).parent
_HEAD = re.compile(r"-- (title|note|in part|parameter): (.*)")
_PARAMETER = re.compile(r"([a-z_]+) = ([^|]*?)\s*\| (.+)")


class UnknownQuestion(DatasetError):
    """There is no such question, or it has no such parameter."""

    exit_code = 64


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    default: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question: its number, a name for addresses, the question in words, what the answer counts, what it leaves open, and the SQL."""

    number: int
    name: str
    title_form: str                                            # with {NAME} for parameters
    note: str
    in_part: str | None
    sql: str
    parameters: tuple[Parameter, ...] = field(default=())

    @property
    def title(self) -> str:
        """The question in words, as it is asked where nothing is set."""
        return self.titled({})

    @property
    def open_title(self) -> str:
        """The same with nothing said of what is set: for a page whose heading stays while its parameters change."""
        return self.titled({p.name: "" for p in self.parameters})

    def titled(self, given: dict[str, str]) -> str:
        """The question in words, as it is asked with these parameters."""
        return self.title_form.format_map({p.name: in_words(p.name, given.get(p.name, p.default)) for p in self.parameters})

    def values(self, given: dict[str, str] | None = None) -> dict[str, str]:
        """The parameters to run it with. Raises UnknownQuestion for a parameter that it does not have."""
        values = {p.name: p.default for p in self.parameters}
        for name, value in (given or {}).items():
            if name not in values:
                has = ", ".join(values) or "none"
                raise UnknownQuestion(f"question {self.number} has no parameter {name!r}; it has: {has}")
            values[name] = value
        return values


def in_words(name: str, value: str) -> str:
    """The value of a parameter as a title says it: `cn_company` as "a company incorporated and headquartered in mainland China"."""
    if not value:
        return UNSET.get(name, f"any {name}")
    if name == "customer" and value in CUSTOMER_KINDS:
        words = CUSTOMER_KINDS[value][1]
        return f"{'an' if _ARTICLE.match(words) else 'a'} {words}"
    return SET.get(name, "{}").format(value)


def parse(path: Path) -> Question:
    """Read one file. Raises ValueError where its head or name is not of the form above."""
    named = re.fullmatch(r"(\d\d)-([a-z0-9-]+)", path.stem)
    if not named:
        raise ValueError(f"{path.name}: the name is NN-NAME.sql")
    head: dict[str, list[str]] = {}
    lines = path.read_text("utf-8").splitlines()
    first = next((i for i, line in enumerate(lines) if not line.startswith("--")), len(lines))
    for line in lines[:first]:
        match = _HEAD.fullmatch(line)
        if not match:
            raise ValueError(f"{path.name}: not understood: {line}")
        head.setdefault(match[1], []).append(match[2])
    parameters = []
    for text in head.get("parameter", []):
        match = _PARAMETER.fullmatch(text)
        if not match:
            raise ValueError(f"{path.name}: a parameter is NAME = DEFAULT | MEANING, not {text!r}")
        parameters.append(Parameter(match[1], match[2], match[3]))
    sql = "\n".join(lines[first:]).strip()
    if not sql or len(head.get("title", [])) != 1 or "note" not in head:
        raise ValueError(f"{path.name}: title, note and SQL are needed")
    open_names = set(re.findall(r"\{([^{}]*)\}", head["title"][0])) - {p.name for p in parameters}
    if open_names or head["title"][0].count("{") != head["title"][0].count("}"):
        raise ValueError(f"{path.name}: the title names no parameter with {', '.join(sorted(open_names)) or 'a single brace'}")
    return Question(int(named[1]), named[2], head["title"][0], " ".join(head["note"]), " ".join(head["in part"]) if "in part" in head else None, sql, tuple(parameters))


@lru_cache(maxsize=1)
def questions() -> tuple[Question, ...]:
    """All questions, by number."""
    return tuple(sorted((parse(p) for p in FOLDER.glob("*.sql")), key=lambda q: q.number))


def question(which: int | str) -> Question:
    """The question of that number or name. Raises UnknownQuestion."""
    for one in questions():
        if str(which) in (str(one.number), f"{one.number:02d}", one.name):
            return one
    raise UnknownQuestion(f"there is no question {which}: they are numbered 1 to {len(questions())}; `chipwatch query --list` shows them")


def checked(database: Path | str, asked: Question, given: dict[str, str]) -> dict[str, str]:
    """`Question.values`, each value such as the data set can answer: a kind of customer that it holds, a provider (by slug or name), a day.

    Raises UnknownQuestion, saying what can be asked; NoSuchThing for a provider; and what dataset.opening.opened raises.
    """
    from dataset.explain import find_provider
    from dataset.opening import opened

    values = asked.values(given)
    with opened(database) as connection:
        for name, value in given.items():
            if name == "customer":
                kinds = [k for (k,) in connection.execute("select distinct customer from verdicts order by customer")]
                if value not in kinds:
                    raise UnknownQuestion(f"no verdicts for the kind of customer {value!r} are stored; there are {', '.join(kinds) or 'none'}; any other kind: `chipwatch access --customer {value or 'KIND'}`")
            elif name == "provider" and value:
                values[name] = find_provider(connection, value)
            elif name in ("day", "since") and value and not _is_day(value):
                raise UnknownQuestion(f"{name} is a day, such as 2026-11-02, not {value!r}")
    return values


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def markdown() -> str:
    """docs/questions.md."""
    lines = [
        "# Thirty questions", "",
        "What analysts ask, each with the SQL that answers it. Run one by its number, look at its words with `--list`:", "",
        "```sh", "chipwatch query --list", "chipwatch query --question 1", "chipwatch query --question 26 --set provider=SLUG --set day=2026-11-02 --format csv", "```", "",
        "The files are `dataset/questions/*.sql`; this page is written from them by `python -m dataset.questions`. `chipwatch serve` shows them as prepared queries. Every one is run by the tests on the sample "
        "market, its answer compared with the truth files of the market, and on the real pages where they are at hand.", "",
        "The answers describe what public documents said when read. They are not a statement that any access is lawful or unlawful.", "",
    ]
    for one in questions():
        lines += [f"## {one.number}. {one.title}", "", one.note, ""]
        if one.in_part:
            lines += [f"*Answered in part:* {one.in_part}", ""]
        if one.parameters:
            lines += [*(f"- `--set {p.name}={p.default or '…'}`: {p.meaning}" for p in one.parameters), ""]
        lines += ["```sql", one.sql, "```", ""]
    return "\n".join(lines)
