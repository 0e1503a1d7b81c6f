"""What the table of the entities' totals says beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.study import study_of
from solvency.exhibits.balance.accounts import entities
from solvency.exhibits.setting import setting_of
from solvency.figures.words import words_of
from solvency.model.sheets import sheets
from solvency.report.language import case_in
from solvency.report.pages import locale

if TYPE_CHECKING:
    from preamble import Ledger


def test_what_has_no_price_is_said_in_the_readers_language(ledger: Ledger) -> None:
    case = ledger.case("""\
        2021-01-01 * "Alameda" "Founding" ^court
          Assets:Alameda:Coins      10 XYZ {2 USD}
          Equity:Alameda:Shares    -20 USD
        """)
    book, day = case.book(), case.reporting_date
    every = sheets(book, ["Alameda"], day, "market")
    said = {}
    for lang in ("en", "zh"):
        speech = locale(lang, case)
        study = study_of(case, book, day)
        setting = setting_of(case_in(case, lang), book, (day,), speech, study)
        said[lang] = [words_of(note) for note in entities(setting, every).notes]
    assert said == {
        "en": ["Alameda: left out of every total: no price of XYZ by 2021-01-01"],
        "zh": ["Alameda：未计入各项合计：截至2021-01-01，XYZ没有价格"],
    }
