"""One assumption of a recovery changed: who pays, and what is owed by a source."""

from __future__ import annotations

from decimal import Decimal

import pytest
from analysis.recover.books import AT
from analysis.recover.books import WORLD
from analysis.recover.books import flow

from solvency.analysis.recover.preferences import preferences
from solvency.analysis.recover.recover import recover
from solvency.analysis.recover.variations import documents
from solvency.analysis.recover.variations import varied
from solvency.exhibits.recover.rates import prices
from solvency.exhibits.recover.rates import rates
from solvency.exhibits.recover.variations import variations
from solvency.exhibits.setting import of_answers


def said(account, amount, day="2021-06-30", **keys):
    lines = [f'{day} custom "observation" {account} {amount} USD', '  source: "court"']
    return "\n".join([*lines, *(f"  {key}: {value}" for key, value in keys.items())])


def changed(ledger, text=""):
    book = ledger.case(f"{WORLD}{text}\n").book()
    found = recover(book, AT)
    return book, varied(book, found)


def rate(found, entity, rank="unsecured"):
    return next(x.rate for x in found.classes if (x.entity, x.rank) == (entity, rank))


def test_insiders_that_pay_all_they_owe(ledger):
    # Alameda: 120 with the founder's 5, 135 with all 20. The lender's 20 are pledged;
    # 100, or 115, is shared by 170.
    _, one = changed(ledger)
    assert one.owing == ("Founder",)
    assert rate(one.found, "Alameda") == pytest.approx(Decimal(120) / 190)
    assert rate(one.repaid, "Alameda") == pytest.approx(Decimal(135) / 190)
    assert {x["central"] for x in documents(one)["repaid"]["classes"]} >= {
        Decimal("0.710526")
    }


def test_only_what_is_asked_for_is_cleared(ledger):
    # A sentence on entities alone needs three clearings of nine.
    _, one = changed(ledger)
    assert len(one.found.ways) == 9
    assert not one.repaid.ways
    assert one.repaid.classes
    assert {way for way, _ in one.repaid.ways} == {"alone"}
    assert one.repaid.gains
    assert len(one.repaid.ways) == 5


def test_others_outside_that_pay_nothing(ledger):
    # A customer owes Alameda 19, and pays it in the central case.
    owing = """
2020-01-01 open Assets:Alameda:Claims
  counterparty: "Customers"
2020-01-01 open Liabilities:Customers:Alameda
  counterparty: "Alameda"
"""
    lent = flow(
        "2021-03-06",
        "lent",
        ("Assets:Alameda:Claims", "19 USD"),
        ("Liabilities:Customers:Alameda", "-19 USD"),
        ("Equity:Customers:Wealth", "19 USD"),
        ("Assets:Alameda:Bank", "-19 USD"),
    )
    _, one = changed(ledger, owing + lent)
    assert one.outside == ("Customers",)
    assert rate(one.found, "Alameda") == pytest.approx(Decimal(120) / 190)
    assert rate(one.unpaid_outside, "Alameda") == pytest.approx(Decimal(101) / 190)
    assert documents(one)["unpaid_outside"]["by"] == ("Customers",)
    # Of it no books say what it could pay with; a founder's do, and are no more said.
    full = [str(note) for note in one.found.notes if "counted in full" in str(note)]
    assert len(full) == 1
    assert full[0].startswith("owed to the group by Customers: 19")


def test_a_class_is_owed_what_a_source_says(ledger):
    # The lender is owed 30 in place of 50: 20 by its pledge, 10 beside FTX's 140.
    _, one = changed(ledger, said("Liabilities:Alameda:Loans", 30, id='"O-1"'))
    ((claims, found),) = one.stated
    assert (claims.observation.id, claims.books) == ("O-1", 50)
    assert rate(found, "Alameda") == pytest.approx((20 + Decimal(100)) / 170)
    (told,) = documents(one)["stated"]
    assert (told["observation"], told["owed"], told["books"]) == ("O-1", 30, 50)


@pytest.mark.parametrize(
    "text",
    [
        # The books are within what it says.
        said("Liabilities:Alameda:Loans", 45, low="40 USD", high="60 USD"),
        said("Liabilities:Alameda:Loans", 45, low="45 USD"),
        # It says what moved, or speaks of what one of the group owes another.
        said(
            "Liabilities:Alameda:Loans", 30, **{"from": "2021-01-01", "side": '"out"'}
        ),
        said("Liabilities:Alameda:Payables:FTX", 30),
        # It counts what Alameda owes FTX too: 140 and the lender's 50, or fewer.
        said("Liabilities:Alameda", 190),
        said("Liabilities:Alameda", 150),
        # No more than 90 was owed, and the books have 50.
        said("Liabilities:Alameda:Loans", 90, high="90 USD"),
        # Something moved since.
        said("Liabilities:Alameda:Loans", 30, "2021-01-15"),
    ],
)
def test_what_states_no_class_of_the_day_otherwise_changes_nothing(ledger, text):
    assert changed(ledger, text)[1].stated == ()


def test_more_than_a_source_says_at_most_is_otherwise(ledger):
    _, one = changed(ledger, said("Liabilities:Alameda:Loans", 30, high="30 USD"))
    assert [claims.books for claims, _ in one.stated] == [50]


def test_coins_are_stated_in_money_of_the_day_alone(ledger):
    # Ten coins and 200 dollars: 300 in May, 400 at the petition, when a coin costs 20.
    coins = (
        "\n2020-01-01 commodity BTC\n  max-price-age: 9999\n"
        '2021-01-01 price BTC 10 USD\n  source: "court"\n'
        '2021-06-30 price BTC 20 USD\n  source: "court"\n'
    ) + flow(
        "2021-01-05",
        "coins",
        ("Equity:Customers:Wealth", "-10 BTC"),
        ("Assets:FTX:Custody", "10 BTC"),
    )
    for day, listed in (("2021-05-30", []), ("2021-06-30", [400])):
        _, one = changed(ledger, coins + said("Liabilities:FTX:Owed", 300, day))
        assert [claims.books for claims, _ in one.stated] == listed
    # What is owed in dollars alone is the same on both.
    _, one = changed(ledger, said("Liabilities:FTX:Owed", 300, "2021-05-30"))
    assert [claims.books for claims, _ in one.stated] == [200]


def test_the_table_sets_them_beside_the_central_case(ledger):
    book, one = changed(ledger, said("Liabilities:Alameda:Loans", 30, id='"O-1"'))
    setting = of_answers(book, AT, recovery=one.found)
    table = variations(setting)
    assert [row.key for row in table.rows] == [
        "changed:central",
        "changed:unpaid",
        "changed:repaid",
        "changed:O-1",
    ]
    cells = {row.key: row.cells[0].value for row in table.rows}
    assert cells["changed:O-1"] == pytest.approx(Decimal(120) / 170)


def test_shares_of_book_stand_with_where_they_come_from(ledger):
    book, one = changed(ledger)
    setting = of_answers(book, AT, recovery=one.found)
    (row,) = rates(setting, one.found).rows
    assert [cell.value for cell in row.cells[:4]] == [
        Decimal(30),
        Decimal("0.25"),
        Decimal("0.50"),
        Decimal("1.00"),
    ]
    assert row.cells[4] == ("assumed",)
    assert prices(setting, one.found) is None


def test_prices_stand_with_the_depth_of_the_market(ledger):
    token = flow(
        "2021-03-05",
        "token",
        ("Assets:Alameda:Bank", "-10 USD"),
        ("Assets:Alameda:Tokens", "5 TOK @ 2 USD"),
    )
    book, one = changed(
        ledger,
        "\n2020-01-01 open Assets:Alameda:Tokens\n2020-01-01 commodity TOK\n"
        "  halving: 4 TOK\n2021-06-30 price TOK 3 USD\n"
        f'  source: "court"\n{token}',
    )
    setting = of_answers(book, AT, recovery=one.found)
    (row,) = prices(setting, one.found).rows
    assert [row.cells[0].value, row.cells[4].value] == [3, 4]


SPENT = """
2020-01-01 open Expenses:Alameda:Gifts
  gift: TRUE
2020-01-01 open Expenses:Alameda:Interest
2020-01-01 open Income:Lender:Interest
2020-01-01 open Assets:Alameda:Thin
  liquidity: "illiquid"
2020-01-01 open Assets:Founder:Shares:FTX
  stake-in: "FTX"
2020-01-01 open Assets:Seller:Cash
2020-01-01 open Equity:Seller:Wealth
2020-01-01 custom "entity" "Seller" "Who was paid"
  role: "company"
"""


def listed(ledger, *flows):
    return preferences(ledger.case(WORLD + SPENT + "".join(flows)).book(), AT)


def spent(ledger, *flows):
    return {x.flow: x for x in listed(ledger, *flows)}


def test_gifts_are_listed_whoever_got_them(ledger):
    legs = (("Assets:Alameda:Bank", "-3 USD"), ("Expenses:Alameda:Gifts", "3 USD"))
    found = spent(
        ledger,
        flow("2021-05-05", "campaign", *legs),
        flow("2021-05-06", "father", *legs, purpose='"insiders"'),
    )
    assert [
        (found[x].kind, found[x].law, found[x].insider) for x in ("campaign", "father")
    ] == [("gift", "548", False), ("gift", "548", True)]


def test_interest_is_a_payment_on_a_debt(ledger):
    found = spent(
        ledger,
        flow(
            "2021-05-05",
            "interest",
            ("Assets:Alameda:Bank", "-2 USD"),
            ("Expenses:Alameda:Interest", "2 USD"),
            ("Equity:Lender:Wealth", "2 USD"),
            ("Income:Lender:Interest", "-2 USD"),
        ),
    )
    one = found["interest"]
    assert (one.transferee, one.kind, one.law) == ("Lender", "interest", "547")


def test_what_a_flow_gave_beside_what_else_it_did_is_a_gift(ledger):
    # A loan repaid with a gift; and of nine given, two to the founder.
    found = listed(
        ledger,
        flow(
            "2021-06-10",
            "both",
            ("Assets:Alameda:Bank", "-9 USD"),
            ("Expenses:Alameda:Gifts", "4 USD"),
            ("Equity:Lender:Wealth", "5 USD"),
        ),
        flow(
            "2021-06-11",
            "nine",
            ("Assets:Alameda:Bank", "-9 USD"),
            ("Expenses:Alameda:Gifts", "9 USD"),
            ("Assets:Founder:Cash", "2 USD"),
            ("Equity:Founder:Wealth", "-2 USD"),
        ),
    )
    assert [
        (x.flow, x.kind, x.amount) for x in found if x.flow in {"both", "nine"}
    ] == [
        ("both", "debt", 5),
        ("both", "gift", 4),
        ("nine", "gift", 2),
        ("nine", "gift", 7),
    ]


def test_each_lender_is_paid_the_interest_it_earned(ledger):
    # Ten of interest and one of costs: six to one lender, four to the other.
    found = listed(
        ledger,
        '2020-01-01 custom "entity" "Second" "Another lender"\n  role: "lender"\n'
        "2020-01-01 open Equity:Second:Wealth\n"
        "2020-01-01 open Income:Second:Interest\n"
        "2020-01-01 open Liabilities:Alameda:Loans:Second\n"
        '  counterparty: "Second"\n',
        flow(
            "2021-05-05",
            "interest",
            ("Assets:Alameda:Bank", "-11 USD"),
            ("Expenses:Alameda:Interest", "10 USD"),
            ("Expenses:Alameda:Costs", "1 USD"),
            ("Equity:Lender:Wealth", "6 USD"),
            ("Income:Lender:Interest", "-6 USD"),
            ("Equity:Second:Wealth", "4 USD"),
            ("Income:Second:Interest", "-4 USD"),
        ),
    )
    paid = [(x.transferee, x.amount) for x in found if x.kind == "interest"]
    assert paid == [("Lender", 6), ("Second", 4)]


def test_interest_to_one_of_the_group_counts_for_a_year(ledger):
    # Alameda pays FTX seven, 171 days before.
    found = listed(
        ledger,
        "2020-01-01 open Income:FTX:Interest\n",
        flow(
            "2021-01-10",
            "interest",
            ("Assets:Alameda:Bank", "-7 USD"),
            ("Expenses:Alameda:Interest", "7 USD"),
            ("Assets:FTX:Bank", "7 USD"),
            ("Income:FTX:Interest", "-7 USD"),
        ),
    )
    (one,) = (x for x in found if x.kind == "interest")
    assert (one.transferee, one.amount, one.insider) == ("FTX", 7, True)


def test_a_token_that_does_not_sell_at_once_is_a_purchase(ledger):
    buy = flow(
        "2021-05-05",
        "tokens",
        ("Assets:Alameda:Bank", "-4 USD"),
        ("Assets:Alameda:Thin", "2 TOK @ 2 USD"),
    )
    again = buy.replace("tokens", "again")
    sale = flow(
        "2021-08-05",
        "sale",
        ("Assets:Alameda:Thin", "-4 TOK @ 3 USD"),
        ("Assets:Alameda:Bank", "12 USD"),
    )
    found = spent(ledger, buy, again, sale)
    # What both fetched is shared between them.
    assert [(found[x].kind, found[x].given_back) for x in ("tokens", "again")] == [
        ("purchase", 6),
        ("purchase", 6),
    ]


def test_who_was_paid_stands_where_another_owes_it(ledger):
    found = spent(
        ledger,
        flow(
            "2021-05-05",
            "buy-out",
            ("Assets:Alameda:Bank", "-6 USD"),
            ("Assets:Founder:Shares:FTX", "6 USD"),
            ("Assets:Seller:Cash", "6 USD"),
            ("Equity:Seller:Wealth", "-6 USD"),
        ),
    )
    assert found["founder"].paid_to == ""
    one = found["buy-out"]
    assert (one.transferee, one.kind, one.paid_to) == ("Founder", "loan", "Seller")


def test_untraced_and_insiders_are_one_rule(ledger):
    # An account of an insider's with a share stated is worth that share, centrally.
    text = WORLD.replace(
        "2020-01-01 open Assets:Founder:Cash\n",
        "2020-01-01 open Assets:Founder:Cash\n  recovery: 0\n  recovery-high: 1\n",
    )
    found = recover(ledger.case(text).book(), AT)
    assert rate(found, "Alameda") == pytest.approx(Decimal(115) / 190)
