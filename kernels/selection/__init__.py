"""Compiled loops over compressed lists of what each candidate site covers."""
