"""Who may ask: the token as a header of programs, or once on a page for a cookie that browsers keep."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie

from phusong.web.server.failures import RefusedError
from phusong.web.server.limits import Buckets

COOKIE = "phusong_session"
SESSION_SECONDS = 12 * 3600
_MOST_SESSIONS = 1000


class Login:
    """The token of the server, and the sessions that it has opened.

    Parameters
    ----------
    token : what users must know.
    buckets : count the failures of each client.
    clock : seconds that only rise.
    """

    def __init__(self, token: str, buckets: Buckets, clock: Callable[[], float] = time.monotonic) -> None:
        self._digest = _digest(token)
        self._buckets = buckets
        self._clock = clock
        self._ends: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, client: str, headers: Mapping[str, str]) -> None:
        """Raise RefusedError unless a request has the token or a session."""
        if self._has_session(headers.get("cookie", "")):
            return
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            self.check_token(client, token.strip())
            return
        raise RefusedError(401, "this server asks for its token", "Open /login, or send Authorization: Bearer TOKEN")

    def check_token(self, client: str, token: str) -> None:
        """Raise RefusedError unless it is the token; one who has failed too often has to wait, right or wrong."""
        self._buckets.look(client, "login")
        if not hmac.compare_digest(_digest(token), self._digest):
            self._buckets.take(client, "login")
            raise RefusedError(401, "this is not the token of this server", "Ask who started the server for it")

    def open(self) -> str:
        """Return the name of a new session, which nobody can guess."""
        name = secrets.token_urlsafe(32)
        with self._lock:
            self._ends[_digest(name).hex()] = self._clock() + SESSION_SECONDS
            while len(self._ends) > _MOST_SESSIONS:
                self._ends.popitem(last=False)
        return name

    def _has_session(self, cookies: str) -> bool:
        try:
            morsel = SimpleCookie(cookies).get(COOKIE)
        except CookieError:
            return False
        if morsel is None:
            return False
        with self._lock:
            return self._ends.get(_digest(morsel.value).hex(), 0.0) > self._clock()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
