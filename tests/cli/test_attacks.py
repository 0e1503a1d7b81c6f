"""Every command on ledgers that are odd, empty or at an edge: a status and a message.

A traceback, a fault of the program and a signal fail here, as does status 70.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from solvency.cli import main

FILES = sorted(Path(__file__).with_name("attacks").glob("*.beancount"))
LEDGERS = Path(__file__).resolve().parents[2] / "ledgers"
HARBOUR = (LEDGERS / "harbour" / "main.beancount").read_text(encoding="utf-8")
_FLOW = re.compile(r"^\d{4}-\d\d-\d\d [*!] .*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
_ENTITY = re.compile(
    r'^\d{4}-\d\d-\d\d custom "entity".*?(?=^\S|\Z)', re.MULTILINE | re.DOTALL
)
LEDGER_OF = {
    "empty": "",
    "plugin alone": 'plugin "solvency"\n',
    "no case": "2021-01-01 open Assets:A:B\n",
    "no flow": _FLOW.sub("", HARBOUR),
    "no entity": _ENTITY.sub("", HARBOUR),
    "year 1": re.sub(r"\b202[12]-", "0001-", HARBOUR),
    "year 9999": re.sub(r"\b202[12]-", "9999-", HARBOUR),
    "a price of nothing": re.sub(r"price (HBR|BTC) [\d,]+", r"price \1 0", HARBOUR),
    "a price below zero": re.sub(r"price HBR [\d,]+", "price HBR -3", HARBOUR),
    "a price of 40 digits": re.sub(
        r"price HBR [\d,]+", f"price HBR {'1234567890' * 3}.{'1234567890'}", HARBOUR
    ),
} | {file.stem: file.read_text(encoding="utf-8") for file in FILES}
COMMANDS = [
    ["check", "--draws=50"],
    ["check", "--json", "--draws=50", "--scenario=*"],
    ["balance"],
    ["balance", "--group", "--basis=realisable"],
    ["balance", "--funds", "--csv"],
    ["balance", "--at=0001-01-01"],
    ["balance", "--at=9999-12-31", "-o", "out.xlsx"],
    ["balance", "--known=0001-01-01"],
    ["reconcile", "--json"],
    ["weigh"],
    ["tally", "--draws=1000"],
    ["trace", "Assets:Desk:Bank", "--json"],
    ["recover", "--json"],
    ["recover", "--at=0001-01-01", "--later=9999-12-31"],
    ["stress", "--at=9999-12-31", "--since=0001-01-01"],
    ["explain", "deposits"],
    ["explain", "balance.Desk.9999-12-31.assets"],
    ["report", "--kind=brief", "-o", "out.html"],
]


@pytest.mark.parametrize("name", LEDGER_OF)
def test_every_command_ends_in_a_status_and_a_message(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    Path("main.beancount").write_text(LEDGER_OF[name], encoding="utf-8")
    for words in COMMANDS:
        result = CliRunner().invoke(main, [*words, "main.beancount"])
        said = f"{' '.join(words)}: {result.exit_code}\n{result.output}"
        assert result.exit_code in {0, 1, 2}, said
        assert result.output.strip(), said
        assert "Traceback" not in result.output, said


def test_a_price_below_zero_has_its_line(tmp_path):
    path = tmp_path / "main.beancount"
    path.write_text(LEDGER_OF["a price below zero"], encoding="utf-8")
    result = CliRunner().invoke(main, ["check", str(path)])
    assert result.exit_code == 1
    line = 1 + LEDGER_OF["a price below zero"].split("price HBR -3")[0].count("\n")
    assert f"main.beancount:{line}: price: the price of HBR is below" in result.stdout


@pytest.mark.parametrize("epoch", ["", "yesterday", "-1e9", "9" * 30, "1.5"])
def test_a_malformed_date_of_the_source_is_said(tmp_path, monkeypatch, harbour, epoch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    out = tmp_path / "out.html"
    words = ["report", "--kind=brief", "-o", str(out), str(harbour)]
    result = CliRunner().invoke(main, words)
    assert result.exit_code == 2
    assert "SOURCE_DATE_EPOCH is no number of seconds" in result.stderr
    assert not out.exists()
