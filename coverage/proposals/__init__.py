"""Proposing sites: where they could stand, what each would cover, and how those chosen are turned."""
