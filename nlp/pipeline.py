"""spaCy pipelines over the same readers that `extract` uses, for people who work in spaCy.

`load("de", "supply")` gives a pipeline whose documents carry `doc.spans["chips"]`: the accelerators named, with `span._.gpu_name`, `gpu_memory`, `form_factor`, `gpu_count`
and `chip`. `load("de")` gives a pipeline whose documents carry `doc.spans["clauses"]` (label, and the fields of the record as extensions: `span._.polarity`, `span._.places` …),
`doc._.signals` and `doc._.issues`. The decisions are those of `nlp.clauses.read_clauses`; spaCy adds tokens and the data model. A document read by `nlp.read` may be set as
`doc._.document`; else the text of the Doc is read as plain text.

Tokenizers need no dictionary: Japanese and Chinese are cut into characters, so that every span aligns; Korean keeps its words with particles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc, Span, SpanGroup
from spacy.util import get_lang_class, load_config, load_model_from_config, registry
from spacy.vocab import Vocab

from nlp.chips import ChipSpan, chip_slug, find_chips
from nlp.clauses import read_clauses
from nlp.document import Document
from nlp.read import read_document

CONFIGS = Path(__file__).parent / "configs"
SPANS_KEY = "clauses"
CLAUSE_FIELDS = ("polarity", "mode", "actor", "target", "places", "place_groups", "places_resolved", "chips", "regions", "exception", "strength", "scope", "heading_path", "rule",
                 "confidence")
CHIP_FIELDS = ("gpu_name", "gpu_memory", "form_factor", "gpu_count", "chip")
_BY_CHARACTER = frozenset({"ja", "zh"})
_PIECE = re.compile(r"[a-zA-Z0-9]+(?:[.'-][a-zA-Z0-9]+)*|\s|.", re.DOTALL)


class CharacterTokenizer:
    """Words of Latin letters and digits whole, everything else character by character; white space belongs to the token before it where it can."""

    def __init__(self, vocab: Vocab) -> None:
        self.vocab = vocab

    def __call__(self, text: str) -> Doc:
        words: list[str] = []
        spaces: list[bool] = []
        for piece in _PIECE.findall(text):
            if piece == " " and words and not spaces[-1] and not words[-1].isspace():
                spaces[-1] = True
            else:
                words.append(piece)
                spaces.append(False)
        return Doc(self.vocab, words=words, spaces=spaces)

    def to_bytes(self, **kwargs: Any) -> bytes:
        return b""

    def from_bytes(self, data: bytes, **kwargs: Any) -> CharacterTokenizer:
        return self

    def to_disk(self, path: Any, **kwargs: Any) -> None:
        """Nothing to keep."""

    def from_disk(self, path: Any, **kwargs: Any) -> CharacterTokenizer:
        return self


@registry.tokenizers("chipwatch.CharacterTokenizer.v1")
def make_character_tokenizer():
    """The tokenizer for text without blanks between words, as a config names it."""
    return lambda nlp: CharacterTokenizer(nlp.vocab)


def _field(span: Span, *, name: str) -> Any:
    """A field of the clause that a span stands for. (spaCy keeps values of extensions by offsets alone, and several clauses may share a sentence.)"""
    record = span.doc.user_data.get(("chipwatch_clause", span.start, span.end, span.label))
    return getattr(record, name) if record is not None else None


def _chip_field(span: Span, *, name: str) -> Any:
    """A field of the chip that a span stands for."""
    chip: ChipSpan | None = span.doc.user_data.get(("chipwatch_chip", span.start, span.end, span.label))
    if chip is None:
        return None
    memory = None if chip.slice else chip.memory
    return {"gpu_name": chip.gpu_name, "gpu_memory": chip.memory, "form_factor": chip.form_factor, "gpu_count": chip.count,
            "chip": chip_slug(chip.gpu_name, memory, chip.form_factor)}[name]


def _register_extensions() -> None:
    for name in CHIP_FIELDS:
        if not Span.has_extension(name):
            Span.set_extension(name, getter=partial(_chip_field, name=name))
    for name in CLAUSE_FIELDS:
        if not Span.has_extension(name):
            Span.set_extension(name, getter=partial(_field, name=name))
    for name in ("clauses", "signals", "issues", "document"):
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=None)


_register_extensions()


def document_of(doc: Doc, language: str | None) -> Document:
    """What the readers need: `doc._.document` where it was set, else the text as a plain text document."""
    if doc._.document is not None:
        return doc._.document
    return read_document(doc.text.encode("utf-8", "surrogatepass"), content_type="text/plain", language=language)


class ClauseComponent:
    """Puts the access clauses of a document into `doc.spans["clauses"]`."""

    def __init__(self, language: str | None) -> None:
        self.language = language

    def __call__(self, doc: Doc) -> Doc:
        document = document_of(doc, self.language)
        clauses, signals, issues = read_clauses(document)
        doc._.clauses, doc._.signals, doc._.issues = clauses, signals, issues
        spans = []
        if document.text == doc.text:                          # offsets of another source (HTML) do not point into this text
            for clause in clauses:
                span = doc.char_span(clause.start, clause.end, label=clause.label, alignment_mode="expand")
                if span is None:
                    continue
                doc.user_data["chipwatch_clause", span.start, span.end, span.label] = clause
                spans.append(span)
        doc.spans[SPANS_KEY] = SpanGroup(doc, name=SPANS_KEY, spans=spans)
        return doc


@Language.factory("chipwatch_clauses", assigns=["doc.spans"], default_config={"language": None})
def make_clauses(nlp: Language, name: str, language: str | None) -> ClauseComponent:
    """The component; `language` None takes the language of the pipeline."""
    return ClauseComponent(language or (nlp.lang if nlp.lang != "xx" else None))


class ChipComponent:
    """Puts the accelerators that a text names into `doc.spans["chips"]`: `nlp.chips.find_chips`, set on tokens."""

    def __init__(self, context: bool, spans_key: str) -> None:
        self.context, self.spans_key = context, spans_key

    def __call__(self, doc: Doc) -> Doc:
        spans = []
        for chip in find_chips(doc.text, context=self.context):
            span = doc.char_span(chip.start, chip.end, label=chip.gpu_name, alignment_mode="expand")
            if span is not None:
                doc.user_data["chipwatch_chip", span.start, span.end, span.label] = chip
                spans.append(span)
        doc.spans[self.spans_key] = SpanGroup(doc, name=self.spans_key, spans=spans)
        return doc


@Language.factory("chipwatch_chips", assigns=["doc.spans"], default_config={"context": False, "spans_key": "chips"})
def make_chips(nlp: Language, name: str, context: bool, spans_key: str) -> ChipComponent:
    """The component; `context`: the texts are about GPUs, so that short codes (T4, L4, A10) need no further sign."""
    return ChipComponent(context, spans_key)


@lru_cache(maxsize=32)
def load(lang: str = "en", config: str = "terms") -> Language:
    """The pipeline of `configs/CONFIG.cfg` for a language (BCP 47; one that spaCy does not know gets the multi-language tokenizer).

    Raises FileNotFoundError for a config that does not exist.
    """
    path = CONFIGS / f"{config}.cfg"
    if not path.is_file():
        raise FileNotFoundError(f"no pipeline {config!r}; there are {', '.join(sorted(p.stem for p in CONFIGS.glob('*.cfg')))}")
    code = lang.split("-")[0].casefold()
    settings = load_config(path)
    settings["nlp"]["lang"] = code if _known(code) else "xx"
    if code in _BY_CHARACTER:
        settings["nlp"]["tokenizer"] = {"@tokenizers": "chipwatch.CharacterTokenizer.v1"}
    if "chipwatch_clauses" in settings["components"]:
        settings["components"]["chipwatch_clauses"]["language"] = lang
    return load_model_from_config(settings, auto_fill=True)


def _known(code: str) -> bool:
    try:
        get_lang_class(code)
    except ImportError:                                        # spaCy's answer for a language that it does not have
        return False
    return True


def read(texts: Iterable[str], lang: str = "en") -> Iterable[Doc]:
    """Docs of texts, one pipeline for all."""
    return load(lang).pipe(texts)
