"""Links to the words on a page, and the known error rates in words."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from reports import errors, fragments


@pytest.mark.parametrize(("source", "kind", "expected"), [
    ("No use from Group D:5.", "html", "text=No%20use%20from%20Group%20D%3A5."),
    ("<li>one, two-three &amp; four</li>", "html", "text=one%2C%20two%2Dthree%20%26%20four"),          # comma, dash and ampersand mean something in a directive
    ("You may not use the service where you are located in, or are a citizen of, Ruritania or Sylvania.", "html",
     "text=You%20may%20not%20use%20the%20service,a%20citizen%20of%2C%20Ruritania%20or%20Sylvania."),
    ("H100 80GB</td><td>on demand</td><td>$2.10", "html", "text=H100%2080GB,%242.10"),                  # no START spans two cells
    ("plain words", "text/plain", "text=plain%20words"),
    ("{\"gpu\": 1}", "json", ""), ("words", "pdf", ""), ("words", "application/pdf", ""), ("<br> … <br>", "html", ""), ("", "html", ""),
])
def test_the_directive_of_a_quote(source, kind, expected):
    assert fragments.directive(source, kind) == expected


def test_a_script_without_spaces_is_cut_at_its_pauses():
    made = fragments.directive("お客様は、当社が別に定める国または地域からサービスを利用してはなりません。また、第三者に利用させてはならず、違反した場合は直ちに停止します。", "html")
    start, end = (unquote(part) for part in made.removeprefix("text=").split(","))
    assert start == "お客様は" and end == "また、第三者に利用させてはならず、違反した場合は直ちに停止します。"


@pytest.mark.parametrize(("url", "expected"), [
    ("https://a.example/t", "https://a.example/t#:~:text=x"), ("https://a.example/t#s4", "https://a.example/t#s4:~:text=x"),
    ("file:///etc/hosts", None), ("javascript:alert(1)", None), ("https://[x", None),
])
def test_the_link_keeps_a_fragment_and_is_of_the_web(url, expected):
    assert fragments.link(url, "text=x") == expected
    assert fragments.link(url, "") is None


def test_every_measured_figure_is_said_with_what_it_was_measured_on():
    said, at = errors.words(), 0
    for figure in errors.measured()["figures"]:                                                        # one after the other, as the file has them
        values = figure["value"] if isinstance(figure["value"], list) else [figure["value"]]
        assert 0 < min(values) <= max(values) < 1
        for part in (*(f"{v:.2f}" for v in values), figure["documents"]):
            at = said.index(part, at)
    assert f"{errors.measured()['as_of']:%d %B %Y}".lstrip("0") in said
