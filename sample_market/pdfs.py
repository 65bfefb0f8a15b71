"""`python -m sample_market.pdfs`: make the PDF documents of the market anew from their HTML (the results are committed).

One is a plain document; the other asks for a password, which nobody is told, so that it cannot be read.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from sample_market.sites import SITES


def make(source: Path, target: Path, *, locked: bool = False) -> None:
    """Write `target` from `source`; `locked` encrypts it under a random password (AES-256, PDF 2.0)."""
    import pikepdf
    import weasyprint

    weasyprint.HTML(filename=str(source), base_url=str(source.parent)).write_pdf(str(target), pdf_identifier=source.name.encode())
    if locked:
        password = secrets.token_hex(16)
        with pikepdf.open(target, allow_overwriting_input=True) as document:
            document.save(target, encryption=pikepdf.Encryption(owner=password, user=password, R=6))


if __name__ == "__main__":
    make(SITES / "ventaille" / "cgvu.html", SITES / "ventaille" / "cgvu.pdf")
    make(SITES / "wierzbina" / "regulamin.html", SITES / "wierzbina" / "regulamin.pdf", locked=True)
