"""The map in a browser: as one file that needs no network, and as an application over many runs."""
