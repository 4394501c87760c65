"""One layer of a run as GeoTIFF that says what it is: definition, model, sources, cautions, digest."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

import numpy as np

from phusong.classes import NO_SERVICE_COLOUR, NOT_KNOWN, SERVICE_COLOURS, UNKNOWN
from phusong.errors import input_error
from phusong.exports.about import metadata
from phusong.exports.words import WORDS
from phusong.figures.service import run_classes
from phusong.scenarios.layers import BY_QUANTITY
from phusong.scenarios.run_folder import layer_file
from phusong.scenarios.store import Run
from phusong.scenarios.suggestions import nearest
from phusong.scenarios.written import Language
from phusong.terrain.files import make_folder, write_atomically
from phusong.terrain.raster import write_cog

SERVICE = "service"


def quantities_of(run: Run, technology: str) -> list[str]:
    """Return what a technology of the run has layers of, "service" first."""
    files = run.manifest["files"]
    return [SERVICE, *(name for name in BY_QUANTITY if layer_file(name, technology) in files)]


def write_geotiff(run: Run, path: Path, quantity: str, technology: str, language: Language = "vi") -> None:
    """Write a layer as Cloud Optimized GeoTIFF whose tags hold ``metadata``; the same run gives the same bytes.

    Parameters
    ----------
    quantity : of ``quantities_of``. "service" is the class of each pixel: 0 good video, 1 calls, 2 outdoors only, 3 no
        service, 255 no data, with colours; the names of the classes stand in the tags, and for programs of GDAL in
        PATH.aux.xml beside it.

    Raises
    ------
    InputError : the run has no such technology or quantity.
    MachineError : the file cannot be written.
    """
    if technology not in run.technologies:
        remedy = nearest(technology, run.technologies, "technologies")
        raise input_error(run.folder, f"the run has no technology '{technology}'", remedy, field="technology")
    if quantity not in (known := quantities_of(run, technology)):
        remedy = nearest(quantity, known, "quantities")
        raise input_error(run.folder, f"the run has no quantity '{quantity}'", remedy, field="quantity")
    make_folder(path.parent)
    description = f"{technology}: {WORDS[language].quantities[quantity]}"
    tags = {**metadata(run, technology, language), "quantity": quantity}
    if quantity == SERVICE:
        _write_classes(run, path, technology, language, description, tags)
        return
    layer = BY_QUANTITY[quantity]
    values, nodata = run.layer(quantity, technology), float("nan") if layer.scale else layer.nodata
    write_cog(path, values, run.grid, nodata=nodata, units=layer.units, description=description, tags=tags)
    _beside(path).unlink(missing_ok=True)  # it told about a file that lay here before


def _write_classes(
    run: Run, path: Path, technology: str, language: Language, description: str, tags: dict[str, str]
) -> None:
    found = run_classes(run, technology)
    classes = found.classes.astype(np.uint8)
    classes[found.classes == UNKNOWN] = NOT_KNOWN
    names = {index: f"{name} ({level})" for index, name, level in found.labels(language)}
    colours = (*SERVICE_COLOURS, NO_SERVICE_COLOUR)
    write_cog(
        path,
        classes,
        run.grid,
        nodata=NOT_KNOWN,
        units="class",
        description=description,
        tags={**tags, **{f"class_{index}": name for index, name in names.items()}},
        colours={index: _rgb(colours[index]) for index in names},
    )
    lines = "".join(f"<Category>{escape(names.get(index, ''))}</Category>" for index in range(len(colours)))
    band = f'<PAMRasterBand band="1"><CategoryNames>{lines}</CategoryNames></PAMRasterBand>'
    write_atomically(_beside(path), f"<PAMDataset>{band}</PAMDataset>\n".encode())


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.aux.xml")


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue
