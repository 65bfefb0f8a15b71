"""Write nlp/cues/frequency.json: how often the parts of cues stand in terms pages, by which nlp/cuebook.py chooses what it looks for first.

    python scripts/count_cues.py [CORPUS] > nlp/cues/frequency.json

CORPUS is a folder with MANIFEST.jsonl (default: `corpus` in CHIPWATCH_CORPUS, else in ../shared). Of each provider a few documents are counted, so that none with many versions weighs more.
A language with less than ENOUGH characters there is counted over tests/labelled/written/LANGUAGE.jsonl as well. Run it after many cues were added; results do not depend on it, speed does.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from nlp.cuebook import COMMON, cuebook, languages, pack_language  # noqa: E402
from nlp.read import read_document  # noqa: E402

PER_PROVIDER = 3                                               # documents of one provider
ENOUGH = 100_000                                               # characters of a language
LISTED = 10                                                    # times in a million characters: what is rarer is left out …
SEEN = 3                                                       # … and what was seen less often than this
WIDTH = 156
NOTE = (f"How often parts of cues stand in terms pages, per million characters; what is rarer than {LISTED}, or was seen less than {SEEN} times, is not listed. "
        "Only speed depends on it: of a cue with several parts the rarest is looked for first (nlp/cuebook.py). Made by scripts/count_cues.py.")


def corpus_texts(folder: Path) -> dict[str, list[str]]:
    """Language -> body texts of terms documents."""
    found: dict[str, list[str]] = defaultdict(list)
    taken: Counter[str] = Counter()
    rows = [json.loads(line) for line in (folder / "MANIFEST.jsonl").read_text("utf-8").splitlines() if line.strip()]
    for row in sorted((r for r in rows if r["task"] == "terms"), key=lambda r: r["path"], reverse=True):   # the newest first
        language = pack_language(row["language"])
        if language in languages() and taken[row["provider"]] < PER_PROVIDER:
            taken[row["provider"]] += 1
            document = read_document((folder / row["path"]).read_bytes(), path=row["path"])
            found[language].append("\n".join(b.text for b in document.body() if b.text))
    return found


def written_texts(language: str) -> list[str]:
    """The invented sentences of a language."""
    path = ROOT / "tests" / "labelled" / "written" / f"{language}.jsonl"
    return [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()] if path.is_file() else []


def counts(language: str, texts: Iterable[str]) -> dict[str, int]:
    """Part of a cue -> how often it stands in a million characters; only what is listed."""
    book = cuebook(language)
    seen: Counter[str] = Counter()
    size = 0
    for text in texts:
        size += len(text)
        seen.update(book.parts_in(text))
    figures = {literal: round(n * 1e6 / size) for literal, n in seen.items() if n >= SEEN}
    return dict(sorted(((literal, n) for literal, n in figures.items() if n >= LISTED), key=lambda entry: (-entry[1], entry[0])))


def written(language: str, figures: dict[str, int]) -> Iterator[str]:
    """A language as lines of JSON."""
    yield f'"{language}": {{'
    line = "   "
    for literal, n in figures.items():
        entry = f" {json.dumps(literal, ensure_ascii=False)}: {n},"
        if len(line) + len(entry) > WIDTH:
            yield line
            line = "   "
        line += entry
    yield line.rstrip(",")
    yield "}"


def main() -> None:
    shared = Path(os.environ.get("CHIPWATCH_CORPUS", ROOT.parent / "shared"))
    found = corpus_texts(Path(sys.argv[1]) if len(sys.argv) > 1 else shared / "corpus")
    parts = [f'"_": {json.dumps(NOTE)}']
    for language in sorted(languages() - {COMMON}):
        texts = found.get(language, [])
        if sum(map(len, texts)) < ENOUGH:
            texts = texts + written_texts(language)
        print(f"{language}: {len(texts)} texts, {sum(map(len, texts)):,} characters", file=sys.stderr)
        parts.append("\n".join(written(language, counts(language, texts))))
    print("{" + ",\n".join(parts) + "}")


if __name__ == "__main__":
    main()
