"""The printed report of a run, and one-page sheets of its communes, as PDF."""

from phusong.report.sheets import write_sheets
from phusong.report.whole import write_report

__all__ = ["write_report", "write_sheets"]
