"""What is said of a case that came in by import: sources of money, what was found."""

from __future__ import annotations

import datetime
import json

import python_calamine
from click.testing import CliRunner

from solvency.analysis.sources_uses import funds
from solvency.cli import main
from solvency.ledger.load import load
from solvency.model.counting.found import found

MAP = """
entity = "Firm"
currency = "EUR"
columns = { date = "Day", narration = "Words", amount = "Amount", balance = "Balance" }
[[rules]]
match = "Crane"
account = "Expenses:Firm:Supplies"
[[rules]]
match = "Sale"
account = "Income:Firm:Sales"
"""
#: 1,000 at first; 300 paid for a crane, of which 120 come back; 50 of sales.
ROWS = (
    "Day,Words,Amount,Balance\n2022-10-03,Crane,-300,700\n"
    "2022-10-05,Crane returned,120,820\n2022-10-06,Sale,50,870\n"
)


def brought(tmp_path, text):
    (tmp_path / "bank.csv").write_text(text)
    (tmp_path / "map.toml").write_text(MAP)
    arguments = [tmp_path / "bank.csv", "--map", tmp_path / "map.toml", "-o"]
    ran = CliRunner().invoke(
        main, ["import", *map(str, [*arguments, tmp_path / "case"])]
    )
    assert ran.exit_code == 0, ran.output
    case = load(tmp_path / "case" / "main.beancount")
    assert [error.message for error in case.errors] == []
    return case


def test_a_payment_that_comes_back_is_no_new_money(tmp_path):
    case = brought(tmp_path, ROWS)
    one = funds(case.book(), "Firm", datetime.date(2022, 10, 31))
    assert {(x.side, x.label): x.amount for x in one.lines} == {
        ("source", "opening balances"): 1000,
        ("source", "sales"): 50,
        ("use", "supplies"): 180,
    }
    assert one.control == 0


def test_more_that_comes_back_than_was_paid_is_a_source(tmp_path):
    text = "Day,Words,Amount,Balance\n2022-10-05,Crane returned,120,1120\n"
    one = funds(brought(tmp_path, text).book(), "Firm", datetime.date(2022, 10, 31))
    assert one.amount("source", "supplies") == 120
    assert one.control == 0


def test_what_a_gap_lacks_is_told_to_be_no_lost_asset(tmp_path):
    # 820 less 90 that no row says, plus 50: 780.
    case = brought(tmp_path, ROWS.replace("50,870", "50,780"))
    held = found(case.book().counts, datetime.date(2022, 10, 6))
    assert held.totals.untraced == 90
    assert (
        "bank.csv:4 states 780.00 of Assets:Firm:Bank and the rows that came in come"
        " to 870.00: the 90.00 between them are movements that no row says, and no"
        " asset that is lost"
    ) in held.notes
    (tmp_path / "whole").mkdir()
    whole = brought(tmp_path / "whole", ROWS)
    assert not any(
        "no row says" in one
        for one in found(whole.book().counts, datetime.date(2022, 10, 6)).notes
    )


def diffed(*arguments):
    ran = CliRunner().invoke(main, ["diff", *map(str, arguments)])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_a_difference_says_what_was_added_and_what_is_open(tmp_path):
    for name, text in (("old", ROWS), ("new", ROWS.replace("50,870", "50,780"))):
        (tmp_path / name).mkdir()
        brought(tmp_path / name, text)
    both = tmp_path / "old" / "case", tmp_path / "new" / "case"
    told = json.loads(diffed(*both, "--json"))
    assert [(x["change"], x["kind"], x["row"]) for x in told["evidence"]] == [
        ("opened", "gap", "bank.csv:4")
    ]
    told = json.loads(diffed(*reversed(both), "--json"))
    assert [x["change"] for x in told["evidence"]] == ["settled"]
    said = " ".join(diffed(*both).split())
    assert "opened gap bank.csv:4 2022-10-06" in said
    # The sale of 50, read from another file, is another flow.
    (tmp_path / "more.csv").write_text(
        "Day,Words,Amount,Balance\n2022-10-07,Sale,33,903\n"
    )
    more = tmp_path / "more"
    more.mkdir()
    brought(more, ROWS)
    arguments = [tmp_path / "more.csv", "--map", more / "map.toml", "-o", more / "case"]
    CliRunner().invoke(main, ["import", *map(str, arguments)])
    told = diffed(both[0], more / "case", "--csv")
    line = next(x for x in told.splitlines() if x.startswith("added,flow"))
    assert "2022-10-07 Sale: Assets:Firm:Bank 33 EUR" in line
    book = tmp_path / "d.xlsx"
    diffed(both[0], more / "case", "-o", book)
    rows = python_calamine.CalamineWorkbook.from_path(str(book)).get_sheet_by_index(0)
    rows = rows.to_python()
    assert any("2022-10-07 Sale" in str(cell) for row in rows for cell in row)


def test_rows_of_a_trial_balance_that_agree_are_counted(tmp_path):
    brought(tmp_path, ROWS)
    # 870 in the bank, 180 of supplies; the sales are 50, and the register says 51.
    (tmp_path / "tb.csv").write_text(
        "Code,Name,Dr,Cr\n1,Bank,870,\n2,Supplies,180,\n3,Sales,,51\n4,Rest,,999\n"
    )
    (tmp_path / "tb.toml").write_text(
        'kind = "trial-balance"\nentity = "Firm"\ncurrency = "EUR"\nat = 2022-10-31\n'
        'accounts = { 1 = "Assets:Firm:Bank", 2 = "Expenses:Firm:Supplies",'
        ' 3 = "Income:Firm:Sales", 4 = "Equity:Firm:Opening" }\n'
        'columns = { account-code = "Code", account-name = "Name", debit = "Dr",'
        ' credit = "Cr" }\n'
    )
    arguments = [tmp_path / "tb.csv", "--map", tmp_path / "tb.toml"]
    arguments += ["-o", tmp_path / "case"]
    ran = CliRunner().invoke(main, ["import", *map(str, arguments)])
    assert ran.exit_code == 0, ran.output
    top = str(tmp_path / "case" / "main.beancount")
    ran = CliRunner().invoke(main, ["check", top])
    assert "trial balances: 2 of 4 rows agree with the books" in ran.stdout
