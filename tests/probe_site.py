"""An invented company's site on loopback, for the commands that look at unknown sites and compare declared addresses."""

from __future__ import annotations

import gzip
import json

from sample_market.sites import Answer, Host

HTML = (("Content-Type", "text/html; charset=utf-8"),)
TERMS = "<p>Customer shall not use the Services in Cuba, Iran, North Korea or Syria. Customer represents that it is not named on any list of sanctioned parties.</p>" + "<p>These are general provisions.</p>" * 90


def page(body: str, *, head: str = "", lang: str = "en") -> Answer:
    return Answer(200, f'<!doctype html><html lang="{lang}"><head><title>Page</title>{head}</head><body>{body}</body></html>'.encode(), HTML)


def shift_jis(body: str) -> Answer:
    return Answer(200, f'<!doctype html><html lang="ja"><head><meta charset="shift_jis"><title>規約</title></head><body>{body}</body></html>'.encode("shift_jis"), (("Content-Type", "text/html"),))


def prices(h100: str = "$2.55") -> Answer:
    return page(f"<h1>GPU pricing</h1><table><tr><th>GPU</th><th>Price per hour</th></tr><tr><td>NVIDIA H100 80GB</td><td>{h100}</td></tr><tr><td>NVIDIA A100 80GB</td><td>$1.35</td></tr>"
                "<tr><td>NVIDIA L40S 48GB</td><td>$0.85</td></tr></table>")


def moved(target: str, status: int = 301) -> Answer:
    return Answer(status, b"moved", (("Location", target), *HTML))


FOOTER = """<footer><a href="/kiyaku">利用規約</a> <a href="https://elsewhere.example/terms">Terms of Service</a> <a href="/legal/usage">Acceptable Use Policy</a>
<a href="/intern/export-control">Export control</a> <a href="http://docs.probed.example/regions">Regions</a> <a href="/blog/gpu-pricing">GPU pricing: a blog post</a> <a href="/login">Log in</a></footer>"""
LD = json.dumps({"@context": "https://schema.org", "@graph": [{"@type": "Organization", "name": "Probed Cloud", "legalName": "Probed Compute Oy: GPU", "address": {"@type": "PostalAddress", "addressCountry": "Finland"}}]})
HOME = page("<h1>Probed Cloud</h1><p>Compute for everyone.</p>" + FOOTER, lang="en", head=f'<script type="application/ld+json">{LD}</script><link rel="alternate" hreflang="ja" href="/ja/">'
            '<link rel="alternate" type="application/json" href="/catalogue.json"><script id="__NEXT_DATA__">{}</script>')
INDEX = b'<?xml version="1.0"?><sitemapindex><sitemap><loc>http://www.probed.example/map-pages.xml.gz</loc></sitemap></sitemapindex>'
PAGES = gzip.compress(b"<urlset><url><loc>http://www.probed.example/en/price-list</loc></url><url><loc>http://evil.example/pricing</loc></url><url><loc>file:///etc/passwd</loc></url></urlset>", mtime=0)


def probed_hosts() -> dict[str, Host]:
    """A site of two hosts; one whose robots.txt closes it; one that a link leads to and that nobody may ask."""
    robots = Answer(200, b"User-agent: *\nDisallow: /intern/\nSitemap: http://www.probed.example/maps/index.xml\n", (("Content-Type", "text/plain"),))
    www = {"/robots.txt": robots, "/": HOME, "/maps/index.xml": Answer(200, INDEX, (("Content-Type", "application/xml"),)), "/map-pages.xml.gz": Answer(200, PAGES, (("Content-Type", "application/gzip"),)),
           "/en/price-list": prices(), "/kiyaku": shift_jis("<h1>利用規約</h1><p>お客様は、当社のサービスをイラン、北朝鮮又はシリアで利用してはなりません。クローラーによる自動的な取得を禁止します。</p>" * 20 + '<a href="/shiharai">お支払い方法</a>'),
           "/legal/usage": page(TERMS), "/intern/export-control": page(TERMS),
           "/shiharai": shift_jis("<h1>お支払い方法</h1>" + "<p>クレジットカード又は銀行振込でお支払いいただけます。</p>" * 20),
           "/llms.txt": Answer(200, b"# Probed\n- [Frequently asked questions](/docs/faq.md)\n", (("Content-Type", "text/plain"),)),
           "/docs/faq.md": Answer(200, b"# Frequently asked questions\n\n" + b"How do I pay? By card. " * 30, (("Content-Type", "text/markdown"),))}
    docs = {"/regions": page("<h1>Regions</h1><table><tr><th>Region</th><th>Location</th></tr><tr><td>fi-hel-1</td><td>Helsinki, Finland</td></tr><tr><td>de-fra-1</td><td>Frankfurt, Germany</td></tr>"
                             "<tr><td>se-sto-1</td><td>Stockholm, Sweden</td></tr></table>")}
    closed = {"/robots.txt": Answer(200, b"User-agent: *\nDisallow: /\n", (("Content-Type", "text/plain"),)), "/": HOME}
    return {"www.probed.example": Host("www.probed.example", "probed", www), "docs.probed.example": Host("docs.probed.example", "probed", docs),
            "shut.example": Host("shut.example", "shut", closed), "elsewhere.example": Host("elsewhere.example", "elsewhere", {"/terms": page(TERMS)}),
            "evil.example": Host("evil.example", "evil", {"/pricing": prices()})}
