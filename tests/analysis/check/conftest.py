from __future__ import annotations

import pytest
from analysis.check.small_books import Books


@pytest.fixture
def books(ledger):
    return Books(ledger)
