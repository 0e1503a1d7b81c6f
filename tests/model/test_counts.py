"""What was counted, held against the books."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from counting import BOOKS
from counting import counted
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from preamble import Ledger

from solvency.model.counting.counts import Counts
from solvency.model.counting.found import Sum
from solvency.model.counting.found import found
from solvency.model.counting.suspense import in_suspense

PETITION = datetime.date(2022, 11, 11)
BANK, COINS = "Assets:Alameda:Bank", "Assets:Alameda:Coins"


@pytest.fixture
def at(ledger: Ledger):
    """Return what is found of the small group, given counts."""

    def find(*counts: str, day: datetime.date = PETITION, basis="market", **options):
        case = ledger.case(BOOKS + "".join(counts), **options)
        return found(Counts.of(case.book()), day, basis)

    return find


def sums(found_, entity, kind):
    return next(x.sums for x in found_.lines if (x.entity, x.kind) == (entity, kind))


def total(*numbers):
    return Sum(*map(Decimal, numbers))


class TestOneCount:
    def test_books_above_a_count_are_untraced(self, at) -> None:
        one = at(counted("B-1", BANK, "200 USD"))
        assert one.totals == total(500, 200, 300, 0)
        assert one.lines[0].counts == ("B-1",)
        assert one.lines[0].accounts == (BANK,)

    def test_books_below_a_count_are_unrecorded(self, at) -> None:
        assert at(counted("B-1", BANK, "620 USD")).totals == total(500, 620, 0, 120)

    def test_what_the_books_do_not_show_at_all_is_unrecorded(self, at) -> None:
        one = at(counted("B-1", "Assets:FTX:Receivables:Alameda", "7 USD"))
        assert sums(one, "FTX", "claims") == total(0, 7, 0, 7)

    def test_a_count_in_units_is_of_that_commodity_alone(self, at) -> None:
        # 6 BTC in the books and 2 found: 4 at 10 dollars are untraced; the 40
        # dollars in the same wallet nobody counted.
        one = at(counted("B-1", "Assets:FTX:Wallet", "2 BTC"))
        assert one.totals == total(60, 20, 40, 0)
        assert [line.kind for line in one.lines] == ["bitcoin"]

    def test_a_count_in_money_over_coins_and_dollars_is_a_share_of_both(
        self, at
    ) -> None:
        # The books show 60 in bitcoin and 40 in dollars; 25 of 100 were found.
        one = at(counted("B-1", "Assets:FTX:Wallet", "25 USD"))
        assert sums(one, "FTX", "bitcoin") == total(60, 15, 45, 0)
        assert sums(one, "FTX", "money") == total(40, 10, 30, 0)

    def test_a_count_at_its_own_mark(self, at) -> None:
        # At 5 dollars a coin the sheet's 10 dollars are 2 of the 4 coins: 20 at market.
        one = at(counted("B-1", COINS, "10 USD", mark="5 USD"))
        assert one.totals == total(40, 20, 20, 0)

    def test_classes(self, at) -> None:
        one = at(counted("B-1", "Assets:Alameda", "630 USD"))
        # The books show 630 in all: every class is found whole.
        assert {line.kind: line.sums.books for line in one.lines} == {
            "money": 500,
            "bitcoin": 40,
            "own tokens": 40,
            "thin tokens": 20,
            "stakes": 30,
        }
        assert one.totals.untraced == one.totals.unrecorded == 0


class TestCarried:
    def test_back_over_flows_to_the_petition_in_money(self, at) -> None:
        # On 30 November the books show 500 - 50 - 10 = 440 and 140 were found: 300
        # are untraced, on the day and before. At the petition 140 + 60 were there.
        count = counted("B-1", BANK, "140 USD", "2022-11-30")
        assert at(count).totals == total(500, 200, 300, 0)
        later = at(count, day=datetime.date(2022, 11, 30))
        assert later.totals == total(440, 140, 300, 0)

    def test_back_in_units_whatever_the_price(self, at) -> None:
        # On 30 November 2 of the 5 coins were found, at 20 dollars each. One came
        # after the petition, so 1 of 4 was there then, at 10 dollars.
        count = counted("B-1", COINS, "2 BTC", "2022-11-30")
        price = '2022-11-30 price BTC 20 USD\n  source: "court"\n'
        assert at(count, price).totals == total(40, 10, 30, 0)

    def test_money_over_coins_is_the_share_of_its_own_day(self, at) -> None:
        # On 30 November 5 coins at 20 are 100 dollars in the books; 40 found are 2
        # coins: 3 untraced, also at the petition, where 1 of 4 was there at 10.
        count = counted("B-1", COINS, "40 USD", "2022-11-30")
        price = '2022-11-30 price BTC 20 USD\n  source: "court"\n'
        assert at(count, price).totals == total(40, 10, 30, 0)

    def test_at_least_gives_way_to_a_whole_count(self, at) -> None:
        # A week later 90 had been found so far. The count of the petition, 200 of 500,
        # speaks still: 60 went out since, so that 140 of 440 are there, 300 are not.
        whole = counted("B-1", BANK, "200 USD")
        first = counted("B-2", BANK, "90 USD", "2022-11-18", low="90 USD")
        day = datetime.date(2022, 11, 30)
        assert at(whole, first, day=day).totals == total(440, 140, 300, 0)
        # Alone it is taken as it is.
        day = datetime.date(2022, 11, 18)
        assert at(first, day=day).totals.counted == 90

    def test_no_further_than_the_petition(self, at) -> None:
        count = counted("B-1", BANK, "200 USD")
        before = at(count, day=datetime.date(2022, 11, 10))
        assert before.lines == ()
        assert "no count speaks of 2022-11-10" in before.notes[0]

    def test_the_books_cannot_lack_more_than_they_show(self, at) -> None:
        # 10,000 come in after the petition, and 40 are found in the end: at the
        # petition all 500 are untraced, and no more.
        more = """
2022-11-21 * "Money comes in" ^court
  Assets:Alameda:Bank     10,000 USD
  Equity:Alameda:Shares  -10,000 USD
"""
        count = counted("B-1", BANK, "40 USD", "2022-11-30")
        assert at(more, count).totals == total(500, 0, 500, 0)

    def test_days_are_the_petition_and_each_later_one(self, ledger) -> None:
        case = ledger.case(
            BOOKS
            + counted("B-1", BANK, "200 USD")
            + counted("B-2", COINS, "2 BTC", "2022-11-30")
        )
        assert Counts.of(case.book()).days == (PETITION, datetime.date(2022, 11, 30))

    def test_a_count_before_the_petition_has_no_day_of_its_own(self, ledger) -> None:
        case = ledger.case(BOOKS + counted("B-1", BANK, "200 USD", "2022-10-31"))
        assert Counts.of(case.book()).days == (PETITION,)

    def test_of_two_of_the_same_the_nearer_speaks(self, at) -> None:
        first = counted("B-1", BANK, "200 USD")
        second = counted("B-2", BANK, "300 USD", "2022-11-30")
        assert at(first, second).totals == total(500, 200, 300, 0)
        later = at(first, second, day=datetime.date(2022, 11, 30))
        assert later.totals == total(440, 300, 140, 0)

    def test_a_count_before_the_petition_gives_way_to_a_later_one(self, at) -> None:
        # In October 100 of 500 were found; in November somebody counted all banks.
        early = counted("B-1", BANK, "100 USD", "2022-10-31")
        assert at(early, day=datetime.date(2022, 10, 31)).totals.untraced == 400
        assert at(early).totals == total(500, 100, 400, 0)
        later = counted("B-2", f"{BANK} Assets:FTX:Bank", "600 USD")
        assert at(early, later).totals == total(600, 600, 0, 0)

    def test_known_hides_what_was_counted_later(self, at) -> None:
        late = counted("B-1", BANK, "200 USD", source='"later"')
        assert at(late).totals.untraced == 300
        assert at(late, known=datetime.date(2023, 1, 1)).lines == ()


class TestNesting:
    def test_the_narrower_binds_its_accounts_and_the_wider_the_rest(self, at) -> None:
        # 640 of 740 were found; of these 60 in the wallet (all but 40), so 580 of the
        # 640 elsewhere: FTX's Bank 100, Alameda's Bank 500 and coins 40. Of each nine
        # parts in ten and a sixteenth: 60/640 are untraced.
        one = at(
            counted(
                "B-1", f"Assets:FTX:Bank Assets:FTX:Wallet {BANK} {COINS}", "640 USD"
            ),
            counted("B-2", "Assets:FTX:Wallet", "60 USD"),
        )
        by_account = {x.position: x.untraced for x in one.held}
        share = Decimal(60) / 640
        assert by_account == {
            (BANK, "USD"): 500 * share,
            (COINS, "BTC"): 40 * share,
            ("Assets:FTX:Bank", "USD"): 100 * share,
            ("Assets:FTX:Wallet", "BTC"): 24,
            ("Assets:FTX:Wallet", "USD"): 16,
        }
        assert one.totals == total(740, 640, 100, 0)
        assert any("B-1 counted several" in note for note in one.notes)

    def test_a_coin_within_all_that_is_in_an_account(self, at) -> None:
        # 5 BTC of 6 were found, 50 dollars; 70 in all, so 20 of the 40 dollars.
        one = at(
            counted("B-1", "Assets:FTX:Wallet", "70 USD"),
            counted("B-2", "Assets:FTX:Wallet", "5 BTC"),
        )
        assert sums(one, "FTX", "bitcoin") == total(60, 50, 10, 0)
        assert sums(one, "FTX", "money") == total(40, 20, 20, 0)

    def test_a_wider_count_that_only_confirms_binds_nothing(self, at) -> None:
        one = at(
            counted("B-1", f"{BANK} {COINS}", "300 USD"),
            counted("B-2", BANK, "200 USD"),
            counted("B-3", COINS, "30 USD"),
        )
        assert one.totals == total(540, 230, 310, 0)
        assert "B-1 counted 70.00 USD more than the narrower counts within it" in (
            " ".join(one.notes)
        )

    def test_overlapping_counts_bind_nothing(self, at) -> None:
        one = at(
            counted("B-1", f"{BANK} {COINS}", "300 USD"),
            counted("B-2", f"{BANK} Assets:FTX:Bank", "200 USD"),
            counted("B-3", "Assets:FTX:Wallet", "50 USD"),
        )
        assert {line.counts for line in one.lines} == {("B-3",)}
        assert "B-1 and B-2 overlap in Assets:Alameda:Bank" in one.notes[0]

    def test_accounts_below_zero_stand_as_they_are(self, at) -> None:
        # Bank 500 and an overdrawn account of -100: 300 found are 400 in the Bank.
        drawn = """
2022-10-02 open Assets:Alameda:Bank:Second
2022-10-02 * "Overdraws" ^court
  Assets:Alameda:Bank:Second  -100 USD
  Expenses:Alameda:Costs       100 USD
"""
        one = at(drawn, counted("B-1", BANK, "300 USD"))
        assert one.totals == total(400, 300, 100, 0)
        assert one.of([BANK]) == total(500, 400, 100, 0)


class TestBases:
    def test_clean_has_no_own_tokens(self, at) -> None:
        one = at(counted("B-1", "Assets:Alameda:Own", "2 OWN"), basis="clean")
        assert one.totals == total(0, 0, 0, 0)
        assert at(counted("B-1", "Assets:Alameda:Own", "2 OWN")).totals == total(
            40, 10, 30, 0
        )

    def test_realisable_values_what_was_found_as_the_books_are(self, at) -> None:
        # 10 THIN at 2, of which 5 halve the price: 20 (1 - 1/4) / (2 ln 2) = 10.82.
        one = at(counted("B-1", "Assets:Alameda:Thin", "4 THIN"), basis="realisable")
        books, counted_, untraced, _ = one.totals
        assert books == pytest.approx(Decimal("10.82"), abs=Decimal("0.01"))
        assert counted_ / books == pytest.approx(Decimal("0.4"))
        assert books - counted_ == untraced


PLACES = ("Assets:FTX:Bank", "Assets:FTX:Wallet", BANK, COINS, "Assets:Alameda:Thin")


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(
            st.sets(st.sampled_from(PLACES), min_size=1),
            st.integers(0, 2_000),
            st.sampled_from(["USD", "BTC"]),
            st.sampled_from(["2022-11-11", "2022-11-20", "2022-12-31"]),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from(["market", "book", "clean", "realisable"]),
)
def test_books_less_counted_is_untraced_less_unrecorded(
    tmp_path_factory, counts, basis
) -> None:
    text = BOOKS + "".join(
        counted(f"B-{n}", " ".join(sorted(places)), f"{amount} {unit}", day)
        for n, (places, amount, unit, day) in enumerate(counts)
    )
    case = Ledger(tmp_path_factory.mktemp("counts")).case(text)
    every = Counts.of(case.book())
    for day in (*every.days, datetime.date(2023, 1, 1)):
        one = found(every, day, basis)
        for sums_ in (*(line.sums for line in one.lines), one.totals):
            assert sums_.books - sums_.counted == sums_.untraced - sums_.unrecorded
            assert sums_.untraced >= 0
            assert sums_.unrecorded >= 0


SUSPENDED = """
2020-01-01 open Assets:FTX:Suspense
  suspense: TRUE
2020-01-01 open Assets:Alameda:Suspense
  suspense: TRUE
2022-10-02 * "Nobody knows" ^court
  Assets:FTX:Bank      -5 USD
  Assets:FTX:Suspense   5 USD
2022-10-02 * "Nobody knows" ^court
  Assets:Alameda:Bank      -7 USD
  Assets:Alameda:Suspense   7 USD
"""


@pytest.mark.parametrize(
    ("whose", "amounts"), [(None, [7, 5]), ({"FTX"}, [5]), ({"Alameda"}, [7])]
)
def test_what_is_in_suspense_is_said_of_whom_it_is_asked(ledger, whose, amounts):
    # 7 left Alameda's bank and 5 that of FTX; of each alone its own is said.
    book = ledger.case(BOOKS + SUSPENDED).book()
    said = [str(one) for one in in_suspense(book, PETITION, whose)]
    assert len(said) == len(amounts)
    for amount, one in zip(amounts, said, strict=True):
        assert f"{amount} more was paid out" in one


def test_what_was_counted_is_the_books_less_untraced_with_what_they_lack(at):
    # 500 in the bank and 200 counted; 6 BTC of FTX's and 9 counted, at 10 dollars.
    table = at(
        counted("B-1", BANK, "200 USD"), counted("B-2", "Assets:FTX:Wallet", "9 BTC")
    ).to_table()
    table.cast()
    (column,) = [one for one in table.columns if one.title.startswith("counted")]
    assert sorted(sign for _, sign in column.sums) == [-1, 1, 1]
