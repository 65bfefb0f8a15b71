"""The application: Datasette on the one file, bound by limits, with our pages and a guard around it."""

from __future__ import annotations

import contextvars
import secrets
import sqlite3
import threading
import weakref
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chipwatch.records import CUSTOMER_KINDS, VERDICT_CODES
from dataset.errors import DatasetError
from dataset.opening import meta, opened
from dataset.query import MAX_VALUE_BYTES, authorise
from dataset.serve.metadata import metadata
from dataset.serve.pages import DocumentOf
from dataset.serve.questions import prepared

HERE = Path(__file__).parent
STATIC = "chipwatch-static"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_DATASETTE_PRAGMAS = frozenset({"schema_version", "foreign_key_list", "cache_size", "recursive_triggers", "encoding"})


class ServeUnavailable(DatasetError):
    """The package that serves is not installed, or the address cannot be bound."""

    exit_code = 69                                             # EX_UNAVAILABLE


@dataclass(frozen=True, slots=True)
class Limits:
    sql_ms: int = 5000                                         # of one query
    rows: int = 1000                                           # of one answer; CSV of a table streams all pages
    csv_mb: int = 200


@dataclass(slots=True)
class Served:
    """What our pages need beside Datasette: looked up by the Datasette instance they are called with."""

    database: str
    document_of: DocumentOf
    facts: dict[str, str]


NONCE: contextvars.ContextVar[str] = contextvars.ContextVar("nonce", default="")       # of the request at hand
SERVED: weakref.WeakKeyDictionary[Any, Served] = weakref.WeakKeyDictionary()    # Datasette -> what is served by it


def authorise_datasette(action: int, one: str | None, two: str | None, database: str | None, trigger: str | None) -> int:
    """What a query may do (dataset.query), and the pragmas that Datasette itself reads."""
    if action == sqlite3.SQLITE_PRAGMA and (one or "").lower() in _DATASETTE_PRAGMAS:
        return sqlite3.SQLITE_OK
    return authorise(action, one, two, database, trigger)


def bind_connection(connection: sqlite3.Connection) -> None:
    """Limits of every connection to the data set: no writing, no other file, no value that fills the memory."""
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_VALUE_BYTES)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    connection.set_authorizer(authorise_datasette)


def datasette_for(database: Path, document_of: DocumentOf, limits: Limits | None = None) -> Any:
    """A Datasette instance on the data set. Raises ServeUnavailable where the package is not installed, and what dataset.opening.opened raises."""
    try:
        from datasette.app import Datasette
        from datasette.plugins import pm
    except ImportError as error:
        raise ServeUnavailable("`chipwatch serve` needs the package datasette, which is not installed: pip install 'datasette>=0.65.5,<0.66', or `make setup`") from error
    from dataset.serve import plugin

    limits = limits or Limits()
    with opened(database) as connection:
        facts = meta(connection)
    if not pm.is_registered(plugin):
        pm.register(plugin, name="chipwatch")
    name = database.stem
    datasette = Datasette(
        immutables=[str(database.resolve())], memory=False, crossdb=False, cors=False, template_dir=str(HERE / "templates"), static_mounts=[(STATIC, str(HERE / "static"))],
        metadata=metadata(name, facts, prepared()), secret=secrets.token_hex(32),
        settings={"sql_time_limit_ms": limits.sql_ms, "max_returned_rows": limits.rows, "max_csv_mb": limits.csv_mb, "allow_download": False, "default_cache_ttl": 0,
                  "facet_time_limit_ms": 1000, "num_sql_threads": 3, "allow_csv_stream": True, "truncate_cells_html": 400, "trace_debug": False, "template_debug": False},
    )
    datasette.jinja_env.loader = _mended(datasette.jinja_env.loader)
    # globals and not variables of a page: Datasette's own pages of errors need them, too
    datasette.jinja_env.globals |= {"csp_nonce": NONCE.get, "cw_sample": facts.get("sample") == "1", "cw_facts": facts, "cw_database": name, "cw_codes": VERDICT_CODES,
                                    "cw_kinds": CUSTOMER_KINDS}
    SERVED[datasette] = Served(name, document_of, facts)
    return datasette


# What Datasette's templates leave out, put in as they are loaded: nonces for scripts, and names for what a screen reader reads.
_MENDED = (
    ("<script", '<script nonce="{{ csp_nonce() }}"'), ("<html>", '<html lang="en">'), ('<section class="content">', '<section class="content" role="main">'),
    ('<select name="_filter_column', '<select aria-label="column" name="_filter_column'), ('<select name="_filter_op', '<select aria-label="comparison" name="_filter_op'),
    ('<input type="text" name="_filter_value', '<input aria-label="value" type="text" name="_filter_value'), ('<select name="_sort"', '<select aria-label="sort by" name="_sort"'),
    ('<textarea id="sql-editor"', '<textarea aria-label="SQL" id="sql-editor"'), ("cmResize(editor,", 'editor.getInputField().setAttribute("aria-label", "SQL"); cmResize(editor,'),
    ('<dl class="column-descriptions">', '<details><summary>What the columns mean</summary><dl class="column-descriptions">'), ("{% endfor %}\n</dl>\n{% endif %}", "{% endfor %}\n</dl></details>\n{% endif %}"),
)


def _mended(loader: Any) -> Any:
    """Mends templates as they are loaded. Only scripts that stand in a template have the nonce of the request: one that came in as data has none, and the browser refuses it."""
    from jinja2 import BaseLoader

    class MendingLoader(BaseLoader):
        def get_source(self, environment: Any, template: str) -> Any:
            source, name, fresh = loader.get_source(environment, template)
            for old, new in _MENDED:
                source = source.replace(old, new)
            return source, name, fresh

        def list_templates(self) -> list[str]:
            return loader.list_templates()

    return MendingLoader()


def policy(nonce: str) -> str:
    """Content-Security-Policy: this server alone, scripts by nonce, no frames, no forms to elsewhere."""
    return (f"default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'")


Scope, Receive, Send = dict[str, Any], Callable[[], Awaitable[dict]], Callable[[dict], Awaitable[None]]


class Guard:
    """ASGI: only reading, only for the hosts that it is bound to, with headers that hold a browser to this server. A data set that was made anew is taken over."""

    def __init__(self, database: Path, document_of: DocumentOf, limits: Limits | None = None, hosts: tuple[str, ...] | None = LOOPBACK) -> None:
        self.database, self.document_of, self.limits, self.hosts = database, document_of, limits, hosts
        self._lock = threading.Lock()
        self._app: Any = None
        self._stamp: tuple | None = None
        self.app()

    def _stamp_of(self) -> tuple | None:
        try:
            stat = self.database.stat()
        except OSError:
            return None
        return stat.st_ino, stat.st_size, stat.st_mtime_ns

    def app(self) -> Any:
        """Datasette on the file as it is now: `chipwatch rebuild` puts a new one in its place."""
        with self._lock:
            stamp = self._stamp_of()
            if self._app is None or (stamp is not None and stamp != self._stamp):
                try:
                    made = datasette_for(self.database, self.document_of, self.limits)
                except DatasetError:
                    if self._app is None:
                        raise
                    return self._app                           # the new file cannot be served: the one before goes on
                self._app, self._stamp = _Started(made), stamp
            return self._app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            while (await receive())["type"] != "lifespan.shutdown":
                await send({"type": "lifespan.startup.complete"})
            await send({"type": "lifespan.shutdown.complete"})
            return
        if scope["type"] != "http":                            # a websocket
            await send({"type": "websocket.close"})
            return
        nonce = secrets.token_urlsafe(16)
        NONCE.set(nonce)

        async def guarded(message: dict) -> None:
            if message["type"] == "http.response.start":
                ours = {b"content-security-policy": policy(nonce).encode(), b"x-content-type-options": b"nosniff", b"referrer-policy": b"no-referrer",
                        b"x-frame-options": b"DENY", b"cross-origin-resource-policy": b"same-origin"}
                message = {**message, "headers": [(k, v) for k, v in message.get("headers", []) if k.lower() not in ours] + list(ours.items())}
            await send(message)

        refused = self._refused(scope)
        if refused:
            status, words = refused
            await guarded({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain; charset=utf-8")]})
            await guarded({"type": "http.response.body", "body": words.encode()})
            return
        await self.app()(scope, receive, guarded)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        if scope["method"] not in ("GET", "HEAD"):
            return 405, "This server only answers reading requests.\n"
        if self.hosts is not None:
            named = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "")
            host = named[1:named.find("]")] if named.startswith("[") else named.rsplit(":", 1)[0]
            if host.lower() not in self.hosts:                 # another name that leads here: a page elsewhere must not read through a visitor's browser
                return 421, "This server answers for the address that it was started with.\n"
        path = scope["path"]
        if path.startswith("/-/") and not path.startswith(("/-/static/", "/-/static-plugins/")):
            return 404, "Not here: pages about the server itself are closed.\n"
        return None


class _Started:
    """Datasette's own ASGI application, its startup hooks run before the first request."""

    def __init__(self, datasette: Any) -> None:
        self.datasette, self.asgi, self.ready = datasette, datasette.app(), False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.ready:
            await self.datasette.invoke_startup()
            self.ready = True
        await self.asgi(scope, receive, send)
