"""A small invented data set for the tests of the reports: the views of the data set as plain tables, with fictional companies.

`make(path)` gives a dozen providers of every kind that a report must print; `make(path, scale=15)` the volume of the real corpus.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import uuid
from pathlib import Path
from typing import Any

from dataset import schema

ENGLISH = {
    "export_compliance": "Customer shall comply with all export control laws that apply to its use of the Services.",
    "sanctions_compliance": "You represent that you are not located in Cuba, Iran, North Korea, Syria or the Crimea region of Ukraine.",
    "country_exclusion": "We do not offer accelerated instances to customers in mainland China, Hong Kong or Macau.",
    "headquarters_restriction": "The GPU Services may not be used by an entity headquartered in, or whose ultimate parent company is headquartered in, "
                                "a country of Country Group D:5, wherever that entity itself is established, nor by anyone who acts on behalf of such an "
                                "entity, and Customer shall on request give the ownership information that we reasonably need to check this, including the "
                                "register of shareholders down to natural persons, and shall tell us without delay when any of it changes; parents in China "
                                "and Macau are covered, whatever the place of contract may be.",
    "denied_party": "Persons on the Entity List or a list of specially designated nationals may not open an account.",
    "identity_verification": "New accounts upload a company register extract before the first GPU instance starts.",
    "end_use_wmd": "No use for nuclear, chemical or biological weapons or missiles.",
    "resale_restriction": "You may not resell the Services without our written consent.",
    "suspension_right": "We may suspend the account where a sanctions authority so orders.",
    "business_only": "The offer is for businesses only.",
}
OTHER = {
    "ja": ("export_compliance", "お客様は、外国為替及び外国貿易法その他の輸出関連法令を遵守するものとします。"),
    "ko": ("export_compliance", "고객은 대외무역법 등 관련 수출통제 법령을 준수하여야 합니다."),
    "zh-Hans": ("identity_verification", "用户在购买GPU实例前须完成企业实名认证。"),
    "zh-Hant": ("sanctions_compliance", "客戶不得位於受制裁之國家或地區，亦不得為受制裁人士。"),
    "de": ("sanctions_compliance", "Der Kunde sichert zu, dass er nicht in einem Land ansässig ist, gegen das ein Embargo besteht."),
    "fr": ("resale_restriction", "Le client s'interdit de revendre les services sans l'accord écrit préalable du prestataire."),
    "ar": ("export_compliance", "يلتزم العميل بجميع قوانين مراقبة الصادرات المعمول بها."),
}
CHIPS = [("H100", "3A090.a", 80.0, "SXM"), ("A100", "3A090.a", 80.0, "PCIe"), ("H200", "3A090.a", 141.0, "SXM"), ("B200", "3A090.a", 192.0, "SXM"),
         ("MI300X", "3A090.a", 192.0, "OAM"), ("L40S", "3A090.b", 48.0, "PCIe"), ("RTX4090", "none", 24.0, "PCIe")]
NAMES = ["Aurora Tensor", "Borealis Grid", "Cumulus Forge", "Delta Kelvin", "Étoile Calcul", "Fjord Compute", "Granit Rechenwerk", "Hikari Keisan",
         "Isla Lattice", "Jade Harbour Cloud", "Kite Cluster", "Lumen Racks"]
SEATS = ["US", "SE", "US", "DE", "FR", "NO", "DE", "JP", "SG", "HK", "US", None]
PLACES = [["US", "NL"], ["SE", "FI", "NO", "DE", "FR", "GB", "PL", "ES"], ["US"], ["DE"], ["FR"], ["NO"], ["DE", "AT"], ["JP"], ["SG", "MY"], ["HK"], [], ["US"]]
CASES = [  # (verdict for a company in China, subsidiary, control; clause labels; what is read)
    ("V5", "V5", "V2", ["country_exclusion", "headquarters_restriction", "export_compliance", "denied_party"], "both"),
    ("V2", "V2", "V2", ["sanctions_compliance", "end_use_wmd"], "both"),
    ("V4", "V4", "V1", ["headquarters_restriction", "resale_restriction"], "both"),
    ("V3", "V3", "V3", ["identity_verification", "business_only", "suspension_right"], "both"),
    ("V1", "V1", "V1", ["resale_restriction"], "both"),
    ("V0", "V0", "V0", [], "offers"), ("V2", "V2", "V2", ["sanctions_compliance"], "both"), ("V2", "V2", "V2", ["end_use_wmd"], "both"),
    ("V6", "V6", "V1", ["export_compliance"], "both"), ("VX", "V3", "V1", ["identity_verification", "country_exclusion"], "both"),
    ("V0", "V0", "V0", ["export_compliance"], "terms"), ("V0", "V0", "V0", [], "none"),
]
class Market:
    """Collects rows, then writes them as one SQLite file."""

    def __init__(self) -> None:
        self.rows: dict[str, list[dict[str, Any]]] = {table.view: [] for table in schema.TABLES}

    def add(self, table: str, **row: Any) -> dict[str, Any]:
        self.rows[table].append(row)
        return row

    def write(self, path: Path) -> Path:
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        connection.executescript(f"pragma application_id = {schema.APPLICATION_ID}; pragma user_version = {schema.SCHEMA_VERSION};")
        schema.create(connection)
        for table in schema.TABLES:
            for number, row in enumerate(self.rows[table.view]):
                full = {"id": f"{table.name}-{number:05d}", "last_changed": "2026-11-20T08:00:00Z", "first_seen": "2026-11-20T08:00:00Z", "current": 1, "version": 1, **row}
                names = [c.name for c in table.columns if c.name in full]
                values = [json.dumps(full[n], ensure_ascii=False) if isinstance(full[n], list | dict) else full[n] for n in names]
                connection.execute(f"insert into {table.name} ({','.join(map(schema.quoted, names))}) values ({','.join('?' * len(names))})", values)
        connection.executemany("insert into meta values (?, ?)", [("run_date", "2026-11-25"), ("rates_date", "2026-11-20"), ("version", "0.1.0")])
        connection.commit()
        connection.close()
        return path


def _record(provider: str, role: str, number: int) -> str:
    return f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{provider}/{role}/{number}')}>"


def evidence_id(record: str) -> str:
    """The key that a report prints for a capture."""
    return "E-" + hashlib.sha256(record.encode()).hexdigest()[:8].upper()


def _document(market: Market, slug: str, role: str, language: str = "en", number: int = 0, **more: Any) -> str:
    record = _record(slug, role, number)
    sha = hashlib.sha256(record.encode()).hexdigest()
    url = f"https://www.{slug}.example/{'pricing' if role == 'offers' else 'legal/' + role.replace('_', '-')}{number or ''}"
    at = f"2026-11-2{number % 5}T08:{len(market.rows['captures']) % 60:02d}:00Z"
    market.add("captures", provider=slug, role=role, url=url, run_id="r1", fetched_at=at, record_id=record, evidence_id=evidence_id(record), final_url=url, redirects=[], status=200,
               content_type="text/html", payload_sha256=sha, length=4000)
    market.add("documents", **{**dict(provider=slug, role=role, url=url, final_url=url, kind="offers" if role == "offers" else "terms", language=language,
               sha256=sha, payload_sha256=sha, characters=4000, title=role.replace("_", " ").title(), content_type="html", language_covered=1, readable=1,
               refers_to=[], record_id=record, evidence_id=evidence_id(record), fetched_at=at, http_status=200, status="read"), **more})
    return evidence_id(record)


def _clause(market: Market, slug: str, label: str, record: str, quote: str | None = None, language: str = "en", **more: Any) -> str:
    key = f"{slug}-{len(market.rows['clauses'])}"
    named = label in ("country_exclusion", "headquarters_restriction")
    market.add("clauses", **{**dict(id=key, provider=slug, label=label, quote=quote or ENGLISH[label], start=200 + len(market.rows["clauses"]), end=600,
               polarity="prohibits" if named else "requires", mode="obligation", actor="customer", places=["CN", "HK", "MO"] if label == "country_exclusion" else [],
               place_groups=["D:5"] if label == "headquarters_restriction" else [], places_resolved=[], chips=[], regions=[], strength=3 if named else 1,
               language=language, heading_path=["General terms", "12. Export"], rule=f"clauses/{label}/1", confidence=0.9, evidence_id=record), **more})
    return key


def provider(market: Market, number: int, *, slug: str | None = None, name: str | None = None, kind: str = "gpu_cloud", sample: bool = False, **more: Any) -> str:
    """One provider of the dozen kinds; returns its slug."""
    case = number % len(NAMES)
    name = name or NAMES[case] + (f" {number // len(NAMES) + 1}" if number >= len(NAMES) else "")
    slug = slug or f"p{number:03d}-{NAMES[case].split()[0].lower().replace('é', 'e')}"
    market.add("providers", **{**dict(provider=slug, name=name, kind=kind, seat_country=SEATS[case], legal_entity=f"{name} Example Ltd", declared=1,
               permission="unknown", expected_roles=["terms_of_service"], none_found={}, assertions={}, sample=int(sample)), **more})
    company, subsidiary, control, labels, what = CASES[case]
    has = {"has_offers": int(kind == "gpu_cloud" and what in ("both", "offers")), "has_terms": int(what in ("both", "terms") or kind != "gpu_cloud")}
    group = {(1, 1): "offers_and_terms", (1, 0): "offers_only", (0, 1): "terms_only", (0, 0): "neither"}[has["has_offers"], has["has_terms"]]
    market.rows["providers"][-1].update(has, evidence_group=group)
    if kind == "gpu_cloud" and what in ("both", "offers"):
        record = _document(market, slug, "offers")
        for n in range(2 + case % 4):
            chip, klass, memory, form = CHIPS[(case + n) % len(CHIPS)]
            for m, place in enumerate(PLACES[case] or [None]):
                price = None if case == 8 else round(1.5 + (case * 0.37 + n * 0.81 + m * 0.11) % 6, 2)
                market.add("offers", id=len(market.rows["offers"]), provider=slug, gpu_name=chip, chip=f"nvidia-{chip.lower()}", gpu_count=8 if n % 2 else 1,
                           gpu_memory=memory, form_factor=form, instance_name=f"g{n}.{chip.lower()}", price=price and price * (8 if n % 2 else 1), currency="USD",
                           price_unit="hour", price_scope="instance" if n % 2 else "gpu", commitment="on_demand" if price else "contact_sales",
                           location=place, country=place, availability="listed", quote=f"{chip} {memory} GB", start=10, end=30, price_usd_per_gpu_hour=price,
                           chip_class=klass, evidence_id=record)
        for place in PLACES[case]:
            market.add("regions", provider=slug, label=f"{place.lower()}-1", country=place, status="listed", quote=place, evidence_id=record)
    ids = []
    if what in ("both", "terms") or kind != "gpu_cloud":
        terms = _document(market, slug, "terms_of_service")
        policy = _document(market, slug, "acceptable_use", number=1)
        ids = [_clause(market, slug, label, terms if n % 2 == 0 else policy) for n, label in enumerate(labels)]
        language, (label, quote) = list(OTHER.items())[case % len(OTHER)]
        local = _document(market, slug, "service_terms", language=language, number=2)
        ids.append(_clause(market, slug, label, local, quote, language))
    if what == "none" or case in (3, 5):
        market.add("captures", provider=slug, role="terms_of_service", url=f"https://www.{slug}.example/terms", run_id="r1", fetched_at="2026-11-24T09:00:00Z",
                   failure=("forbidden", "robots", "not_found")[case % 3], note="the server answered 403 to an honest user agent")
    for customer in ("cn_individual", "cn_company", "cn_subsidiary_abroad", "embargoed_resident", "listed_party", "control"):
        code = subsidiary if customer == "cn_subsidiary_abroad" else control if customer == "control" else company
        market.add("verdicts", provider=slug, customer=customer, evidence=[row["evidence_id"] for row in market.rows["clauses"] if row["id"] in ids[:2]], code=code, rule=f"{code}-1", rule_words="The documents name this customer's place" if code == "V5" else "A row of the rule table", clauses=ids[:2],
                   reasons=["terms_of_service names mainland China" if code == "V5" else "No clause names a place of this customer"], extraction_confidence=0.9,
                   completeness=0.7 if code != "V0" else 0.2, barriers=["identity_verification"] if "identity_verification" in labels else [],
                   missing=["acceptable_use: not found"] if code == "V0" else [])
    return slug


def make(path: Path, *, scale: int = 1, adjacent: int = 3, sample: bool = False) -> Path:
    """The invented data set: 12 x `scale` GPU clouds and `adjacent` other providers."""
    market = Market()
    for number in range(12 * scale):
        provider(market, number, sample=sample)
    for number in range(adjacent):
        provider(market, number, slug=f"adjacent-{number:03d}", name=f"Quiet Host {number:03d}", kind="adjacent", declared=0, seat_country=None, sample=sample)
    for chip, klass, memory, form in CHIPS:
        market.add("chips", chip=f"example-{chip.lower()}", gpu_name=chip, vendor="Example", memory_gb=[memory], form_factor=form, tpp=5000.0 if klass == "3A090.a" else 2000.0,
                   tpp_working="fp16: 312.5 x 16 = 5000", performance_density=6.05, chip_class=klass, doubts=None)
    for slug in ("p000-aurora", "p003-delta"):
        market.add("issues", provider=slug, level="warning", code="unknown_chip", text="H150")
    return market.write(path)
