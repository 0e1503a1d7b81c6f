"""No ledger, however wrong, ends the program in anything but an answer or a message."""

from __future__ import annotations

import pytest
from fuzzing import fault
from fuzzing import fuzz
from fuzzing import summary


# In parts, which run side by side: 2,000 ledgers in all, four fifths of them long.
@pytest.mark.parametrize(
    "part", [0, *(pytest.param(part, marks=pytest.mark.long) for part in range(1, 5))]
)
def test_four_hundred_ledgers_end_in_an_answer_or_a_message(part):
    failures, ends = fuzz(400, seed=part, ftx=1)
    assert not failures, summary(failures, ends)
    # A fuzz in which nothing got past the parser shows nothing.
    assert ends["check", 0] > 60
    # Few of those printed are sound enough to print; all are tried.
    assert any(command == "report" for command, _ in ends)


@pytest.mark.parametrize(
    ("command", "status", "printed", "kind"),
    [
        ("check", -11, "", "signal 11"),
        ("weigh", 70, "an unforeseen fault", "exit 70"),
        ("check", 1, "something is wrong", "no file and line"),
        ("check", 1, "main.beancount:0: entity: no", "no file and line"),
        ("weigh", 1, "?:0: entity: no", "a line that is none"),
        ("weigh", 1, "", "no message"),
        ("check", 1, "main.beancount:7: entity: there is none.", ""),
        ("check", 0, "no errors", ""),
    ],
)
def test_what_counts_as_a_fault(command, status, printed, kind):
    assert fault(command, status, printed) == kind
