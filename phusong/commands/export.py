"""`phusong export`: a run for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from phusong.commands.options import RunArgument
from phusong.commands.parts import technology_of
from phusong.errors import InputError, Problem, input_error

if TYPE_CHECKING:
    from phusong.scenarios.store import Run
    from phusong.scenarios.written import Language

_ALLOWED = {
    ".gpkg": ("--language", "--question"),
    ".kmz": ("--language",),
    ".csv": ("--language", "--bom", "--excel"),
    ".tif": ("--language", "--technology", "--quantity"),
}
_LANGUAGES: dict[str, Language] = {"vi": "vi", "en": "en"}


def export(
    run: RunArgument,
    out: Annotated[
        Path,
        typer.Option("-o", "--out", metavar="FILE", help="File to write; its ending decides: .gpkg .kmz .csv .tif"),
    ],
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            metavar="L",
            help="vi or en, for titles, legends and notes; none given: vi, and in a .csv the columns keep their names.",
        ),
    ] = None,
    question: Annotated[
        str | None, typer.Option("--question", metavar="NAME", help=".gpkg: only the answer to this question.")
    ] = None,
    technology: Annotated[str | None, typer.Option("--technology", metavar="T", help=".tif: 4G or 5G.")] = None,
    quantity: Annotated[
        str | None,
        typer.Option("--quantity", metavar="Q", help=".tif: service (none given), rsrp, sinr, covered or another."),
    ] = None,
    bom: Annotated[bool, typer.Option("--bom", help=".csv: begin with the mark by which Excel knows UTF-8.")] = False,
    excel: Annotated[
        bool, typer.Option("--excel", help=".csv: for a Vietnamese Excel: the mark, semicolons, decimal commas.")
    ] = False,
) -> None:
    """A run as GeoPackage (QGIS), KMZ (Google Earth), CSV (Excel) or GeoTIFF, with what it says about itself.

    Example: phusong export runs/phu-tho -o phu-tho.gpkg

    Example: phusong export runs/phu-tho -o communes.csv --excel --language vi

    Example: phusong export runs/phu-tho -o rsrp.tif --technology 4G --quantity rsrp
    """
    from phusong import console
    from phusong.exports import write_geopackage, write_geotiff, write_kmz, write_run_geopackage, write_zone_csv
    from phusong.scenarios.store import open_run

    given = {
        "--language": language is not None, "--question": question is not None, "--technology": technology is not None,
        "--quantity": quantity is not None, "--bom": bom, "--excel": excel,
    }  # fmt: skip
    kind = _checked(out, [option for option, is_given in given.items() if is_given])
    written = _language(language)
    opened = open_run(run)
    if kind == ".gpkg" and question is not None:
        write_geopackage(opened, question, out, written or "vi")
    elif kind == ".gpkg":
        write_run_geopackage(opened, out, written or "vi")
    elif kind == ".kmz":
        write_kmz(opened, out, written or "vi")
    elif kind == ".csv":
        write_zone_csv(opened, out, bom=bom, language=written, excel=excel)
    else:
        write_geotiff(opened, out, quantity or "service", _technology(opened, technology), written or "vi")
    console.say(f"Written: {out}")


def _checked(out: Path, given: list[str]) -> str:
    """Return the ending of the file; raise InputError where none such is made, or not with these options."""
    kind = out.suffix.lower()
    if kind not in _ALLOWED:
        remedy = f"A name ends in one of: {', '.join(_ALLOWED)}"
        raise input_error(out, f"a file that ends in '{out.suffix}' cannot be written", remedy, field="-o")
    if out.is_dir():
        raise input_error(out, "this is a folder, not a file", f"Name a file, such as run{kind}", field="-o")
    allowed = _ALLOWED[kind]
    remedy = f"A {kind} file takes: {', '.join(allowed)}"
    wrong = [option for option in given if option not in allowed]
    if wrong:
        raise InputError(Problem(str(out), None, one, f"a {kind} file has no use for it", remedy) for one in wrong)
    return kind


def _language(asked: str | None) -> Language | None:
    if asked is None:
        return None
    if asked not in _LANGUAGES:
        raise input_error("export", f"there is no language '{asked}'", "Give vi or en", field="--language")
    return _LANGUAGES[asked]


def _technology(run: Run, asked: str | None) -> str:
    """Return the technology asked for, or the only one that there is."""
    if asked is not None:
        return technology_of(run, asked)
    if len(run.technologies) == 1:
        return run.technologies[0]
    known = ", ".join(run.technologies)
    raise input_error(run.folder, "a .tif holds one technology", f"Give one of: {known}", field="--technology")
