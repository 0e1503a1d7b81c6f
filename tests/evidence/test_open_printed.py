"""What is open of the evidence is counted and listed in the report, in its language."""

from __future__ import annotations

import html
import re

import pytest
from click.testing import CliRunner

from solvency.cli import main

#: A trial balance of the bank that lacks 10, and a gap of 5 between two statements.
BANK = """\
Date,Text,Amount,Balance
2022-01-03,Sale,60.00,160.00
2022-01-04,Rent,-20.00,140.00
2022-01-20,Sale,30.00,175.00
"""
TRIAL = "Code,Account,Debit,Credit\n1000,Bank,160.00,\n1100,Debtors,7.00,\n"
MAP = """
entity = "Firm"
currency = "USD"
[[files]]
name = "bank.csv"
account = "Assets:Firm:Bank"
columns = { date = "Date", narration = "Text", amount = "Amount", balance = "Balance" }
[[files]]
name = "trial.csv"
kind = "trial-balance"
at = 2022-01-20
columns = { account-code = "Code", account-name = "Account", debit = "Debit", \
credit = "Credit" }
"""


def run(*arguments):
    ran = CliRunner().invoke(main, [str(one) for one in arguments])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


@pytest.fixture(scope="module")
def top(tmp_path_factory):
    folder = tmp_path_factory.mktemp("open")
    (folder / "bank.csv").write_text(BANK)
    (folder / "trial.csv").write_text(TRIAL)
    (folder / "m.toml").write_text(MAP)
    files = [folder / "bank.csv", folder / "trial.csv"]
    run("import", *files, "--map", folder / "m.toml", "-o", folder / "case")
    return folder / "case" / "main.beancount"


def words(path):
    text = re.sub(r"(?s)<(style|script).*?</\1>", " ", path.read_text("utf-8"))
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


def test_the_report_counts_and_lists_it(top, tmp_path):
    page = tmp_path / "report.html"
    run("report", top, "-o", page)
    told = words(page)
    # One gap, three rows in suspense, debits without credits, Bank and Debtors.
    assert "7 items of what they say are open" in told
    assert "Between 1 pair of stated balances movements are missing" in told
    assert "bank.csv:4 states 175.00 USD on 20 January 2022" in told
    assert "5.00 USD of movements are missing between the two" in told
    assert "trial.csv:3 has a debit of 7 USD in Assets:Firm:Debtors" in told
    assert "which no flow moves" in told
    assert "Rows in suspense, which nobody has settled" in told
    assert "70 more came in than was paid out" in told.replace("$", "")
    # 140 + 30 at the bank less 70 in suspense is the 100 it opened with.
    assert "In suspense" in told
    assert "Of these in suspense: rows that nobody has settled" in told


def test_the_brief_and_the_statement_of_affairs_say_it(top, tmp_path):
    for kind in ("brief", "affairs"):
        page = tmp_path / f"{kind}.html"
        run("report", top, "--kind", kind, "-o", page)
        assert "7 items are open" in words(page)


def test_it_is_said_in_chinese(top, tmp_path):
    page = tmp_path / "report.html"
    run("report", top, "--lang", "zh", "-o", page)
    told = words(page)
    assert "尚未了结的证据" in told
    assert "bank.csv:4载明2022年1月20日余额为175.00 USD" in told
    assert "movements are missing" not in told
