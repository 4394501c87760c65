"""Runs for other programs: GeoPackage, KMZ, CSV and GeoTIFF, each with what it says about itself."""

from phusong.exports.about import metadata
from phusong.exports.answer import write_geopackage
from phusong.exports.geopackage import write_run_geopackage
from phusong.exports.geotiff import write_geotiff
from phusong.exports.kmz import write_kmz
from phusong.exports.zone_table import write_zone_csv

__all__ = ["metadata", "write_geopackage", "write_geotiff", "write_kmz", "write_run_geopackage", "write_zone_csv"]
