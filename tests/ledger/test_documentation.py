"""docs/ledger-language.md names every rule, invariant and word of the language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from solvency.ledger import vocabulary
from solvency.ledger.ranks import RANKS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "ledger-language.md").read_text(encoding="utf-8")


def _catalogue():
    text = PAGE.split("## Errors")[1]
    return {
        rule
        for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
        for rule in re.findall(r"`([a-z-]+)`", row)
    }


def test_the_catalogue_has_every_rule_that_a_broken_ledger_shows():
    import solvency

    broken = Path(__file__).with_name("broken.beancount")
    shown = {error.rule for error in solvency.load(broken).errors}
    assert shown <= _catalogue()
    # And every rule of the catalogue is broken by it, but two.
    assert _catalogue() - shown == {"trust", "case"}


@pytest.mark.parametrize(
    "words",
    [
        vocabulary.ROLES,
        vocabulary.TERMS,
        RANKS,
        vocabulary.LIQUIDITIES,
        vocabulary.BASES,
        vocabulary.SIDES,
        vocabulary.SEVERITIES,
        vocabulary.INVARIANTS,
        vocabulary.CUSTOMS,
    ],
)
def test_every_word_is_explained(words):
    for word in words:
        assert f"`{word}`" in PAGE or f'"{word}"' in PAGE, word


def test_every_parameter_is_in_the_table():
    for name, parameters in vocabulary.INVARIANTS.items():
        row = next(
            line
            for line in PAGE.splitlines()
            if f"| `{name}`" in line
            or (line.startswith("|") and f"`{name}`" in line.split("|")[1])
        )
        named = set(re.findall(r"`([a-z-]+)`", row.split("|")[2]))
        assert named == parameters - {"severity", "note", "source"}, name
