"""Hooks of Datasette (https://docs.datasette.io/en/stable/plugin_hooks.html): our pages, links in its tables, limits of its connections."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from datasette import hookimpl
from datasette.utils.asgi import Base400, NotFound, Response
from datasette.views.base import DatasetteError
from markupsafe import Markup, escape

from assessment.errors import UnknownCustomer
from chipwatch.records import VERDICT_CODES
from dataset.serve import charts, pages
from dataset.serve.app import SERVED, Served, bind_connection
from dataset.serve.words import clean

_CLAUSE_ID = re.compile(r"C-[A-Z2-7]{8,16}")
_DAMAGE = ("database disk image is malformed", "file is not a database", "disk I/O error")   # as SQLite says it
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")


def _served(datasette: Any) -> Served:
    return SERVED[datasette]


@hookimpl
def prepare_connection(conn: Any, database: str, datasette: Any) -> None:
    served = SERVED.get(datasette)
    if served is not None and database == served.database:
        bind_connection(conn)


@hookimpl(hookwrapper=True)
def handle_exception(datasette: Any, request: Any, exception: BaseException) -> Any:
    """Whatever goes wrong becomes a page; what is no fault of the request is said in one line on stderr, too. Datasette's own answer prints whole stacks."""
    outcome = yield
    if datasette not in SERVED:
        return

    async def respond() -> Response:
        status, title, words = 500, "Internal error", "Something went wrong here. The terminal of the server says what."
        if any(sign in f"{exception} {getattr(exception, 'message', '')}" for sign in _DAMAGE):
            title, words = "The data set is damaged", "A part of the file cannot be read. Make it again with chipwatch rebuild; this server then shows the new one."
            print(f"chipwatch: {request.path}: the data set is damaged: make it again with `chipwatch rebuild`", file=sys.stderr)
        elif isinstance(exception, Base400):
            status, title, words = exception.status, "Not found" if exception.status == 404 else "Not possible", str(exception.args[0] if exception.args else "")
        elif isinstance(exception, DatasetteError):
            status, title, words = exception.status, exception.title or "Not possible", str(exception.message or "")
            if exception.message_is_html:                      # there is one such: a query that was stopped
                words = f"The query took longer than {datasette.sql_time_limit_ms / 1000:g} s and was stopped: narrow it, or start the server with a larger --timeout."
        else:
            print(f"chipwatch: {request.path}: {type(exception).__name__}: {clean(exception)[:300]}", file=sys.stderr)
        said = clean(words or title)[:1000]
        if request.path.split("?")[0].endswith(".json"):
            return Response.json({"ok": False, "error": said, "status": status, "title": title}, status=status)
        page = await datasette.render_template(["error.html"], {"ok": False, "error": said, "status": status, "title": title}, request=request, view_name="error")
        return Response.html(page, status=status)

    outcome.force_result([respond])


@hookimpl
def render_cell(value: Any, column: str, table: str | None, datasette: Any) -> Markup | None:
    """Keys of providers and clauses lead to our pages."""
    if datasette not in SERVED or not isinstance(value, str):
        return None
    if column == "provider" and _SLUG.fullmatch(value):
        return Markup('<a href="/provider/{0}">{0}</a>').format(value)
    if column in ("id", "item_id", "clause") and _CLAUSE_ID.fullmatch(value):
        return Markup('<a href="/clause/{0}">{0}</a>').format(value)
    if column == "clauses" and value.startswith("["):
        try:
            ids = json.loads(value)
        except ValueError:
            return None
        if ids and all(isinstance(i, str) for i in ids):
            return Markup(" ").join(Markup('<a href="/clause/{0}">{0}</a>').format(i) if _CLAUSE_ID.fullmatch(i) else escape(i) for i in ids)
    return None


async def _page(datasette: Any, request: Any, template: str, model: dict[str, Any]) -> Response:
    return Response.html(await datasette.render_template([template], model, request=request, view_name="chipwatch"))


async def _ask(datasette: Any, question: Any) -> Any:
    """The answer of a function of a connection, in Datasette's thread of SQL. What is not there becomes a page of status 404."""
    try:
        return await datasette.get_database(_served(datasette).database).execute_fn(question)
    except (pages.NotThere, UnknownCustomer) as error:
        raise NotFound(str(error)) from error


async def home(datasette: Any, request: Any) -> Response:
    return await _page(datasette, request, "cw_home.html", {"home": await _ask(datasette, pages.home), "queries": await datasette.get_canned_queries(_served(datasette).database, None)})


async def provider_list(datasette: Any, request: Any) -> Response:
    search, code = (request.args.get("q") or "")[:200], request.args.get("code") or ""
    if code not in VERDICT_CODES:
        code = ""
    found = await _ask(datasette, lambda connection: pages.providers(connection, search, code))
    return await _page(datasette, request, "cw_providers.html", {"found": found, "search": search, "code": code, "headline": pages.HEADLINE})


async def provider(datasette: Any, request: Any) -> Response:
    slug = request.url_vars["slug"]
    return await _page(datasette, request, "cw_provider.html", await _ask(datasette, lambda c: pages.provider_page(c, slug)))


async def verdict(datasette: Any, request: Any) -> Response:
    slug, customer = request.url_vars["slug"], request.url_vars["customer"]
    return await _page(datasette, request, "cw_verdict.html", await _ask(datasette, lambda c: pages.verdict_page(c, slug, customer)))


async def customer(datasette: Any, request: Any) -> Response:
    """A form cannot write an address: it comes here, and is sent on."""
    from urllib.parse import quote

    kind = (request.args.get("customer") or "control").strip()[:40]
    return Response.redirect(f"/provider/{quote(request.url_vars['slug'])}/{quote(kind, safe=':/')}")


async def clause(datasette: Any, request: Any) -> Response:
    served, clause_id, since = _served(datasette), request.url_vars["clause"], request.args.get("since")
    return await _page(datasette, request, "cw_clause.html", await _ask(datasette, lambda c: pages.clause_page(c, clause_id, served.document_of, since)))


async def chart_page(datasette: Any, request: Any) -> Response:
    found = await _ask(datasette, lambda c: [(chart, charts.values(c, chart)) for chart in charts.CHARTS])
    return await _page(datasette, request, "cw_charts.html", {"charts": found, "most": charts.MOST_BARS})


async def chart_file(datasette: Any, request: Any) -> Response:
    chart = charts.BY_NAME.get(request.url_vars["name"])
    if chart is None:
        raise NotFound("no such chart")
    found = await _ask(datasette, lambda c: charts.values(c, chart))
    if request.url_vars["form"] == "json":
        return Response.json(charts.vega_lite(chart, found))
    drawn = await _ask(datasette, lambda _: charts.svg(chart, found))
    return Response(drawn, content_type="image/svg+xml; charset=utf-8")


@hookimpl
def register_routes(datasette: Any) -> list[tuple[str, Any]]:
    if datasette not in SERVED:                            # another Datasette in this process
        return []
    return [
        (r"^/$", home), (r"^/provider$", provider_list), (r"^/provider/(?P<slug>[^/]+)$", provider), (r"^/provider/(?P<slug>[^/]+)/-/customer$", customer),
        (r"^/provider/(?P<slug>[^/]+)/(?P<customer>[a-z_]+(:[A-Za-z/-]+)?)$", verdict), (r"^/clause/(?P<clause>[^/]+)$", clause),
        (r"^/chart$", chart_page), (r"^/chart/(?P<name>[a-z]+)\.(?P<form>svg|json)$", chart_file),
    ]
