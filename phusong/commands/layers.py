"""`phusong layers`: the layers of any carrier, on demand."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from phusong.commands.options import JsonOption, RunArgument, TechnologyOption
from phusong.commands.parts import progress
from phusong.errors import MachineError, input_error

if TYPE_CHECKING:
    from phusong.scenarios.channel import Channel
    from phusong.scenarios.store import Run


def layers(
    run: RunArgument,
    technology: TechnologyOption = None,
    operator: Annotated[
        str | None, typer.Option("--operator", metavar="O", help="Only the carriers of this operator.")
    ] = None,
    band: Annotated[str | None, typer.Option("--band", metavar="B", help="Only the carriers of this band.")] = None,
    quantity: Annotated[
        list[str] | None,
        typer.Option(
            "--quantity",
            metavar="Q",
            help="rsrp, server, second_rsrp, second_server, overlap, sinr, rsrq, downlink or uplink; none given: all. "
            "May be given again.",
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", metavar="DIR", help="Folder to write the GeoTIFFs into.")
    ] = None,
    list_only: Annotated[bool, typer.Option("--list", help="Only list the carriers that the run holds.")] = False,
    as_json: JsonOption = False,
) -> None:
    """GeoTIFFs of single carriers (a band of one operator), taken out of a run.

    Example: phusong layers runs/phu-tho --list

    Example: phusong layers runs/phu-tho --technology 4G --operator Viettel --quantity rsrp --quantity sinr -o viettel
    """
    from phusong import console
    from phusong.scenarios.layers import ARRAYS_OF_CHANNEL
    from phusong.scenarios.store import open_run
    from phusong.scenarios.suggestions import nearest

    if out is None and not list_only:
        raise input_error("layers", "there is no folder to write into", "Give -o DIR, or --list", field="-o")
    for name in quantity or []:
        if name not in ARRAYS_OF_CHANNEL:
            remedy = nearest(name, ARRAYS_OF_CHANNEL, "quantities")
            raise input_error("layers", f"there is no quantity '{name}'", remedy, field="--quantity")
    opened = open_run(run)
    channels = _chosen(opened, technology, operator, band)
    if list_only or out is None:
        _list(channels, list(ARRAYS_OF_CHANNEL), as_json)
        return
    try:
        out.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise input_error(out, "this is a file, not a folder", "Name a folder", field="-o") from error
    except OSError as error:
        raise MachineError(f"{out}: cannot be made: {error.strerror or error}") from error
    asked = [(channel, name) for channel in channels for name in dict.fromkeys(quantity or ARRAYS_OF_CHANNEL)]
    written = []
    with progress() as tell:
        for done, (channel, name) in enumerate(asked):
            tell("layers", done, len(asked))
            written.append(_write(opened, channel, name, out))
        tell("layers", len(asked), len(asked))
    if as_json:
        console.print_json({"files": [str(path) for path in written]})
    else:
        console.print_list(f"Written into {out}", [path.name for path in written])


def _chosen(run: Run, *asked: str | None) -> list[Channel]:
    """Return the channels of a technology, operator and band, each of them if it is given."""
    known = run.channels()
    wanted = [None if one is None else one.casefold() for one in asked]
    chosen = [
        channel
        for channel in known
        if all(one is None or one == part.casefold() for one, part in zip(wanted, channel, strict=True))
    ]
    if not chosen:
        there = ", ".join(" ".join(channel) for channel in known) or "none"
        text = " ".join(one for one in asked if one is not None)
        raise input_error(run.folder, f"the run has no carrier '{text}'", f"It has: {there}")
    return chosen


def _list(channels: list[Channel], quantities: list[str], as_json: bool) -> None:
    import pandas as pd

    from phusong import console

    if as_json:
        content: dict[str, Any] = {"carriers": [channel._asdict() for channel in channels], "quantities": quantities}
        console.print_json(content)
        return
    headings = {"technology": "technology", "operator": "operator", "band": "band"}
    console.print_table(f"{len(channels)} carriers", pd.DataFrame(channels, columns=list(headings)), headings)
    console.say(f"Quantities of each: {', '.join(quantities)}")


def _write(run: Run, channel: Channel, quantity: str, folder: Path) -> Path:
    from phusong.scenarios.layers import BY_QUANTITY
    from phusong.terrain.raster import write_cog

    layer = BY_QUANTITY[quantity]
    path = folder / f"{'_'.join(_file_name(part) for part in (quantity, *channel))}.tif"
    description = layer.description.format(place=run.scenario.propagation.place, meaning="")
    write_cog(
        path,
        run.channel_layer(quantity, *channel),
        run.grid,
        nodata=float("nan") if layer.scale else layer.nodata,
        units=layer.units,
        description=f"{' '.join(channel)}: {description}",
        tags={"quantity": quantity, **channel._asdict(), "run": run.digest()},
    )
    return path


def _file_name(text: str) -> str:
    return re.sub(r"[^\w.-]+", "-", text.lower())
