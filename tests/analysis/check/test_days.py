"""Days no source gives: what is broken first, and when."""

from __future__ import annotations

import datetime
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pytest
from analysis.check.each_case import ask
from analysis.check.small_books import Books
from analysis.check.small_books import deposit
from analysis.check.small_books import moved

from solvency.analysis.check import TESTS
from solvency.analysis.check import Test
from solvency.analysis.check import evaluate
from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.quantities import DrawnWorld
from solvency.analysis.check.quantities import World
from solvency.analysis.check.timeline import Timeline
from solvency.model import uncertain_days
from solvency.model.uncertain_days import UncertainDays
from solvency.model.uncertain_days import either_side


@pytest.fixture
def books(ledger):
    return Books(ledger)


def taken(day="2020-01-15", keys=""):
    """Return 40 of Alice's 100 taken by the house, some day from 10 to 20 January."""
    return moved(
        day, "40 USD", "Assets:Exchange:Custody", "Assets:Exchange:House", keys=keys
    )


HEAD = ask("customer-assets") + deposit("2020-01-02", "Alice", "100 USD")
BETWEEN = "id: 'taken';earliest: 2020-01-10;latest: 2020-01-20".replace("'", '"')
#: Intervals of no more than 31 days, told apart in steps of a week or less.
SHORT = [("2020-01-05", "2020-02-05"), ("2020-01-05", "2020-01-13")]
END = moved("2020-02-01", "1 USD", "Assets:Exchange:House", "Assets:Exchange:House")


def test_a_first_date_is_as_uncertain_as_the_day_of_its_flow(books):
    # Any of eleven days, each as likely: 5% and 95% lie on the first and the last.
    found = evaluate(books.case(HEAD + taken(keys=BETWEEN)).book(), draws=4_000)
    (one,) = (x for x in found.findings if x.invariant == "customer-assets")
    assert one.probability == 1.0
    assert one.first == datetime.date(2020, 1, 15)
    assert one.first_earliest == datetime.date(2020, 1, 10)
    assert one.first_latest == datetime.date(2020, 1, 20)
    assert found.draws == 4_000


@pytest.mark.parametrize(
    ("first", "last"),
    [("2020-02-01", "2020-06-30"), ("2020-01-01", "2020-02-29"), *SHORT],
)
def test_nine_of_ten_days_lie_in_the_interval_of_a_first_date(books, first, last):
    # Any day of the interval, each as likely: of months, whose days are told apart by
    # their last alone, as of a few days.
    low, high = (datetime.date.fromisoformat(day) for day in (first, last))
    keys = f'id: "taken";earliest: {first};latest: {last}'
    found = evaluate(books.case(HEAD + taken(first, keys=keys)).book(), draws=4_000)
    (one,) = (x for x in found.findings if x.invariant == "customer-assets")
    held = (one.first_latest - one.first_earliest).days + 1
    assert low <= one.first_earliest <= one.first_latest <= high
    assert held >= 0.9 * ((high - low).days + 1)


def test_an_interval_begins_no_earlier_for_days_that_move_nothing_it_counts(books):
    # What the house pays out in January, on no known day, is none of Alice's.
    keys = 'id: "house";earliest: 2020-01-03;latest: 2020-03-31'
    other = moved(
        "2020-01-03",
        "1 USD",
        "Assets:Exchange:House",
        "Assets:Exchange:House",
        keys=keys,
    )
    found = evaluate(books.case(HEAD + taken() + other).book(), draws=400)
    (one,) = (x for x in found.findings if x.invariant == "customer-assets")
    assert one.first_earliest == one.first_latest == datetime.date(2020, 1, 15)


def test_days_alone_are_drawn_and_a_flow_certain_of_its_day_is_not(books):
    case = books.case(HEAD + taken())
    assert evaluate(case.book(), draws=500).draws == 0


@pytest.mark.parametrize("day", range(10, 21))
def test_a_draw_of_a_day_is_the_ledger_with_that_day(books, day):
    case = books.case(HEAD + taken(keys=BETWEEN) + END)
    timeline = Timeline(case.book())
    (invariant,) = case.invariants
    test = TESTS[invariant.name].run
    world = World(timeline)
    test(world, invariant)
    flow = next(at for at, one in enumerate(case.book().flows) if one.id == "taken")
    written = datetime.date(2020, 1, day)
    bucket = np.searchsorted(timeline.ordinals, [written.toordinal()] * 2)
    none = np.zeros((2, 0))
    drawn = DrawnWorld(
        timeline, np.zeros(0, np.int64), none, {flow: bucket}, world.asked
    )
    (got,) = test(drawn, invariant)
    other = books.case(HEAD + taken(f"2020-01-{day}") + END)
    beside = Timeline(other.book())
    (wanted,) = test(World(beside), invariant)
    at = np.searchsorted(beside.ordinals, timeline.ordinals, side="right") - 1
    for mine, theirs in ((got.have, wanted.have), (got.need, wanted.need)):
        shape = (2, len(timeline.ordinals))
        np.testing.assert_allclose(
            np.broadcast_to(mine.astype(float), shape),
            np.broadcast_to(theirs[at].astype(float), shape),
            atol=1e-9,
        )


def test_a_flow_is_drawn_no_earlier_than_the_one_it_cannot_precede(books):
    # One returns what another took: both from 10 to 20 January.
    back = moved(
        "2020-01-16",
        "40 USD",
        "Assets:Exchange:House",
        "Assets:Exchange:Custody",
        keys=BETWEEN.replace('"taken"', '"back"') + ';after: "taken"',
    )
    days = UncertainDays(books.case(HEAD + taken(keys=BETWEEN) + back).book())
    names = [days.book.flows[flow].id for flow in days.flows]
    drawn = np.concatenate(list(days.draw(2_000, 0, 300)), axis=1)
    first, then = drawn[names.index("taken")], drawn[names.index("back")]
    assert (first <= then).all()
    ends = [datetime.date(2020, 1, n).toordinal() for n in (10, 20)]
    assert drawn.min() == ends[0]
    assert drawn.max() == ends[1]
    # Uniform: a mean of the fifteenth, to a tenth of a day.
    assert first.mean() == pytest.approx(sum(ends) / 2, abs=0.3)
    # The other on any day left, each as likely: on the same with the mean of 1 to 1/11.
    alike = sum(1 / n for n in range(1, 12)) / 11
    assert (first == then).mean() == pytest.approx(alike, abs=0.03)
    on_tenth = then[first == ends[0]]
    assert on_tenth.mean() == pytest.approx(sum(ends) / 2, abs=0.9)


@pytest.mark.parametrize(
    # What is given back is given back on the 12th, or by the 14th, and taken before.
    ("keys", "last"),
    [('id: "back"', 12), ('id: "back";earliest: 2020-01-11;latest: 2020-01-14', 14)],
)
def test_a_flow_is_drawn_no_later_than_one_that_cannot_precede_it(books, keys, last):
    back = moved(
        "2020-01-12",
        "40 USD",
        "Assets:Exchange:House",
        "Assets:Exchange:Custody",
        keys=keys + ';after: "taken"',
    )
    book = books.case(HEAD + taken("2020-01-11", keys=BETWEEN) + back).book()
    days = UncertainDays(book)
    names = [book.flows[flow].id for flow in days.flows]
    drawn = np.concatenate(list(days.draw(2_000, 0, 300)), axis=1)
    first = drawn[names.index("taken")]
    then = (
        drawn[names.index("back")]
        if "back" in names
        else datetime.date(2020, 1, 12).toordinal()
    )
    assert (first <= then).all()
    assert first.min() == datetime.date(2020, 1, 10).toordinal()
    assert first.max() == datetime.date(2020, 1, last).toordinal()


def test_flows_of_one_driver_share_their_place(books):
    other = taken("2020-01-14", BETWEEN.replace('"taken"', '"other"') + ';driver: "m"')
    text = HEAD + taken(keys=BETWEEN + ';driver: "m"') + other
    days = UncertainDays(books.case(text).book())
    drawn = np.concatenate(list(days.draw(100, 0, 30)), axis=1)
    assert (drawn[0] == drawn[1]).all()
    assert len(set(drawn[0].tolist())) > 5


@pytest.mark.parametrize(
    # One day in twenty of such draws would all break at these chances: 0.05^(1/n).
    ("draws", "least"),
    [(200, "98"), (1_000, "99.7"), (10_000, "99.97"), (20_000, "99.98")],
)
def test_what_broke_in_every_draw_says_what_that_leaves_open(books, draws, least):
    found = evaluate(books.case(HEAD + taken(keys=BETWEEN)).book(), draws=draws)
    assert found.findings[0].probability == 1
    assert f"in all {draws:,} draws" in found.convergence
    assert f"the chance is more than {least}%." in found.convergence


def test_what_did_not_break_in_every_draw_does_not_say_so(books):
    keys = 'id: "taken";low: 20 USD;high: 60 USD'
    own = moved(
        "2020-01-02", "30 USD", "Assets:Exchange:House", "Assets:Exchange:Custody"
    )
    found = evaluate(books.case(HEAD + own + taken(keys=keys)).book(), draws=500)
    assert 0 < found.findings[0].probability < 1
    assert found.surely == ""


def by_calendar(world, invariant):
    """Ask for 1,000 from March to August, when the ledger has nothing."""
    held = world.traits.kept_for_customers_by(frozenset({invariant.entity}))
    asked = [1000 if 3 <= day.month < 9 else 0 for day in world.timeline.days]
    need = np.array([world.constant(Decimal(one)) for one in asked])
    have = world.value(held)
    need = np.broadcast_to(need, have.shape) if world.drawn else need
    return [Outcome(None, world.currency, have, need, held)]


def by_sums(world, invariant):
    """Ask for three times what the first flow ever brought."""
    held = world.traits.kept_for_customers_by(frozenset({invariant.entity}))
    need = world.accumulate({0: world.factor(0) * world.constant(Decimal(300))})
    return [Outcome(None, world.currency, world.value(held), need, held)]


@pytest.fixture
def unlisted():
    """Give the list of tests, which is as it was afterwards, its order too."""
    kept = dict(TESTS)
    yield TESTS
    TESTS.clear()
    TESTS.update(kept)


@pytest.mark.parametrize("run", [by_calendar, by_sums])
def test_anothers_test_of_balances_may_ask_of_any_day(
    books, monkeypatch, unlisted, run
):
    # About 100 are held, so that it is broken in every draw.
    del unlisted["mirrors"]
    entry = SimpleNamespace(load=lambda: Test(run, of_balances=True))
    monkeypatch.setattr(
        "solvency.analysis.check.tests.offered", lambda _: {"mirrors": entry}
    )
    low = "low: 80 USD;high: 120 USD"
    text = ask("mirrors") + deposit("2020-01-02", "Alice", "100 USD", keys=low)
    for day in ("2020-01-01", "2020-04-01"):
        text += f'{day} price BTC 5 USD\n  source: "court"\n'
    text += deposit("2020-01-02", "Alice", "1 BTC")
    text += deposit("2020-10-01", "Alice", "1 USD")
    found = evaluate(books.case(text).book(), draws=100, otherwise=False)
    assert [one.probability for one in found.tests] == [1.0]


def test_each_flow_is_held_against_the_same_accounts_once(books, monkeypatch):
    asked = []
    moves = uncertain_days._moves
    monkeypatch.setattr(
        uncertain_days, "_moves", lambda *of: asked.append(of) or moves(*of)
    )
    text = HEAD + taken(keys=BETWEEN)
    for day in (9, 10, 11, 19, 20):
        text += (
            f'2020-01-{day:02} custom "observation" Assets:Exchange:House 40 USD\n'
            f'  id: "on-{day}"\n  source: "court"\n'
        )
    case = books.case(text)
    # On the 9th it is not yet there, on the 20th it is.
    told = either_side(case.book(), case.observations)
    assert told == (("on-10", "taken"), ("on-11", "taken"), ("on-19", "taken"))
    assert len(asked) == 1
