"""Makes WARC archives of documents that the corpus holds in several dated versions, one archive a round: the first versions, the second ones, …

    python tests/version_archive.py CORPUS OUT [PATTERN…]      # PATTERN: part of a path or of `version_of`; default: all with several versions

writes OUT/round-1.warc.gz, OUT/round-1.sources.jsonl, and so on, for `chipwatch run --archive OUT/round-1.warc.gz --data DIR --no-report`, one round after the other.
"""

from __future__ import annotations

import io
import json
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROLES = {"tos": "terms_of_service", "aup": "acceptable_use", "service_terms": "service_terms", "export": "export_policy", "privacy": "privacy"}
TYPES = {".html": "text/html; charset=utf-8", ".md": "text/markdown; charset=utf-8", ".txt": "text/plain; charset=utf-8"}


def versions(corpus: Path, patterns: tuple[str, ...] = ()) -> dict[str, list[dict[str, Any]]]:
    """version_of -> the manifest's rows, oldest first, for documents in at least two versions."""
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in (corpus / "corpus" / "MANIFEST.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row.get("version_of") and row.get("date") and row.get("doc_type") in ROLES and Path(row["path"]).suffix in TYPES:
            groups[row["version_of"]].append(row)
    return {name: sorted(rows, key=lambda r: (r["date"], r["path"])) for name, rows in sorted(groups.items())
            if len(rows) > 1 and (not patterns or any(p in name or any(p in r["path"] for r in rows) for p in patterns))}


def address(rows: list[dict[str, Any]]) -> str:
    """The public address of the document as the manifest knows it (that of its newest version), else that of its source file."""
    known = [r["public_url"] for r in rows if r.get("public_url")]
    return known[-1] if known else f"https://raw.githubusercontent.com/{rows[-1]['source_repo']}/HEAD/{quote(rows[-1]['source_path'])}"


def write_rounds(corpus: Path, out: Path, patterns: tuple[str, ...] = ()) -> list[Path]:
    """The archives, in order; a document with fewer versions than rounds is in the first ones only. Two documents never share an address."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out.mkdir(parents=True, exist_ok=True)
    groups: dict[str, list[dict[str, Any]]] = {}
    for rows in versions(corpus, patterns).values():
        groups.setdefault(address(rows), rows)
    paths = []
    for number in range(max((len(rows) for rows in groups.values()), default=0)):
        path = out / f"round-{number + 1}.warc.gz"
        sources = []
        with open(path, "wb") as handle:
            writer = WARCWriter(handle, gzip=True)
            for url, rows in groups.items():
                if number >= len(rows):
                    continue
                row = rows[number]
                data = (corpus / "corpus" / row["path"]).read_bytes()
                headers = StatusAndHeaders("200 OK", [("Content-Type", TYPES[Path(row["path"]).suffix]), ("Content-Length", str(len(data)))], protocol="HTTP/1.1")
                earlier = Counter(r["date"] for r in rows[:number])[row["date"]]    # versions of one day are told apart by the hour
                writer.write_record(writer.create_warc_record(url, "response", payload=io.BytesIO(data), http_headers=headers,
                                                              warc_headers_dict={"WARC-Date": f"{row['date']}T{earlier:02}:00:00Z"}))
                sources.append({"url": url, "provider": Path(row["path"]).parts[1], "provider_name": row["provider"], "role": ROLES[row["doc_type"]], "language": row["language"]})
        path.with_name(f"round-{number + 1}.sources.jsonl").write_text("".join(json.dumps(s, ensure_ascii=False) + "\n" for s in sources), encoding="utf-8")
        paths.append(path)
    return paths


if __name__ == "__main__":
    for made in write_rounds(Path(sys.argv[1]), Path(sys.argv[2]), tuple(sys.argv[3:])):
        print(made)
