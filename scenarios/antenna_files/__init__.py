"""Antenna patterns in the files of planning programs: one module a format, and ``read`` that tells them apart."""
