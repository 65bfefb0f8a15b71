"""What a reader passes over on purpose (a price with a licence in it, a dedicated host) is counted and said once a reason."""

from __future__ import annotations

from collections import Counter

from nlp.offers import Reading


def report(reading: Reading, reasons: Counter[str]) -> None:
    """One issue of level info for each reason, with the number of prices."""
    for reason, count in reasons.items():
        reading.issue("info", "feed_left_out", f"{count} price{'s' if count > 1 else ''} left out: {reason}")
