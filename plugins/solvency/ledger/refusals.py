"""Transactions that beancount itself has refused, and said so.

It drops postings that it cannot book, and writes a price below zero without its
sign. What is left then breaks rules that the author's own words do not, so that only
beancount's error should be shown. A plugin sees no errors but its own: the file tells.
"""

from __future__ import annotations

import linecache
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from beancount.core.data import Transaction

#: A line of a posting: an account after blanks and perhaps a flag, no `key:`.
_POSTING = re.compile(r"\s+(?:[!*&#?%PSTCURM]\s+)?\w[^\s:;\"]*:[^\s;\"]")
_BELOW_ZERO = re.compile(r"@\s*-")


def refused(transaction: Transaction) -> bool:
    """Say whether beancount has dropped or changed postings of a transaction."""
    at = transaction.meta
    written = _written(str(at["filename"]), int(at["lineno"]))
    return len(written) > len(transaction.postings) or any(
        _BELOW_ZERO.search(line) for line in written
    )


def _written(filename: str, first: int) -> list[str]:
    """Return the lines of the postings of a transaction, as its file has them."""
    linecache.checkcache(filename)
    found = []
    for line in linecache.getlines(filename)[first:]:
        if line.strip() and not line[0].isspace():
            break
        if _POSTING.match(line):
            found.append(line.partition(";")[0])
    return found
