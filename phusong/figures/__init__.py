"""Maps of runs as PNG sheets; they read the run folder and need no engine."""

from phusong.figures.change import change_map
from phusong.figures.maps import commune_map, coverage_map, proposal_map

__all__ = ["change_map", "commune_map", "coverage_map", "proposal_map"]
