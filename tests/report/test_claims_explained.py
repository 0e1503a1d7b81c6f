"""What entries of claims, beliefs and losses say, with numbers worked by hand."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from halves import halves
from report.exhibits import every_list

from solvency.analysis.study import study_of
from solvency.analysis.tally.tally import tally
from solvency.exhibits.setting import setting_of
from solvency.exhibits.tally.total import tally_tables
from solvency.figures.figure import OWN
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Figure
from solvency.figures.formats import Locale
from solvency.report import build
from solvency.report import pages

if TYPE_CHECKING:
    from preamble import Ledger

    from solvency.figures.figure import Prose
    from solvency.figures.table import Table
    from solvency.report.document import Report

HEAD = """
2020-01-01 custom "spread" "B2" 0.10
2020-01-01 custom "source" "one" "One"
  grade: "B2"
2020-01-01 custom "source" "two" "Two"
  grade: "B2"
2020-01-02 * "Capital" ^court
  id: "capital"
  Assets:Alameda:Bank    1,000 USD
  Equity:Alameda:Shares -1,000 USD
2020-01-03 * "Costs" ^one
  id: "costs"
  low: 90 USD
  high: 110 USD
  Expenses:Alameda:Costs   100 USD
  Assets:Alameda:Bank     -100 USD
"""


def seen(name: str, amount: str, extra: str, source: str = "two") -> str:
    return (
        f'2020-02-01 custom "observation" Assets:Alameda:Bank {amount} USD\n'
        f'  id: "{name}"\n  source: "{source}"\n  {extra}\n'
    )


def may(name: str, amount: int, more: str = "", excludes: str = "") -> str:
    return (
        f'2020-01-01 custom "hypothesis" "{name}" "{name}"\n  prior: 0.5\n'
        + (f'  excludes: "{excludes}"\n' if excludes else "")
        + f'2020-01-10 ! "Perhaps" ^one #{name}\n  id: "H-{name}"\n{more}'
        f"  Assets:Alameda:Bank  -{amount} USD\n"
        f"  Expenses:Alameda:Costs  {amount} USD\n"
    )


def figures(report: Report) -> dict[str, Figure]:
    return {one.key: one for one in report.figures()}


def read(prose: Prose) -> str:
    """Return prose as a reader has it, without the places links lead to."""

    def one(piece: object) -> str:
        if isinstance(piece, Figure):
            return piece.text(Locale())
        if isinstance(piece, Exhibit):
            return "Exhibit"
        return (
            getattr(piece, "label", None) or getattr(piece, "text", None) or str(piece)
        )

    return "".join(map(one, prose))


def test_a_balanced_amount_says_what_binds_it_and_what_pulls(ledger) -> None:
    # Bank 950 with 1% and a grade of 0%: 9.5 over 1.645 is 5.78. Costs 100 within 10:
    # 6.08. The gap of 50 is shared 361 to 400: the bank goes to 926.28, costs to 73.72.
    exact = 'error: 0.01\n  grade: "A1"'
    case = ledger.case(HEAD + seen("bank", "950", exact))
    found = figures(every_list(case))
    one = found["claim:bank:balanced"]
    assert one.target == OWN
    assert float(one.value or 0) == pytest.approx(950 - 50 * 361 / 761, abs=1)
    # The capital of 1,000 less the costs as balanced: the parts are the amount.
    assert [name for name, _ in one.parts] == ["capital", "costs"]
    assert sum(amount for _, amount in one.parts) == one.value
    assert one.sources == ("two",)
    said = read(one.worked)
    assert "by its own range; the books as written have 900; balanced, it must" in said
    assert "pulled most by costs (S-002) by (12), claiming 100, balanced 74" in said
    # Nothing else pulls, so its own claim holds what the costs pull.
    assert "by all others 0; its own claim holds 12 against these" in said
    other = read(found["claim:costs:balanced"].worked)
    assert "moved by having to add up, with other flows, to what is stated: by" in other
    strain = found["claim:bank:z"]
    # All of the gap over the spread of both claims, 8.39.
    assert strain.value == Decimal("6.0")
    said = read(strain.worked)
    assert "950 less 900, which all other claims alone would have it be" in said
    assert "over 8.39, the spread of that difference" in said
    assert "positive, so more is claimed than fits" in read(strain.worked)
    # Nothing tells costs and bank apart; the first to confirm is one of them.
    asked = found["confirm:costs"]
    assert asked.target == OWN
    assert asked.value in {100, 950}
    assert "would tell the right one from a wrong one by a chi-sq" in read(asked.worked)


def test_what_chi_square_sums_leaves_out_a_bound_that_holds(ledger) -> None:
    # Costs and bank, 26.28 and 23.72 from claims of spread 6.08 and 5.78, add 18.7 and
    # 16.9 to a chi-square of 35.5. What is said to be at least one dollar is not
    # 899 dollars off.
    exact = 'error: 0.01\n  grade: "A1"'
    bound = seen("bound", "1", "low: 1 USD", source="one")
    case = ledger.case(HEAD + seen("bank", "950", exact) + bound)
    said = read(figures(every_list(case))["reconciled:chi2"].worked)
    assert "bound" not in said
    costs, bank = re.findall(r"\) (\d+\.\d)", said)
    assert float(costs) == pytest.approx(18.7, abs=0.11)
    assert float(bank) == pytest.approx(16.9, abs=0.11)


def test_a_grade_s_spread_comes_on_top_of_a_statement_s_own(ledger) -> None:
    # Own range 1% of 500 is 5, the grade's 10% is 50: over 1.645 3.04 and 30.4.
    case = ledger.case(HEAD + seen("bank", "500", "error: 0.01"))
    said = read(figures(every_list(case))["claim:bank:balanced"].worked)
    wanted = "spread 31: 3 by its own range and 30 by its grade (B2: 10% either way"
    assert wanted in said


def test_an_expected_value_prints_both_factors(ledger) -> None:
    # Neither, one or the other, each a third.
    case = ledger.case(HEAD + may("loss", 300) + may("other", 600, "", "loss"))
    found = figures(every_list(case))
    assert read(found["tally:loss:expected"].worked) == "0.333333 times 300"
    ((flow, amount),) = found["tally:loss:expected"].parts
    assert flow == "H-loss"
    # A third of the mean of the median 300 and its quantiles, 270 and 330.
    assert float(amount) == pytest.approx(halves(270, 300, 330)[0] / 3, abs=0.01)
    assert found["tally:loss:expected"].sources == ("one",)
    chance = found["tally:loss:probability"]
    assert chance.target == OWN
    assert read(chance.worked).startswith(
        "the author's prior is 50%; struck out are the combinations in which it holds"
        " together with one it excludes: other (50%)"
    )


def test_a_mean_beyond_the_central_amount_says_why(ledger) -> None:
    more = "  low: 0 USD\n  high: 900 USD\n"
    case = ledger.case(HEAD + may("loss", 100, more))
    found = figures(every_list(case))
    said = read(found["tally:loss:expected"].worked)
    assert "cut off there, so the mean is not the central 100" in said
    central = read(found["tally:loss:central"].worked)
    assert central == "H-loss from 0 to 900, stated (S-002)"


def test_a_belief_names_what_moved_it_with_its_log_odds(ledger) -> None:
    text = HEAD + may("loss", 300) + seen("bank", "700", "error: 0.2")
    case = ledger.case(text)
    report = every_list(case)
    (beliefs,) = (x for x in report.tables if x.key == "beliefs")
    one = beliefs.rows[0].cells[1]
    assert one.target == OWN
    assert one.sources == ("two",)
    factor = float(beliefs.rows[0].cells[2].value)
    said = read(one.worked)
    # Without the only group the prior of one half is left, odds of one: all that was
    # added is the logarithm of the factor.
    assert said.startswith(f"odds before 1, times {factor:.2f}; without bank of S-00")
    assert "it would be 50%, so they add" in said
    added = float(said.split("add ")[1].split()[0])
    assert added == pytest.approx(math.log(factor), abs=0.01)


def test_a_mark_stands_behind_no_loss_however_wide(ledger) -> None:
    mark = may("mark", 100, "  low: 1 USD\n  high: 90,000 USD\n").replace(
        "Assets:Alameda:Bank", "Equity:Alameda:Shares"
    )
    more = "  low: 200 USD\n  high: 450 USD\n"
    both = '2020-01-01 custom "scenario" "both" "Both"\n  hypotheses: "loss, mark"\n'
    case = ledger.case(HEAD + mark + may("loss", 300, more) + both)
    found = figures(every_list(case))
    assert found["tally:total:0.5"].flows == ("H-loss",)
    assert found["tally:total:0.5"].parts == (("H-loss", 250),)
    explained = found["explained:both:0.5"]
    assert explained.flows == ("H-loss",)


def test_purposes_beyond_the_largest_are_one_line_and_all_cast(ledger) -> None:
    # Twelve purposes of 1 to 12: ten lines of 3 to 12, and 1 + 2.
    flows = "".join(
        f'2020-02-01 * "Paid" ^{"court" if n % 2 else "one"}\n  purpose: "use-{n}"\n'
        f"  Expenses:Alameda:Costs  {n} USD\n  Assets:Alameda:Bank  -{n} USD\n"
        for n in range(1, 13)
    )
    case = ledger.case(HEAD + flows)
    (ladder,) = (x for x in every_list(case).tables if x.key == "ladder")
    assert [row.key for row in ladder.rows][-2:] == ["other purposes", "total"]
    values = {row.key: [cell.value for cell in row.cells] for row in ladder.rows}
    assert values["other purposes"] == [1, 2, 3]
    # Odd ones are of the court: 36; even ones 42.
    assert values["total"] == [36, 42, 78]
    assert ladder.rows[-1].sums == tuple((row.key, 1) for row in ladder.rows[:-1])


def test_a_flow_graded_unlike_its_source_says_so(ledger) -> None:
    graded = HEAD.replace('  id: "costs"\n', '  id: "costs"\n  grade: "A2"\n')
    case = ledger.case(graded)
    text = "".join(pages.tree(every_list(case)).itertext())
    assert "A2 (its source is graded B2)" in text
    plain = ledger.case(HEAD)
    assert "its source is graded" not in "".join(
        pages.tree(every_list(plain)).itertext()
    )


def test_a_scenario_lies_behind_by_misfit_and_by_spreads(ledger) -> None:
    # The bank is 900 as stated, spread by 9 and, of the costs, 10. With the loss 600 is
    # expected, and 100 more of spread.
    scenarios = "".join(
        f'2020-01-01 custom "scenario" "{name}" "{name}"\n  hypotheses: "{taken}"\n'
        for name, taken in (("lost", "loss"), ("kept", "tiny"))
    )
    exact = 'error: 0.01\n  grade: "A1"'
    tiny = may("tiny", 1).replace("Expenses:Alameda:Costs", "Assets:Alameda:Bank")
    text = HEAD + may("loss", 300, "  low: 200 USD\n  high: 400 USD\n") + tiny
    found = figures(_report(ledger, text + scenarios + seen("bank", "900", exact)))
    said = read(found["scenario:lost:posterior"].worked)
    behind, misfit, mine, least, wide = (
        float(x)
        for x in re.findall(
            r"lies (\S+) below.*?: (\S+) by its misfit, (\S+) where the best one's is"
            r" (\S+) \(.*? greater\), (\S+) by how wide",
            said,
        )[0]
    )
    # One statement, four degrees of freedom: a multivariate t of both.
    (bank, own), (costs, spread) = halves(891, 900, 909), halves(90, 100, 110)
    loss, much = halves(200, 300, 400)
    # Costs and loss are of one source: their errors are correlated by a half.
    variances = [own**2 + spread**2]
    variances.append(variances[0] + much**2 + spread * much)
    wanted = (bank - (1000 - costs - loss)) ** 2 / variances[1]
    assert mine == pytest.approx(wanted, abs=0.01)
    assert least == pytest.approx(0, abs=0.02)
    assert misfit == pytest.approx(2.5 * math.log1p(wanted / 4), abs=0.02)
    assert wide == pytest.approx(math.log(variances[1] / variances[0]) / 2, abs=0.02)
    assert behind == pytest.approx(misfit + wide)
    assert "determinant is greater) and 0 by the bounds" in said
    best = read(found["scenario:kept:posterior"].worked)
    assert best.startswith("its likelihood is the greatest, so that it counts as 1;")
    # A bound speaks to belief and not to the misfit.
    bound = seen("bound", "800", "low: 800 USD", source="one")
    found = figures(
        _report(ledger, text + scenarios + seen("bank", "900", exact) + bound)
    )
    said = read(found["scenario:lost:posterior"].worked)
    whole, misfit, spreads, bounds = (
        float(x.strip("()"))
        for x in re.findall(
            r"lies (\S+) below.*?: (\S+) by its misfit.*? greater\), (\S+) by how.*"
            r" and (\S+) by the b",
            said,
        )[0]
    )
    assert bounds
    assert whole == pytest.approx(misfit + spreads + bounds)


def _report(ledger: Ledger, text: str) -> Report:
    case = ledger.case(text)
    return every_list(case)


def _table(report: Report, key: str) -> Table:
    return next(one for one in report.tables if one.key == key)


EXACT = 'error: 0.01\n  grade: "A1"'


def test_claims_at_odds_name_whose_they_are(ledger) -> None:
    text = HEAD.replace('"Costs" ^one', '"A landlord" "Rent" ^one')
    what = '\n  perimeter: "All cash"'
    own = '\n  perimeter: "Cash Alameda has"'
    stated = seen("all", "700", EXACT + what) + seen("own", "500", EXACT + own, "one")
    for head, first in ((text, "A landlord: Rent"), (HEAD, "Alameda: Costs")):
        labels = {
            row.key: read(row.label)
            for row in _table(_report(ledger, head + stated), "suspects").rows
        }
        assert labels == {
            "suspect:costs": first,
            "suspect:all": "Alameda: All cash",
            "suspect:own": "Cash Alameda has",
        }


def test_a_state_stands_beside_claims_only_where_some_cannot_stand(ledger) -> None:
    agree = _report(ledger, HEAD + seen("bank", "910", EXACT))
    plan = _table(agree, "investigation")
    assert [one.key for one in plan.columns] == ["settle", "claimed"]
    assert {len(row.cells) for row in plan.rows} == {2}
    clash = _report(ledger, HEAD + seen("bank", "500", EXACT))
    plan = _table(clash, "investigation")
    assert plan.columns[0].key == "state"
    assert "cannot all stand" in {row.cells[0].text for row in plan.rows}


def test_names_drawn_have_a_key_that_leads_to_the_hypothesis(ledger) -> None:
    days = "".join(f'2020-0{n}-01 event "known" "Day {n}"\n' for n in (3, 4, 5))
    days += '2020-06-01 custom "source" "late" "Late"\n  grade: "B2"\n'
    title = may("big-loss", 300).replace('"big-loss"\n', '"It was lost"\n')
    report = _report(ledger, HEAD + days + title + seen("b", "700", EXACT))
    for key in ("tally-waterfall", "belief-history"):
        notes = _table(report, key).notes
        ((_, _, link),) = (x for x in notes if read(x) == "Big loss: It was lost")
        assert link.href == "#hypothesis-big-loss"


def test_a_tally_says_what_its_ends_are_and_by_which_chances(ledger) -> None:
    ends = "Low and high of a hypothesis with several flows are the ends"
    before = "chance, as believed before the observations"
    second = (
        '2020-01-11 ! "Again" ^one #loss\n  id: "H-again"\n  low: 30 USD\n'
        "  Assets:Alameda:Bank  -50 USD\n  Expenses:Alameda:Costs  50 USD\n"
    )
    seen_there = seen("b", "700", EXACT)
    scenario = '2020-01-01 custom "scenario" "lost" "Lost"\n  hypotheses: "loss"\n'
    for more, asked in (("", ""), (second, "lost")):
        text = HEAD + may("loss", 300) + more + seen_there + scenario
        case = ledger.case(text, **({"scenario": asked} if asked else {}))
        study = study_of(case, case.book(), case.reporting_date)
        days = (case.reporting_date,)
        setting = setting_of(case, case.book(), days, Locale("en"), study)
        found = tally(case, draws=2_000)
        chart, table, *_ = tally_tables(setting, found)
        assert any(ends in read(note) for note in table.notes) == bool(more)
        assert not any("true are left out" in read(note) for note in table.notes)
        assert (before in read(chart.unit)) == (not asked)


def test_a_tally_says_why_a_chance_is_not_the_prior(ledger) -> None:
    rival = may("other", 200, excludes="loss")
    case = ledger.case(HEAD + may("loss", 300) + rival + seen("b", "700", EXACT))
    study = study_of(case, case.book(), case.reporting_date)
    days = (case.reporting_date,)
    setting = setting_of(case, case.book(), days, Locale("en"), study)
    _, table, *_ = tally_tables(setting, tally(case, draws=2_000))
    (note,) = (read(one) for one in table.notes if "true are left out" in read(one))
    assert re.search(r"(loss|other): prior 50%, chance 33%\.$", note)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("at the correlation of errors taken here", "flows these books lack")),
        ("zh", ("按此处所取的误差相关系数", "账簿缺少的款项")),
    ],
)
def test_what_is_suspect_may_be_a_flow_that_is_missing(
    lang: str, words: tuple[str, str], ledger: Ledger
) -> None:
    stated = seen("all", "700", EXACT) + seen("own", "500", EXACT, "one")
    case = ledger.case(HEAD + stated)
    made = build(case, case.book(), sections=["contradictions"], lang=lang)
    said = "".join(pages.tree(made).itertext())
    assert all(one in said for one in words)
