"""The briefing PDF against bare WeasyPrint on the same final HTML, as a ratio of processor time in one process; pages, memory.

    python bench/report.py [DATA_SET.sqlite] [ROUNDS]      default: the invented market of the tests, three times its size

`whole` is everything from the data set to the finished file: rows, view models, figures, HTML, PDF, structure. The two are run in turn, the best of each counts.
"""

from __future__ import annotations

import logging
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def measured(work: Callable[[], Any]) -> tuple[float, float]:
    """(processor seconds, seconds) of a call."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - cpu, time.perf_counter() - wall


def main(database: str | None = None, rounds: int = 3) -> None:
    import reports_market
    import weasyprint

    from reports import briefing, model, pdf

    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(database) if database else reports_market.make(Path(folder) / "d.sqlite", scale=3, sample=True)
        html = pdf.printable(briefing.html(model.read_briefing(data)))
        steps = {
            "bare": lambda: weasyprint.HTML(string=html, url_fetcher=pdf.closed_fetcher()).write_pdf(Path(folder) / "bare.pdf", pdf_variant=pdf.VARIANT),
            "pdf": lambda: pdf.write(html, Path(folder) / "pdf.pdf"),
            "whole": lambda: briefing.render(data, Path(folder) / "whole.pdf"),
        }
        for work in steps.values():                            # fonts, imports
            work()
        best = {name: min(measured(work) for _ in range(rounds)) for name, work in steps.items()}
        import pikepdf

        with pikepdf.open(Path(folder) / "whole.pdf") as document:
            pages = len(document.pages)
    print(f"{pages} pages; processor seconds (wall): " + ", ".join(f"{name} {cpu:.2f} ({wall:.2f})" for name, (cpu, wall) in best.items()))
    print(f"HTML to PDF {best['pdf'][0] / best['bare'][0]:.2f} x bare WeasyPrint; the whole road {best['whole'][0] / best['bare'][0]:.2f} x")
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None, int(sys.argv[2]) if len(sys.argv) > 2 else 3)
