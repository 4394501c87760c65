"""Path losses of candidates: from a store where there is one, else computed for what is asked alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from phusong.coverage.loss_pieces import Pieces
from phusong.coverage.loss_store import LossStore
from phusong.coverage.moves import bounds
from phusong.coverage.plan import Transmitter
from phusong.coverage.prepare import Prepared
from phusong.coverage.propagate import plan_propagation, propagate, reach
from phusong.scenarios.packed import Packed
from phusong.terrain.window import Window


class CandidateLosses:
    """Path losses of masts that may be built in a network.

    Parameters
    ----------
    prepared : the network.
    needed : (rows, columns) pixels whose coverage is missing.
    store : keeps the losses, of all pixels that the network's are kept of, so that a later question, or the network
        with the mast in it, finds them there. None: they are computed for the needed pixels alone and not kept.
    """

    def __init__(self, prepared: Prepared, needed: npt.NDArray[np.bool_], store: LossStore | None = None) -> None:
        self.ground, self.propagation = prepared.ground, prepared.scenario.propagation
        self.needed = needed
        self._keys, self._wanted, self._store = prepared.loss_keys, prepared.network.wanted, store

    def of(self, transmitters: Sequence[Transmitter]) -> list[tuple[str, Pieces]]:
        """Return the name and the pieces of the losses of each transmitter."""
        keys = [self._keys.key(one) for one in transmitters]
        asked = dict(zip(keys, transmitters, strict=True))
        if self._store is None:
            computed = {key: Pieces(Packed(data)) for key, data in self._compute(asked, self.needed)}
            return [(key, computed[key]) for key in keys]
        missing = {key: asked[key] for key in self._store.missing(list(asked))}
        for key, data in self._compute(missing, self._wanted):
            self._store.put(key, data)
        return [(key, self._store.pieces(key)) for key in keys]

    def _compute(self, asked: dict[str, Transmitter], wanted: npt.NDArray[np.bool_]) -> list[tuple[str, bytes]]:
        jobs = plan_propagation(asked, self.ground, wanted, self.propagation)
        return [result for job in jobs for result in propagate(job)]

    def needed_around(self, transmitters: Sequence[Transmitter]) -> Window:
        """Return the smallest window with all needed pixels in the squares round masts; empty where there are none."""
        return bounds(self._needed_in(reach(one, self.propagation, self.ground, (0, 0))) for one in transmitters) or (
            Window(0, 0, 0, 0)
        )

    def _needed_in(self, square: Window) -> Window:
        part = self.needed[square.slices]
        rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
        if not rows.size:
            return Window(0, 0, 0, 0)
        return Window(
            square.row_start + int(rows[0]), square.row_start + int(rows[-1]) + 1,
            square.column_start + int(columns[0]), square.column_start + int(columns[-1]) + 1,
        )  # fmt: skip
