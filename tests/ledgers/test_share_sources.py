"""Where the large case takes shares of cost and depths of markets from."""

from __future__ import annotations

import datetime
from pathlib import Path

import solvency
from solvency.analysis.study import study_of
from solvency.exhibits.recover.rates import prices
from solvency.exhibits.recover.rates import rates
from solvency.exhibits.setting import setting_of
from solvency.figures.formats import Locale

LEDGER = Path(__file__).resolve().parents[2] / "ledgers" / "ftx" / "main.beancount"
PETITION = datetime.date(2022, 11, 11)


def test_shares_of_cost_and_depths_name_their_source() -> None:
    case = solvency.load(LEDGER)
    book = case.book()
    study = study_of(case, book, PETITION)
    setting = setting_of(case, book, (PETITION,), Locale(), study)
    found = setting.study.recovery
    assert found is not None
    shares, priced = rates(setting, found), prices(setting, found)
    assert shares is not None
    assert priced is not None
    told = {
        row.key: [getattr(one, "label", one) for one in row.cells[at] or ()]
        for table, at in ((shares, -1), (priced, 2))
        for row in table.rows
    }
    assert setting.notes["tribune-property"].number in told["rate:Assets:FTX:Property"]
    assert told["rate:Assets:Alameda:Ventures:K5"] == []
    assert setting.notes["kaiko-sol-depth"].number in told["recovery-price:SOL"]
    # Two that were worked out are not called stated, and no copy of a price is of
    # the best grade.
    flows = case.by_id
    assert {flows[name].basis for name in ("F-0081", "F-0082")} == {"derived"}
    assert case.accounts["Assets:FTX:Property"].recovery_basis == "derived"
    copies = [
        one.grade
        for one in case.sources.values()
        if one.mirror and "//github.com/" in one.mirror
    ]
    assert copies
    assert not any(grade.startswith("A") for grade in copies)
