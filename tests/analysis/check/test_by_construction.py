"""How the amounts by which a test broke were put in, where no source states any."""

from __future__ import annotations

import pytest
from analysis.check.small_books import deposit
from analysis.check.small_books import flow
from analysis.check.small_books import loan
from analysis.check.small_books import moved
from analysis.check.small_books import own

#: A firm owes the 100 it was lent and has 110; a source states what it has later.
LENT = (
    '2020-01-01 custom "invariant" "balance-sheet" "Firm"\n'
    + own("Firm", "10 USD")
    + loan("2020-02-01", "100 USD")
    + '2020-03-01 custom "observation" Assets:Firm:House 50 USD\n'
    '  id: "seen"\n  source: "court"\n'
)


def lost(amount, keys=""):
    return flow(
        "2020-03-01",
        ("Assets:Firm:House", f"{-amount} USD"),
        ("Expenses:Firm:Costs", f"{amount} USD"),
        keys=keys,
    )


@pytest.mark.parametrize(
    ("keys", "put_in"),
    [
        ("", ()),
        ('sized-by: "seen"', ("sized",)),
        ('basis: "residual"', ("remainder",)),
        ('basis: "residual";sized-by: "seen"', ("remainder",)),
    ],
)
def test_a_test_that_first_breaks_by_what_was_put_in_says_how(books, keys, put_in):
    # The firm loses what makes its debt exceed what it has; the loss was worked out
    # from a balance that a source states, is a remainder, or is a source's own.
    (one,) = books.findings(LENT + lost(60, keys)).tests
    assert (one.passed, one.by_construction) == (False, bool(put_in))
    assert one.put_in == one.worst_put_in == put_in


@pytest.mark.parametrize(
    ("amount", "put_in"),
    # What a source states it gained that day broke nothing; what it lost did.
    [(-5, ("remainder",)), (5, ())],
)
def test_only_flows_that_left_less_say_how_a_test_broke(books, amount, put_in):
    text = LENT + lost(60, 'basis: "residual"') + lost(amount)
    (one,) = books.findings(text).tests
    assert one.put_in == one.worst_put_in == put_in


def test_of_a_limit_on_claims_flows_that_add_to_them_say_how_it_broke(books):
    # 70 of the exchange's 100 go to the firm by a remainder, and 5 come back as a
    # source states: only the first raises the claim above half of all there is.
    text = (
        '2020-01-01 custom "invariant" "related-party-exposure" "Exchange"\n'
        "  maximum: 0.5\n"
        + own("Exchange", "100 USD")
        + moved(
            "2020-03-01",
            "70 USD",
            "Assets:Exchange:House",
            "Assets:Firm:House",
            keys='basis: "residual"',
        )
        + moved("2020-03-01", "5 USD", "Assets:Firm:House", "Assets:Exchange:House")
    )
    (one,) = books.findings(text).tests
    assert not one.passed
    assert one.put_in == ("remainder",)


#: Of 70 the exchange owes 60, and has 20 at hand and 50 on loan outside the group.
ON_LOAN = (
    '2020-01-01 custom "invariant" "balance-sheet" "Exchange"\n'
    + own("Exchange", "10 USD")
    + deposit("2020-01-02", "Alice", "60 USD", "Assets:Exchange:House")
)
RESIDUAL = 'basis: "residual"'


def claimed(day, amount, keys="", account="Assets:Exchange:Loans:Lender"):
    """Write a loan to the lender, or the writing off of one."""
    gone = amount.startswith("-")
    plain = amount.lstrip("-")
    (ours, theirs) = (
        ("Expenses:Exchange:Costs", "Equity:Lender:Own")
        if gone
        else ("Assets:Exchange:House", "Assets:Lender:Cash")
    )
    return flow(
        day,
        (ours, plain if gone else f"-{plain}"),
        (account, amount),
        (theirs, f"-{plain}" if gone else plain),
        ("Liabilities:Lender:Exchange", plain if gone else f"-{plain}"),
        keys=keys,
    )


def spent(amount, keys=""):
    legs = ("Assets:Exchange:House", f"-{amount}"), ("Expenses:Exchange:Costs", amount)
    return flow("2020-03-01", *legs, keys=keys)


@pytest.mark.parametrize(
    ("that_day", "margin", "put_in"),
    [
        # A source states 30 of 31 lost.
        (claimed("2020-03-01", "-30 USD") + spent("1 USD", RESIDUAL), -21, ()),
        # A source states none of it.
        (claimed("2020-03-01", "-30 USD", RESIDUAL), -20, ("remainder",)),
        # A source states what was lent, which left no less.
        (
            claimed("2020-03-01", "2 USD") + spent("15 USD", RESIDUAL),
            -5,
            ("remainder",),
        ),
    ],
)
def test_of_a_balance_sheet_claims_that_count_say_how_it_broke(
    books, that_day, margin, put_in
):
    text = ON_LOAN + claimed("2020-02-01", "50 USD") + that_day
    (one,) = books.findings(text).tests
    assert (one.margin, one.put_in) == (margin, put_in)
    assert one.worst_put_in == put_in


@pytest.mark.parametrize(
    ("parameter", "put_in"),
    # What was lent to an affiliate that cannot pay is gone, as a source states; at
    # face it is there.
    [("", ()), ('affiliates: "nil"', ()), ('affiliates: "face"', ("remainder",))],
)
def test_of_a_balance_sheet_claims_on_affiliates_count_at_face_alone(
    books, parameter, put_in
):
    asked = ON_LOAN.replace('"Exchange"\n', f'"Exchange"\n  {parameter}\n', 1)
    text = asked + moved(
        "2020-03-01", "40 USD", "Assets:Exchange:House", "Assets:Firm:House"
    )
    text += spent("15 USD", RESIDUAL)
    text += flow(
        "2020-03-01",
        ("Assets:Firm:House", "-40 USD"),
        ("Expenses:Firm:Costs", "40 USD"),
    )
    (one,) = books.findings(text).tests
    assert not one.passed
    assert one.put_in == put_in


def test_what_another_keeps_for_customers_says_how_customers_came_to_miss_it(books):
    # 60 of a customer's are with the lender, of which a remainder takes 20.
    kept = "Assets:Exchange:Kept:Lender"
    text = (
        f'2020-01-01 open {kept}\n  counterparty: "Lender"\n  custody: TRUE\n'
        '2020-01-01 custom "invariant" "customer-assets" "Exchange"\n'
        + deposit("2020-01-02", "Alice", "60 USD", "Assets:Exchange:House")
        + claimed("2020-01-02", "60 USD", account=kept)
        + claimed("2020-03-01", "-20 USD", RESIDUAL, kept)
    )
    (one,) = books.findings(text).tests
    assert (one.margin, one.worst_put_in) == (-20, ("remainder",))
