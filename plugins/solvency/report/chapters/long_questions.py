"""Which long questions of a case chapters ask, as far as their text shows it.

A question that is found here is worked on beside the report from its beginning; one
that is not found is worked out when it is asked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.report.chapters.files import Chapter

#: Long questions by what asks them; those of one process together, in their order.
_ASKED = (
    (
        ("unfit", r"\bfit\("),
        (
            "beliefs",
            r"\bbelief\(|\bfit\(\)\.(?!widened)|\"(beliefs|scenario-fits|tally\")",
        ),
    ),
    (
        ("reconciled", r"\bcontradictions\(|\"(suspects|investigation)"),
        ("totalled", r"\btally\(|\bcase\.tallied"),
        ("explained", r"\btally\((\"|\)\.explained)|\"tally-untraced"),
        (
            "findings",
            r"\"(tests|line)\b|\"cover(?![^}]*notes=false)|\)\.chance\b",
        ),
        ("tallied", r"\"(scenario-tally|dependence)"),
    ),
)


def long_questions(chapters: Iterable[Chapter]) -> list[tuple[str, ...]]:
    """Return the long questions that chapters ask, those of a process together."""
    text = "\n".join(one.source for one in chapters)
    return [
        tuple(name for name, mark in some if re.search(mark, text)) for some in _ASKED
    ]
