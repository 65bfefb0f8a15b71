"""Made-up price pages in HTML: a small list of fictional offers, rendered by independent choices of layout, wording and form.

`page(seed)` gives the source, the offers that stand on it and the choices made. The offers come from the list that is rendered, never from a reader. Every choice is a named feature; the last
value of each is only drawn where `closed` is set, so that a reader can be mended with the others and measured with all of them. `python tests/offer_layouts_tables.py [FIRST] [PAGES] [closed]` prints figures.
"""

from __future__ import annotations

import html
import random
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tables import table

WORDS = table(Path(__file__).with_name("offer_layouts_words.yml"))
FEATURES: dict[str, tuple[str, ...]] = {
    "layout": ("rows", "columns", "regions", "key_value", "divs", "cards", "dl", "details", "tabs", "aria", "list"),
    "language": ("en", "en ", "en  ", "de", "fr", "es", "pt", "it", "ru", "zh", "ja", "ko", "nl", "pl"),
    "unit": ("hour", "hour ", "hour  ", "month", "minute", "second", "year"),
    "unit_place": ("cell", "cell ", "header", "sentence", "heading", "caption", "footnote"),
    "currency": ("local", "USD", "EUR", "CHF"),
    "currency_form": ("sign", "sign ", "code_after", "code_before", "header_sign", "header_code", "sentence"),
    "count_place": ("none", "before", "after", "column", "spec", "name_words", "in_plan"),
    "scope": ("instance", "gpu", "both", "both_cell"),
    "terms": ("one", "one ", "spot", "reserved", "month", "three"),
    "group": ("none", "none ", "rowspan", "heading_row", "section", "family_row"),
    "specs": ("none", "few", "many", "before", "bare", "sentence"),
    "extra": ("none", "cpu", "disk", "support", "tokens", "rival", "credit", "story", "faq", "addons"),
    "struck": ("none", "none ", "del", "was", "style"),
    "from": ("none", "none ", "before", "small", "plus"),
    "vat": ("none", "above", "below", "cell", "header"),
    "odd": ("none", "contact", "sold", "sold_price", "soon", "wait"),
    "split": ("whole", "whole ", "spans", "unit_tag", "cents", "lines"),
    "name": ("bare", "vendor", "memory", "form", "long", "tensor"),
    "plan": ("none", "code", "words", "letter"),
    "chrome": ("none", "nav", "footer", "cookie", "menu"),
    "head": ("th", "td", "bold", "two_rows"),
    "range": ("none", "none ", "dash", "word"),
    "missing": ("dash", "na", "blank", "cross"),
    "discount": ("none", "badge", "column", "line"),
    "setup": ("none", "none ", "column", "text"),
    "button": ("none", "link", "tag"),
    "decimals": ("two", "short", "three"),
}


class Chip(NamedTuple):
    name: str          # as the reader should call it
    vendor: str
    text: str
    memory: int
    form: str
    rate: float        # dollars an hour


CHIPS = (Chip("H100", "NVIDIA", "H100", 80, "SXM5", 2.49), Chip("H200", "NVIDIA", "H200", 141, "SXM", 3.49), Chip("B200", "NVIDIA", "B200", 192, "SXM", 4.99), Chip("A100", "NVIDIA", "A100", 80, "SXM4", 1.59),
         Chip("L40S", "NVIDIA", "L40S", 48, "PCIe", 0.99), Chip("L4", "NVIDIA", "L4", 24, "PCIe", 0.59), Chip("A10", "NVIDIA", "A10", 24, "PCIe", 0.69), Chip("T4", "NVIDIA", "T4", 16, "PCIe", 0.35),
         Chip("V100", "NVIDIA", "V100", 32, "SXM2", 0.79), Chip("RTX4090", "NVIDIA", "RTX 4090", 24, "PCIe", 0.44), Chip("RTX5090", "NVIDIA", "RTX 5090", 32, "PCIe", 0.73), Chip("A6000", "NVIDIA", "RTX A6000", 48, "PCIe", 0.55),
         Chip("RTX6000ADA", "NVIDIA", "RTX 6000 Ada", 48, "PCIe", 0.85), Chip("MI300X", "AMD", "MI300X", 192, "OAM", 2.19), Chip("A40", "NVIDIA", "A40", 48, "PCIe", 0.49), Chip("A30", "NVIDIA", "A30", 24, "PCIe", 0.47),
         Chip("RTXPRO6000", "NVIDIA", "RTX PRO 6000", 96, "PCIe", 1.89), Chip("B300", "NVIDIA", "B300", 288, "SXM", 6.19), Chip("L40", "NVIDIA", "L40", 48, "PCIe", 0.89), Chip("MI325X", "AMD", "MI325X", 256, "OAM", 2.69))
MONEY = {"USD": ("$", 1.0), "EUR": ("€", 0.9), "CHF": ("CHF", 0.85), "CNY": ("¥", 7.1), "JPY": ("円", 150.0), "KRW": ("원", 1380.0), "RUB": ("₽", 80.0), "BRL": ("R$", 5.4), "PLN": ("zł", 3.6)}
LOCAL = {"en": "USD", "de": "EUR", "fr": "EUR", "es": "EUR", "pt": "BRL", "it": "EUR", "ru": "RUB", "zh": "CNY", "ja": "JPY", "ko": "KRW", "nl": "EUR", "pl": "PLN"}
HOURS = {"second": 1 / 3600, "minute": 1 / 60, "hour": 1.0, "month": 610.0, "year": 6500.0}
PREFIX = {"$", "R$", "CHF", "¥"}
Key = tuple[str, float | None, float | None, str | None, str | None]


@dataclass(frozen=True)
class Page:
    source: str
    offers: Counter
    features: dict[str, str]


@dataclass(frozen=True)
class Price:
    """One cell of a plan: what it says (None: nothing to be had in this term), its unit and scope; `label` is the header of its column."""

    amount: float | None
    unit: str
    per_gpu: bool
    label: str
    region: str = ""


@dataclass(frozen=True)
class Plan:
    chip: Chip
    count: int | None
    title: str                     # the GPU as the page writes it
    code: str
    specs: tuple[tuple[str, str], ...]
    prices: tuple[Price, ...]
    odd: str = ""


class Writer:
    """The choices of one page and its words."""

    def __init__(self, rng: random.Random, features: dict[str, str]) -> None:
        self.rng, self.f = rng, features
        self.w = WORDS[features["language"]]
        self.once: dict[str, str] = {}
        local = LOCAL[features["language"]]
        self.currency = local if features["currency"] == "local" else features["currency"]

    def word(self, key: str, sub: str = "") -> str:
        """A wording of the page's language; the same one all over the page."""
        at = f"{key}.{sub}"
        if at not in self.once:
            options = self.w[key][sub] if sub else self.w[key]
            self.once[at] = self.rng.choice(options) if isinstance(options, list) else options
        return self.once[at]

    # -- figures ----------------------------------------------------------------------------------------------------------------
    def rounded(self, dollars: float) -> float:
        """The price as it will be printed: as many decimals as its size asks for."""
        amount = dollars * MONEY[self.currency][1]
        three = self.f["decimals"] == "three"
        places = 6 if amount < 0.01 else 4 if amount < 0.1 else 3 if amount < 0.3 or (three and amount < 10) else 2 if amount < 100 or (amount < 1000 and self.currency not in ("JPY", "KRW")) else 0
        return round(amount, places)

    def digits(self, amount: float) -> str:
        whole, _, part = f"{amount:.6f}".rstrip("0").partition(".")
        if len(part) == 1 and self.f["decimals"] != "short":
            part += "0"
        if not part and amount < 1000 and self.f["decimals"] == "two" and self.currency not in ("JPY", "KRW"):
            part = "00"
        english = self.f["language"] in ("en", "zh", "ja", "ko")
        gap = "," if english else "\u00a0" if self.f["language"] in ("fr", "ru", "pl") else "."
        groups = f"{int(whole):,}".replace(",", gap)
        return groups + (("." if english else ",") + part if part else "")

    def money(self, amount: float, form: str | None = None) -> tuple[str, str, str]:
        """(what stands before the digits, the digits, what stands behind)."""
        form = form or self.f["currency_form"]
        sign, digits = MONEY[self.currency][0], self.digits(amount)
        if form == "code_after":
            return "", digits, " " + self.currency
        if form == "code_before":
            return self.currency + " ", digits, ""
        if form.startswith("header") or form == "sentence":
            return "", digits, ""
        before = sign in PREFIX or self.f["language"] == "en" and sign == "€"
        gap = " " if self.f["language"] not in ("en", "zh", "ja", "ko") or sign == "CHF" else ""
        return (sign + (gap if sign in ("CHF", "R$") else ""), digits, "") if before else ("", digits, gap + sign)

    def plain(self, amount: float) -> str:
        """A price of some other thing, written out in full."""
        return "".join(self.money(amount, "sign"))

    def unit_words(self, price: Price) -> str:
        return self.word("gpu_unit" if price.per_gpu else "unit", price.unit)

    def states_unit_in_cell(self, price: Price) -> bool:
        return self.f["unit_place"] == "cell" or bool(price.region) and self.f["unit_place"] == "header"

    # -- one price --------------------------------------------------------------------------------------------------------------
    def figure(self, price: Price, plan: Plan) -> str:
        """The HTML of a price: struck price, "from", the amount over as many elements as chosen, the unit, tax and discount."""
        if price.amount is None:
            return {"dash": "–", "na": "N/A", "blank": "", "cross": "✕"}[self.f["missing"]]
        f = self.f
        pre, digits, post = self.money(price.amount)
        unit = self.unit_words(price) if self.states_unit_in_cell(price) else ""
        if f["scope"] == "both_cell" and plan.count and plan.count > 1 and not price.per_gpu:
            each = self.rounded(price.amount / MONEY[self.currency][1] / plan.count)
            own = self.word("gpu_unit", price.unit)
            unit += f" ({''.join(self.money(each))}{own})"
        mark = f["split"]
        if f["range"] != "none":
            high = self.digits(self.higher(price.amount))
            joint = "–" if f["range"] == "dash" else f" {self.word('to')} "
            shown = f"{pre}{digits}{post}{joint}{pre}{high}{post}{unit}"
        elif mark == "spans":
            shown = f'<span class="cur">{pre.strip()}</span><span class="amt">{digits}</span>' + (f'<span class="cur">{post}</span>' if post else "") + (f'<span class="per">{unit}</span>' if unit else "")
        elif mark == "unit_tag":
            shown = f"<strong>{pre}{digits}{post}</strong><small>{unit}</small>"
        elif mark == "cents" and digits[-3:-2] in (".", ","):
            shown = f"<sup>{pre.strip()}</sup><b>{digits[:-3]}</b><sup>{digits[-3:]}</sup>{post}<em>{unit}</em>"
        elif mark == "lines":
            shown = f"<div><b>{pre}{digits}{post}</b></div><div>{unit}</div>" if unit else f"<div><b>{pre}{digits}{post}</b></div>"
        else:
            shown = f"{pre}{digits}{post}{unit}"
        if f["from"] in ("before", "small"):
            shown = f"{self.word('from')} {shown}" if f["from"] == "before" else f"<small>{self.word('from')}</small> {shown}"
        elif f["from"] == "plus" and mark == "whole" and f["range"] == "none":
            shown = f"{pre}{digits}{post}+{unit}"
        old = "".join((pre, self.digits(self.higher(price.amount)), post))
        if f["struck"] == "del":
            shown = f"<del>{old}</del> {shown}"
        elif f["struck"] == "was":
            shown = f'<span class="old">{self.word("was")} {old}</span> {shown}'
        elif f["struck"] == "style":
            shown = f'<span style="text-decoration: line-through">{old}</span> {shown}'
        if f["discount"] == "badge":
            shown += f' <span class="badge">{self.word("save").format(n=20)}</span>'
        if f["vat"] == "cell":
            shown += f' <small>{self.word("novat")}</small>'
        return shown

    def higher(self, amount: float) -> float:
        return self.rounded(amount * 1.25 / MONEY[self.currency][1])

    def cell(self, price: Price, plan: Plan) -> str:
        if plan.odd in ("contact", "sold", "soon", "wait"):
            words = self.word(plan.odd)
            return f'<a href="/contact">{words}</a>' if plan.odd == "contact" else words
        return self.figure(price, plan) + (f' <span class="tag">{self.word("sold")}</span>' if plan.odd == "sold_price" else "")

    # -- plans ------------------------------------------------------------------------------------------------------------------
    def title(self, chip: Chip, count: int | None) -> str:
        f = self.f
        name = {"bare": chip.text, "vendor": f"{chip.vendor} {chip.text}", "memory": f"{chip.text} {chip.memory}{'' if f['language'] in ('en', 'zh', 'ja', 'ko') else ' '}{self.w['gb']}",
                "form": f"{chip.text} {chip.form}", "long": f"{chip.vendor} {chip.text} {chip.memory}{self.w['gb']} {chip.form}", "tensor": f"{chip.vendor}® {chip.text} Tensor Core GPU"}[f["name"]]
        if count is None:
            return name
        return {"before": self.rng.choice(("{n}x {t}", "{n} x {t}", "{n}× {t}", "{n} × {t}")), "after": self.rng.choice(("{t} x{n}", "{t} × {n}", "{t} *{n}", "{t} x {n}")),
                "name_words": "{t} ({w})" if f["language"] not in ("zh", "ja", "ko") else "{t} {w}"}.get(f["count_place"], "{t}").format(n=count, t=name, w=self.word("n_gpus").format(n=count))

    def code(self, chip: Chip, count: int | None, nth: int) -> str:
        slug = chip.text.lower().replace(" ", "")
        if self.f["count_place"] == "in_plan" and count is not None:
            return f"{self.word('n_gpus').format(n=count)}"
        return {"none": "", "code": f"gx-{'abcdefgh'[nth]}{count or 1}.{('large', 'xlarge', '2xlarge', 'metal')[nth % 4]}", "words": ("Aurora", "Basalt", "Cobalt", "Dune", "Ember", "Fjord", "Garnet", "Heron")[nth],
                "letter": f"{slug}-{count or 1}"}[self.f["plan"]]

    def specs(self, chip: Chip, count: int | None) -> tuple[tuple[str, str], ...]:
        n, kind, gb = count or 1, self.f["specs"], self.w["gb"]
        if kind == "none":
            return ()
        if kind == "bare":
            return ((f"{self.word('cpu')}", f"{n * 12}"), (f"{self.word('ram')} ({gb})", f"{n * 120}"), (f"{self.word('disk')} ({gb})", f"{n * 500}"))
        full = [(self.word("vram"), f"{chip.memory * n} {gb}"), (self.word("cpu"), f"{n * 12}"), (self.word("ram"), f"{n * 120} {gb}"), (self.word("disk"), f"{n * 500} {gb} NVMe"), (self.word("net"), f"{n * 10} Gbps")]
        return tuple(full[:2] if kind == "few" else full)


def feature_values(closed: bool) -> dict[str, tuple[str, ...]]:
    return {name: values if closed else values[:-1] for name, values in FEATURES.items()}


def chosen(rng: random.Random, closed: bool, fixed: dict[str, str] | None = None) -> dict[str, str]:
    """One value of each feature, and then what cannot stand together on a page that a careful reader could read is set to the plain value. `fixed`: a page as plain as can be but for these."""
    f = {name: rng.choice(values).strip() for name, values in feature_values(closed).items()} if fixed is None else {name: values[0] for name, values in FEATURES.items()} | fixed
    if closed:                                                   # at least one closed value on every page
        name = rng.choice(list(FEATURES))
        f[name] = FEATURES[name][-1]
    plain = {name: values[0] for name, values in FEATURES.items()}
    cardlike = f["layout"] in ("cards", "dl", "details", "list")
    tablelike = f["layout"] in ("rows", "regions", "tabs", "divs", "aria")
    if f["layout"] == "tabs" and f["terms"] not in ("spot", "reserved"):
        f["terms"] = rng.choice(("spot", "reserved"))            # a tab is a term
    if f["layout"] == "regions":
        f.update(terms="one", scope="gpu" if f["scope"] == "gpu" else "instance", setup="none", discount="none")
    if f["group"] != "none" and f["layout"] not in ("rows", "regions"):
        f["group"] = "none"
    if f["group"] in ("rowspan", "heading_row", "section") and f["count_place"] in ("none", "before", "after", "name_words"):
        f["count_place"] = "column"                              # the chip stands once, its counts below it
    if f["scope"] in ("both", "both_cell") and f["count_place"] == "none":
        f["count_place"] = rng.choice(("before", "after", "column", "spec", "name_words"))
    if f["scope"] == "both" and f["layout"] == "tabs":
        f["scope"] = "instance"
    if f["scope"] in ("both", "both_cell") and f["unit_place"] in ("sentence", "heading", "caption", "footnote"):
        f["unit_place"] = "cell"
    if f["terms"] == "month":                                    # two units stand in headers or in cells
        f["unit"] = "hour"
        if f["unit_place"] not in ("cell", "header"):
            f["unit_place"] = "header"
    if f["unit_place"] == "caption" and f["layout"] not in ("rows", "columns", "regions", "key_value", "tabs"):
        f["unit_place"] = "heading"
    if cardlike and f["currency_form"] in ("header_sign", "header_code"):
        f["currency_form"] = "sign"                              # a card has no column to say it in
    if f["layout"] in ("regions", "tabs") and f["currency_form"] in ("header_sign", "header_code"):
        f["currency_form"] = "sentence" if "sentence" in feature_values(closed)["currency_form"] else "code_after"
    if f["range"] != "none":
        f.update({"struck": "none", "from": "none", "split": "whole", "discount": "none"})
    if f["from"] == "plus" and (f["split"] != "whole" or f["unit_place"] != "cell"):
        f["from"] = "none"
    if f["split"] == "cents" and (f["struck"] != "none" or f["currency_form"] not in ("sign",)):
        f["split"] = "whole"
    if f["scope"] == "both_cell":
        f.update(split="whole", range="none")
    if f["vat"] == "header" and not tablelike:
        f["vat"] = "below"
    if f["discount"] == "column" and f["layout"] not in ("rows", "divs", "aria", "columns"):
        f["discount"] = "badge" if f["range"] == "none" else "none"
    if f["setup"] == "column" and (f["layout"] not in ("rows", "divs", "aria", "columns") or f["currency_form"] == "sentence"):
        f["setup"] = "none"
    if f["setup"] == "column" and f["unit_place"] in ("sentence", "heading", "caption", "footnote"):
        f["setup"] = "none"                                      # "all prices are per hour" would hold for the fee, too
    if f["head"] == "two_rows" and (f["layout"] != "rows" or f["terms"] == "one"):
        f["head"] = "th"
    if f["specs"] == "sentence" and not cardlike:
        f["specs"] = "many"
    if f["unit"] in ("second", "minute") and f["currency"] in ("local",) and f["language"] in ("ja", "ko"):
        f["decimals"] = "two"
    if f["extra"] in ("rival", "story", "credit") and f["unit_place"] in ("sentence", "footnote") and f["unit"] in ("second", "minute"):
        f["extra"] = "none"
    if f["count_place"] == "in_plan":
        f["plan"] = "code"
    return {name: f.get(name, plain[name]) for name in FEATURES}


def offers_of(plans: list[Plan], writer: Writer) -> Counter:
    """What stands on the page: an offer for every price, one without a price for a plan that has none."""
    out: Counter = Counter()
    for plan in plans:
        if plan.odd in ("contact", "sold", "soon", "wait"):
            out[key(plan.chip.name, plan.count, None, None, None)] += 1
            continue
        for price in plan.prices:
            if price.amount is None:
                continue
            out[key(plan.chip.name, plan.count, price.amount, writer.currency, price.unit)] += 1
            if writer.f["scope"] == "both_cell" and plan.count and plan.count > 1 and not price.per_gpu:
                out[key(plan.chip.name, plan.count, writer.rounded(price.amount / MONEY[writer.currency][1] / plan.count), writer.currency, price.unit)] += 1
    return out


def key(chip: str, count: float | None, price: float | None, currency: str | None, unit: str | None) -> Key:
    return (chip, None if count is None else float(f"{float(count):.5g}"), None if price is None else float(f"{float(price):.6g}"), currency if price is not None else None, unit if price is not None else None)


def price_columns(writer: Writer) -> list[tuple[str, str, bool, float, str]]:
    """(label, unit, per GPU, factor on the rate, region) of the price columns."""
    f, w = writer.f, writer
    unit = f["unit"]
    if f["layout"] == "regions":
        return [(city, unit, f["scope"] == "gpu", 1 + 0.07 * nth, city) for nth, city in enumerate(w.w["cities"])]
    terms = {"one": [("", unit, 1.0)], "spot": [("on_demand", unit, 1.0), ("spot", unit, 0.41)], "reserved": [("on_demand", unit, 1.0), ("reserved1", unit, 0.73), ("reserved3", unit, 0.58)],
             "month": [("", "hour", 1.0), ("", "month", 0.9)], "three": [("on_demand", unit, 1.0), ("spot", unit, 0.41), ("reserved1", unit, 0.73)]}[f["terms"]]
    scopes = [True, False] if f["scope"] == "both" else [f["scope"] == "gpu"]
    out = []
    for term, per, factor in terms:
        for per_gpu in scopes:
            priced = w.word("gpu_head" if per_gpu else "node_head" if f["scope"] == "both" else "head", per)
            bare = w.word("price")
            named = w.word(term) if term else ""
            if f["unit_place"] == "header" or f["scope"] == "both":
                label = f"{named} – {priced}" if named and f["scope"] == "both" else f"{named} ({w.word('gpu_unit' if per_gpu else 'unit', per).strip(' ')})" if named else priced
            else:
                label = named or (priced if f["terms"] == "month" else bare)
            if f["currency_form"] == "header_sign":
                label += f" ({MONEY[w.currency][0]})"
            elif f["currency_form"] == "header_code":
                label += f" ({w.currency})" if "(" not in label else f", {w.currency}"
            if f["vat"] == "header":
                label += f", {w.word('novat')}"
            out.append((label, per, per_gpu, factor, ""))
    return out


def made_plans(writer: Writer) -> list[Plan]:
    f, rng = writer.f, writer.rng
    if f["group"] in ("rowspan", "heading_row", "section"):
        pairs = [(chip, count) for chip in rng.sample(CHIPS, 2) for count in sorted(rng.sample((1, 2, 4, 8), rng.choice((2, 3))))]
    elif f["count_place"] == "none":
        pairs = [(chip, None) for chip in rng.sample(CHIPS, rng.randint(3, 6))]
    else:
        pairs = [(chip, rng.choice((1, 1, 2, 4, 8))) for chip in rng.sample(CHIPS, rng.randint(3, 6))]
    odd_at = rng.randrange(len(pairs)) if f["odd"] != "none" else -1
    miss_at = rng.randrange(len(pairs))
    columns = price_columns(writer)
    plans = []
    for nth, (chip, count) in enumerate(pairs):
        prices = []
        for col, (label, unit, per_gpu, factor, region) in enumerate(columns):
            dollars = chip.rate * factor * HOURS[unit] * (1 if per_gpu or not count else count)
            lacking = nth == miss_at and f["terms"] in ("spot", "reserved", "three") and col == len(columns) - 1 and f["scope"] != "both" and f["layout"] in ("rows", "columns", "divs", "aria", "tabs")
            prices.append(Price(None if lacking else writer.rounded(dollars), unit, per_gpu, label, region))
        plans.append(Plan(chip, count, writer.title(chip, count), writer.code(chip, count, nth), writer.specs(chip, count), tuple(prices), f["odd"] if nth == odd_at else ""))
    return plans


# -- layouts ----------------------------------------------------------------------------------------------------------------------
def attributes(plan: Plan, w: Writer, *, chip: bool = True) -> list[tuple[str, str]]:
    """(header, text) of all columns before the prices."""
    f = w.f
    out = [(w.word("plan"), html.escape(plan.code))] if plan.code else []
    if chip:
        out.append((w.word("gpu"), plan.title))
    if plan.count is not None and f["count_place"] == "column":
        out.append((w.word("count"), str(plan.count)))
    if plan.count is not None and f["count_place"] == "spec":
        out.append((w.word("count"), w.word("n_gpus").format(n=plan.count)))
    return out + ([] if f["specs"] == "before" else list(plan.specs))


def matrix(plans: list[Plan], w: Writer, *, chip: bool = True) -> tuple[list[str], list[list[str]]]:
    """Headers and rows of a table of plans."""
    f = w.f
    before = list(plans[0].specs) if f["specs"] == "before" else []
    heads = [k for k, _ in before] + [k for k, _ in attributes(plans[0], w, chip=chip)] + [p.label for p in plans[0].prices]
    rows = []
    for plan in plans:
        row = ([v for _, v in plan.specs] if before else []) + [v for _, v in attributes(plan, w, chip=chip)] + [w.cell(p, plan) for p in plan.prices]
        if f["setup"] == "column":
            row.append(w.plain(w.rounded(49)))
        if f["discount"] == "column":
            row.append("20%")
        if f["button"] != "none":
            row.append(button(w))
        rows.append(row)
    heads += ([w.word("setup")] if f["setup"] == "column" else []) + (["%"] if f["discount"] == "column" else []) + ([""] if f["button"] != "none" else [])
    return heads, rows


def button(w: Writer) -> str:
    return f'<a class="btn" href="/order">{w.word("buy")}</a>' if w.f["button"] == "link" else f"<button>{w.word('buy')}</button>"


def caption(w: Writer) -> str:
    return unit_line(w, w.f["unit"]) if w.f["unit_place"] == "caption" else ""


def unit_line(w: Writer, unit: str) -> str:
    """The unit of all prices as a heading or a caption has it: a price header's words."""
    return w.word("gpu_head" if w.f["scope"] == "gpu" else "head", unit)


def tr(cells: list[str], tag: str = "td") -> str:
    return "<tr>" + "".join(f"<{tag}>{c}</{tag}>" for c in cells) + "</tr>"


def table_of(heads: list[str], rows: list[str], w: Writer, cap: str = "") -> str:
    kind = w.f["head"]
    head = f"<thead>{tr(heads, 'th')}</thead>" if kind == "th" else tr(heads) if kind == "td" else f"<thead>{tr([f'<strong>{h}</strong>' for h in heads])}</thead>"
    return f"<table>{f'<caption>{cap}</caption>' if cap else ''}{head}<tbody>{''.join(rows)}</tbody></table>"


def rows_layout(plans: list[Plan], w: Writer) -> str:
    f = w.f
    if f["group"] in ("heading_row", "section"):
        out, heads, body = [], [], []
        for chip in dict.fromkeys(p.chip for p in plans):
            own = [p for p in plans if p.chip is chip]
            heads, rows = matrix(own, w, chip=False)
            if f["group"] == "section":
                out.append(f"<h3>{own[0].title}</h3>" + table_of(heads, [tr(r) for r in rows], w, caption(w)))
            else:
                body += [f'<tr><td colspan="{len(heads)}"><b>{own[0].title}</b></td></tr>', *(tr(r) for r in rows)]
        return "".join(out) or table_of(heads, body, w, caption(w))
    heads, rows = matrix(plans, w)
    body = []
    for nth, (plan, row) in enumerate(zip(plans, rows, strict=True)):
        if f["group"] == "rowspan":
            same = sum(p.chip is plan.chip for p in plans)
            first = nth == 0 or plans[nth - 1].chip is not plan.chip
            at = heads.index(w.word("gpu"))
            body.append("<tr>" + "".join((f'<td rowspan="{same}">{c}</td>' if first else "") if i == at else f"<td>{c}</td>" for i, c in enumerate(row)) + "</tr>")
        elif f["group"] == "family_row" and nth in (0, len(plans) // 2):
            body += [f'<tr><td colspan="{len(heads)}">{("Series A", "Series B")[nth > 0]}</td></tr>', tr(row)]
        else:
            body.append(tr(row))
    if f["head"] == "two_rows":
        at, n = len(heads) - len(plans[0].prices) - sum((f["setup"] == "column", f["discount"] == "column", f["button"] != "none")), len(plans[0].prices)
        top = "".join(f'<th rowspan="2">{h}</th>' for h in heads[:at]) + f'<th colspan="{n}">{w.word("price")}</th>' + "".join(f'<th rowspan="2">{h}</th>' for h in heads[at + n:])
        return f"<table><thead><tr>{top}</tr>{tr(heads[at:at + n], 'th')}</thead><tbody>{''.join(body)}</tbody></table>"
    return table_of(heads, body, w, caption(w))


def columns_layout(plans: list[Plan], w: Writer) -> str:
    heads, rows = matrix(plans, w)
    lead = heads.index(w.word("gpu"))
    order = [lead, *(i for i in range(len(heads)) if i != lead)]
    first, *rest = [[heads[i], *(r[i] for r in rows)] for i in order]
    cap = caption(w)
    return f"<table>{f'<caption>{cap}</caption>' if cap else ''}<tr>{''.join(f'<th>{c}</th>' for c in first)}</tr>" + "".join(f"<tr><th>{r[0]}</th>{''.join(f'<td>{c}</td>' for c in r[1:])}</tr>" for r in rest) + "</table>"


def key_value_layout(plans: list[Plan], w: Writer) -> str:
    out = []
    for plan in plans:
        pairs = attributes(plan, w, chip=False) + [(p.label, w.cell(p, plan)) for p in plan.prices]
        out.append(f"<h3>{plan.title}</h3><table>{f'<caption>{caption(w)}</caption>' if caption(w) else ''}{''.join(f'<tr><th>{k}</th><td>{v}</td></tr>' for k, v in pairs)}</table>")
    return "".join(out)


def divs_layout(plans: list[Plan], w: Writer, role: bool = False) -> str:
    heads, rows = matrix(plans, w)
    if role:
        line = [f'<div role="row">{"".join(f"""<div role="columnheader">{h}</div>""" for h in heads)}</div>', *(f'<div role="row">{"".join(f"""<div role="cell">{c}</div>""" for c in r)}</div>' for r in rows)]
        return f'<div role="table">{"".join(line)}</div>'
    return '<div class="grid">' + "".join(f'<div class="r">{"".join(f"<div>{c}</div>" for c in r)}</div>' for r in [heads, *rows]) + "</div>"


def spec_lines(plan: Plan, w: Writer) -> list[str]:
    """Specs of a card: lines of words."""
    lines = [w.word("n_gpus").format(n=plan.count)] if plan.count is not None and w.f["count_place"] == "spec" else []
    if plan.count is not None and w.f["count_place"] == "column":
        lines.append(f"{w.word('count')}: {plan.count}")
    return lines + [f"{k}: {v}" if w.rng.random() < 0.5 or w.f["specs"] == "bare" else f"{v} {k}" for k, v in plan.specs]


def price_lines(plan: Plan, w: Writer) -> list[str]:
    """Prices of a card, with the label where there are several or the unit stands in it."""
    if plan.odd in ("contact", "sold", "soon", "wait"):
        return [w.cell(plan.prices[0], plan)]
    named = len(plan.prices) > 1 or w.f["unit_place"] == "header"
    return [(f"<span>{p.label}</span> " if named else "") + w.cell(p, plan) for p in plan.prices]


def card_head(plan: Plan) -> str:
    return f"{plan.code} <span>{plan.title}</span>" if plan.code else plan.title


def cards_layout(plans: list[Plan], w: Writer) -> str:
    out = []
    shape = w.rng.choice(("price_last", "price_first", "list_first"))
    for plan in plans:
        specs = spec_lines(plan, w)
        listed = f"<p>{', '.join(specs)}</p>" if w.f["specs"] == "sentence" else f"<ul>{''.join(f'<li>{s}</li>' for s in specs)}</ul>" if specs else ""
        price = "".join(f'<div class="price">{line}</div>' for line in price_lines(plan, w))
        more = button(w) if w.f["button"] != "none" else ""
        title = f"<h3>{card_head(plan)}</h3>" if shape != "list_first" else f'<div class="t"><div>{card_head(plan)}</div></div>'
        out.append(f'<div class="col"><div class="card">{title}{price + listed if shape == "price_first" else listed + price}{more}</div></div>')
    return f'<div class="row">{"".join(out)}</div>'


def dl_layout(plans: list[Plan], w: Writer) -> str:
    if w.rng.random() < 0.5:
        return "<dl>" + "".join(f"<dt>{card_head(p)}</dt>" + "".join(f"<dd>{x}</dd>" for x in spec_lines(p, w) + price_lines(p, w)) for p in plans) + "</dl>"
    out = []
    for plan in plans:
        pairs = attributes(plan, w, chip=False) + [(p.label, w.cell(p, plan)) for p in plan.prices]
        out.append(f"<h3>{plan.title}</h3><dl>{''.join(f'<dt>{k}</dt><dd>{v}</dd>' for k, v in pairs)}</dl>")
    return "".join(out)


def details_layout(plans: list[Plan], w: Writer) -> str:
    return "".join(f"<details><summary>{card_head(p)}</summary><ul>{''.join(f'<li>{x}</li>' for x in spec_lines(p, w) + price_lines(p, w))}</ul></details>" for p in plans)


def list_layout(plans: list[Plan], w: Writer) -> str:
    return "<ul>" + "".join(f"<li><span>{card_head(p)}</span> {' '.join(f'<span>{x}</span>' for x in spec_lines(p, w) + price_lines(p, w))}</li>" for p in plans) + "</ul>"


def tabs_layout(plans: list[Plan], w: Writer) -> str:
    labels = list(dict.fromkeys(p.label for p in plans[0].prices))
    nav = "".join(f'<button role="tab">{label}</button>' for label in labels)
    out = []
    for nth, label in enumerate(labels):
        own = [Plan(p.chip, p.count, p.title, p.code, p.specs, (Price(p.prices[nth].amount, p.prices[nth].unit, p.prices[nth].per_gpu, w.word("price")),), p.odd) for p in plans if p.prices[nth].amount is not None]
        heads, rows = matrix(own, w)
        out.append(f'<div role="tabpanel"><h3>{label}</h3>{table_of(heads, [tr(r) for r in rows], w, caption(w))}</div>')
    return f'<div role="tablist">{nav}</div>{"".join(out)}'


def extra(w: Writer) -> str:
    """A section about something else."""
    per_month, per_hour, kind = w.word("unit", "month"), w.word("unit", "hour"), w.f["extra"]
    money = lambda dollars: w.plain(w.rounded(dollars))                                                     # noqa: E731
    if kind == "cpu":
        rows = [tr([f"c{n}.std", str(n), f"{n * 4} {w.w['gb']}", money(0.04 * n) + per_hour]) for n in (2, 4, 16)]
        return f"<h2>{w.w['cpu_h']}</h2><table>{tr([w.word('plan'), w.word('cpu'), w.word('ram'), w.word('price')], 'th')}{''.join(rows)}</table>"
    if kind == "disk":
        return f"<h2>{w.w['disk_h']}</h2><table>{tr([w.word('disk'), w.word('price')], 'th')}{tr(['NVMe SSD', money(0.12) + '/' + w.w['gb'] + per_month])}{tr(['HDD', money(0.05) + '/' + w.w['gb'] + per_month])}</table>"
    if kind == "support":
        cards = "".join(f'<div class="card"><h3>{n}</h3><div class="price">{p}</div></div>' for n, p in (("Basic", w.w["free"][0]), ("Business", money(99) + per_month), ("Enterprise", money(990) + per_month)))
        return f"<h2>{w.w['support_h']}</h2><div>{cards}</div>"
    if kind == "tokens":
        rows = [tr([n, money(a) + " / 1M tokens", money(b) + " / 1M tokens"]) for n, a, b in (("Lark 70B", 0.6, 0.9), ("Wren 8B", 0.35, 0.45))]
        return f"<h2>{w.w['token_h']}</h2><table>{tr(['Model', 'Input', 'Output'], 'th')}{''.join(rows)}</table>"
    if kind == "addons":
        return f"<h2>{w.w['extra_h']}</h2><ul><li>{w.w['ip']}: {money(3)}{per_month}</li><li>{w.w['win']}: {money(20)}{per_month}</li></ul>"
    if kind in ("rival", "credit", "story"):
        return f"<p>{w.w[kind].format(p=money({'rival': 6.98, 'credit': 200, 'story': 40000}[kind]))}</p>"
    return f"<p>{w.w['faq']}</p>" if kind == "faq" else ""


def page(seed: int, closed: bool = False, fixed: dict[str, str] | None = None) -> Page:
    rng = random.Random(seed)
    features = chosen(rng, closed, fixed)
    w = Writer(rng, features)
    plans = made_plans(w)
    f = features
    body = {"rows": rows_layout, "regions": rows_layout, "columns": columns_layout, "key_value": key_value_layout, "divs": divs_layout, "aria": lambda p, x: divs_layout(p, x, True), "cards": cards_layout,
            "dl": dl_layout, "details": details_layout, "tabs": tabs_layout, "list": list_layout}[f["layout"]](plans, w)
    say = w.word("gpu_say" if f["scope"] == "gpu" else "say", f["unit"])
    above = [say] if f["unit_place"] == "sentence" else []
    below = [f"* {say}"] if f["unit_place"] == "footnote" else []
    above += [w.word("money").format(money=w.currency)] if f["currency_form"] == "sentence" else []
    above += [w.word("novat_all")] if f["vat"] == "above" else []
    below += [w.word("novat_all")] if f["vat"] == "below" else []
    below += [f"{w.word('setup')}: {w.plain(w.rounded(49))}"] if f["setup"] == "text" else []
    h2 = f"<h2>{unit_line(w, f['unit'])}</h2>" if f["unit_place"] == "heading" else ""
    line = '<p class="promo">' + w.word("save").format(n=20) + "</p>" if f["discount"] == "line" else ""
    links = " ".join(f'<a href="/{c.name.lower()}">{c.vendor} {c.text}</a>' for c in CHIPS[:5])
    top = {"nav": f"<nav>{links}</nav>", "menu": f'<div class="mega"><div><h4>GPU</h4><ul>{"".join(f"<li><a href=/g>{c.text}</a></li>" for c in CHIPS[:4])}</ul></div></div>',
           "cookie": '<div class="cookie"><p>Cookies</p><button>OK</button></div>'}.get(f["chrome"], "")
    foot = f"<footer>{links}<p>Brindlewick Compute</p></footer>" if f["chrome"] == "footer" else ""
    source = (f'<!doctype html><html lang="{f["language"]}"><head><meta charset="utf-8"><title>{w.word("h1")} | Brindlewick</title></head><body>{top}<main><h1>{w.word("h1")}</h1>'
              f"{''.join(f'<p>{x}</p>' for x in above)}{h2}{line}{body}{''.join(f'<p>{x}</p>' for x in below)}{extra(w)}</main>{foot}</body></html>")
    return Page(source, offers_of(plans, w), features)


# -- figures ----------------------------------------------------------------------------------------------------------------------
def read_offers(source: str) -> Counter:
    from nlp.extract import extract

    found = extract(source.encode(), url=None, kind="offers", path="page.html")
    return Counter(key(o.gpu_name, o.gpu_count, o.price, o.currency, o.price_unit) for o in found.offers)


def f1(both: int, want: int, got: int) -> float:
    return 2 * both / (want + got) if want + got else 1.0


@lru_cache(maxsize=4)
def measured(first: int, pages: int, closed: bool) -> tuple[tuple[dict[str, str], int, int, int], ...]:
    out = []
    for seed in range(first, first + pages):
        made = page(seed, closed)
        got = read_offers(made.source)
        out.append((made.features, (made.offers & got).total(), made.offers.total(), got.total()))
    return tuple(out)


def by_value(rows: tuple[tuple[dict[str, str], int, int, int], ...]) -> dict[tuple[str, str], float]:
    sums: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
    for features, *counts in rows:
        for item in features.items():
            sums[item] = [a + b for a, b in zip(sums[item], counts, strict=True)]
    return {item: f1(*counts) for item, counts in sums.items()}


def main() -> None:
    first, pages, closed = int(sys.argv[1]), int(sys.argv[2]), "closed" in sys.argv
    rows = measured(first, pages, closed)
    print("all", round(f1(*(sum(r[i] for r in rows) for i in (1, 2, 3))), 4), "pages right", round(sum(a == b == c for _, a, b, c in rows) / len(rows), 4))
    for (name, value), figure in sorted(by_value(rows).items()):
        print(f"{name:14} {value:12} {figure:.3f}  {sum(r[0][name] == value for r in rows)}")


if __name__ == "__main__":
    main()
