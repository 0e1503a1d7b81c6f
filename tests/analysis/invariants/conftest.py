from __future__ import annotations

import pytest
from analysis.invariants.small_books import Books


@pytest.fixture
def books(ledger):
    return Books(ledger)
