"""Things written as columns come back as they were."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from solvency.ledger.cache.columns import packed
from solvency.ledger.cache.columns import unpacked


@pytest.mark.parametrize(
    "thing",
    [
        None,
        "",
        (1, 2, "x"),
        ["a", ("b", None, True, False)],
        {"a": (1,), "b": {"c": frozenset({"d"})}},
        [Decimal("1.10"), Decimal("-0.00"), datetime.date(2022, 11, 11)],
        [["same"], ["same"], list(range(300))],
    ],
)
def test_what_was_written_is_read(thing):
    found = unpacked(memoryview(packed(thing)))
    assert found == thing
    assert repr(found) == repr(thing)
