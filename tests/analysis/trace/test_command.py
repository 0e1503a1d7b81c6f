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


def test_what_was_sized_by_an_outlay_confirms_nothing_of_it(ledger):
    # The deposit of 80 is what the court traced to the outlay: the books then have at
    # most those 80 in it, whoever counted them.
    said = {"traced": "80 USD", "traced-by": '"court"', "purpose": '"ventures"'}
    ledger.case(
        ACCOUNTS
        + capital(1, "own", 60)
        + deposit(2, "theirs", 80, **{"sized-by": '"spent"', "basis": '"derived"'})
        + spend(3, "spent", 90, **said)
    )
    path = str(ledger.folder / "main.beancount")
    done = CliRunner().invoke(main, ["trace", BANK, path, "--json"])
    (testimony,) = json.loads(done.output)["by_purpose"][0]["testimony"]
    assert testimony["inside"] is True
    assert testimony["sized"] == ["theirs"]
    done = CliRunner().invoke(main, ["trace", BANK, path])
    printed = " ".join(done.output.split())
    assert (
        "30 to 80 (by construction: the amount of theirs was worked out from it)"
        in printed
    )


def test_days_that_no_source_gives_are_counted(ledger):
    ledger.case(
        ACCOUNTS
        + capital(1, "own", 60)
        + deposit(2, "theirs", 100, earliest="2021-01-02", latest="2021-01-09")
        + spend(3, "spent", 90, purpose='"ventures"')
    )
    path = str(ledger.folder / "main.beancount")
    done = CliRunner().invoke(main, ["trace", BANK, path])
    assert "1 of 3 flows traced stand on a day that no source gives" in done.output
