"""[load]: how busy the cells are, on which interference and the rates of everybody hang."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from phusong.scenarios.fields import Text, sourced
from phusong.scenarios.toml_table import GK, Table

_KIND = "how busy the cells are"


class FullLoad(Table):
    """[load] kind = "full": every cell sends all the time, the worst case. The uplink keeps the load of its budget."""

    kind: Literal["full"] = Field(description=_KIND)


class UniformLoad(Table):
    """[load] kind = "uniform": all cells of a channel at the load of its link budget."""

    kind: Literal["uniform"] = sourced("uniform", _KIND, "one load for all: FCC BDC, 50 % cell loading [FC2]")


class CellLoad(Table):
    """[load] kind = "cell": each cell at the load that [[link_overrides]] name for it, else at that of its budget."""

    kind: Literal["cell"] = Field(description=_KIND)


Percent = Annotated[float, Field(ge=0, le=100)]


class TrafficLoad(Table):
    """[load] kind = "traffic": each cell at the load that the people it serves cause in the busy hour.

    A cell's load is the traffic of the people in the pixels it serves over the mean rate that it can give them. More
    load is more interference, lower rates, and so more load: this is worked out again until no load moves by more than
    `convergence_percent`. Only the downlink is loaded so; the uplink keeps the load of its budget.
    """

    kind: Literal["traffic"] = Field(description=_KIND)
    busy_hour_mbps_per_person: float = sourced(
        0.06, "downlink traffic of an inhabitant in the busy hour, all operators together [Mbit/s]",
        "calc: 10 GB a month, 8 % of a day's in its busy hour; " + GK, ge=0, le=100,
    )  # fmt: skip
    share_5g_percent: float = sourced(
        30.0, "share of the traffic that 5G carries where it covers [%]; 4G carries the rest", GK, ge=0, le=100
    )
    operator_percent: dict[Text, Percent] = sourced(
        {}, "share of the people by operator [%]; must come to 100", "none: all operators alike, " + GK
    )
    least_load_percent: float = sourced(
        5.0, "load of a cell without any traffic: control channels [%]", GK, ge=0, le=100
    )
    greatest_load_percent: float = sourced(
        100.0, "load at which a cell is full: what it cannot carry is lost [%]", "all of its resources", gt=0, le=100
    )
    convergence_percent: float = sourced(
        0.5, "the iteration ends when no load moves by more [%]", "far below what a map shows", gt=0, le=10
    )
    greatest_rounds: int = sourced(50, "the iteration ends after so many rounds at the latest", "ample", ge=1, le=1000)

    @model_validator(mode="after")
    def _has_room(self) -> TrafficLoad:
        if self.least_load_percent > self.greatest_load_percent:
            least, greatest = self.least_load_percent, self.greatest_load_percent
            message = f"least_load_percent {least:g} is above greatest_load_percent {greatest:g}"
            remedy = "Give a least load that is at most the greatest."
            raise PydanticCustomError("with_remedy", "{message}", {"message": message, "remedy": remedy})
        return self


AnyLoad = Annotated[FullLoad | UniformLoad | CellLoad | TrafficLoad, Field(discriminator="kind")]
