"""What a chapter may go through and print: a stranger's ends as one's own does."""

from __future__ import annotations

from solvency.figures.errors import ReportError

#: Rounds of lists, things in lists, and things printed, all of a chapter together.
_MOST = 100_000
#: Characters that loops print, and words that are named.
_LONGEST = 1_000_000


class Effort:
    """What a chapter went through and printed so far."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._gone = 0
        self._printed = 0

    def go(self) -> None:
        """Count one thing more.

        Raises:
            ReportError: They are too many.
        """
        self._gone += 1
        if self._gone > _MOST:
            raise ReportError(f"its lists have more than {_MOST:,} lines")

    def print(self, characters: int) -> None:
        """Count characters that are printed.

        Raises:
            ReportError: They are too many.
        """
        self._printed += characters
        if self._printed > _LONGEST:
            raise ReportError(f"it prints more than {_LONGEST:,} characters")
