"""A scenario folder to start from: the packaged one with its tables, or any scenario with every default written out."""

from __future__ import annotations

from pathlib import Path

from phusong.errors import InputError, MachineError, Problem
from phusong.scenarios.load import FILE_NAME, PACKAGED, freeze, load, packaged
from phusong.terrain.files import write_atomically

_TABLES = (".csv", ".toml")


def start_scenario(folder: Path, source: str) -> list[Path]:
    """Write an editable scenario into a folder and return the files written.

    A packaged scenario comes as it is, comments and tables of facts included. Any other is written out whole, with the
    source of every default; its paths still name the files where they lie.

    Raises
    ------
    InputError : a file of that name is there already; nothing is written then.
    """
    if source in PACKAGED:
        origin = packaged(source).parent
        files = {path.name: path.read_bytes() for path in sorted(origin.iterdir()) if path.suffix in _TABLES}
    else:
        files = {FILE_NAME: freeze(load(source)).encode()}
    if folder.exists() and not folder.is_dir():
        raise InputError([Problem(str(folder), None, None, "this is a file, not a folder", "Name another folder")])
    there = [folder / name for name in files if (folder / name).exists()]
    if there:
        raise InputError(
            Problem(str(path), None, None, "the file exists already", "Name another folder: nothing is overwritten")
            for path in there
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MachineError(f"{folder}: cannot be made: {error.strerror or error}") from error
    for name, data in files.items():
        write_atomically(folder / name, data)
    return [folder / name for name in files]
