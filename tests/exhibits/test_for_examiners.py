"""What an examiner looks for: limits of tests, totals of the group, flows of a sum."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import solvency
from solvency.analysis.study import Study
from solvency.analysis.study import study_of
from solvency.analysis.weigh.weigh import believe
from solvency.exhibits.balance.bases import bases_table
from solvency.exhibits.balance.group import group_table
from solvency.exhibits.check.rules import BREAKS
from solvency.exhibits.check.rules import rules
from solvency.exhibits.check.segregation import begins
from solvency.exhibits.check.segregation import cover_of
from solvency.exhibits.check.summary import summary
from solvency.exhibits.evidence.appendices import flows
from solvency.exhibits.evidence.makeup import makeup
from solvency.exhibits.recover import transfers
from solvency.exhibits.recover.aftermath import afterwards
from solvency.exhibits.recover.transfers import preferences
from solvency.exhibits.setting import Setting
from solvency.exhibits.setting import setting_of
from solvency.exhibits.weigh import hypotheses
from solvency.exhibits.weigh.hypotheses import explanations
from solvency.figures.figure import Figure
from solvency.figures.figure import Ref
from solvency.figures.formats import Locale
from solvency.figures.words import words_of
from solvency.report import build

LEDGERS = Path(__file__).parents[2] / "ledgers"


@pytest.fixture(scope="module")
def ftx() -> Setting:
    """Return the case of FTX as exhibits see it, at the petition."""
    case = solvency.load(LEDGERS / "ftx/main.beancount")
    book, day = case.book(), case.reporting_date
    study = study_of(case, book, day)
    return setting_of(case, book, (day,), Locale("en"), study)


def said(prose: object) -> str:
    """Return the words of a cell, its figures as printed."""
    if isinstance(prose, Figure):
        return prose.text(Locale("en"))
    if isinstance(prose, tuple):
        return "".join(map(said, prose))
    return str(getattr(prose, "text", prose))


def test_every_test_of_the_case_says_when_it_breaks(ftx: Setting) -> None:
    table = rules(ftx)
    assert table is not None
    found = {said(row.label): said(row.cells[1]) for row in table.rows}
    assert {one.name for one in ftx.case.invariants} <= BREAKS.keys()
    assert found["Loans stay within the set share of their collateral"] == (
        "the debt is more than 80% of its collateral at market"
    )
    assert (
        "below zero by more than 100.0"
        in found["No account is overdrawn beyond its limit"]
    )
    assert (
        "within 30 days"
        in found["Liquid assets cover what may be called for in the period"]
    )


def test_transfers_say_how_far_back_they_are_listed(
    ftx: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = preferences(ftx)
    assert table is not None
    assert (
        "payments on debts within 90 days, 365 for insiders and affiliates"
        " (11 USC 547); loans to insiders, gifts, and purchases, within 730 days"
    ) in said(table.unit)
    # The days are those of the search, not words of the table.
    monkeypatch.setattr(transfers, "reaches", lambda _: (30, 365, 730))
    again = preferences(ftx)
    assert again is not None
    assert "within 30 days" in said(again.unit)


def test_loans_between_debtors_are_named_beside_the_transfers(ftx: Setting) -> None:
    table = preferences(ftx)
    assert table is not None
    (note,) = (x for x in table.notes if "came to owe another" in said(x))
    # Largest first: 6,800, 2,500, bitcoin of 1,575.0, 1,500, 1,200, 1,200, 800 and 107.
    assert [one.name for one in note if isinstance(one, Ref)] == [
        "F-0046",
        "F-0081",
        "F-0108",
        "F-0082",
        "F-0025",
        "F-0107",
        "F-0026",
        "F-0101",
    ]
    (lent,) = (one for one in note if isinstance(one, Figure))
    assert lent.value == Decimal("15681961043.5")
    listed = {row.key.split(":")[1] for row in table.rows if ":" in row.key}
    assert "F-0122" in listed
    assert not listed & set(lent.flows)


def test_the_group_has_its_totals_by_the_books_and_as_found(ftx: Setting) -> None:
    table = bases_table(ftx, ftx.at)
    start = f"bases:{ftx.at.isoformat()}:group"
    rows = {row.key: row.cells for row in table.rows if row.key.startswith(start)}
    table.cast()
    net, found = rows[f"{start}:net"], rows[f"{start}:found:net"]
    assert net[0].value == sum(
        (one.amount for one in ftx.sheet(ftx.at).side("asset")), Decimal()
    ) - sum((one.amount for one in ftx.sheet(ftx.at).side("liability")), Decimal())
    assert found[0].value < net[0].value


def test_the_groups_own_tokens_are_no_asset_of_it_though_they_were_found(
    ftx: Setting,
) -> None:
    start = f"bases:{ftx.at.isoformat()}:group:found:assets"
    (row,) = (one for one in bases_table(ftx, ftx.at).rows if one.key == start)
    (sheet,) = (one for one in group_table(ftx, ftx.at).rows if one.key == "found")
    assert row.cells[0].value == sheet.cells[-1].value


def test_what_fails_only_on_what_was_found_stands_below_the_first_table(
    ftx: Setting,
) -> None:
    table = summary(ftx)
    assert table is not None
    note = said(table.notes[0])
    assert "claims on the group left out, 1,304.8 missing" in note
    # What fails on the books stands in the table itself.
    assert "Debts can be paid" not in note


def test_what_was_owed_is_told_from_the_day_more_than_remainders_say_so(
    ftx: Setting,
) -> None:
    series = cover_of(ftx, "FTX")
    assert series is not None
    first, late = begins(ftx, "FTX", series)
    assert late
    # Customers' bitcoin, worked out from the sheet; before it stands a remainder.
    assert first == ftx.case.by_id["F-0022"].date
    assert ftx.case.by_id["F-0012"].date < first


def test_flows_of_a_sum_are_named_until_the_rest_is_small(ftx: Setting) -> None:
    parts = [(flow.id, Decimal(100 - n)) for n, flow in enumerate(ftx.flows[:20])]
    figure = Figure("a", Decimal(sum(part for _, part in parts)), parts=tuple(parts))
    # Twelve at most, though the rest is large; then the rest, and the total.
    assert len(makeup(ftx, figure, "A").rows) == 14
    parts[9:] = [(name, Decimal(1)) for name, _ in parts[9:]]
    figure = Figure("a", Decimal(sum(part for _, part in parts)), parts=tuple(parts))
    # Nine large ones are named; with eight, the rest were more than a tenth.
    assert len(makeup(ftx, figure, "A").rows) == 11


def test_no_large_flow_and_no_assumption_hides_in_the_rest_of_a_sum(
    ftx: Setting,
) -> None:
    stated = [flow.id for flow in ftx.flows if flow.basis == "stated"]
    sizes = (1000, 900, 800, 700, 600, 50, -45, 2, 1)
    parts = [(name, Decimal(n)) for name, n in zip(stated, sizes, strict=False)]
    parts.append(("F-0159", Decimal("0.5")))
    figure = Figure(
        "a", sum((part for _, part in parts), Decimal()), parts=tuple(parts)
    )
    *lines, rest, _ = makeup(ftx, figure, "A").rows
    # Of both signs, the two would come to five; what is assumed is named too.
    assert {row.key for row in lines} == {*stated[:7], "F-0159"}
    assert rest.key == "others"
    assert said(rest.cells[-1]) == said(ftx.own("b", Decimal(3), formula="three"))


def test_a_page_of_a_source_is_promised_only_where_one_was_noted(ftx: Setting) -> None:
    # The locators of this case say how amounts were worked out.
    section = flows(ftx)
    assert section is not None
    assert section.values["located"] is False


def test_each_hypothesis_stands_on_paper_with_its_flows(ftx: Setting) -> None:
    section = explanations(ftx)
    assert section is not None
    listed = {one.hypothesis.name for one in section.values["explained"]}
    assert listed == set(ftx.case.hypotheses)


def test_of_many_flows_of_a_hypothesis_the_largest_stand_on_paper(
    ftx: Setting, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hypotheses, "_LARGEST", 2)
    monkeypatch.setitem(ftx.__dict__, "listed", frozenset())
    section = explanations(ftx)
    assert section is not None
    cut = [one for one in section.values["explained"] if one.flows > 2]
    assert cut
    for one in section.values["explained"]:
        shown = [row.key for row in one.table.rows] if one.table else []
        sizes = sorted(one.sizes.values(), reverse=True)
        assert sorted((one.sizes[x] for x in shown), reverse=True) == sizes[:2]
        # The rest is one line, with how many they are and what they come to.
        count, moved = [x for x in one.smaller if isinstance(x, Figure)] or (None, None)
        assert (count.value if count else 0) == len(sizes) - len(shown)
        assert (moved.value if moved else 0) == sum(sizes[2:])
        assert not moved or dict(moved.parts).keys() == one.sizes.keys() - {*shown}


def test_what_is_sold_for_cash_and_a_debt_is_among_what_became_of_assets(
    ftx: Setting,
) -> None:
    found = {one.flow: one.fetched for one in ftx.study.afterwards}
    assert found["F-0143"] == Decimal(404_000_000)


def test_each_account_of_the_group_leads_to_its_flows(ftx: Setting) -> None:
    section = flows(ftx)
    assert section is not None
    moving = {
        words_of(account): words_of(moved)
        for account, moved in section.values["moving"]
    }
    assert moving["Liabilities:Alameda:Loans:Lenders"] == "F-0041 F-0088"
    # What one entity owes another because of a flow is among them.
    assert "F-0025" in moving["Liabilities:Alameda:Payables:FTX"].split()
    assert not any(name.split(":")[1] == "Customers" for name in moving)


def test_whether_anything_fits_is_known_before_the_rest() -> None:
    case = solvency.load(LEDGERS / "harbour/main.beancount")
    # A study of its own: what others asked is kept with those that are shared.
    study = Study(case, case.book(), case.reporting_date)
    once = study.weighed
    assert once is not None
    assert "beliefs" not in vars(study)
    beliefs = study.beliefs
    assert beliefs is not None
    assert beliefs.unfit == once.unfit
    again = believe(case, beside=False)
    assert [(x.id, x.posterior) for x in again.hypotheses] == [
        (x.id, x.posterior) for x in beliefs.hypotheses
    ]


def test_what_was_taken_stands_apart_from_what_was_sold(ftx: Setting) -> None:
    table = afterwards(ftx)
    assert table is not None
    heads = [n for n, row in enumerate(table.rows) if row.kind == "group"]
    assert [table.rows[n].key for n in heads] == ["later:taken", "later:sold"]
    fetched = [row.cells[4] for row in table.rows if row.kind == "line"]
    taken = heads[1] - 1
    assert 0 < taken < len(fetched)
    assert all(isinstance(one, Figure) for one in fetched)
    assert not any(one.value for one in fetched[:taken] if isinstance(one, Figure))
    assert all(one.value for one in fetched[taken:] if isinstance(one, Figure))


def test_the_appendix_of_hypotheses_is_asked_for_by_name() -> None:
    case = solvency.load(LEDGERS / "harbour/main.beancount")
    report = build(case, case.book(), sections=["explanations"])
    assert [one.name for one in report.sections] == ["explanations"]
