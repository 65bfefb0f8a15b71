"""Completeness: which documents were expected of a provider, which were read, and what follows for "nothing more was found"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from assessment.tables import RuleTable
from chipwatch.records import BINDING_ROLES, SUPPLY_ROLES, Capture, Extraction, ProviderInfo

Reading = tuple[Capture, Extraction | None]

ROLE_WORDS = {
    "terms_of_service": "terms of service", "acceptable_use": "acceptable use policy", "service_terms": "service-specific terms",
    "export_policy": "export policy", "supported_countries": "supported-countries page", "identity_verification": "identity verification page",
    "payment": "payment page", "signup": "sign-up page", "privacy": "privacy notice", "faq": "FAQ", "marketing": "marketing page", "other": "other page",
    "offers": "offer page", "regions": "regions page",
}
_FAILURE_WORDS = {
    "dns": "host name not found", "timeout": "no answer in time", "refused": "connection refused", "robots": "robots.txt asks not to read it",
    "permission": "the provider's terms forbid automated reading", "private_address": "address is not public", "unauthorized": "login needed (401)",
    "forbidden": "refused by the server (403)", "not_found": "not found (404)", "gone": "gone (410)", "rate_limited": "too many requests (429)",
    "server_error": "server error", "too_large": "larger than the size limit", "wrong_type": "not a readable document type", "empty": "empty answer",
    "soft_404": "the page says that it is not there", "moved": "moved elsewhere", "login_wall": "a sign-in page came instead", "bot_challenge": "a check for robots came instead",
    "truncated": "cut off", "budget": "page budget used up", "no_browser": "needs a browser", "not_in_archive": "not in the archive", "bad_address": "address cannot be fetched",
    "key_missing": "needs a key", "feed_changed": "the feed has changed its fields", "other": "failed",
}


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expected document: its role and what became of it. `status`: read | none_found | missing."""

    role: str
    status: str
    reason: str = ""                                           # why it is missing, or where it was searched


def unread_reason(capture: Capture, extraction: Extraction | None) -> str | None:
    """Why a document does not count as read; None where it does."""
    if capture.failure:
        words = _FAILURE_WORDS.get(capture.failure, capture.failure)
        return f"{words}: {capture.note}" if capture.note and capture.failure == "other" else words
    if extraction is None:
        return "captured, but not read"
    document = extraction.document
    if not document.readable or not document.characters:
        return "not readable" + next((f": {i.text[:120]}" for i in extraction.issues if i.level == "error"), "")
    if not document.language_covered:
        return f"language not covered ({document.language or 'unknown'})"
    error = next((i for i in extraction.issues if i.level == "error"), None)
    return f"not fully read: {error.text[:120]}" if error else None


def expectations(info: ProviderInfo, readings: Sequence[Reading]) -> list[Expectation]:
    """Expected documents and their status, terms of service first.

    Expected are the terms of service, each declared role, and binding documents that the terms refer to (DESIGN.md, rule 3).
    An address whose language is not covered does not count as missing where the same role was read in another language: it is
    taken for a translation.
    """
    by_role: dict[str, list[Reading]] = {}
    for reading in readings:
        by_role.setdefault(reading[0].role, []).append(reading)
    referred = {role for capture, extraction in readings if extraction is not None and capture.role in BINDING_ROLES
                for role in extraction.document.refers_to if role in BINDING_ROLES}
    roles = dict.fromkeys(["terms_of_service", *info.expected_roles, *sorted(referred)])
    return [_expectation(role, info, by_role.get(role, []), role in referred) for role in roles if role not in SUPPLY_ROLES]


def _expectation(role: str, info: ProviderInfo, readings: list[Reading], referred: bool) -> Expectation:
    if not readings:
        if role in info.none_found:
            return Expectation(role, "none_found", info.none_found[role])
        if info.permission == "forbidden":
            return Expectation(role, "missing", _FAILURE_WORDS["permission"])
        return Expectation(role, "missing", "the documents read refer to it, but no address is known" if referred else "no address is known")
    reasons = [unread_reason(*reading) for reading in readings]
    one_read = any(r is None for r in reasons)
    blocking = [r for r in reasons if r is not None and not (one_read and r.startswith("language not covered"))]
    return Expectation(role, "missing", "; ".join(dict.fromkeys(blocking))) if blocking else Expectation(role, "read")


def missing_words(expected: Sequence[Expectation]) -> list[str]:
    """'acceptable use policy: not found (404)' for each missing document."""
    return [f"{ROLE_WORDS.get(e.role, e.role)}: {e.reason}" for e in expected if e.status == "missing"]


def completeness(expected: Sequence[Expectation], readings: Sequence[Reading], table: RuleTable, as_of: str) -> float:
    """Share of what binds that was read, 0-1: the published formula of taxonomy section 7.

    Weighted share of document types read, minus a penalty where an incorporated document was not read, times 0.5 ^ (age in days / 180) of
    the oldest document that counts.
    """
    settings = table.confidence
    status = {e.role: e.status for e in expected}
    read = {role for role, s in status.items() if s in ("read", "none_found")}
    read |= {c.role for c, x in readings if unread_reason(c, x) is None}
    groups = {"export": {"export_policy", "supported_countries"}}
    score = sum(weight for name, weight in settings["completeness_weights"].items() if read & groups.get(name, {name}))
    referred = {r for c, x in readings if x is not None and c.role in BINDING_ROLES for r in x.document.refers_to}
    if any(status.get(role) == "missing" for role in referred):
        score -= settings["incorporated_unread"]
    ages = [age_days(c.fetched_at, as_of) for c, x in readings if c.role not in SUPPLY_ROLES and unread_reason(c, x) is None]
    return round(max(0.0, score) * 0.5 ** (max(ages, default=0) / settings["half_life_days"]), 4)


def age_days(moment: str, as_of: str) -> int:
    """Whole days between two ISO times or dates, never negative; 0 where one of them is no date."""
    try:
        return max(0, (date.fromisoformat(as_of[:10]) - date.fromisoformat(moment[:10])).days)
    except ValueError:
        return 0
