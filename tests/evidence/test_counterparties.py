"""Which names are put before a person as one, and which are two."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from solvency.cli import main
from solvency.evidence.counterparties import NameDecisions
from solvency.evidence.counterparties import alike

ONE = [
    ("Holz K.G.", "Holz KG"),
    ("Holz G. m. b. H. & Co. K. G.", "Holz GmbH & Co KG"),
    ("Holz Gesellschaft mit beschränkter Haftung", "HOLZ GmbH"),
    ("Müller GmbH", "Mueller GmbH"),
    ("Müller GmbH", "Muller G.m.b.H."),
    ("Société Générale S.A.", "Societe Generale SA"),
    ("Strasse AG", "Straße AG"),
    ("Tarn & Sons", "Tarn and Sons"),
    ("Acme Ltd.", "ACME Limited"),
    ("Nordwind Spedition GmbH", "NORDWIND Spedition"),
    ("J. R. Smith", "JR Smith"),
]
TWO = [
    ("Holz GmbH & Co. KG", "Holz GmbH"),
    ("Holz KG", "Holz OHG"),
    ("Acme Inc.", "Acme Corp."),
    ("Müller AG", "Mueller KG"),
    ("Fund II", "Fund III"),
    ("AG", "SA"),
    ("", "GmbH"),
]


@pytest.mark.parametrize(("one", "other"), ONE)
def test_spellings_of_one_name(one, other):
    assert alike(one, other)
    assert alike(other, one)


@pytest.mark.parametrize(("one", "other"), TWO)
def test_names_of_two(one, other):
    assert not alike(one, other)
    assert not alike(other, one)


@given(st.text(max_size=30), st.text(max_size=30))
def test_who_is_like_whom_hangs_on_no_order(one, other):
    assert alike(one, other) == alike(other, one)


def proposed(*names):
    found = NameDecisions()
    found.compare(names)
    return {(one.name, one.like, one.forms_differ) for one in found.proposed}


def test_a_name_of_another_form_is_proposed_and_said_to_be_of_one():
    assert proposed("Holz GmbH", "Holz GmbH", "Holz GmbH & Co. KG") == {
        ("Holz GmbH & Co. KG", "Holz GmbH", True)
    }


def test_the_name_of_the_same_form_goes_before_one_of_another():
    names = ["Holz GmbH"] * 3 + ["Holz KG"] * 2 + ["Holz K.G."]
    assert proposed(*names) == {
        ("Holz KG", "Holz GmbH", True),
        ("Holz K.G.", "Holz KG", False),
    }


REGISTER = """\
Claim,Creditor,Amount,Class
1,Holz GmbH,5000,
2,Holz GmbH & Co. KG,5000,
3,Holz G.m.b.H.,5000,
4,Müller KG,700,
5,Mueller K.G.,700,
"""


def test_claims_of_two_legal_forms_are_two(tmp_path):
    (tmp_path / "claims.csv").write_text(REGISTER, encoding="utf-8")
    (tmp_path / "m.toml").write_text(
        'kind = "claims"\nentity = "Firm"\ncurrency = "EUR"\nat = 2022-12-01\n'
        'columns = { claim-number = "Claim", payee = "Creditor", amount = "Amount",'
        ' rank = "Class" }\n'
    )
    ran = CliRunner().invoke(
        main,
        [
            "import",
            str(tmp_path / "claims.csv"),
            "--map",
            str(tmp_path / "m.toml"),
            "-o",
            str(tmp_path / "case"),
            "--json",
        ],
    )
    told = json.loads(ran.stdout)
    assert {(one["row"], one["of"]) for one in told["duplicates"]} == {
        (4, "claims.csv:2"),
        (6, "claims.csv:5"),
    }
    assert len(told["flows"]) == 3
    decisions = (tmp_path / "case" / "names.toml").read_text(encoding="utf-8")
    assert "# their legal forms differ" in decisions
