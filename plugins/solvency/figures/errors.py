"""What can stop a report, said in one line."""

from __future__ import annotations


class ReportError(Exception):
    """A report that cannot be written; the message is one line for the user."""
