"""What all tables of a scenario share: how they are validated, and the words that several of them use."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

Technology = Literal["4G", "5G"]
Place = Literal["outdoors", "indoors", "in a car"]

GK = "general engineering practice, not confirmed by a published source"


class Table(BaseModel):
    """A table of a TOML file: frozen, every key known, every number finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, strict=True)
