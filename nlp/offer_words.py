"""The patterns of words of offers, by name: `words` of `data/offer_fields.yml`, and the file itself."""

from __future__ import annotations

import re
from functools import partial

from nlp.word_files import data_file, pattern_named, words_of

offer_fields = partial(data_file, "offer_fields.yml")
words = words_of("offer_fields.yml")


def words_of_sellers(name: str) -> re.Pattern:
    """The pattern of that name that names well-known sellers in braces."""
    return pattern_named(name, {**offer_fields()["words"], "well_known": offer_fields()["well_known"]})
