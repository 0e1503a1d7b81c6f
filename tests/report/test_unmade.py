"""What cannot be computed stands in the report with its reason."""

from __future__ import annotations

from solvency.ledger.vocabulary import BASES
from solvency.report import build
from solvency.report import pages

#: One owns the other whole, and the other it: nobody owns what they have left.
CLOSED = """
2020-01-01 open Assets:FTX:Shares:Alameda
  stake-in: "Alameda"
2020-01-01 open Assets:Alameda:Shares:FTX
  stake-in: "FTX"
2020-02-01 * "FTX" "All shares" ^court
  Assets:FTX:Shares:Alameda  100 USD
  Equity:Alameda:Shares     -100 USD
2020-02-01 * "Alameda" "All shares" ^court
  Assets:Alameda:Shares:FTX  100 USD
  Equity:FTX:Shares         -100 USD
2020-03-01 * "Customers" "A deposit" ^court
  Equity:Customers:Wealth  -50 USD
  Assets:FTX:Bank           50 USD
"""


def test_a_recovery_that_cannot_be_made_says_why(ledger) -> None:
    case = ledger.case(CLOSED)
    report = build(case, case.book(), sections=["affairs"])
    (section,) = report.sections
    (why,) = section.values["unmade"]
    assert "Alameda and FTX hold all of one another's shares" in why
    html = pages.html(report)
    assert "Statement of affairs and recovery" in html
    assert "This could not be computed:" in html


def test_what_can_be_made_says_nothing(ledger) -> None:
    case = ledger.case(CLOSED[CLOSED.index("2020-03-01") :])
    report = build(case, case.book(), sections=["affairs"])
    (section,) = report.sections
    assert "unmade" not in section.values
    assert "This could not be computed:" not in pages.html(report)


def test_beliefs_that_cannot_be_weighed_say_why(ledger, monkeypatch) -> None:
    from solvency.analysis.weigh import weigh

    def refuse(*_: object, **__: object) -> None:
        raise ValueError("no observation speaks of any of them")

    monkeypatch.setattr(weigh, "believe", refuse)
    case = ledger.case("""
2022-11-15 custom "hypothesis" "lost" "It was lost"
2020-03-01 * "Customers" "A deposit" ^court
  Equity:Customers:Wealth  -50 USD
  Assets:FTX:Bank           50 USD
2020-04-01 ! "FTX" "Lost" ^court #lost
  Assets:FTX:Bank  -5 USD
  Equity:FTX:Shares  5 USD
2020-05-01 custom "observation" Assets:FTX:Bank 45 USD
  source: "court"
  error: 0.05
""")
    report = build(case, case.book(), sections=["weighing"])
    (section,) = report.sections
    # The tally stands, and beside it why nothing was weighed.
    assert section.tables
    assert section.values["unmade"] == ("no observation speaks of any of them",)
    assert "no observation speaks of any of them" in pages.html(report)


def test_every_basis_of_an_amount_is_counted(ledger) -> None:
    case = ledger.case(
        "".join(
            f"""
2020-03-0{n} * "Customers" "A deposit" ^court
  id: "F-{n}"
  basis: "{basis}"
  Equity:Customers:Wealth  -50 USD
  Assets:FTX:Bank           50 USD
"""
            for n, basis in enumerate(BASES, start=1)
        )
    )
    report = build(case, case.book(), sections=["plugs"])
    table = next(one for one in report.tables if one.key == "bases")
    assert len(table.rows) == len(BASES) + 1
