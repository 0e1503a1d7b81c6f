"""What `solvency trace` prints, and what it refuses."""

from __future__ import annotations

import json

from analysis.trace.books import ACCOUNTS
from analysis.trace.books import BANK
from analysis.trace.books import capital
from analysis.trace.books import deposit
from analysis.trace.books import spend
from click.testing import CliRunner

from solvency.cli import main


def test_json_has_the_agreed_shape(ledger):
    ledger.case(
        ACCOUNTS
        + capital(1, "own", 60)
        + deposit(2, "theirs", 100)
        + spend(3, "spent", 90, purpose='"ventures"')
    )
    path = str(ledger.folder / "main.beancount")
    done = CliRunner().invoke(main, ["trace", BANK, path, "--json"])
    document = json.loads(done.output)
    assert document["case"] == path
    assert document["account"] == BANK
    outlay = document["outlays"][0]
    assert {"date", "flow", "amount", "owners"} <= outlay.keys()
    assert outlay["date"] == "2021-01-03"
    customers = outlay["owners"][1]
    assert customers.pop("rules_outlays_first") == customers["rules"]
    assert customers == {
        "owner": "Customers",
        "least": "30",
        "most": "90",
        "rules": {
            "fifo": "30",
            "lifo": "90",
            "pro-rata": "56.25",
            "lowest-balance": "30",
            "pro-rata-ex-post": "56.25",
        },
    }
    purpose = document["by_purpose"][0]
    assert {k: purpose[k] for k in ("purpose", "amount", "least", "most")} == {
        "purpose": "ventures",
        "amount": "90",
        "least": "30",
        "most": "90",
    }


def test_a_wrong_account_is_a_usage_error(ledger):
    ledger.case(capital(1, "own", 60))
    path = str(ledger.folder / "main.beancount")
    done = CliRunner().invoke(main, ["trace", "Assets:No:Such", path])
    assert done.exit_code == 2
    assert "no account Assets:No:Such" in done.output
