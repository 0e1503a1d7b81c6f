"""Roots called otherwise by `option "name_assets"` and its like change names only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from solvency.analysis.check import evaluate
from solvency.analysis.sources_uses import funds
from solvency.ledger.fingerprint import canonical

GROUPS = Path(__file__).parents[1] / "groups"
GERMAN = {
    "Assets": "Vermoegen",
    "Liabilities": "Schulden",
    "Equity": "Eigenkapital",
    "Income": "Ertraege",
    "Expenses": "Aufwand",
}


def _german(text):
    for root, name in GERMAN.items():
        text = re.sub(rf"\b{root}:", f"{name}:", text)
    return text


def _renamed(text):
    options = (f'option "name_{root.lower()}" "{GERMAN[root]}"\n' for root in GERMAN)
    return "".join(options) + _german(text)


def _unnumbered(text):
    """Return lines in order, without places in files and names made of content."""
    text = re.sub(r"\b(O-)?\d{8}-[0-9a-f]{6}(-\d+)?\b", "ID", text)
    text = re.sub(r"\.beancount:\d+|line=\d+", "", text)
    return sorted(text.split("\n"))


def _answers(case):
    """Everything a case's balances, tests and funds say, in one text."""
    book = case.book()
    at = case.reporting_date
    found = []
    for basis in ("market", "book", "clean", "realisable"):
        for name in (*case.entities, *(["group"] if case.group else [])):
            sheet = book.balance_sheet(name, at, basis=basis)
            found += [f"{x.side} {x.account} {x.amount}" for x in sheet.lines]
    found += [str(one) for one in evaluate(book, draws=20).findings]
    found += [str(funds(book, name, at).lines) for name in case.group]
    return "\n".join(found)


CASES = [
    path.stem
    for path in sorted(GROUPS.glob("*"))
    if 'plugin "solvency"\n' in path.read_text()
]


@pytest.mark.parametrize("which", ["harbour", *CASES])
def test_renamed_roots_change_names_only(ledger, harbour, which):
    path = harbour if which == "harbour" else GROUPS / f"{which}.beancount"
    text = path.read_text()
    before, after = ledger.load(text), ledger.load(_renamed(text))
    told = [_german(error.message) for error in before.errors]
    assert _unnumbered("\n".join(error.message for error in after.errors)) == (
        _unnumbered("\n".join(told))
    )
    if before.errors:
        return
    assert _unnumbered(canonical(after).decode()) == (
        _unnumbered(_german(canonical(before).decode()))
    )
    assert _unnumbered(_answers(after)) == _unnumbered(_german(_answers(before)))
