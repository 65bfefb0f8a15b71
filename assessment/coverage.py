"""Completeness: which documents were expected of a provider, which were read, and what follows for "nothing more was found"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from assessment.tables import RuleTable
from chipwatch.records import BINDING_ROLES, SUPPLY_ROLES, Capture, Extraction, ProviderInfo

Reading = tuple[Capture, Extraction | None]

ROLE_WORDS = {
    "terms_of_service": "terms of service", "acceptable_use": "acceptable use policy", "service_terms": "service-specific terms",
    "export_policy": "export policy", "supported_countries": "supported-countries page", "identity_verification": "identity verification page",
    "payment": "payment page", "signup": "sign-up page", "privacy": "privacy notice", "faq": "FAQ", "marketing": "marketing page", "other": "other page",
    "offers": "offer page", "regions": "regions page",
}
FAILURE_WORDS = {
    "dns": "host name not found", "timeout": "no answer in time", "refused": "connection refused", "robots": "robots.txt asks not to read it",
    "permission": "the provider's terms forbid automated reading", "private_address": "address is not public", "unauthorized": "login needed (401)",
    "forbidden": "refused by the server (403)", "not_found": "not found (404)", "gone": "gone (410)", "rate_limited": "too many requests (429)",
    "server_error": "server error", "too_large": "larger than the size limit", "wrong_type": "not a readable document type", "empty": "empty answer",
    "soft_404": "the page says that it is not there", "moved": "moved elsewhere", "login_wall": "a sign-in page came instead", "bot_challenge": "a check for robots came instead",
    "truncated": "cut off", "budget": "page budget used up", "no_browser": "needs a browser", "not_in_archive": "not in the archive", "bad_address": "address cannot be fetched",
    "key_missing": "needs a key", "feed_changed": "the feed has changed its fields", "other": "failed",
}


_NOT_COVERED = "language not covered"


@dataclass(frozen=True, slots=True)
class Seen:
    """One address of an expected document. `status`: read | translation (read; another language version binds) | same (its document was read under another address) | missing."""

    url: str
    status: str
    reason: str = ""
    language: str | None = None
    record_id: str | None = None
    fetched_at: str | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """One expected document: its role, why it is expected, and what became of it. `status`: read | none_found | missing."""

    role: str
    status: str
    reason: str = ""                                           # why it is missing, or where it was searched
    why: str = ""                                              # why it is expected
    seen: tuple[Seen, ...] = ()                                # its addresses


WHY_ALWAYS, WHY_DECLARED, WHY_REFERRED = "expected of every provider", "declared", "the documents read refer to it"


def unread_reason(capture: Capture, extraction: Extraction | None) -> str | None:
    """Why a document does not count as read; None where it does."""
    if capture.failure:
        words = FAILURE_WORDS.get(capture.failure, capture.failure)
        return f"{words}: {capture.note}" if capture.note and capture.failure == "other" else words
    if extraction is None:
        return "captured, but not read"
    document = extraction.document
    if not document.readable or not document.characters:
        return "not readable" + next((f": {i.text[:120]}" for i in extraction.issues if i.level == "error"), "")
    if not document.language_covered:
        return f"{_NOT_COVERED} ({document.language or 'unknown'})"
    error = next((i for i in extraction.issues if i.level == "error"), None)
    return f"not fully read: {error.text[:120]}" if error else None


def expectations(info: ProviderInfo, readings: Sequence[Reading]) -> list[Expectation]:
    """Expected documents and their status, terms of service first.

    Expected are the terms of service, each declared role, and binding documents that the terms refer to (DESIGN.md, rule 3). The unit is the
    document: every declared address of a role has to be read, because two addresses may hold two documents (terms by country, by product).
    An address that cannot be read does not count as missing where the same document was read under another address of the role: it redirects
    or has moved there, or gave the same bytes; or where its language is not covered and the role was read in another: it is taken for a
    translation. A document that says itself that another language version binds is a translation: with that version unread, the document is missing.
    """
    by_role: dict[str, list[Reading]] = {}
    for reading in readings:
        by_role.setdefault(reading[0].role, []).append(reading)
    referred = {role for capture, extraction in readings if extraction is not None and capture.role in BINDING_ROLES
                for role in extraction.document.refers_to if role in BINDING_ROLES}
    roles = {"terms_of_service": WHY_ALWAYS, **{r: WHY_DECLARED for r in info.expected_roles if r != "terms_of_service"}}
    roles |= {r: WHY_REFERRED for r in sorted(referred) if r not in roles}
    return [_expectation(role, why, info, by_role.get(role, []), role in referred) for role, why in roles.items() if role not in SUPPLY_ROLES]


def _expectation(role: str, why: str, info: ProviderInfo, readings: list[Reading], referred: bool) -> Expectation:
    if not readings:
        if role in info.none_found:
            return Expectation(role, "none_found", info.none_found[role], why)
        reason = (FAILURE_WORDS["permission"] if info.permission == "forbidden" else
                  "the documents read refer to it, but no address is known" if referred else "no address is known")
        return Expectation(role, "missing", reason, why)
    seen = _seen(readings)
    blocking = [s for s in seen if s.status == "missing"]
    if not blocking and any(s.status == "translation" for s in seen) and not any(s.status == "read" for s in seen):
        version = next(b for c, x in readings if x is not None and (b := x.document.binding_language))
        read = ", ".join(sorted({s.language or "?" for s in seen if s.status == "translation"}))
        return Expectation(role, "missing", f"only a translation ({read}) was read; by its own words the version in {version} binds", why, tuple(seen))
    if not blocking:
        return Expectation(role, "read", "", why, tuple(seen))
    some = [s for s in seen if s.status in ("read", "translation")]
    reasons = [s.reason if not some else f"{s.url} {s.reason}" for s in blocking]
    beside = f" (a document of this role was read at {some[0].url}; nothing shows that it is the same one)" if some else ""
    return Expectation(role, "missing", "; ".join(dict.fromkeys(reasons)) + beside, why, tuple(seen))


def _seen(readings: Sequence[Reading]) -> list[Seen]:
    """What became of each address of one role."""
    reasons = [unread_reason(*reading) for reading in readings]
    places = {_place(a) for (c, _), r in zip(readings, reasons, strict=True) if r is None for a in (c.url, c.final_url) if a}
    bytes_read = {c.payload_sha256 for (c, _), r in zip(readings, reasons, strict=True) if r is None and c.payload_sha256}
    one_read = any(r is None for r in reasons)
    out = []
    for (capture, extraction), reason in zip(readings, reasons, strict=True):
        language = extraction.document.language if extraction is not None else capture.language
        if reason is None:
            status = "translation" if extraction is not None and is_translation(extraction) else "read"
        elif {_place(a) for a in (capture.final_url, capture.moved_to) if a} & places:
            status, reason = "same", f"leads to a document that was read: {capture.moved_to or capture.final_url}"
        elif capture.payload_sha256 and capture.payload_sha256 in bytes_read:
            status, reason = "same", "the same bytes were read under another address"
        elif one_read and reason.startswith(_NOT_COVERED):
            status, reason = "translation", f"{reason}; taken for a translation of what was read"
        else:
            status = "missing"
        out.append(Seen(capture.url, status, reason or "", language, capture.record_id, capture.fetched_at))
    return out


def _place(url: str) -> str:
    """An address without what does not tell documents apart: scheme, fragment, a last slash."""
    parts = urlsplit(url)
    return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}?{parts.query}"


def is_translation(extraction: Extraction) -> bool:
    """Whether a document says itself that a version in another language binds, and does not hold that version as well."""
    binding = extraction.document.binding_language
    if binding is None or not extraction.document.language:
        return False
    spoken = {tag.split("-")[0].lower() for tag in (extraction.document.language, *(c.language for c in extraction.clauses)) if tag}
    return binding not in spoken


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
