"""The kinds of values a scenario's fields hold beyond numbers: composed text, input files, metric CRS."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, Strict, ValidationInfo
from pydantic_core import PydanticCustomError
from pyproj import CRS
from pyproj.exceptions import CRSError

from phusong.kernels.added_losses import ADDED_LOSSES
from phusong.kernels.models import MODELS
from phusong.scenarios.suggestions import nearest


def sourced(default: Any, description: str, source: str, **limits: Any) -> Any:
    """Return a field whose default carries its source."""
    return Field(default=default, description=description, json_schema_extra={"source": source}, **limits)


def _wrong(message: str, remedy: str) -> PydanticCustomError:
    """Return an error whose remedy travels along as context."""
    return PydanticCustomError("with_remedy", "{message}", {"message": message, "remedy": remedy})


def _composed(text: str) -> str:
    """Return the text in NFC, so that equal Vietnamese names compare equal."""
    return unicodedata.normalize("NFC", text)


def _resolved(path: Path, info: ValidationInfo) -> Path:
    """Resolve against the folder in the validation context; without one (a scenario built in Python) keep the path."""
    if not info.context:
        return path
    path = Path(os.path.abspath(info.context["folder"] / path))
    if path.is_dir():
        raise _wrong(f"{path} is a folder", "Name a file in it.")
    if not path.exists():
        raise _wrong(
            f"there is no file {path}", "Mend the path; in a file, a relative path starts at the folder of that file."
        )
    return path


def _resolved_antenna(path: Path, info: ValidationInfo) -> Path:
    """Resolve the path of an antenna file, which for a pair of SPLAT! files may lack its ending."""
    if info.context and not (info.context["folder"] / path).exists():
        pair = [path.with_name(path.name + suffix) for suffix in (".az", ".el", ".AZ", ".EL")]
        path = next((one for one in pair if (info.context["folder"] / one).exists()), path)
    return _resolved(path, info)


def _known(name: str, known: Iterable[str], what: str) -> str:
    """Return a name if it is known."""
    if name in (names := list(known)):
        return name
    raise _wrong(f"there is no {what} '{name}'", nearest(name, names, f"{what}s"))


def _metric(crs: str) -> str:
    remedy = 'Give a projected CRS in metres, such as "EPSG:32648", or leave the key out for the UTM zone of the area.'
    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        raise _wrong(f"'{crs}' is not a known CRS", remedy) from None
    if not known.is_projected or any(axis.unit_name != "metre" for axis in known.axis_info):
        raise _wrong(f"'{crs}' ({known.name}) is not a projected CRS in metres", remedy)
    return crs


Text = Annotated[str, AfterValidator(_composed)]
InputPath = Annotated[Path, Strict(False), AfterValidator(_resolved)]
AntennaPath = Annotated[Path, Strict(False), AfterValidator(_resolved_antenna)]
MetricCrs = Annotated[str, AfterValidator(_metric)]
ModelName = Annotated[str, AfterValidator(lambda name: _known(name, MODELS, "propagation model"))]
LossName = Annotated[str, AfterValidator(lambda name: _known(name, ADDED_LOSSES, "added loss"))]
Setting = bool | int | float | Text
