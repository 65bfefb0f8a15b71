"""How long a terms page takes to read, against a warm per-paragraph tokenizer pass of `spacy.blank("en")` over the same text.

    python bench/reading.py [--documents 40] [--rounds 7]

All are timed in the same process (processor time), in interleaved rounds over the same documents; ratios of the medians are printed as one JSON line: `ratio_parse` (bytes to blocks),
`ratio` (blocks and clauses) and `ratio_whole` (all that `chipwatch extract --kind terms` does). Pages come from the corpus
(CHIPWATCH_CORPUS, default `../shared`); where it is absent, from terms pages of the sample market, else from the labelled sentences of the tests.

Where `trafilatura` can be imported (it is no dependency), its extraction of text in fast mode is timed beside ours over the HTML pages among four times as many documents: `ratio_extraction` is our time in
its own, and `clauses` are those found in our blocks and those found in its text.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))


def pages(limit: int) -> tuple[str, list[tuple[str, bytes]]]:
    """(where they come from, [(name, bytes)]) of English terms pages, the middle of the size range first left out of nothing: every nth of all."""
    corpus = Path(os.environ.get("CHIPWATCH_CORPUS", ROOT.parent / "shared"))
    manifest = corpus / "corpus" / "MANIFEST.jsonl"
    if manifest.is_file():
        rows = [json.loads(line) for line in manifest.read_text("utf-8").splitlines() if line.strip()]
        paths = sorted(r["path"] for r in rows if r["task"] == "terms" and r["language"] == "en" and r["doc_type"] in ("tos", "aup", "service_terms") and r["bytes"] > 4000)
        chosen = paths[::max(1, len(paths) // limit)][:limit]
        return "corpus", [(p, (corpus / "corpus" / p).read_bytes()) for p in chosen]
    sample = sorted(p for p in ROOT.glob("**/*.html") if "terms" in p.name and ".venv" not in p.parts)
    if sample:
        return "sample market", [(p.name, p.read_bytes()) for p in sample[:limit]]
    import yaml

    texts = [str(row["text"]) for path in sorted((ROOT / "tests" / "labelled").glob("en*.yml")) for row in yaml.safe_load(path.read_text("utf-8"))["cases"]]
    return "labelled sentences", [("labelled.md", "\n\n".join(texts * 5).encode())]


def extraction(rounds: int, limit: int) -> dict[str, object]:
    """Our extraction of text beside that of trafilatura, over HTML pages; empty where that is not installed."""
    try:
        import trafilatura
    except ImportError:
        return {}
    from nlp.clauses import read_clauses
    from nlp.read import read_document

    documents = [(name, data) for name, data in pages(limit)[1] if name.endswith((".html", ".htm"))]
    theirs, ours = [], []
    for turn in range(rounds + 1):
        begin = time.process_time()
        texts = [trafilatura.extract(data, fast=True) or "" for _, data in documents]
        middle = time.process_time()
        blocks = [read_document(data, path=name) for name, data in documents]
        if turn:
            theirs.append(middle - begin)
            ours.append(time.process_time() - middle)
    found = [sum(len(read_clauses(document)[0]) for document in blocks), sum(len(read_clauses(read_document(text.encode(), path="page.txt"))[0]) for text in texts if text)]
    return {
        "html_pages": len(documents), "trafilatura": trafilatura.__version__, "trafilatura_s": round(statistics.median(theirs), 4), "extraction_s": round(statistics.median(ours), 4),
        "ratio_extraction": round(statistics.median(ours) / statistics.median(theirs), 2), "clauses": found,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=7)
    arguments = parser.parse_args()

    import spacy

    from nlp import compiled
    from nlp.clauses import read_clauses
    from nlp.extract import extract
    from nlp.read import read_document

    source, documents = pages(arguments.documents)
    tokenizer = spacy.blank("en").tokenizer
    paragraphs = [[b.text for b in read_document(data, path=name).body()] for name, data in documents]

    def tokenize() -> None:
        for texts in paragraphs:
            for text in texts:
                tokenizer(text)

    def read() -> None:
        for name, data in documents:
            read_clauses(read_document(data, path=name))

    def whole() -> None:
        for name, data in documents:
            extract(data, path=name, kind="terms")

    def parse() -> None:
        for name, data in documents:
            read_document(data, path=name)

    times: dict[str, list[float]] = {"tokenizer": [], "read": [], "parse": [], "whole": []}
    for turn in range(arguments.rounds + 1):
        for label, work in (("tokenizer", tokenize), ("read", read), ("parse", parse), ("whole", whole)):
            begin = time.process_time()
            work()
            if turn:                                           # the first round warms up
                times[label].append(time.process_time() - begin)
    median = {k: statistics.median(v) for k, v in times.items()}
    characters = sum(len(t) for texts in paragraphs for t in texts)
    print(json.dumps({
        "source": source, "compiled": not compiled.missing(), "documents": len(documents), "characters": characters, "rounds": arguments.rounds,
        "tokenizer_s": round(median["tokenizer"], 4), "parse_s": round(median["parse"], 4), "read_s": round(median["read"], 4),
        "ratio_parse": round(median["parse"] / median["tokenizer"], 2), "ratio": round(median["read"] / median["tokenizer"], 2),
        "ratio_whole": round(median["whole"] / median["tokenizer"], 2), **extraction(arguments.rounds, 4 * arguments.documents),
    }))


if __name__ == "__main__":
    main()
