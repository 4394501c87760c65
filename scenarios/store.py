"""A run on disk: one folder, written whole or not at all, and read back without the engine.

    run.json  scenario.toml  layers/*.tif  tables/*.csv  zones/*.geojson  antennas/*.csv  signals/*.tile  maps/*.png

Every file but the maps, which can be drawn again at any time, stands in the manifest with its SHA-256.
"""

from phusong.scenarios.run import Run, open_run
from phusong.scenarios.run_folder import MANIFEST, SCENARIO
from phusong.scenarios.run_writer import RunWriter

__all__ = ["MANIFEST", "SCENARIO", "Run", "RunWriter", "open_run"]
