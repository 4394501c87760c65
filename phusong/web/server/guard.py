"""What stands before every request: size, host, rate, token, origin; and the headers after it."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import socket
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from phusong.web.server.failures import RefusedError
from phusong.web.server.limits import Buckets
from phusong.web.server.login import Login
from phusong.web.server.settings import Settings

MOST_BODY_BYTES = 64 * 1024
MOST_URL_BYTES = 4096
MOST_HEADER_BYTES = 16 * 1024
_BODY_SECONDS = 10.0
_OPEN_PATHS = ("/login", "/static/login.css", "/favicon.ico")
_SAFE = ("GET", "HEAD", "OPTIONS")
_JSON, _FORM = "application/json", "application/x-www-form-urlencoded"

HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; worker-src blob:; child-src blob:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "geolocation=(self)",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
"""Sent with every answer."""

_access = logging.getLogger("phusong.access")
_errors = logging.getLogger("phusong.server")


class Guard:
    """The server within its limits: an ASGI application round the one that answers."""

    def __init__(self, app: ASGIApp, settings: Settings, login: Login | None, buckets: Buckets) -> None:
        self._app = app
        self._settings = settings
        self._login = login
        self._buckets = buckets
        self._names = _own_names(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # web sockets: there are none
            return
        started, status = time.monotonic(), 0

        async def guarded_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = _with_headers(message.get("headers", []))
            await send(message)

        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        try:
            self._check(scope, headers)
            if scope["method"] not in _SAFE:
                receive = await _whole_body(headers, receive)
            await self._app(scope, receive, guarded_send)
        except RefusedError as refusal:
            if refusal.status == 401 and scope["method"] == "GET" and "text/html" in headers.get("accept", ""):
                await _answer(guarded_send, 303, [], {"location": "/login"})
            else:
                await _answer(guarded_send, refusal.status, refusal.problems, _extra(refusal))
        except Exception as error:
            _errors.error("%s %s: %s", scope["method"], scope["path"], type(error).__name__, exc_info=error)
            if status == 0:
                message, remedy = "the server failed at this", "Look at what the server prints"
                await _answer(guarded_send, 500, [_problem(message, remedy)], {})
        finally:
            path = scope["path"].encode("unicode_escape").decode("ascii")[:300]
            spent_ms = 1000.0 * (time.monotonic() - started)
            _access.info("%s %s %s %d %.0f ms", _client(scope), scope["method"], path, status, spent_ms)

    def _check(self, scope: Scope, headers: Mapping[str, str]) -> None:
        """Raise RefusedError unless the request may be looked at."""
        if len(scope.get("raw_path", b"")) + len(scope["query_string"]) > MOST_URL_BYTES:
            raise RefusedError(414, f"the address is longer than {MOST_URL_BYTES} bytes", "Ask for less at once")
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MOST_HEADER_BYTES:
            raise RefusedError(431, f"the headers are longer than {MOST_HEADER_BYTES} bytes", "Send fewer")
        host = headers.get("host", "")
        if not self._is_own(host):
            raise RefusedError(421, "this server does not go by that name", "Open the address that the server printed")
        client = _client(scope)
        self._buckets.take(client, _kind(scope))
        if self._login is not None and scope["path"] not in _OPEN_PATHS:
            self._login.check(client, headers)
        if scope["method"] not in _SAFE:
            _check_origin(scope, headers, host)
            _check_type(scope, headers)

    def _is_own(self, host: str) -> bool:
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower()
        except ValueError:
            return False
        if name in self._names:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return not self._settings.is_local  # no name resolves to it: nobody else can pose as this server


def _own_names(settings: Settings) -> set[str]:
    """Return the names that the server goes by."""
    names = {"localhost", "127.0.0.1", "::1"}
    if not settings.is_local:
        names |= {settings.host.lower().strip("[]"), socket.gethostname().lower(), socket.getfqdn().lower()}
    return names


def _check_origin(scope: Scope, headers: Mapping[str, str], host: str) -> None:
    """Raise RefusedError where a page of another server sends the request."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    own = [None, f"{scope['scheme']}://{host}"]
    if scope["path"] == "/login":  # a form under the policy "no-referrer" does not say where it stands
        own.append("null")
    if site not in (None, "same-origin") or origin not in own:
        raise RefusedError(403, "another site sent this", "Send it from the page of this server")


def _check_type(scope: Scope, headers: Mapping[str, str]) -> None:
    """Raise RefusedError where the body is not JSON, which forms of other sites cannot send."""
    kind = headers.get("content-type", "").split(";")[0].strip().lower()
    allowed = (_JSON, _FORM) if scope["path"] == "/login" else (_JSON,)
    is_empty = scope["method"] == "DELETE" and headers.get("content-length", "0") == "0"
    if kind not in allowed and not (is_empty and "transfer-encoding" not in headers):
        raise RefusedError(415, "the body is not JSON", f"Send it with Content-Type: {_JSON}")


async def _whole_body(headers: Mapping[str, str], receive: Receive) -> Receive:
    """Return what gives the body, read to its end; RefusedError where it is too long or too slow."""
    too_long = RefusedError(413, f"the body is longer than {MOST_BODY_BYTES} bytes", "Send less at once")
    length = headers.get("content-length", "0")
    if not length.isdecimal() or len(length) > 12 or int(length) > MOST_BODY_BYTES:
        raise too_long
    parts, size = [], 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise RefusedError(400, "the connection ended within the body", "Send it again")
                parts.append(message.get("body", b""))
                size += len(parts[-1])
                if size > MOST_BODY_BYTES:
                    raise too_long
                if not message.get("more_body", False):
                    break
    except TimeoutError:
        raise RefusedError(408, "the body did not come in time", "Send it again") from None
    is_given = False

    async def replay() -> Message:
        nonlocal is_given
        if is_given:
            return await receive()
        is_given = True
        return {"type": "http.request", "body": b"".join(parts), "more_body": False}

    return replay


def _kind(scope: Scope) -> str:
    """Return what a request counts as."""
    if scope["method"] not in _SAFE:
        return "write"
    return "tile" if scope["path"].endswith(".png") or scope["path"].startswith("/static/") else "read"


def _client(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else "?"


def _with_headers(headers: Any) -> list[tuple[bytes, bytes]]:
    """Return headers with those of every answer; one that may be kept says so itself."""
    own = {name.encode(): value.encode() for name, value in HEADERS.items()}
    given = [(name, value) for name, value in headers if name.lower() not in own and name.lower() != b"server"]
    if not any(name.lower() == b"cache-control" for name, _ in given):
        own[b"cache-control"] = b"no-store"
    return [*given, *own.items()]


def _problem(message: str, remedy: str) -> dict[str, Any]:
    return {"place": "request", "field": "", "message": message, "remedy": remedy}


def _extra(refusal: RefusedError) -> dict[str, str]:
    """Return the headers that a refusal needs besides."""
    extra = {} if refusal.seconds is None else {"retry-after": str(refusal.seconds)}
    if refusal.status == 401:
        extra["www-authenticate"] = "Bearer"
    if refusal.status in (408, 413):
        extra["connection"] = "close"
    return extra


async def _answer(send: Send, status: int, problems: list[dict[str, Any]], extra: Mapping[str, str]) -> None:
    body = json.dumps({"problems": problems}, ensure_ascii=False).encode()
    headers = {"content-type": "application/json", "content-length": str(len(body)), **extra}
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": body})
