"""Maps of a run as PNG sheets; they read the run folder and need no engine."""

from phusong.figures.maps import commune_map, coverage_map, proposal_map

__all__ = ["commune_map", "coverage_map", "proposal_map"]
