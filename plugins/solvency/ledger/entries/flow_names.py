"""Names of flows that the author has not named, made of what they say."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from beancount.core.data import Transaction

#: A name made by `stable_name`, and its number where content is alike.
_MADE = re.compile(r"\d{8}-[0-9a-f]{6}(-\d+)?")


def is_made(name: str) -> bool:
    """Say whether a flow's name was made from its content, not written."""
    return _MADE.fullmatch(name) is not None


def stable_name(transaction: Transaction) -> str:
    """Make a name from a transaction's date and content, whatever its place."""
    content = [transaction.payee or "", transaction.narration or ""]
    content.extend(sorted(transaction.tags))
    content.extend(sorted(transaction.links))
    content.extend(
        f"{key}: {value}"
        for key, value in sorted(transaction.meta.items())
        if key not in {"filename", "lineno"} and key[:2] != "__"
    )
    content.extend(
        f"{posting.account} {posting.units}"
        for posting in transaction.postings
        if not (posting.meta and posting.meta.get("added"))
    )
    digest = hashlib.sha256("\n".join(content).encode()).hexdigest()
    return f"{transaction.date:%Y%m%d}-{digest[:6]}"
