"""Pages that come in the stead of a document: recognised by what they say, and never taken for one; documents are never taken for them."""

from __future__ import annotations

import time

import pytest

from crawler.failure_kinds import failure_kinds
from crawler.failures import explain_response
from crawler.standins import cues, lands_at_home, permanent_move, recognise
from chipwatch.records import FAILURE_KINDS, READING_FAILURES

HTML = {"content-type": "text/html; charset=utf-8"}
URL = "https://www.cloud.example/legal/terms"
LONG = "<p>" + "The customer rents machines by the hour and pays for what was used in the month before. " * 120 + "</p>"


def page(title: str = "", heading: str = "", body: str = "", charset: str = "utf-8") -> bytes:
    return f"<!doctype html><html><head><title>{title}</title></head><body><h1>{heading}</h1>{body}</body></html>".encode(charset)


def kind(body: bytes, status: int = 200, headers: dict | None = None, final: str = URL, role: str = "terms_of_service", asked: str = URL) -> str | None:
    return recognise(status, headers or HTML, body, asked=asked, final=final, role=role)[0]


@pytest.mark.parametrize("title", [
    "Just a moment...", "Attention Required! | Guard", "Bitte warten – Sicherheitsüberprüfung", "Un instant…", "安全验证", "Проверка браузера", "잠시만 기다리십시오", "しばらくお待ちください...",
    "Xác minh bạn là con người", "Making sure you’re not a bot!", "Czy jesteś człowiekiem?"])
def test_checks_for_robots(title):
    for status in (200, 403, 503):
        assert kind(page(title, "One second", "<p>Enable scripts and cookies to go on.</p>"), status) == "bot_challenge"


@pytest.mark.parametrize("body", [b"<html><script>window._cf_chl_opt={}</script></html>", b"<html><script src='https://geo.captcha-delivery.com/x.js'></script></html>"])
def test_checks_for_robots_by_their_markup(body):
    assert kind(body) == "bot_challenge"


def test_a_header_of_a_guard_is_enough():
    assert kind(page("Cloud"), 403, {**HTML, "cf-mitigated": "challenge"}) == "bot_challenge"
    assert kind(b"", 202, {"x-amzn-waf-action": "challenge"}) == "bot_challenge"
    assert explain_response(403, {**HTML, "cf-mitigated": "challenge"}, b"no", [], asked=URL)[0] == "bot_challenge"


def test_a_document_with_the_script_of_a_guard_is_a_document():
    assert kind(page("Terms of Service", "Terms", LONG + "<script src='/cdn-cgi/challenge-platform/scripts/jsd/main.js'></script><script>window._cf_chl_opt=1</script>")) is None
    assert kind(page("Security check of data centres", "How we check security", LONG)) is None


@pytest.mark.parametrize("title", [
    "404", "404 - Cloud", "Error 404", "Page not found | Cloud", "Seite nicht gefunden", "Page introuvable", "Página no encontrada", "Страница не найдена", "ページが見つかりません", "페이지를 찾을 수 없습니다",
    "页面不存在", "Không tìm thấy trang", "Nie znaleziono strony", "Sidan hittades inte", "We can’t find that page",
    "Not Found", "Cloud | Not found", "Nicht gefunden - Cloud"])
def test_pages_that_say_they_are_not_there(title):
    assert kind(page(title)) == kind(page("Cloud", title)) == "soft_404"


@pytest.mark.parametrize("title", ["Terms of Service", "4040 cores", "Objects not foundational", "Why an instance is not found",  "H100 in region 404", "Refunds where a listing is not as described"])
def test_documents_are_not(title):
    assert kind(page(title, title, LONG)) is None and kind(page(title, title, "<p>Short.</p>")) is None


def test_a_long_document_about_pages_that_are_not_found_is_a_document():
    assert kind(page("Page not found: what to do", "Errors", LONG)) is None


def test_sign_in_pages():
    form = "<form><input name=u><input type='password' name=p></form>"
    assert kind(page("Sign in | Cloud", "", form)) == "login_wall"
    assert kind(page("Console", "", form), final="https://auth.cloud.example/u/login?next=x") == "login_wall"
    assert kind(page("ログイン", "", ""), final="https://www.cloud.example/login") == "login_wall"
    assert kind(page("Sign in | Cloud", "", form), role="signup") is None, "that is what a sign-up page looks like"
    assert kind(page("Terms of Service", "Terms", LONG + form)) is None, "a form in the head of a page"
    assert kind(page("Log in to your data", "", "<p>How it works.</p>")) is None


def test_the_home_page_in_the_stead_of_a_document():
    for final in ("https://www.cloud.example/", "https://cloud.example", "https://www.cloud.example/en", "https://www.cloud.example/de-de/index.html", "https://other.example/"):
        assert lands_at_home(URL, final), final
        assert kind(page("Cloud", "Cloud", LONG), final=final) == "moved"
    for asked, final in ((URL, "https://www.cloud.example/en/legal"), ("https://cloud.example/", "https://www.cloud.example/en"), (URL, "https://www.cloud.example/?p=terms"), (URL, URL),
                         (URL, "https://www.cloud.example/ai")):
        assert not lands_at_home(asked, final), final


def test_a_move_for_good():
    def chain(*links):
        return [{"status": s, "url": u} for s, u in links]

    new = "https://www.cloud.example/policies/terms"
    assert permanent_move(URL, chain((301, URL), (200, new))) == permanent_move(URL, chain((503, URL), (308, URL), (301, "https://x.example/t"), (200, new))) == new
    assert permanent_move(URL, chain((302, URL), (200, new))) is None and permanent_move(URL, chain((200, URL))) is None and permanent_move(URL, []) is None
    assert permanent_move("http://cloud.example/legal/terms", chain((301, "http://cloud.example/legal/terms"), (200, URL + "/"))) is None, "https, www. and a slash are no move"


def test_what_is_no_page_is_not_looked_at():
    assert kind(b'{"title": "Page not found"}', headers={"content-type": "application/json"}) is None
    assert kind(b"%PDF-1.4 Just a moment", headers={"content-type": "application/pdf"}) is None


def test_titles_in_old_charsets():
    assert kind(page("ページが見つかりません", charset="shift_jis"), headers={"content-type": "text/html; charset=shift_jis"}) == "soft_404"
    assert kind(page("页面不存在", charset="gb18030"), headers={"content-type": "text/html; charset=gbk"}) == "soft_404"


def test_a_feed_that_is_a_web_page_and_a_pdf_that_is_none():
    assert explain_response(200, {"content-type": "application/json"}, page("Cloud"), [], asked=URL, method="feed")[0] == "wrong_type"
    assert explain_response(200, HTML, b'{"plans": []}', [], asked=URL, method="feed") == (None, None), "the label alone does not make it a page"
    assert explain_response(200, {"content-type": "application/xml"}, b"<?xml version='1.0'?><plans/>", [], asked=URL, method="feed") == (None, None)
    assert explain_response(200, HTML, page("Terms", "Terms", LONG), [], asked=URL, method="pdf")[0] == "wrong_type"
    assert explain_response(200, HTML, b"%PDF-1.7\n", [], asked=URL, method="pdf") == (None, None)


@pytest.mark.parametrize("body", [b"<title>" * 80_000, b"<h1 " * 100_000, b"<h1>" * 120_000, b"<!--" * 120_000, b"<script>" * 60_000, b"<" * 500_000, b"<input " * 70_000, b"<html><title>404</title>" + b"<script><" * 50_000],
                         ids=lambda b: b[:8].decode())
def test_the_look_is_quick(body):
    began = time.monotonic()
    recognise(200, HTML, body, asked=URL, final=URL)
    assert time.monotonic() - began < 2


def test_every_kind_of_failure_has_words_and_advice():
    kinds = failure_kinds()
    assert tuple(kinds) == FAILURE_KINDS
    assert all(k.what and k.do and k.what[0] not in " " and not k.do.endswith(".") for k in kinds.values())
    assert {k.kind for k in kinds.values() if k.stage == "reading"} == READING_FAILURES
    assert {k.kind for k in kinds.values() if k.retry == "never"} >= {"permission", "private_address", "bad_address"}
    assert {k.kind for k in kinds.values() if k.retry == "soon"} >= {"dns", "timeout", "rate_limited", "server_error"}
    assert all(phrase == phrase.casefold() for phrases in cues().titles.values() for phrase in phrases)


def test_reports_and_verdicts_have_words_for_every_kind():
    from assessment.coverage import FAILURE_WORDS
    from reports.model import REASON_WORDS

    assert not set(FAILURE_KINDS) - set(REASON_WORDS)
    assert not set(FAILURE_KINDS) - READING_FAILURES - set(FAILURE_WORDS)
