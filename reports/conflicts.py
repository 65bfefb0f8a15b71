"""Statements that point in opposite directions: verdicts VX, and signs of openness beside terms that set conditions or exclude."""

from __future__ import annotations

from dataclasses import dataclass

from chipwatch.records import CUSTOMER_KINDS, SIGNAL_LABELS
from reports import text
from reports.language import gettext
from reports.model import Briefing, ClauseView, Evidence, ProviderView
from reports.source import Row

STRICT = ("V3", "V4", "V5", "VX")                              # verdicts beside which a sign of openness is worth a look (question 20)
QUOTES = 4
SIGN_WORDS = {
    "china_sales_page": "sales page for China", "cn_payment": "Chinese means of payment", "cn_language_site": "site in Chinese", "cn_contact": "contact in China",
    "no_kyc_claim": "claims to ask for no identity", "crypto_payment": "payment in cryptocurrency", "explicit_welcome": "words of welcome", "cn_country_in_signup": "China in the sign-up form",
    "cn_customer_reference": "customer in China named", "mainland_region": "region in mainland China", "cn_accelerated_network": "network tuned for China", "anti_blockade_marketing": "advertises reach into China",
}


@dataclass(frozen=True, slots=True)
class Sign:
    """A sign of openness as a page shows it."""

    label: str
    code: str                                                  # B1 … B12
    words: str
    quote: text.Shown
    evidence: Evidence | None


@dataclass(frozen=True, slots=True)
class Opposed:
    """A GPU cloud with statements to be read beside each other."""

    provider: ProviderView
    conflicting: list[str]                                     # kinds of customer with a verdict VX
    reasons: list[str]
    clauses: list[ClauseView]                                  # that the verdict rests on
    signs: list[Sign]


def opposed(b: Briefing, signals: list[Row]) -> list[Opposed]:
    """GPU clouds with VX for some kind of customer, or with a sign of openness beside a strict verdict for the customer of the briefing; by name."""
    known = {e.key: e for e in b.evidence}
    out = []
    for provider in b.clouds:
        conflicting = [kind for kind in provider.verdicts if provider.code(kind) == "VX"]
        strict = provider.code(b.customer) in STRICT
        signs: dict[str, Sign] = {}
        for row in signals:
            if row["provider"] == provider.slug and row["label"] not in signs and (strict or conflicting):
                proof = known.get(row.get("evidence_id") or "")
                signs[row["label"]] = Sign(row["label"], SIGNAL_LABELS.get(row["label"], "B"), SIGN_WORDS.get(row["label"], row["label"].replace("_", " ")),
                                           text.shown_quote(row["quote"] or "", proof.content_type if proof else None, words=24), proof)
        if not conflicting and not signs:
            continue
        kind = b.customer if b.customer in conflicting or not conflicting else conflicting[0]
        verdict = provider.verdicts[kind]
        ids = set(verdict.clause_ids)
        resting = {c.quote.text: c for c in reversed(provider.clauses) if c.id in ids}      # the same words once
        out.append(Opposed(provider, [gettext(CUSTOMER_KINDS[k][1]) if k in CUSTOMER_KINDS else b.customer_words for k in conflicting], verdict.reasons, [c for c in provider.clauses if c in resting.values()][:QUOTES],
                           sorted(signs.values(), key=lambda s: s.label)))
    return out
