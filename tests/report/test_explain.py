"""What `solvency explain` says of figures, flows and sources of the small case."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import solvency
from solvency.cli import main
from solvency.exhibits.explain import explain
from solvency.exhibits.rests import rests
from solvency.figures.errors import ReportError
from solvency.ledger.without_source import without
from solvency.report.attachments import listed

if TYPE_CHECKING:
    from pathlib import Path

    from solvency import Case
    from solvency.report.document import Report

OWED = "balance:Exchange:2021-12-31:market:total:liability"


@pytest.fixture(scope="module")
def clean(loaded: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small case without its dangerous addresses: no errors."""
    from pathlib import Path as FilePath

    text = FilePath(loaded.path).read_text(encoding="utf-8")
    text = text.replace("javascript:alert(1)", "https://example.org/leak")
    text = text.replace("file:///etc/passwd", "https://example.org/mirror")
    path = tmp_path_factory.mktemp("clean") / "main.beancount"
    path.write_text(text, encoding="utf-8")
    assert not solvency.load(path, scenario="burned").errors
    return path


class TestFigure:
    def test_a_total_rests_on_the_flows_of_its_parts(self, loaded: Case) -> None:
        found = explain(loaded, OWED)
        assert found.kind == "figure"
        assert found.figure is not None
        # Customers are owed both deposits: 1,000,000,000.25 and 600,000,000.25.
        assert found.figure.value == Decimal("1600000000.50")
        assert [(one.flow.id, one.part) for one in found.flows] == [
            ("F-1", Decimal("1000000000.25")),
            ("F-2", Decimal("600000000.25")),
        ]
        assert found.sum
        assert [(one.source.name, one.carries) for one in found.sources] == [
            ("docket", Decimal("1000000000.25")),
            ("leak", Decimal("600000000.25")),
        ]

    def test_dropping_a_source_takes_its_flows_out(self, loaded: Case) -> None:
        changes = {one.source: one for one in explain(loaded, OWED).without}
        # F-1 and F-4 rest on the docket alone, F-2 and H-1 on the leak alone; of F-3
        # both speak, and the leak, published first, gives the amount.
        assert changes["docket"].lost == ("F-1", "F-4")
        assert changes["docket"].after == Decimal("600000000.25")
        assert changes["leak"].lost == ("F-2", "F-3", "H-1")
        assert changes["leak"].after == Decimal("1000000000.25")

    @pytest.mark.parametrize(
        "name",
        [
            OWED,
            "balance.Exchange.2021-12-31.liabilities",
            "balance.exchange.2021-12-31.total.liability",
        ],
    )
    def test_words_of_the_key_may_be_left_out(self, name: str, loaded: Case) -> None:
        assert explain(loaded, name).name == OWED

    def test_another_day_may_be_asked_for(self, loaded: Case) -> None:
        found = explain(loaded, "balance.Exchange.2021-02-15.liabilities")
        assert found.figure is not None
        assert found.figure.value == Decimal("1000000000.25")

    def test_several_are_named(self, loaded: Case) -> None:
        with pytest.raises(ReportError, match="say which"):
            explain(loaded, "balance.2021-12-31.liabilities")

    def test_none_is_said(self, loaded: Case) -> None:
        with pytest.raises(ReportError, match=r"'F-11'\. Did you mean F-1\?"):
            explain(loaded, "F-11")


def test_a_flow(loaded: Case) -> None:
    found = explain(loaded, "F-2")
    assert found.kind == "flow"
    assert OWED in {one.name for one in found.figures}
    assert [(one.source, one.lost) for one in found.without] == [("leak", ("F-2",))]


def test_a_flow_without_a_source_names_none(tmp_path: Path) -> None:
    from pathlib import Path as FilePath

    case = FilePath("ledgers/harbour/main.beancount")
    ledger = case.read_text(encoding="utf-8")
    linked = '"A year\'s wages" ^petition\n'
    plug = ledger.replace(linked, '"A year\'s wages"\n  basis: "plug"\n')
    assert plug != ledger
    target = tmp_path / "main.beancount"
    target.write_text(plug, encoding="utf-8")
    done = CliRunner().invoke(main, ["explain", "wages", str(target)])
    assert "  grade      none; no source states the amount\n" in done.output


def test_a_remainder_is_carried_by_no_source() -> None:
    case = solvency.load("ledgers/ftx/main.beancount")
    found = explain(case, "balance:FTX:2022-11-11:market:total:liability")
    name = "ft-balance-sheet"
    parts = [one for one in found.flows if one.flow.amount_from == name]
    carried = {one.source.name: one.carries for one in found.sources}[name]
    unstated = {"residual", "assumed", "plug"}
    assert any(one.flow.basis in unstated for one in parts)
    assert carried == sum(
        one.part for one in parts if one.part and one.flow.basis not in unstated
    )


def test_a_flow_says_between_which_days_it_lies() -> None:
    ledger = "ledgers/ftx/main.beancount"
    done = CliRunner().invoke(main, ["explain", "F-0122", ledger])
    assert (
        "  day        from 2022-10-01 to 2022-11-10: no source gives it" in done.output
    )
    assert "no source states the amount; worked out beside" in done.output
    assert "  sized by   B-056, B-078\n" in done.output


@pytest.mark.parametrize(
    "key",
    ["beliefs:wide:moved", "recovery-changed:central:alone:Desk:unsecured"],
)
def test_figures_that_the_terminal_prints_are_found(key: str) -> None:
    case = solvency.load("ledgers/harbour/main.beancount")
    assert explain(case, key).name == key


def test_a_flow_falls_with_the_source_of_its_amount_alone(loaded: Case) -> None:
    lost = {one.source: one.lost for one in explain(loaded, "F-3").without}
    assert lost == {"docket": (), "leak": ("F-3",)}


def test_a_source(loaded: Case) -> None:
    found = explain(loaded, "leak")
    assert {one.flow.id for one in found.flows} == {"F-2", "F-3", "H-1"}
    # Without the leak the desk never got the 600,000,000.25 that it owes, and has
    # no liabilities to add up.
    owed = "balance:Desk:2021-12-31:market:total:liability"
    before = {one.name: (one.before, one.after) for one in found.without}
    assert before[owed] == (Decimal("600000000.25"), None)
    assert explain(loaded, "unused").without == ()


def test_without_leaves_the_rest_alone(loaded: Case) -> None:
    lost = {"F-2", "F-3", "H-1"}
    kept = [flow.id for flow in loaded.flows if flow.id not in lost]
    assert [flow.id for flow in without(loaded, "leak").flows] == kept


def test_figures_name_what_they_rest_on(report: Report) -> None:
    base = rests(report.case, report.sections)
    for table in report.tables:
        for figure in table.figures():
            for name in figure.flows:
                flow = report.case.by_id[name]
                assert set(flow.sources) <= set(base[figure.key].sources)


def test_figures_of_one_key_have_one_value(report: Report) -> None:
    from solvency.exhibits.section import figures_in

    seen: dict[str, object] = {}
    for figure in figures_in([(s.tables, s.values) for s in report.sections]):
        assert seen.setdefault(figure.key, figure.value) == figure.value, figure.key


def test_the_list_says_where_each_stands(report: Report) -> None:
    figures = {one["key"]: one for one in listed(report)}
    (exhibit,) = figures[OWED]["exhibits"]
    assert report.numbers["balance-Exchange"] == exhibit
    assert figures[OWED]["printed"] == "1,600.0"
    assert figures[OWED]["flows"] == ("F-1", "F-2")


class TestCommand:
    def run(self, clean: Path, *args: str) -> str:
        done = CliRunner().invoke(
            main, ["explain", *args, str(clean), "--scenario", "burned"]
        )
        assert done.exit_code == 0, done.output
        return done.output

    def test_added_legs_are_marked(self, clean: Path) -> None:
        text = self.run(clean, "F-2")
        added = [line for line in text.splitlines() if line.endswith("  added")]
        # Four: the customers' claim on Exchange and Exchange's on Desk, both sides.
        assert len(added) == 4
        assert "grade      B2" in text
        assert "500,000,000 to 700,000,000" in text

    def test_a_figure_in_words(self, clean: Path) -> None:
        text = self.run(clean, OWED)
        assert "value      1,600.0 $m (1,600,000,000.50 USD)" in text
        words = " ".join(text.split())
        assert "1,600,000,000.50 becomes 1,000,000,000.25" in words

    def test_json(self, clean: Path) -> None:
        document = json.loads(self.run(clean, OWED, "--json"))
        assert document["value"] == "1600000000.5"
        assert document["sum"] is True
        parts = [Decimal(one["part"]) for one in document["flows"]]
        assert sum(parts) == Decimal(document["value"])
        after = {one["source"]: one["value"] for one in document["without"]}
        assert after == {"docket": "600000000.25", "leak": "1000000000.25"}
        assert document["flows"][1]["postings"][-1]["added"] is True

    def test_a_source_says_what_it_observed(self, clean: Path) -> None:
        assert "observations (1)" in self.run(clean, "leak")

    def test_no_such_name(self, clean: Path) -> None:
        done = CliRunner().invoke(main, ["explain", "nothing", str(clean)])
        assert done.exit_code == 2
        assert "exhibit is called 'nothing'" in done.output


def test_lines_are_no_wider_than_the_terminal() -> None:
    ledger = "ledgers/ftx/main.beancount"
    key = "balance:FTX:2022-11-11:market:total:liability"
    done = CliRunner(env={"COLUMNS": "80"}).invoke(main, ["explain", key, ledger])
    wide = [line for line in done.output.splitlines() if len(line) > 80]
    # An address is copied whole.
    assert all(line.strip().startswith("https://") for line in wide)
    assert "source " in done.output


def test_where_flows_have_no_part_the_largest_come_first() -> None:
    case = solvency.load("ledgers/ftx/main.beancount")
    found = explain(case, "balance:Alameda:2022-11-11:market:untraced")
    assert not found.sum
    amounts = [
        one.flow.amount.number
        for one in found.flows
        if one.flow.amount.commodity == case.currency
    ]
    assert len(amounts) > 2
    assert amounts == sorted(amounts, key=abs, reverse=True)
    given = [one.source.name for one in found.sources]
    assert given[0] == found.flows[0].flow.amount_from
