"""What `--json` promises: the keys that other people's programs read.

New keys may join these; none of them may go.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal

import pytest
from click.testing import CliRunner

from solvency.cli import COMMANDS
from solvency.cli import main

SHEET = {
    "entity": str,
    "at": str,
    "basis": str,
    "currency": str,
    "lines": [{"account": str, "side": str, "amount": Decimal}],
    "totals": {"assets": Decimal, "liabilities": Decimal, "equity": Decimal},
    "unpriced": [],
}
CASE = {"case": str}
OWNERS = [
    {
        "owner": str,
        "least": Decimal,
        "most": Decimal,
        "rules": dict.fromkeys(("fifo", "lifo", "pro-rata", "lowest-balance"), Decimal),
    }
]
CLASSES = [{"entity": str, "rank": str, "claims": Decimal, "paid": Decimal}]
#: For each command line, its keys: a type for a value, Decimal for an amount, which
#: is text; a list shows what each of its items has, and is not empty unless it is
#: here.
PROMISED = {
    "check": {
        **CASE,
        "fingerprint": str,
        "scenario": str,
        "known": None,
        "errors": [],
        "findings": [
            {
                "invariant": str,
                "entity": str,
                "commodity": None,
                "severity": str,
                "first": None,
                "last": None,
                "worst": None,
                "amount": Decimal,
                "unit": str,
                "ratio": None,
                "probability": float,
                "first_earliest": None,
                "first_latest": None,
                "flows": [],
            }
        ],
        "counts": dict.fromkeys(
            (
                "entities",
                "accounts",
                "sources",
                "flows",
                "established",
                "hypothesised",
                "hypotheses",
                "scenarios",
                "observations",
                "invariants",
                "prices",
                "plugs",
            ),
            int,
        ),
    },
    "balance": {**CASE, "entities": [SHEET]},
    "balance --entity Desk": {**CASE, **SHEET},
    "balance --group": {
        **CASE,
        **SHEET,
        "columns": {"Harbour": {}, "Desk": {}},
        "eliminations": [{"account": str, "amount": Decimal}],
        "consolidated": SHEET["totals"],
        "intercompany": [
            {
                "creditor": str,
                "debtor": str,
                "commodity": str,
                "claimed": Decimal,
                "owed": Decimal,
            }
        ],
    },
    "balance --funds": {
        **CASE,
        "at": str,
        "scenarios": [
            {
                "scenario": str,
                "funds": [{"name": str, "left": Decimal, "control": Decimal}],
            }
        ],
    },
    "reconcile --scenario invested": {
        **CASE,
        "chi2": float,
        "dof": int,
        "p": float,
        "inflation": float,
        "claims": [
            {
                "id": str,
                "kind": str,
                "source": None,
                "claimed": Decimal,
                "balanced": Decimal,
                "sigma": Decimal,
                "sigma_after": Decimal,
                "z": None,
                "suspect": bool,
                "set": None,
            }
        ],
        "sets": [{"members": [str], "would_settle": [{"claim": str}]}],
        "removed": [],
    },
    "weigh": {
        **CASE,
        "hypotheses": [
            {"id": str, "prior": float, "posterior": float, "bayes_factor": float}
        ],
        "scenarios": [
            {"name": str, "log_evidence": float, "chi2": float, "posterior": float}
        ],
        "combinations": [{"hypotheses": [], "posterior": float}],
        "double_counted": [],
        "method": str,
    },
    "tally": {
        **CASE,
        "draws": int,
        "seed": int,
        "quantiles": dict.fromkeys(("0.05", "0.5", "0.95"), None),
        "at_least": {},
        "hole": None,
        "unexplained": {},
        "hypotheses": [{"id": str}],
        "dependence": [{"rho": float, "quantiles": {}}],
    },
    "trace Assets:Desk:Bank": {
        **CASE,
        "account": str,
        "outlays": [{"date": str, "flow": str, "amount": Decimal, "owners": OWNERS}],
        "by_purpose": [
            {"purpose": str, "amount": Decimal, "least": Decimal, "most": Decimal}
        ],
    },
    "recover": {
        **CASE,
        "at": str,
        "affairs": [
            {
                "entity": str,
                "free": Decimal,
                "priority": Decimal,
                "unsecured": Decimal,
                "deficiency": Decimal,
                "rate": None,
            }
        ],
        "classes": CLASSES,
        "clearing": {"payments": {}, "equity": {}, "defaulted": {}},
        "consolidated": CLASSES,
    },
    "stress": {
        **CASE,
        "tokens": [
            {
                "token": str,
                "holder": str,
                "units": Decimal,
                "price": Decimal,
                "market_value": Decimal,
                "proceeds": Decimal,
                "ceiling": Decimal,
                "gain": None,
                "explosive": bool,
                "explosive_since": None,
                "depth_basis": str,
            }
        ],
        "grid": [{"token": str}],
    },
    "explain deposits": {**CASE, "flows": [{"id": str}], "sources": [{"name": str}]},
}
#: Commands that print no JSON of a case.
WITHOUT = {"report", "verify", "browse", "new"}
#: They need rows: tests/subledgers.
OF_ROWS = {"tie", "ask"}
AMOUNT = re.compile(r"-?\d+(\.\d+)?")


def lacking(promised, found, path=""):
    """Yield where a document is not what was promised."""
    if isinstance(promised, dict):
        if not isinstance(found, dict):
            yield f"{path} is no object"
            return
        for key, one in promised.items():
            if key not in found:
                yield f"{path}.{key} is missing"
            else:
                yield from lacking(one, found[key], f"{path}.{key}")
    elif isinstance(promised, list):
        if not isinstance(found, list) or (promised and not found):
            yield f"{path} is {found!r}, not a list with something in it"
            return
        for index, one in enumerate(found):
            for item in promised:
                yield from lacking(item, one, f"{path}[{index}]")
    elif promised is Decimal:
        if not (isinstance(found, str) and AMOUNT.fullmatch(found)):
            yield f"{path} is {found!r}, not an amount as text"
    elif promised is float:
        if isinstance(found, bool) or not isinstance(found, int | float):
            yield f"{path} is {found!r}, not a number"
    elif promised is not None and type(found) is not promised:
        yield f"{path} is {found!r}, not {promised.__name__}"


@pytest.mark.parametrize("line", PROMISED)
def test_json_has_the_keys_that_are_promised(line, harbour):
    quick = {"check": ["--draws=200"], "tally": ["--draws=2000"]}.get(line, [])
    arguments = [*line.split(), *quick, "--json", str(harbour)]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert list(lacking(PROMISED[line], said)) == []
    assert said["case"] == str(harbour)


def test_every_command_that_prints_json_is_here():
    assert {line.split()[0] for line in PROMISED} | WITHOUT | OF_ROWS == set(COMMANDS)


def test_what_is_lacking_is_found():
    promised = {"a": [{"b": Decimal}], "c": {"d": float}}
    assert list(lacking(promised, {"a": [{"b": "1.5"}], "c": {"d": 1}})) == []
    for wrong in (
        {"a": [{"b": "1.5"}]},
        {"a": [{"b": 1.5}], "c": {"d": 1}},
        {"a": [{}], "c": {"d": 1}},
        {"a": [], "c": {"d": 1}},
        {"a": [{"b": "1e9"}], "c": {"d": True}},
    ):
        assert list(lacking(promised, wrong))
