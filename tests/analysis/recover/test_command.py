"""What `solvency recover` prints, and what it refuses."""

from __future__ import annotations

import json

import pytest
from analysis.recover.books import WORLD
from click.testing import CliRunner

from solvency.cli import main


@pytest.fixture
def book(ledger):
    return ledger.case(WORLD).book()


def test_json_has_the_agreed_shape(ledger, book):
    path = str(ledger.folder / "main.beancount")
    done = CliRunner().invoke(main, ["recover", path, "--json"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.output)
    assert document["case"] == path
    assert document["at"] == "2021-06-30"
    keys = {"entity", "free", "priority", "unsecured", "deficiency", "rate"}
    assert keys <= document["affairs"][0].keys()
    assert {"entity", "rank", "claims", "paid", "rate"} <= document["classes"][0].keys()
    assert document["clearing"]["payments"]["FTX"] == "142.35"
    assert document["clearing"]["defaulted"] == {
        "FTX": True,
        "Alameda": True,
        "Founder": True,
    }
    assert document["consolidated"][0]["paid"] == "160"


@pytest.mark.parametrize(
    "table",
    ["assets", "affairs", "clearing", "classes", "gains", "tide", "preferences"],
)
def test_every_table_prints(ledger, book, table):
    path = str(ledger.folder / "main.beancount")
    done = CliRunner().invoke(main, ["recover", path, "--table", table, "--csv"])
    assert done.exit_code == 0
    assert done.output.count("\n") > 1


def test_a_cost_outside_its_range_is_an_error(ledger, book):
    path = str(ledger.folder / "main.beancount")
    done = CliRunner().invoke(main, ["recover", path, "--alpha", "0"])
    assert done.exit_code == 2
    assert "alpha" in done.output
