"""Those whose money is held are called as their case calls them."""

from __future__ import annotations

from gettext import NullTranslations
from pathlib import Path

import pytest

import solvency
from solvency.exhibits.claimants import OwnWords
from solvency.exhibits.claimants import claimants
from solvency.exhibits.money_only import english
from solvency.report import pages

GROUPS = Path(__file__).parents[1] / "groups"
HELD = "Customers' claims; owed to customers"


def _case(ledger, *names, role="customers"):
    text = "".join(
        f'2020-01-01 custom "entity" "{name}" "People"\n  role: "{role}"\n'
        "2020-01-01 open Liabilities:Firm:To:{0}\n"
        '  counterparty: "{0}"\n  rank: "customer"\n'.format(name)
        for name in names
    )
    return ledger.load(
        'option "operating_currency" "USD"\n'
        'option "tolerance_multiplier" "0"\nplugin "solvency"\n'
        '2020-01-01 custom "entity" "Firm" "A firm"\n  group: TRUE\n' + text
    )


@pytest.mark.parametrize(
    ("names", "role", "word"),
    [
        (["Customers"], "customers", ""),
        (["Customers-US", "UK-Clients"], "customers", ""),
        (["Policyholders"], "customers", "Policyholders"),
        (["Taxpayers-North", "Taxpayers-South"], "other", "Taxpayers"),
        (["Anna", "Bert"], "investor", "investors"),
        (["Anna", "Bert"], "other", "claimants"),
    ],
)
def test_what_a_case_calls_them(ledger, names, role, word):
    assert claimants(_case(ledger, *names, role=role)) == word


def test_a_message_says_it():
    said = OwnWords(NullTranslations(), "investors").gettext
    assert said(HELD) == "Investors' claims; owed to investors"
    # What a directive or key is called stays: a claim's rank, a test's name.
    assert said("the rank customer") == "the rank customer"


def test_an_insurers_tables_speak_of_no_customers():
    case = solvency.load(GROUPS / "insurer.beancount")
    said = english(case).catalogue.gettext
    assert said("Owed to customers") == "Owed to Holders"
    chinese = pages.locale("zh").catalogue
    named = OwnWords(chinese, "Holders")
    assert "客户" in chinese.gettext("Owed to customers")
    assert "客户" not in named.gettext("Owed to customers")
    assert "Holders" in named.gettext("Owed to customers")
