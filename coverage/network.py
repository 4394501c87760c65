"""A network on its ground: the plan from which the signals of any tile follow, and what fills the path-loss store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from phusong.coverage.ground import Ground
from phusong.coverage.loss_store import LossStore
from phusong.coverage.plan import Transmitter
from phusong.coverage.propagate import plan_propagation, propagate
from phusong.coverage.signals import Channel
from phusong.coverage.tile import ChannelJob, TileJob, plan_channel
from phusong.coverage.workers import Workers
from phusong.scenarios.schema import Propagation
from phusong.terrain.window import Window

Progress = Callable[[str, int, int], None]
"""Called with a stage's name, how many of its parts are done, and how many there are."""


@dataclass(frozen=True, eq=False)
class Network:
    """Transmitters on the ground, and the names of their path losses.

    Attributes
    ----------
    ground : terrain and what stands on it.
    wanted : (rows, columns) the pixels whose layers are asked for.
    propagation : settings of the path-loss model.
    transmitters : all that are on.
    keys : of their path losses, in the same order.
    thresholds_cdbm : median RSRP from which a cell counts as overlapping, by technology [0.01 dBm].
    is_loaded : whether cells have loads of their own.
    """

    ground: Ground
    wanted: npt.NDArray[np.bool_]
    propagation: Propagation
    transmitters: tuple[Transmitter, ...]
    keys: tuple[str, ...]
    thresholds_cdbm: Mapping[str, int]
    is_loaded: bool

    @cached_property
    def _rows(self) -> npt.NDArray[np.float64]:
        return np.array([one.row for one in self.transmitters])

    @cached_property
    def _columns(self) -> npt.NDArray[np.float64]:
        return np.array([one.column for one in self.transmitters])

    @cached_property
    def channels(self) -> list[Channel]:
        """The channels of all transmitters."""
        return sorted({one.channel for one in self.transmitters})

    def reaching(self, window: Window) -> list[int]:
        """Return which transmitters reach a window, rising."""
        if not self.transmitters:
            return []
        radius = self.propagation.radius_km * 1000.0 / self.ground.grid.resolution_m
        away = np.hypot(
            np.maximum(np.maximum(window.row_start - self._rows, self._rows - (window.row_stop - 1)), 0.0),
            np.maximum(np.maximum(window.column_start - self._columns, self._columns - (window.column_stop - 1)), 0.0),
        )
        reached: list[int] = np.flatnonzero(away <= radius).tolist()
        return reached

    def reaches(self, channel: Channel, window: Window, store: LossStore) -> bool:
        """Say whether any cell of a channel reaches a window."""
        return any(
            self.transmitters[number].channel == channel and store.pieces(self.keys[number]).meet(window)
            for number in self.reaching(window)
        )

    def fill(self, store: LossStore, workers: Workers, tell: Progress) -> int:
        """Compute the path losses that the store lacks; return how many."""
        asked = dict(zip(self.keys, self.transmitters, strict=True))
        tell("read the path-loss store", 0, 1)
        missing = {key: asked[key] for key in store.missing(list(asked), workers.readers)}
        tell("read the path-loss store", 1, 1)
        if not missing:
            return 0
        done = 0
        tell("compute path losses", 0, len(missing))
        for _, losses in workers.run(propagate, plan_propagation(missing, self.ground, self.wanted, self.propagation)):
            for key, data in losses:
                store.put(key, data)
            done += len(losses)
            tell("compute path losses", done, len(missing))
        return len(missing)

    def tile(self, window: Window, store: LossStore) -> TileJob:
        """Return the job of a window, its path losses taken from the store."""
        return self.tile_of(window, self.channel_jobs(window, store))

    def tile_of(self, window: Window, channels: Mapping[Channel, ChannelJob]) -> TileJob:
        """Return the job of a window with these channels."""
        return TileJob(
            window=window,
            ground_m=self.ground.height_m[window.slices],
            resolution_m=self.ground.grid.resolution_m,
            mobile_height_m=self.propagation.receiver_height_m,
            channels=channels,
        )

    def channel_jobs(
        self,
        window: Window,
        store: LossStore,
        *,
        only: Channel | None = None,
        site_numbers: Mapping[str, int] | None = None,
    ) -> dict[Channel, ChannelJob]:
        """Return what reaches a window, by channel, or that of one channel; one that does not reach it is absent."""
        reached: dict[Channel, list[int]] = {}
        for number in self.reaching(window):
            channel = self.transmitters[number].channel
            if only is None or channel == only:
                reached.setdefault(channel, []).append(number)
        jobs = {}
        for channel in sorted(reached):
            some = [(self.transmitters[number], self.keys[number]) for number in reached[channel]]
            if (job := self.some_cells(some, window, store, site_numbers=site_numbers)) is not None:
                jobs[channel] = job
        return jobs

    def some_cells(
        self,
        some: Sequence[tuple[Transmitter, str]],
        window: Window,
        store: LossStore,
        *,
        site_numbers: Mapping[str, int] | None = None,
    ) -> ChannelJob | None:
        """Return the job of some transmitters of one channel, given with their keys; None where none reaches."""
        found = [
            (transmitter, key, pieces) for transmitter, key in some if (pieces := store.pieces(key).within(window))
        ]
        if not found:
            return None
        return plan_channel(
            [transmitter for transmitter, _, _ in found],
            [pieces for _, _, pieces in found],
            [key for _, key, _ in found],
            threshold_cdbm=self.thresholds_cdbm[found[0][0].channel.technology],
            is_loaded=self.is_loaded,
            site_numbers=site_numbers,
        )
