"""Maps and curves of runs as PNG sheets; they read the run folder and need no engine."""

from phusong.figures.change import change_map
from phusong.figures.curves import curve_figure
from phusong.figures.maps import commune_map, coverage_map
from phusong.figures.proposals import proposal_map

__all__ = ["change_map", "commune_map", "coverage_map", "curve_figure", "proposal_map"]
