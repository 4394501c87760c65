"""How often one client may ask: token buckets, bounded in number."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import NamedTuple

from phusong.web.server.failures import RefusedError

_MOST_CLIENTS = 2048


class Rate(NamedTuple):
    """So many requests at once, and so many more a second."""

    burst: float
    a_second: float


RATES: Mapping[str, Rate] = {
    "tile": Rate(4000.0, 1000.0),
    "read": Rate(400.0, 60.0),
    "write": Rate(60.0, 6.0),
    "login": Rate(5.0, 5.0 / 60.0),
    "report": Rate(10.0, 10.0 / 60.0),
}
"""By kind of request; "login" counts the failures alone."""


class Buckets:
    """Who has asked how often.

    Parameters
    ----------
    rates : by kind of request.
    clock : seconds that only rise.
    """

    def __init__(self, rates: Mapping[str, Rate] = RATES, clock: Callable[[], float] = time.monotonic) -> None:
        self._rates = rates
        self._clock = clock
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, client: str, kind: str) -> None:
        """Count a request; RefusedError where the client has asked too often."""
        wait_s = self._wait_s(client, kind, 1.0)
        if wait_s > 0.0:
            seconds = math.ceil(wait_s)
            raise RefusedError(429, "too many requests", f"Ask again in {seconds} s", seconds=seconds)

    def look(self, client: str, kind: str) -> None:
        """Raise RefusedError where the client has asked too often; count nothing."""
        wait_s = self._wait_s(client, kind, 0.0)
        if wait_s > 0.0:
            seconds = math.ceil(wait_s)
            raise RefusedError(429, "too many attempts", f"Try again in {seconds} s", seconds=seconds)

    def _wait_s(self, client: str, kind: str, taken: float) -> float:
        """Return how long the client has to wait; 0 where it need not, and then take."""
        rate, now, key = self._rates[kind], self._clock(), (client, kind)
        with self._lock:
            left, since = self._left.get(key, (rate.burst, now))
            left = min(rate.burst, left + rate.a_second * (now - since))
            is_free = left >= 1.0
            self._left[key] = (left - taken if is_free else left), now
            self._left.move_to_end(key)
            while len(self._left) > _MOST_CLIENTS:
                self._left.popitem(last=False)
        return 0.0 if is_free else (1.0 - left) / rate.a_second
