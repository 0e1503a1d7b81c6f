"""Remarks: a sentence of an analysis, said in the reader's language."""

from __future__ import annotations

from pathlib import Path

from solvency.figures.formats import Locale
from solvency.figures.remark import Remark
from solvency.figures.remark import said
from solvency.report.language import catalogue

REPORTS = Path(__file__).parents[2] / "reports"


def test_a_list_of_names_is_joined_as_the_language_joins_it():
    remark = Remark(
        "the ledger gives no market depth and no haircut for %(tokens)s: taken at"
        " market value",
        tokens=("BNB", "BTC"),
    )
    assert remark == (
        "the ledger gives no market depth and no haircut for BNB, BTC: taken at"
        " market value"
    )
    chinese = Locale("zh", catalogue(REPORTS, "zh"))
    found = said(chinese, remark, "USD")
    assert found == "账簿未给出BNB、BTC的市场深度和折扣率，故按市值计"
