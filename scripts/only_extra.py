"""`only_extra.py EXTRA.lock BASE.lock`: leave in EXTRA.lock only the packages that BASE.lock does not pin already."""

import re
import sys
from pathlib import Path


def blocks(text: str) -> dict[str, str]:
    """Package name -> its requirement with hashes."""
    return {re.match(r"[\w.-]+", part).group().lower(): part for part in re.split(r"(?m)^(?=[\w.-]+==)", text) if re.match(r"[\w.-]+==", part)}


if __name__ == "__main__":
    extra, base = Path(sys.argv[1]), Path(sys.argv[2])
    known = blocks(base.read_text("utf-8"))
    extra.write_text("".join(part for name, part in blocks(extra.read_text("utf-8")).items() if name not in known), encoding="utf-8")
