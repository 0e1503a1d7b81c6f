"""Values of the wrong type, and which name a misspelt one was meant to be."""

from __future__ import annotations

import datetime

import pytest
from beancount.core.data import Custom

from solvency.ledger.errors import Errors
from solvency.ledger.terms.metadata import Metadata
from solvency.ledger.terms.metadata import meant

ACCOUNTS = ("Assets:FTX:Bank", "Assets:Alameda:Bank", "Liabilities:FTX:Customers")


@pytest.mark.parametrize(
    ("said", "flag", "faults"),
    [(None, False, 0), (False, False, 0), (True, True, 0), ("yes", False, 1)],
)
def test_a_flag_that_is_none_counts_as_absent(said, flag, faults):
    day = datetime.date(2020, 1, 1)
    meta = {"filename": "a", "lineno": 1, "group": said}
    errors = Errors()
    found = Metadata(Custom(meta, day, "entity", []), errors, "entity")
    assert found.flag("group") is flag
    assert len(errors) == faults


@pytest.mark.parametrize(
    ("word", "name"),
    [
        # Capitals, and all before the end, may be left out.
        ("customers", "Liabilities:FTX:Customers"),
        # A slip in the whole name goes before a name that ends like it.
        ("assets:alameda:bnak", "Assets:Alameda:Bank"),
        # What is like it from afar comes last.
        ("Assets:FTX:Banking:Old", "Assets:FTX:Bank"),
    ],
)
def test_the_nearest_name_is_told(word, name):
    assert meant(word, ACCOUNTS) == f" Did you mean {name}?"


@pytest.mark.parametrize("word", ["", "zebra"])
def test_of_what_is_like_nothing_nothing_is_told(word):
    assert meant(word, ACCOUNTS) == ""


@pytest.mark.parametrize(
    ("said", "mend"),
    # The nearest there is; of what is like none of them, the first.
    [("derivd", '"derived"'), ("zebra", '"stated"'), (7, '"stated"')],
)
def test_a_choice_is_mended_by_the_nearest(said, mend):
    errors = Errors()
    meta = {"filename": "a", "lineno": 1, "basis": said}
    entry = Custom(meta, datetime.date(2020, 1, 1), "flow", [])
    options = ("stated", "derived", "residual")
    assert Metadata(entry, errors, "flow").choice("basis", options) is None
    assert errors[0].message.endswith(f"Write basis: {mend}.")
