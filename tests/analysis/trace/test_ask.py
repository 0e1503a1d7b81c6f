"""Money followed through the accounts of a ledger."""

from __future__ import annotations

from decimal import Decimal

import pytest
from analysis.trace.books import ACCOUNTS
from analysis.trace.books import BANK
from analysis.trace.books import END
from analysis.trace.books import capital
from analysis.trace.books import deposit
from analysis.trace.books import flow
from analysis.trace.books import spend

from solvency.analysis.trace.trace import follow
from solvency.figures.text import Screen
from solvency.figures.text import text


@pytest.fixture
def found(ledger):
    def run(*flows, accounts=(BANK,), **options):
        book = ledger.case(ACCOUNTS + "".join(flows)).book()
        return follow(book, accounts, at=END, **options)

    return run


def share(result, name, owner="Customers"):
    outlay = next(one for one in result.outlays if one.flow == name)
    return next((one for one in outlay.owners if one.owner == owner), None)


def test_sufficiency(found):
    # Own money 60, customers' 100. An outlay of 90 cannot be met with 60: at least 30
    # is theirs, at most 90. Then 70 is left, of which at most 60 can be own, so the
    # next outlay of 70 took at least 10; at most 70, all theirs.
    result = found(
        capital(1, "own", 60),
        deposit(2, "theirs", 100),
        spend(3, "first", 90),
        spend(4, "second", 70),
    )
    first, second = share(result, "first"), share(result, "second")
    assert (first.least, first.most) == (30, 90)
    assert (second.least, second.most) == (10, 70)
    # FIFO: 60 own, then 30; LIFO: 90; pro rata: 90 * 100 / 160; lowest balance: 30.
    assert first.rules == {
        "fifo": 30,
        "lifo": 90,
        "pro-rata": Decimal("56.25"),
        "lowest-balance": 30,
        # All 160 came before: as rolling pro rata.
        "pro-rata-ex-post": Decimal("56.25"),
    }


def test_pro_rata_ex_post_shares_with_what_came_later(found):
    # 100 customers', all spent; then 100 own, and 40 spent. Each put in 100 of 200: of
    # every outlay each bears half, and of the 60 that remain each has 30. Rules that
    # keep the order of movements cannot say so: the first outlay was all customers'.
    result = found(
        deposit(1, "theirs", 100),
        spend(2, "first", 100),
        capital(3, "own", 100),
        spend(4, "second", 40),
    )
    first, second = share(result, "first"), share(result, "second")
    assert (first.least, first.most) == (100, 100)
    assert first.rules["pro-rata-ex-post"] == 50
    assert share(result, "first", "Alameda").rules["pro-rata-ex-post"] == 50
    assert (second.least, second.most) == (0, 0)
    assert second.rules["lowest-balance"] == 0
    assert second.rules["pro-rata-ex-post"] == 20
    shown = text(result.purposes_frame(), Screen(200))
    assert "of rules that keep the order of movements" in shown


def test_pro_rata_ex_post_takes_what_came_from_elsewhere_as_pro_rata_has_it(found):
    # Savings: 60 own and 20 customers', of which 40 go to the bank: 30 and 10. There
    # 40 own come after an outlay of 20. Of 80 in all 10 are customers': an eighth.
    result = found(
        flow(1, "a", ("Equity:Alameda:Shares", -60), ("Assets:Alameda:Savings", 60)),
        flow(
            2,
            "b",
            ("Equity:Customers:Wealth", -20),
            ("Assets:Alameda:Savings", 20),
            through='"FTX"',
        ),
        flow(3, "c", ("Assets:Alameda:Savings", -40), (BANK, 40)),
        spend(4, "first", 20),
        capital(5, "own", 40),
    )
    assert share(result, "first").rules["pro-rata-ex-post"] == Decimal("2.5")
    assert share(result, "first").rules["pro-rata"] == 5


def test_where_the_interval_is_a_point_the_rule_cannot_matter(found):
    result = found(deposit(1, "theirs", 100), spend(2, "all", 40))
    assert share(result, "all").point
    assert result.outlays[0].point
    assert "cannot matter" in text(result.purposes_frame(), Screen())


def test_own_deposits_do_not_refill_what_was_spent(found):
    # Roscoe v Winder [1915] 1 Ch 62: 455 in, down to 25, own money later: 25 is traced.
    result = found(
        deposit(1, "theirs", 455),
        spend(2, "down", 430),
        capital(3, "own", 333),
        spend(4, "rest", 358),
    )
    rest = share(result, "rest")
    assert rest.least == rest.most == rest.rules["lowest-balance"] == 25


def test_money_out_of_custody_is_the_customers(found):
    result = found(
        flow(1, "in", ("Equity:Customers:Wealth", -100), ("Assets:FTX:Custody", 100)),
        flow(2, "taken", ("Assets:FTX:Custody", -70), (BANK, 70)),
        spend(3, "spent", 50),
    )
    assert [one.owner for one in result.outlays[0].owners] == ["Customers"]
    assert share(result, "spent").least == 50


def test_fees_out_of_custody_are_the_exchange_s_own(found):
    # What customers are owed falls as much as leaves: FTX has earned it.
    result = found(
        flow(1, "in", ("Equity:Customers:Wealth", -100), ("Assets:FTX:Custody", 100)),
        flow(
            2,
            "fees",
            ("Income:FTX:Fees", -10),
            ("Expenses:Customers:Fees", 10),
            ("Assets:FTX:Custody", -10),
            ("Assets:FTX:Bank", 10),
        ),
        flow(3, "lent", ("Assets:FTX:Bank", -10), (BANK, 10)),
        spend(4, "spent", 10),
    )
    assert [(one.owner, one.most) for one in result.outlays[0].owners] == [("FTX", 10)]


def test_money_is_followed_through_another_account(found):
    # 40 own and 60 of customers' in the bank; 50 moved to savings: 10 to 50 theirs.
    result = found(
        capital(1, "own", 40),
        deposit(2, "theirs", 60),
        flow(3, "move", (BANK, -50), ("Assets:Alameda:Savings", 50)),
        flow(
            4,
            "spent",
            ("Assets:Alameda:Savings", -20),
            ("Expenses:Alameda:Costs", 20),
        ),
        accounts=("Assets:Alameda:Savings",),
    )
    spent = share(result, "spent")
    assert (spent.least, spent.most) == (0, 20)
    # FIFO moves 40 own then 10 theirs, and spends 20 own; LIFO moves 50 theirs;
    # pro rata 60 per cent; lowest balance 40 own first, and of these 20.
    assert spent.rules == {
        "fifo": 0,
        "lifo": 20,
        "pro-rata": 12,
        "lowest-balance": 0,
        "pro-rata-ex-post": 12,
    }


def test_a_pool_is_one_account(found):
    result = found(
        capital(1, "own", 40),
        deposit(2, "theirs", 60),
        flow(3, "move", (BANK, -50), ("Assets:Alameda:Savings", 50)),
        spend(4, "spent", 30),
        accounts=(BANK, "Assets:Alameda:Savings"),
    )
    assert [one.flow for one in result.outlays] == ["spent"]
    assert share(result, "spent").rules["pro-rata"] == 18


def test_lent_money_is_the_lender_s(found):
    result = found(
        flow(1, "loan", ("Equity:Lender:Wealth", -80), (BANK, 80)),
        deposit(2, "theirs", 20),
        spend(3, "spent", 90),
    )
    assert share(result, "spent", "Lender").least == 70
    assert share(result, "spent").least == 10
    assert result.owners == ("Customers",)


def test_who_buys_shares_has_given_the_money(found):
    # The stake, written in the same money, is paper: the bank has the lender's money.
    stake = """\
2020-01-01 open Assets:Lender:Cash
2020-01-01 open Assets:Lender:Shares
"""
    result = found(
        stake,
        flow(1, "has", ("Equity:Lender:Wealth", -100), ("Assets:Lender:Cash", 100)),
        flow(
            2,
            "shares",
            ("Assets:Lender:Cash", -100),
            ("Assets:Lender:Shares", 100),
            (BANK, 100),
            ("Equity:Alameda:Shares", -100),
        ),
        spend(3, "spent", 60),
    )
    assert [one.owner for one in result.outlays[0].owners] == ["Lender"]


def test_what_a_creditor_is_paid_is_its_own(found):
    # Customers' money pays the lender; lent again, it is the lender's.
    cash = "2020-01-01 open Assets:Lender:Cash\n"
    result = found(
        cash,
        flow(1, "loan", ("Equity:Lender:Wealth", -50), (BANK, 50)),
        spend(2, "lost", 50),
        deposit(3, "theirs", 50),
        flow(4, "repaid", (BANK, -50), ("Assets:Lender:Cash", 50)),
        flow(5, "again", ("Assets:Lender:Cash", -50), (BANK, 50)),
        spend(6, "spent", 50),
    )
    assert share(result, "repaid").least == 50
    owners = result.outlays[-1].owners
    assert [one.owner for one in owners if one.most] == ["Lender"]


def test_coins_are_followed_into_what_they_fetched(found):
    # 2 coins, one of customers' taken out of custody, sold for 100 dollars each.
    coins = """\
2021-01-01 price BTC 100 USD
  source: "court"
"""
    result = found(
        coins,
        coin(1, "own", ("Equity:Alameda:Shares", -1), ("Assets:Alameda:Coins", 1)),
        coin(2, "in", ("Equity:Customers:Wealth", -1), ("Assets:FTX:Custody", 1)),
        coin(3, "taken", ("Assets:FTX:Custody", -1), ("Assets:Alameda:Coins", 1)),
        '2021-01-04 * "sold" ^court\n  id: "sold"\n'
        f"  Assets:Alameda:Coins  -2 BTC @ 100 USD\n  {BANK}  200 USD\n",
        spend(5, "spent", 150),
    )
    spent = share(result, "spent")
    assert (spent.least, spent.most) == (50, 100)
    assert spent.rules["pro-rata"] == 75


def coin(day, name, *postings):
    return flow(day, name, *postings).replace(" USD", " BTC")


def test_an_unknown_order_within_a_day_widens_the_interval(found):
    # Deposits first: 50 own and 50 theirs meet the outlay of 50: 0 to 50. The other
    # extreme, the outlay first, is all own; `seq:` says that it was so.
    flows = [capital(1, "own", 50), deposit(2, "theirs", 50), spend(2, "spent", 50)]
    spent = share(found(*flows), "spent")
    assert (spent.least, spent.most) == (0, 50)
    assert spent.rules["lifo"] == 50
    assert spent.outlays_first["lifo"] == 0
    late = [
        capital(1, "own", 50),
        deposit(2, "theirs", 50, seq=2),
        spend(2, "spent", 50, seq=1),
    ]
    spent = share(found(*late), "spent")
    # Theirs was not there yet; only a rule that keeps no order gives them a share.
    assert (spent.least, spent.most) == (0, 0)
    assert {rule: part for rule, part in spent.rules.items() if part} == {
        "pro-rata-ex-post": 25
    }


def test_an_outlay_that_needs_the_day_s_deposit_comes_after_it(found):
    result = found(
        capital(1, "own", 50), deposit(2, "theirs", 50), spend(2, "spent", 60)
    )
    spent = share(result, "spent")
    assert (spent.least, spent.most) == (10, 50)


def test_bounds_by_purpose_count_money_once(found):
    # 50 theirs among 100; two outlays of 50 could each be all theirs, not both.
    keys = {"purpose": '"ventures"'}
    result = found(
        capital(1, "own", 50),
        deposit(2, "theirs", 50),
        spend(3, "one", 50, **keys),
        spend(4, "two", 50, **keys),
    )
    assert [share(result, name).most for name in ("one", "two")] == [50, 50]
    purpose = result.by_purpose[0]
    assert (purpose.amount, purpose.least, purpose.most) == (100, 50, 50)


def test_outlays_for_other_purposes_spare_what_they_can(found):
    # 50 theirs, 50 own: the first outlay may have been all own, so the second theirs.
    result = found(
        capital(1, "own", 50),
        deposit(2, "theirs", 50),
        spend(3, "one", 50),
        spend(4, "two", 50, purpose='"ventures"'),
    )
    ventures = next(p for p in result.by_purpose if p.purpose == "ventures")
    assert (ventures.least, ventures.most) == (0, 50)


def test_testimony_stands_beside_the_bounds(found):
    result = found(
        capital(1, "own", 60),
        deposit(2, "theirs", 100),
        spend(3, "spent", 90, purpose='"buy-back"', traced="0.2"),
    )
    said = result.by_purpose[0].testimony[0]
    assert (said.amount, said.least, said.most, said.inside) == (18, 30, 90, False)
    assert "NOT within" in text(result.purposes_frame(), Screen())


def test_a_withdrawal_beyond_the_balance_names_the_flow(found):
    with pytest.raises(ValueError, match=r"over \(.*main.beancount:\d+\).*5 USD more"):
        found(capital(1, "own", 10), spend(2, "over", 15))


def test_a_deposit_whose_giver_is_unknown_names_the_flow(ledger):
    text = "2020-01-01 open Liabilities:Alameda:Misc\n" + flow(
        1, "whose", ("Liabilities:Alameda:Misc", -10), (BANK, 10)
    )
    book = ledger.case(text).book()
    with pytest.raises(ValueError, match=r"whose .* does not say who gave it"):
        follow(book, [BANK], at=END)


@pytest.mark.parametrize(
    ("account", "message"),
    [
        ("Assets:Alameda:Bnak", "no account Assets:Alameda:Bnak"),
        ("Assets:FTX:Receivables:Alameda", "holds no money"),
    ],
)
def test_an_account_that_cannot_be_traced(found, account, message):
    with pytest.raises(LookupError, match=message):
        found(deposit(1, "theirs", 10), accounts=(account,))


def test_bounds_say_what_was_there_and_add_up(found):
    # 60 own and 100 theirs came; the first outlay of 90 leaves 70, of which at most 70
    # are theirs and 60 own. Together they spent 160, all that was there.
    keys = {"purpose": '"ventures"'}
    result = found(
        capital(1, "own", 60),
        deposit(2, "theirs", 100),
        spend(3, "first", 90, **keys),
        spend(4, "second", 70, **keys),
    )
    assert [(x.flow, x.amount, x.least, x.most) for x in result.deposits] == [
        ("own", 60, 0, 0),
        ("theirs", 100, 100, 100),
    ]
    assert result.before["first"] == (160, 100, 60, 2)
    assert result.before["second"] == (70, 70, 60, 2)
    purpose = result.by_purpose[0]
    assert [(x.flow, x.least, x.most) for x in purpose.spent] == [
        ("first", 30, 90),
        ("second", 70, 10),
    ]
    assert (purpose.least, purpose.most) == (100, 100)


def test_a_depositor_is_known_by_the_rank_of_its_claim(ledger):
    # Re Hallett (1880): the bank mixes Ann's 3,000 with 1,000 of its own and spends
    # 1,000: it is taken to spend its own first.
    text = """
2020-01-01 custom "entity" "Keeper" "Keeps money"
  group: TRUE
2020-01-01 custom "entity" "Ann" "A depositor, without a role"
2020-01-01 open Assets:Keeper:Acct
2020-01-01 open Expenses:Keeper:Out
2020-01-01 open Equity:Keeper:Own
2020-01-01 open Liabilities:Keeper:Owe:Ann
  counterparty: "Ann"
  rank: "customer"
2020-01-01 open Assets:Ann:Dep
  counterparty: "Keeper"
2020-01-01 open Equity:Ann:W
2020-01-02 * "Deposit" ^court
  Equity:Ann:W -3000 USD
  Assets:Keeper:Acct 3000 USD
2020-01-03 * "Own money" ^court
  Equity:Keeper:Own -1000 USD
  Assets:Keeper:Acct 1000 USD
2020-01-04 * "Spent" ^court
  id: "spent"
  Assets:Keeper:Acct -1000 USD
  Expenses:Keeper:Out 1000 USD
"""
    result = follow(ledger.case(text).book(), ("Assets:Keeper:Acct",))
    ann = share(result, "spent", "Ann")
    assert ann is None or ann.rules["lowest-balance"] == 0
    assert share(result, "spent", "Keeper").rules["lowest-balance"] == 1000


def test_what_a_depositor_lends_is_its_own(found):
    # The lender lends 100 and keeps 40 on the exchange; customers wire 60. Of 150 spent
    # at least 150 - 100 = 50 were customers', at most 60 + 40 = 100; pro rata half, 75.
    # One flow of 30 that lends 10 and deposits 20 adds 20 to theirs and 10 to its own.
    text = """\
2020-01-01 open Liabilities:FTX:Owed:Lender
  counterparty: "Lender"
  rank: "customer"
2020-01-01 open Assets:Lender:Kept:FTX
  counterparty: "FTX"
"""
    keeps = flow(
        2,
        "keeps",
        ("Equity:Lender:Wealth", -40),
        ("Assets:Lender:Kept:FTX", 40),
        ("Liabilities:FTX:Owed:Lender", -40),
        ("Assets:FTX:Receivables:Alameda", 40),
        ("Liabilities:Alameda:Payables:FTX", -40),
        (BANK, 40),
    )
    lends = flow(
        1,
        "lends",
        ("Equity:Lender:Wealth", -100),
        ("Assets:Lender:Loans:Alameda", 100),
        ("Liabilities:Alameda:Loans:Lender", -100),
        (BANK, 100),
    )
    both = flow(
        5,
        "both",
        ("Equity:Lender:Wealth", -30),
        ("Assets:Lender:Kept:FTX", 20),
        ("Assets:Lender:Loans:Alameda", 10),
        ("Liabilities:FTX:Owed:Lender", -20),
        ("Liabilities:Alameda:Loans:Lender", -10),
        ("Assets:FTX:Receivables:Alameda", 20),
        ("Liabilities:Alameda:Payables:FTX", -20),
        (BANK, 30),
    )
    result = found(
        text, lends, keeps, deposit(3, "wired", 60), spend(4, "out", 150), both
    )
    assert result.owners == ("Customers",)
    theirs = share(result, "out", "Customers")
    assert (theirs.least, theirs.most, theirs.rules["pro-rata"]) == (50, 100, 75)
    last = next(one for one in result.deposits if one.flow == "both")
    assert (last.amount, last.most) == (30, 20)
