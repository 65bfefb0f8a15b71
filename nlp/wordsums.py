"""Sums of the weights of the words of many texts at once: what `nlp.wording` gives as names, here as numbers.

Reading a document asks for the word features of every sentence at which the rules look, some hundred each. Writing each out as text, to look it up in a table of a hundred thousand, takes longer than all rules together.
So a feature is an integer here: the numbers of its words, and which kind it is. The features of many texts are sorted, counted, looked up and added up in a few calls of NumPy. The order of addition is that
of the words in the document, whatever the order of sets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from nlp.compiled import twin
from nlp.wording import STEM, find_words

compiled = twin("wordsums")

WORD = 24                                                      # bits of the number of a word: a document of 32 MiB has fewer
KIND, TEXT = 2 * WORD, 2 * WORD + 2                            # where the kind of a feature and the number of its text begin
MOST_TEXTS = 512                                               # texts that are added up at once: bounds the memory, and must fit into the bits above TEXT
MOST_WORDS = 200_000                                           # words that are remembered from document to document
MOST_STEMS = 30_000                                            # the same, of stems that no table knows, of the compiled twin
SINGLE, PAIR, APART = 0, 1, 2                                  # kinds: `word`, `word word`, `word _ word`
_MASK = (1 << WORD) - 1
_FEATURE = (1 << TEXT) - 1                                    # a feature without the number of its text


class _Numbers(dict[str, int]):
    """Word -> number of its stem: that of the tables, or a higher one for a stem that stands in none, in the order in which they are met."""

    def __init__(self, stems: Mapping[str, int]) -> None:
        super().__init__()
        self.stems, self.others = stems, {}

    def __missing__(self, word: str) -> int:
        stem = word[:STEM]
        number = self.stems.get(stem)
        if number is None:
            number = self.others.setdefault(stem, len(self.stems) + 1 + len(self.others))
        self[word] = number
        return number


class Table:
    """The features of one prefix, found by number."""

    def __init__(self, names: Iterable[tuple[str, int]], stems: dict[str, int]) -> None:
        """`names`: (feature without the prefix, row of the weights); `stems` is added to."""
        rows: dict[int, int] = {}
        for name, row in names:
            words = name.split(" ")
            if len(words) == 1:
                kind, first, second = SINGLE, name, None
            elif len(words) == 2:
                kind, (first, second) = PAIR, words
            elif len(words) == 3 and words[1] == "_":
                kind, (first, _, second) = APART, words
            else:
                continue                                       # no feature of a text with spaces between its words
            one = stems.setdefault(first, len(stems) + 1)
            other = 0 if second is None else stems.setdefault(second, len(stems) + 1)
            rows[kind << KIND | one << WORD | other] = row
        keys = np.fromiter(rows.keys(), "int64", len(rows))
        order = keys.argsort()
        self.keys = np.append(keys[order], np.iinfo("int64").max)   # with an end that no feature reaches
        self.rows = np.append(np.fromiter(rows.values(), "int64", len(rows))[order], 0)


def added_up(weights: np.ndarray, rows: np.ndarray, owners: np.ndarray, count: int) -> np.ndarray:
    """The sums of rows of the weights, by their owner, of `count` owners; `owners`: the number of the owner of each row, ascending."""
    totals = np.zeros((count, weights.shape[1]))
    if len(rows):
        begins = np.flatnonzero(np.diff(owners, prepend=-1))
        totals[owners[begins]] = np.add.reduceat(weights.take(rows, 0), begins, axis=0)
    return totals


class WordSums:
    """Weights by feature, made ready for looking up words by number."""

    def __init__(self, vocabulary: Mapping[str, int], weights: np.ndarray, *, interpreted: bool = compiled is None) -> None:
        """`interpreted`: without `nlp._wordsums`, with the same results."""
        self.weights = np.ascontiguousarray(weights, "float32")
        if max(vocabulary.values(), default=-1) >= len(weights):
            raise IndexError(f"a feature in row {max(vocabulary.values())} of {len(weights)}")
        self.stems: dict[str, int] = {}
        self._numbers: _Numbers | None = None
        self.own = Table(((name, row) for name, row in vocabulary.items() if name[1:2] != ":"), self.stems)
        self.introductions = Table(((name[2:], row) for name, row in vocabulary.items() if name.startswith("i:")), self.stems)
        self._adder = None if interpreted else compiled.Adder(self.stems, MOST_STEMS, self.weights)
        self._own, self._introductions = (None if interpreted else compiled.Table(table.keys, table.rows) for table in (self.own, self.introductions))

    def numbers(self) -> _Numbers:
        """The words of a document, to be handed in with each of its texts. Words that were met before are known, as long as they are not too many."""
        if self._numbers is None or len(self._numbers) > MOST_WORDS:
            self._numbers = _Numbers(self.stems)
        return self._numbers

    def of_texts(self, texts: Sequence[str], numbers: _Numbers) -> tuple[np.ndarray, np.ndarray]:
        """(number of different features, the sum of their weights) of sentences, by sentence, as `nlp.wording.of_text` has them."""
        return self._adder.sums(texts, self._own, APART) if self._adder is not None else self._sums(texts, numbers, self.own, (PAIR, APART))

    def of_introductions(self, texts: Sequence[str], numbers: _Numbers) -> tuple[np.ndarray, np.ndarray]:
        """The same of introductions, as `nlp.wording.of_introduction` has them."""
        return self._adder.sums(texts, self._introductions, PAIR) if self._adder is not None else self._sums(texts, numbers, self.introductions, (PAIR,))

    def _sums(self, texts: Sequence[str], numbers: _Numbers, table: Table, kinds: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        parts = [self._summed(texts[at:at + MOST_TEXTS], numbers, table, kinds) for at in range(0, len(texts), MOST_TEXTS)]
        return (np.concatenate([c for c, _ in parts]), np.concatenate([t for _, t in parts])) if parts else (np.zeros(0, dtype="int64"), np.zeros((0, self.weights.shape[1])))

    def _summed(self, texts: Sequence[str], numbers: _Numbers, table: Table, kinds: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
        """(number of different features of each text, known or not; the sum of their weights, texts x columns) of at most MOST_TEXTS texts; `kinds`: which beside single words."""
        words: list[int] = []
        ends: list[int] = []
        number = numbers.__getitem__
        for text in texts:
            words.extend(map(number, find_words(text)))
            ends.append(len(words))
        if not words:
            return np.zeros(len(texts), dtype="int64"), np.zeros((len(texts), self.weights.shape[1]))
        ids = np.array(words, dtype="int64")
        text_of = np.repeat(np.arange(len(texts), dtype="int64") << TEXT, np.diff(ends, prepend=0))
        keys = [text_of | ids << WORD]
        for kind in kinds:
            if len(ids) > kind:
                together = text_of[:-kind] == text_of[kind:]   # PAIR: the next word, APART: the one after that
                keys.append((text_of[:-kind] | kind << KIND | ids[:-kind] << WORD | ids[kind:])[together])
        features = np.concatenate(keys)
        features.sort()
        features = features[np.flatnonzero(np.diff(features, prepend=-1))]
        texts_of = features >> TEXT
        counts = np.bincount(texts_of, minlength=len(texts))
        most = len(self.stems)
        kept = np.flatnonzero((features >> WORD & _MASK <= most) & (features & _MASK <= most))
        wanted = features[kept] & _FEATURE
        at = table.keys.searchsorted(wanted)
        found = table.keys[at] == wanted
        return counts, added_up(self.weights, table.rows[at[found]], texts_of[kept[found]], len(texts))
