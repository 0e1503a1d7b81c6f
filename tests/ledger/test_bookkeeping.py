"""Ledgers that are no case: companies' books alone, and households."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from beancount import loader
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from preamble import PREAMBLE

import solvency
from solvency.cli import main
from solvency.ledger.errors import CaseError

GROUPS = Path(__file__).parents[1] / "groups"


def _posted(path):
    entries, errors, _ = loader.load_file(str(path))
    return [len(one.postings) for one in entries if hasattr(one, "postings")], errors


def test_what_touches_one_company_or_none_is_left_alone():
    postings, errors = _posted(GROUPS / "two-plugin-lines-flood.beancount")
    assert errors == []
    # Opening, bread, shares; the loan alone gets two legs.
    assert postings == [2, 2, 2, 4]


def test_an_error_is_told_once():
    case = solvency.load(GROUPS / "duplicate-errors-with-alone-plugins.beancount")
    assert [error.rule for error in case.errors] == ["beancount", "mirror"]
    # beancount's own, of 0.01738 where it forgives half a cent.
    assert "0.01738 EUR" in case.errors[0].message


def test_a_group_kept_in_beancount_is_consolidated_from_counterparty_alone():
    case = solvency.load(GROUPS / "two-plugin-lines-flood.beancount")
    assert not case.errors
    assert case.group == ("Owner", "Workshop")
    sheet = case.book().balance_sheet("group", datetime.date(2020, 1, 10))
    # 5,000 - 3 of bread - 33.36 of shares, 250 of it with the workshop.
    lines = {line.account: line.amount for line in sheet.lines}
    assert lines["Assets:Owner:Bank"] == Decimal("4713.64")
    assert lines["Assets:Workshop:Bank"] == 250
    assert "Assets:Owner:Receivables:Workshop" not in lines
    assert lines["Equity:Owner:Opening-Balances"] == 5000
    assert lines["Expenses:Owner:Food"] == -3
    assert sheet.control == sheet.eliminated == 0
    (owed,) = sheet.intercompany
    assert (owed.creditor, owed.debtor, owed.claimed) == ("Owner", "Workshop", 250)


def test_the_legs_come_without_the_plugin_lines_too(ledger):
    text = (GROUPS / "two-plugin-lines-flood.beancount").read_text()
    bare = "".join(x for x in text.splitlines(True) if not x.startswith("plugin"))
    case = ledger.load(bare)
    assert not case.errors
    assert [len(flow.postings) for flow in case.flows] == [2, 2, 2, 4]


HOUSEHOLD = """
option "operating_currency" "EUR"
2020-01-01 open Assets:Bank
2020-01-01 open Expenses:Food
2020-01-02 * "Bread"
  Assets:Bank    -3 EUR
  Expenses:Food   3 EUR
"""


@pytest.mark.parametrize("plugin", ["", 'plugin "solvency"\n'])
@pytest.mark.parametrize(
    "command",
    ["check", "balance", "weigh", "recover", "trace Assets:A", "report -o x.pdf"],
)
def test_a_ledger_that_is_no_case_gets_one_sentence(ledger, command, plugin):
    path = ledger.write(plugin + HOUSEHOLD)
    with pytest.raises(CaseError, match="is no case yet"):
        solvency.load(path)
    result = CliRunner().invoke(main, [*command.split(), str(path)])
    assert result.exit_code != 0
    assert "is no case yet: it declares no entity and no source" in result.output
    assert "solvency new FOLDER" in result.output


def test_bean_check_shows_one_error_of_what_is_no_case(ledger):
    path = ledger.write('plugin "solvency"\n' + HOUSEHOLD)
    _, errors, _ = loader.load_file(str(path))
    assert [error.rule for error in errors] == ["case"]
    assert errors[0].source["lineno"] == 1


def test_errors_of_a_rule_broken_often_are_summed_up(ledger):
    flows = "".join(
        f'2021-01-01 * "Flow {n}"\n  id: "F-{n}"\n  Assets:FTX:Bank  {n} USD\n'
        f"  Equity:FTX:Shares  -{n} USD\n"
        for n in range(1, 3032)
    )
    path = ledger.write(PREAMBLE + flows + "2021-01-02 balance Assets:FTX:Bank 1 USD\n")
    first = PREAMBLE.count("\n") + 1
    told = CliRunner().invoke(main, ["check", str(path)]).output
    assert f"source: 3,031 flows, first at {path}:{first}; " in told
    assert told.count("no declared source says this") == 1
    assert "beancount: Balance failed" in told
    assert "3,032 errors" in told
    every = CliRunner().invoke(main, ["check", "--all", str(path)]).output
    assert every.count("no declared source says this") == 3031


amounts = st.lists(st.integers(-(10**6), 10**6), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(amounts, st.sampled_from(["0", "0.5"]))
def test_the_plugins_change_no_ledger_without_counterparties(amounts, tolerance):
    text = f'option "tolerance_multiplier" "{tolerance}"\n{{}}'
    text += (
        "2020-01-01 open Assets:Mill:Bank\n2020-01-01 open Equity:Shop:Capital\n"
        "2020-01-01 open Expenses:Food\n"
    )
    for amount in amounts:
        text += (
            f'2020-01-02 * "Pays"\n  Assets:Mill:Bank  {amount}.00 EUR\n'
            f"  Equity:Shop:Capital  {-amount + 1}.004 EUR\n  Expenses:Food\n"
        )
    plain = loader.load_string(text.format(""))
    ours = loader.load_string(
        text.format('plugin "solvency.intercompany"\nplugin "solvency.mirrors"\n')
    )
    assert [str(error.message) for error in ours[1]] == [
        str(error.message) for error in plain[1]
    ]
    assert [
        [(p.account, p.units) for p in getattr(one, "postings", ())] for one in ours[0]
    ] == [
        [(p.account, p.units) for p in getattr(one, "postings", ())] for one in plain[0]
    ]
