"""The group: claims by books and by statements, silos, control, many dates."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import pytest
from click.testing import CliRunner
from preamble import PREAMBLE

from solvency.cli import main
from solvency.model.claims import intercompany
from solvency.model.claims import matrix
from solvency.model.consolidation import by_silo
from solvency.model.costs import Costs
from solvency.model.costs import Pool
from solvency.wide import WIDE

LENT = """\
2020-01-01 custom "source" "ours" "The exchange's own sheet"
  grade: "B3"
2020-01-01 custom "source" "theirs" "The firm's own sheet"
  grade: "B3"
2020-01-01 * "Raised" ^court
  Assets:FTX:Bank     100 USD
  Equity:FTX:Shares  -100 USD
2020-01-02 * "Lends" ^court
  Assets:FTX:Bank      -60 USD
  Assets:Alameda:Bank   60 USD
2020-03-31 custom "observation" Assets:FTX:Receivables:Alameda 70 USD
  source: "ours"
2020-03-31 custom "observation" Liabilities:Alameda:Payables:FTX 55 USD
  source: "theirs"
"""
AT = datetime.date(2020, 3, 31)


def claims(ledger, text, at=AT):
    return ledger.case(text).book().balance_sheet("group", at).claims


def test_what_each_side_stated_stands_beside_the_books(ledger):
    (claim,) = claims(ledger, LENT)
    assert (claim.claimed, claim.owed) == (60, 60)
    assert (claim.claim_stated.amount, claim.debt_stated.amount) == (70, 55)
    assert (claim.claim_stated.source, claim.unmatched) == ("ours", 15)
    (row,) = matrix([claim], "").rows
    assert row.cells[-1].value == 15


def test_a_side_that_stated_nothing_counts_by_its_books(ledger):
    (claim,) = claims(
        ledger, LENT.replace("Assets:FTX:Receivables:Alameda 70", "Assets:FTX:Bank 70")
    )
    assert claim.claim_stated is None
    assert claim.unmatched == 60 - 55


@pytest.mark.parametrize(
    ("at", "said"), [("2020-03-30", 0), ("2020-07-01", 1), ("2020-07-02", 0)]
)
def test_a_statement_counts_from_its_day_for_a_quarter(ledger, at, said):
    # 92 days after 31 March is 1 July.
    (claim,) = claims(ledger, LENT, datetime.date.fromisoformat(at))
    assert bool(claim.claim_stated) == bool(said)


def test_a_claim_in_coins_is_compared_with_a_statement_in_money(ledger):
    # 1 BTC at 40 lent besides the 60 dollars: 100 by the books, 70 by the exchange.
    text = LENT + (
        '2020-03-30 price BTC 40 USD\n  source: "court"\n'
        '2020-01-01 * "Raised" ^court\n'
        "  Assets:FTX:Bank     1 BTC\n  Equity:FTX:Shares  -1 BTC\n"
        '2020-01-03 * "Lends" ^court\n'
        "  Assets:FTX:Bank      -1 BTC\n  Assets:Alameda:Coins  1 BTC\n"
    )
    found = claims(ledger, text)
    assert [
        (one.commodity, one.valued, one.claimed, one.unmatched) for one in found
    ] == [
        ("BTC", False, 1, 0),
        ("USD", False, 60, 0),
        ("USD", True, 100, 15),
    ]


def test_a_statement_of_a_claim_no_book_has(ledger):
    text = LENT.replace('2020-01-02 * "Lends"', '2020-06-02 * "Lends"')
    (claim,) = claims(ledger, text)
    assert (claim.claimed, claim.owed, claim.unmatched) == (0, 0, 15)


def test_silos_eliminate_only_within_themselves(ledger):
    # The preamble's two companies become silos of their own.
    silos = PREAMBLE.replace(
        '  role: "exchange"\n', '  role: "exchange"\n  silo: "A"\n'
    ).replace('  role: "trading-firm"\n', '  role: "trading-firm"\n  silo: "B"\n')
    book = ledger.load(silos + LENT).book()
    sheet = book.balance_sheet("group", AT)
    # 40 left and 60 lent; the firm has 60 and owes 60.
    assert (sheet.combined.assets, sheet.totals.assets) == (160, 100)
    each = by_silo(book, sheet)
    assert [(one.name, one.totals.assets, one.totals.liabilities) for one in each] == [
        ("A", 100, 0),
        ("B", 60, 60),
    ]
    assert sum(one.totals.equity for one in each) == sheet.totals.equity == 100
    assert by_silo(book, each[0]) == ()


def test_clean_leaves_out_a_debt_below_zero_of_a_related_party(ledger):
    # Alameda repays 80 of 60: FTX owes it 20, which clean does not count among its
    # assets. It has nothing else.
    text = LENT + (
        '2020-02-01 * "Brings" ^court\n'
        "  Assets:Alameda:Bank    20 USD\n  Equity:Alameda:Shares  -20 USD\n"
        '2020-02-02 * "Repays" ^court\n'
        "  Assets:Alameda:Bank  -80 USD\n  Assets:FTX:Bank       80 USD\n"
    )
    book = ledger.case(text).book()
    assert book.balance_sheet("Alameda", AT).totals.assets == 20
    assert book.balance_sheet("Alameda", AT, basis="clean").totals.assets == 0
    group = book.balance_sheet("group", AT, basis="clean")
    assert (group.totals.assets, group.totals.liabilities, group.control) == (120, 0, 0)


def test_book_basis_with_different_averages_on_two_sides(ledger):
    # The exchange bought its coin at 10, lends it when it is at 30: its claim is at
    # 30 (that day's), the firm's debt at 30; a second coin at 50 lent in May makes
    # both averages 40. The firm then repays one: claim and debt stay at 40.
    text = (
        '2020-01-01 price BTC 10 USD\n  source: "court"\n'
        '2020-01-31 price BTC 30 USD\n  source: "court"\n'
        '2020-02-28 price BTC 50 USD\n  source: "court"\n'
        '2020-01-01 * "Raised" ^court\n'
        "  Assets:FTX:Bank     2 BTC @ 10 USD\n  Equity:FTX:Shares  -2 BTC @ 10 USD\n"
        '2020-01-31 * "Lends" ^court\n'
        "  Assets:FTX:Bank  -1 BTC\n  Assets:Alameda:Coins  1 BTC\n"
        '2020-02-28 * "Lends" ^court\n'
        "  Assets:FTX:Bank  -1 BTC\n  Assets:Alameda:Coins  1 BTC\n"
    )
    sheet = (
        ledger.case(text)
        .book()
        .balance_sheet("group", datetime.date(2020, 2, 28), basis="book")
    )
    alameda, ftx = sheet.columns
    # The exchange's pool of assets holds coins and claims alike: lending moves a coin
    # from one to the other, at the 10 it cost. The firm's debt stands at 40 each.
    assert ftx.totals.assets == 20
    assert (alameda.totals.assets, alameda.totals.liabilities) == (80, 80)
    # 20 of claims and 80 of debts are eliminated, and 60 of the coins: to the group
    # they cost the 20 that the exchange paid, and nothing is left in between.
    gap = [
        line.amount for line in sheet.side("equity") if "Eliminations" in line.account
    ]
    assert gap == []
    assert (sheet.totals.assets, sheet.totals.liabilities) == (20, 0)
    assert (sheet.control, sheet.eliminated) == (0, 0)


def test_sheets_at_many_dates_are_those_of_each(harbour):
    import solvency

    book = solvency.load(harbour).book()
    first = min(flow.date for flow in book.flows)
    days = [first + datetime.timedelta(days=60 * n) for n in (5, 2, 9, 0, 2)]
    for basis in ("market", "book", "clean", "realisable"):
        for name in ("group", next(iter(book.case.entities))):
            together = book.balance_sheets(name, days, basis=basis)
            assert together == [book.balance_sheet(name, d, basis=basis) for d in days]
    assert book.balance_sheets("group", []) == []


def test_averages_advance(ledger):
    from decimal import localcontext

    text = (
        '2020-01-01 * "Buys" ^court\n'
        "  Assets:FTX:Bank     2 BTC @ 10 USD\n  Equity:FTX:Shares  -20 USD\n"
        '2020-01-03 * "Buys" ^court\n'
        "  Assets:FTX:Bank     2 BTC @ 40 USD\n  Equity:FTX:Shares  -80 USD\n"
        '2020-01-05 * "Sells" ^court\n'
        "  Assets:FTX:Bank    -1 BTC @ 90 USD\n  Assets:FTX:Bank   90 USD\n"
    )
    costs = Costs(ledger.case(text).book())
    found = []
    with localcontext(WIDE):
        for day in (1, 2, 3, 4, 5):
            costs.advance(datetime.date(2020, 1, day))
            found.append(
                (
                    costs.average(Pool("FTX", "Assets", "BTC")),
                    costs.historic["Equity:FTX:Shares"],
                )
            )
    # (2 x 10 + 2 x 40) / 4 = 25; what is sold leaves at the average.
    assert found == [(10, -20), (10, -20), (25, -100), (25, -100), (25, -100)]


def test_the_command_prints_control_claims_and_totals(ledger):
    path = str(ledger.write(PREAMBLE + LENT))
    runner = CliRunner()
    text = runner.invoke(main, ["balance", "--group", "--at", "2020-03-31", path])
    assert text.exit_code == 0
    assert (
        "control: assets 100 = liabilities 0 + equity 100, difference 0; eliminations"
        " sum to 0" in " ".join(text.output.split())
    )
    assert "combined" in text.output
    assert "unmatched" in text.output
    found = runner.invoke(
        main, ["balance", "--group", "--at", "2020-03-31", "--json", path]
    )
    document = json.loads(found.output)
    assert document["combined"]["assets"] == "160"
    assert document["consolidated"]["assets"] == "100"
    assert (document["control"], document["eliminated"]) == ("0", "0")
    (claim,) = document["claims"]
    assert claim["unmatched"] == "15"
    assert claim["claim_stated"]["source"] == "ours"
    table = runner.invoke(main, ["balance", "--group", "--csv", path])
    assert table.output.startswith("Account,")
    assert "control:" not in table.output
    assert Decimal(document["columns"]["FTX"]["totals"]["equity"]) == 100


def test_a_claim_that_only_its_creditor_has_on_its_books_is_seen(ledger):
    # 10 are claimed and nothing is owned up to: all 10 are unmatched. That the sides
    # differ is told as an error, and the ledger is shown all the same.
    case = ledger.load(
        PREAMBLE + '2020-01-02 * "Lends" ^court\n'
        "  Assets:FTX:Receivables:Alameda   10 USD\n"
        "  Equity:FTX:Shares               -10 USD\n"
    )
    assert [error.rule for error in case.errors] == ["mirror"]
    (row,) = intercompany(case.book(), AT)
    assert (row.creditor, row.debtor) == ("FTX", "Alameda")
    assert (row.claimed, row.owed, row.unmatched) == (10, 0, 10)


def test_shares_of_an_outsider_that_a_member_keeps_are_no_profit_within(ledger):
    # 10 shares bought at 2 are worth 3 each: 30, of which 20 are capital and 10 a rise.
    # Kept with a member they are in no pool of the group: no profit is taken out.
    case = ledger.case(
        """\
        2020-01-01 custom "entity" "Outside" "A company outside the group"
          role: "company"
        2020-01-01 commodity SHARE
        2020-03-31 price SHARE 3 USD
          source: "court"
        2020-01-01 open Assets:FTX:Stake
          stake-in: "Outside"
          counterparty: "Alameda"
        2020-01-02 * "Bought" ^court
          Assets:FTX:Stake    10 SHARE @ 2 USD
          Equity:FTX:Shares  -20 USD
        """
    )
    sheet = case.book().balance_sheet("group", AT)
    assert sheet.eliminations == ()
    assert {line.account: line.amount for line in sheet.lines} == {
        "Assets:FTX:Stake": 30,
        "Equity:FTX:Shares": 20,
        "Equity:FTX:Revaluation": 10,
    }
