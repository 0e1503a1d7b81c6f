"""What a chapter may go through and print: a stranger's ends as one's own does."""

from __future__ import annotations

from solvency.figures.errors import ReportError

#: Characters of a chapter's file: it is read by people, and what is longer is none.
LONGEST_FILE = 50_000
#: Chapters of a case.
MOST_CHAPTERS = 200
#: Files of a folder of chapters, which has little else.
MOST_FILES = 2_000
#: Exhibits that a chapter places.
MOST_EXHIBITS = 200
#: Characters of the key of a figure that a chapter works out.
LONGEST_KEY = 4_000
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
