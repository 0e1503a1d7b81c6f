"""Fava prints tests at other spreads of grades as the report does."""

from __future__ import annotations

import time

from analysis.check.small_books import OPENING
from analysis.check.test_otherwise import BOOKS
from analysis.check.test_otherwise import taken


def test_the_solvency_page_has_tests_at_other_spreads(site, ledger):
    served = site(ledger.write(OPENING + BOOKS + taken()))
    deadline = time.monotonic() + 60
    html = served.get("solvency")
    while "being drawn" in html and time.monotonic() < deadline:
        html = served.get("solvency")
    assert "Tests at half and at twice the spreads of grades" in html
