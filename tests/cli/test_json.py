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
        "rules": dict.fromkeys(
            ("fifo", "lifo", "pro-rata", "lowest-balance", "pro-rata-ex-post"), Decimal
        ),
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
#: Commands that print no JSON of one case; what import and diff promise is below.
WITHOUT = {
    "report",
    "verify",
    "browse",
    "new",
    "site",
    "import",
    "diff",
    "redact",
    "workbook",
    "export",
}
#: They need rows: tests/subledgers.
OF_ROWS = {"tie", "ask", "prove"}
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


def test_import_has_the_keys_that_are_promised(tmp_path):
    bank = tmp_path / "bank.csv"
    # The second row stands twice, the third balance does not follow.
    bank.write_text(
        "Date,Name,Amount,Balance\n2022-01-01,A,-1,9\n2022-01-02,B,-2,7\n"
        "2022-01-02,B,-2,7\n2022-01-03,Other,-3,5\n"
    )
    other = tmp_path / "other.csv"
    other.write_text("Date,Name,Amount,Balance\n2022-01-01,X,1,1\n2022-01-09,X,1,2\n")
    columns = (
        'currency = "USD"\ncolumns = { date = "Date", payee = "Name",'
        ' amount = "Amount", balance = "Balance" }\n'
    )
    (tmp_path / "m.toml").write_text(
        columns + '[[files]]\nname = "other.csv"\naccount = "Assets:Other:Bank"\n'
    )
    arguments = [str(bank), str(other), "--map", str(tmp_path / "m.toml")]
    ran = CliRunner().invoke(main, ["import", *arguments, "--dry-run", "--json"])
    assert ran.exit_code == 0, ran.output
    promised = {
        "files": [{"file": str, "sha256": str, "lines": int}],
        "flows": [{"id": str, "date": str, "row": str, "status": str}],
        "duplicates": [{"file": str, "row": int, "of": str}],
        "unmatched": [{"file": str, "row": int}],
        "one_sided": [{"file": str, "row": int, "amount": Decimal}],
        "gaps": [{"file": str, "row": int, "expected": Decimal, "found": Decimal}],
    }
    assert list(lacking(promised, json.loads(ran.stdout))) == []


def test_diff_has_the_keys_that_are_promised(harbour, tmp_path):
    # What is kept for customers is spent: the test of it breaks by more.
    later = tmp_path / "later.beancount"
    text = harbour.read_text(encoding="utf-8")
    added = (
        '2021-12-30 * "More spent" ^petition\n  id: "more"\n'
        "  Expenses:Harbour:Wages  900000000 USD\n"
        "  Assets:Harbour:Custody  -900000000 USD\n"
    )
    later.write_text(
        text.replace("price BTC 45,000", "price BTC 44,000") + added, encoding="utf-8"
    )
    arguments = ["--no-beliefs", "--json"]
    ran = CliRunner().invoke(main, ["diff", str(harbour), str(later), *arguments])
    assert ran.exit_code == 0, ran.output
    promised = {
        "added": [{"kind": str, "id": str}],
        "removed": [],
        "changed": [
            {"kind": str, "id": str, "field": str, "before": str, "after": str}
        ],
        "findings": [
            {"test": str, "entity": str, "before": str, "after": str, "because": [str]}
        ],
        "figures": [
            {"name": str, "before": Decimal, "after": Decimal, "because": [str]}
        ],
    }
    assert list(lacking(promised, json.loads(ran.stdout))) == []


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
