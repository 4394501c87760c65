"""A cache bounded by what it holds, not by how many; each value is made once, however many ask for it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class _Making:
    """A value that somebody is making."""

    def __init__(self) -> None:
        self.done = threading.Event()


class BoundedCache(Generic[Value]):
    """Values by key; those used longest ago leave when the whole weighs too much. For threads.

    Parameters
    ----------
    limit : greatest weight of all values together; the newest stays whatever it weighs.
    weigh : weight of a value.
    leave : told of every value that leaves.
    """

    def __init__(self, limit: int, weigh: Callable[[Value], int], leave: Callable[[Value], None] | None = None) -> None:
        self._limit = limit
        self._weigh = weigh
        self._leave = leave
        self._values: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self._making: dict[Hashable, _Making] = {}
        self._lock = threading.Lock()
        self._weight = 0

    @property
    def weight(self) -> int:
        return self._weight

    def get(self, key: Hashable) -> Value | None:
        """Return a value that is there, else None."""
        with self._lock:
            if key not in self._values:
                return None
            self._values.move_to_end(key)
            return self._values[key][0]

    def get_or_make(self, key: Hashable, make: Callable[[], Value]) -> Value:
        """Return a value; others who ask for it meanwhile wait for it. What ``make`` raises, the asker gets."""
        while True:
            with self._lock:
                if key in self._values:
                    self._values.move_to_end(key)
                    return self._values[key][0]
                making = self._making.get(key)
                if making is None:
                    mine = self._making[key] = _Making()
                    break
            making.done.wait()
        try:
            value = make()
            self.put(key, value)
            return value
        finally:
            with self._lock:
                del self._making[key]
            mine.done.set()

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value, in place of the one of its key."""
        weight = self._weigh(value)
        gone: list[Value] = []
        with self._lock:
            if key in self._values:
                old, old_weight = self._values.pop(key)
                self._weight -= old_weight
                gone.append(old)
            self._values[key] = value, weight
            self._weight += weight
            while self._weight > self._limit and len(self._values) > 1:
                _, (old, old_weight) = self._values.popitem(last=False)
                self._weight -= old_weight
                gone.append(old)
        if self._leave is not None:
            for one in gone:
                self._leave(one)

    def clear(self) -> None:
        """Let all values go."""
        with self._lock:
            gone = [value for value, _ in self._values.values()]
            self._values.clear()
            self._weight = 0
        if self._leave is not None:
            for one in gone:
                self._leave(one)
