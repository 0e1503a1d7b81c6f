"""What can be wrong with rows, their files and the engine that reads them."""

from __future__ import annotations


class RowsError(Exception):
    """Rows that cannot be used as asked; the message is for the user.

    Attributes:
        mend: What to do about it, one sentence without its full stop.
    """

    def __init__(self, wrong: str, mend: str = "") -> None:
        self.wrong = " ".join(wrong.split())
        self.mend = mend
        super().__init__(self.wrong + (f". {mend}" if mend else ""))
