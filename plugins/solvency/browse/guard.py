"""What the pages answer: only this address, only its own pages, only scripts of ours.

Another site that a browser is looking at can send requests to a server on the same
machine, and can have its own name lead there. Requests under another name and
changes that another site asks for are refused before Fava sees them.
"""

from __future__ import annotations

import gzip
import ipaddress
import logging
import re
import socket
from decimal import localcontext
from http import HTTPStatus
from typing import TYPE_CHECKING
from typing import Any
from urllib.parse import urlsplit

from flask import abort
from flask import g
from flask import request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from solvency.ledger.files.parsing import PARSING
from solvency.ledger.files.source import kind_of
from solvency.ledger.files.trust import inside

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable

    from flask import Flask

    _Headers = list[tuple[str, str]]
    _Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

log = logging.getLogger(__name__)
_HOST = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?")
#: What is compressed for those who take it so, and from how many bytes on.
_TEXTS = ("text/", "application/json")
_SMALL = 2_000
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_EVERYWHERE = frozenset({"0.0.0.0", "::", ""})  # noqa: S104 (recognised, not used)
#: The largest request: a source file, or a document.
_LARGEST = 64 * 2**20

#: Fava writes styles into its pages and compiles its grammar of beancount; scripts
#: come from files of Fava and of ours alone.
_PAGES = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval';"
    " style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:;"
    " connect-src 'self'; object-src 'self'; frame-src 'self'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
#: A document of the ledger is anybody's file: nothing in it runs.
_PAPERS = (
    "sandbox; default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline';"
    " frame-ancestors 'self'"
)
#: A browser's own viewer of PDF does not open in a sandbox.
_PDF = "frame-ancestors 'self'"
_RUNNING = re.compile(r"javascript|ecmascript|css|wasm")
_COMMON = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PAPER = re.compile(r"/[^/]+/(?:document|statement)/")


class Guard:
    """Stands before Fava: refuses what is not meant for it, and marks its answers."""

    def __init__(self, wsgi: _Wsgi, host: str) -> None:
        """Guard an application.

        Args:
            wsgi: The application.
            host: The address it is to listen on.
        """
        self._wsgi = wsgi
        bare = host.strip("[]").lower()
        self._everywhere = bare in _EVERYWHERE
        self._names = {"localhost", "127.0.0.1", "[::1]"}
        self._names.add(f"[{bare}]" if ":" in bare else bare)
        if self._everywhere:
            self._names.add(socket.gethostname().lower())

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Answer a request."""

        def start(status: str, headers: _Headers, *args: Any) -> Any:
            return start_response(
                status, _marked(str(environ.get("PATH_INFO", "")), headers), *args
            )

        said, status = self._refused(environ)
        if said:
            refusal = Response(said + "\n", status, mimetype="text/plain")
            return refusal(environ, start)
        if environ["REQUEST_METHOD"] in _READING:
            return self._wsgi(environ, start)
        # Fava has beancount's parser read amounts that it is given to add.
        with localcontext(PARSING):
            return self._wsgi(environ, start)

    def _refused(self, environ: dict[str, Any]) -> tuple[str, int]:
        """Say why a request is refused, and with which status; "" if it is not."""
        host = environ.get("HTTP_HOST", "")
        if not self._is_ours(host, environ):
            return "This server does not answer under that name.", 421
        reading = environ["REQUEST_METHOD"] in _READING
        site = environ.get("HTTP_SEC_FETCH_SITE", "same-origin")
        origin = environ.get("HTTP_ORIGIN")
        if not reading and origin is not None and not _same(origin, host, environ):
            return "Another site may change nothing here.", 403
        opened = environ.get("HTTP_SEC_FETCH_MODE") == "navigate" and (
            environ.get("HTTP_SEC_FETCH_DEST", "document") == "document"
        )
        if site not in {"same-origin", "none"} and not (reading and opened):
            return "Another site may not ask for this.", 403
        if environ.get("PATH_INFO") == "/jump" and not _same(
            environ.get("HTTP_REFERER", ""), host, environ
        ):
            return "This address leads on from a page of this server only.", 400
        return "", 200

    def _is_ours(self, host: str, environ: dict[str, Any]) -> bool:
        """Say whether a request was sent to this server under one of its names."""
        found = _HOST.fullmatch(host)
        if found is None:
            return False
        name = found[1].lower()
        if (found[2] or _usual(environ)) != str(environ.get("SERVER_PORT")):
            return False
        if name in self._names:
            return True
        # A name can be made to lead here; an address cannot.
        return self._everywhere and _is_address(name.strip("[]"))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _usual(environ: dict[str, Any]) -> str:
    return "443" if environ.get("wsgi.url_scheme") == "https" else "80"


def _same(address: str, host: str, environ: dict[str, Any]) -> bool:
    """Say whether an address is of the site that a request was sent to."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    usual = ":" + _usual(environ)
    return parts.scheme == environ.get(
        "wsgi.url_scheme"
    ) and parts.netloc.lower().removesuffix(usual) == host.lower().removesuffix(usual)


def _marked(path: str, headers: _Headers) -> _Headers:
    """Return the headers of an answer, with what a browser is to hold it to."""
    policy, framing = _PAGES, "DENY"
    kind = next((v for k, v in headers if k.lower() == "content-type"), "")
    if _PAPER.fullmatch(path):
        framing = "SAMEORIGIN"
        policy = _PDF if kind.startswith("application/pdf") else _PAPERS
        if _RUNNING.search(kind):
            kind = "text/plain; charset=utf-8"
    ours = {
        **_COMMON,
        "Content-Security-Policy": policy,
        "X-Frame-Options": framing,
        **({"Content-Type": kind} if kind else {}),
    }
    replaced = {name.lower() for name in ours}
    kept = [(key, value) for key, value in headers if key.lower() not in replaced]
    return [*kept, *ours.items()]


def _read_the_ledger_alone() -> None:
    """Have queries read the ledger that is shown, and nothing else.

    `CREATE TABLE` reads any file, and loads other ledgers with what they run.
    """
    from beanquery import CompilationError  # noqa: PLC0415 (a fifth of a second)
    from beanquery.compiler import Compiler  # noqa: PLC0415 (as above)
    from beanquery.parser import ast  # noqa: PLC0415 (as above)

    def refused(_: Compiler, asked: ast.CreateTable) -> None:
        raise CompilationError("a query reads the ledger alone: no CREATE TABLE", asked)

    vars(Compiler)["_compile"].register(ast.CreateTable, refused)


def _compressed(answer: Response) -> Response:
    """Compress an answer of text for a reader that takes it so."""
    if (
        answer.direct_passthrough
        or answer.is_streamed
        or answer.status_code != HTTPStatus.OK
        or "Content-Encoding" in answer.headers
        or not (answer.mimetype or "").startswith(_TEXTS)
        or (answer.calculate_content_length() or 0) < _SMALL
    ):
        return answer
    answer.vary.add("Accept-Encoding")
    if not request.accept_encodings["gzip"]:
        return answer
    answer.set_data(gzip.compress(answer.get_data(), 5, mtime=0))
    answer.headers["Content-Encoding"] = "gzip"
    return answer


def guard(app: Flask, host: str, *, trust: bool) -> None:
    """Put a guard before Fava's application.

    Args:
        app: The application.
        host: The address it is to listen on.
        trust: Show documents that lie outside the folder of the case.
    """
    _read_the_ledger_alone()
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST
    app.after_request(_compressed)
    app.wsgi_app = Guard(app.wsgi_app, host)  # type: ignore[method-assign]  # as Flask says to

    @app.errorhandler(Exception)
    def _said(error: Exception) -> Any:
        """Say in one line what an address asks for that cannot be shown."""
        if isinstance(error, HTTPException):
            return error
        said = f"{type(error).__name__}: {error}"
        # A query works out what it is asked to, and may end in anything.
        asked = "query_string" in request.args
        if asked or isinstance(error, ValueError | ArithmeticError | LookupError):
            log.warning("solvency: %s: %s", request.path, said)
            return Response(f"This cannot be shown: {said}\n", 400)
        log.error("solvency: %s failed", request.path, exc_info=error)
        return Response("This failed; the log has the details.\n", 500)

    @app.before_request
    def _only_papers_of_the_case() -> None:
        if request.endpoint == "document":
            filename = request.args.get("filename", "")
        elif request.endpoint == "statement":
            asked = (request.args.get(name, "") for name in ("entry_hash", "key"))
            filename = g.ledger.statement_path(*asked)
        else:
            return
        # The file may have become a link, or a pipe, since the ledger was loaded.
        try:
            kind = kind_of(filename)
        except (OSError, ValueError):
            abort(404)
        if kind or not (trust or inside(filename, g.ledger.beancount_file_path)):
            abort(404)
