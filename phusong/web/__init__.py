"""The map in a browser: its page, and the server that feeds it."""
