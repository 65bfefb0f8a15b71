"""Write the three pages of the README (docs/img/page-*.png) from a briefing of the sample market: the summary, the map, the conflicts.

    python scripts/sample_pages.py var/pages/reports/briefing.pdf docs/img       (make sample-pages does both)

Pages are found by their headings, so that they stay the right ones when the briefing grows. Raises SystemExit where a page is missing or the PDF is no sample.
"""

from __future__ import annotations

import sys
from pathlib import Path

PAGES = {"summary": ("Summary", "What was there to read"), "map": ("Supply: who lists what", "Europe"), "conflicts": ("Conflicts: statements", "Beside this, on its pages")}
SCALE = 100 / 72                                               # dots a point


def main(source: str, folder: str) -> None:
    import pypdfium2

    Path(folder).mkdir(parents=True, exist_ok=True)
    with pypdfium2.PdfDocument(source) as document:
        texts = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
        if "SAMPLE DATA" not in texts[0]:
            raise SystemExit(f"{source} is no briefing of the sample market: only invented companies belong into the README")
        for name, words in PAGES.items():
            number = next((n for n, text in enumerate(texts) if n and all(word in text for word in words)), None)
            if number is None:
                raise SystemExit(f"no page of {source} has {' and '.join(words)!r}")
            picture = document[number].render(scale=SCALE).to_pil().convert("RGB").quantize(128, dither=0)
            target = Path(folder) / f"page-{name}.png"
            picture.save(target, optimize=True)
            print(f"{target}: page {number + 1} of {len(texts)}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    main(*sys.argv[1:])
