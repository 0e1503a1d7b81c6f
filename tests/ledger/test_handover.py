"""What Fava loaded is handed over as the case a load of our own would give."""

from __future__ import annotations

import datetime
import sys
import types
from dataclasses import fields

import pytest
from beancount import loader

import solvency
from solvency.ledger import handover as handing
from solvency.ledger.handover import Loaded
from solvency.ledger.handover import handed
from solvency.ledger.reading import insist

DAY = datetime.date(2022, 1, 31)


@pytest.fixture
def fava(monkeypatch):
    """Load a ledger as Fava does."""
    monkeypatch.setenv("BEANCOUNT_DISABLE_LOAD_CACHE", "1")
    monkeypatch.setattr(handing, "_kept", {})

    def load(path, scenario=None, known=None):
        insist(scenario, known)
        entries, faults, options = loader._load([(str(path), True)], None, None, None)
        return Loaded(options, entries, faults)

    yield load
    insist(None, None)


def _same(ours, loaded, *, entries=True):
    for field in fields(loaded):
        if entries or field.name != "entries":
            assert getattr(ours, field.name) == getattr(loaded, field.name), field.name
    assert ours.selected == loaded.selected
    assert ours.fingerprint == loaded.fingerprint


@pytest.mark.parametrize("name", ["harbour", "ftx"])
def test_it_is_the_case_a_load_gives_in_every_scenario(fava, ledgers, name):
    path = ledgers / name / "main.beancount"
    loaded = fava(path)
    case = solvency.load(path)
    # Quotients of total prices, of which FTX has one, are shorter in Fava's entries.
    entries = name != "ftx"
    _same(handed(loaded, None, None, trust=False), case, entries=entries)
    for scenario in [*case.scenarios, "*"]:
        ours = handed(loaded, scenario, DAY, trust=False)
        _same(ours, solvency.load(path, scenario=scenario, known=DAY), entries=False)


def test_it_is_in_the_scenario_the_program_insists_on(fava, harbour):
    loaded = fava(harbour, "gambled", DAY)
    _same(
        handed(loaded, None, None, trust=False),
        solvency.load(harbour, scenario="gambled", known=DAY),
    )


def test_faults_are_those_a_load_finds(fava, ledger, harbour):
    text = harbour.read_text().replace("^petition\n", "^nobody\n", 1)
    path = ledger.write(text + "2022-01-01 balance Assets:Desk:Bank 1 USD\n")
    loaded = fava(path)
    case = solvency.load(path)
    assert {error.rule for error in case.errors} == {"source", "beancount"}
    _same(handed(loaded, None, None, trust=False), case)
    # What must hold in one scenario may not in another.
    assert handed(loaded, "gambled", None, trust=False) is None


def test_only_the_very_load_it_was_read_in_is_handed_over(fava, harbour):
    before = fava(harbour)
    after = fava(harbour)
    assert handed(before, None, None, trust=False) is None
    assert handed(after, None, None, trust=False) is not None
    copied = after._replace(options=dict(after.options))
    assert handed(copied, None, None, trust=False) is None


def test_nothing_is_kept_that_nobody_expects(fava, harbour, monkeypatch):
    monkeypatch.setattr(handing, "_kept", None)
    monkeypatch.delitem(sys.modules, "fava.core", raising=False)
    loaded = fava(harbour)
    assert handing._kept is None
    assert handed(loaded, None, None, trust=False) is None


def test_a_scenario_nobody_declared_is_left_to_a_load(fava, harbour):
    assert handed(fava(harbour), "nothing", None, trust=False) is None


@pytest.mark.parametrize(
    ("top", "included"),
    [
        ('plugin "mischief"\n', ""),
        ('option "insert_pythonpath" "TRUE"\n', ""),
        ('2022-01-01 custom "fava-extension" "mischief"\n', ""),
        ("", 'plugin "mischief"\n'),
        ("", 'option "title" "hidden"\n'),
    ],
)
def test_what_needs_trust_is_left_to_a_load_which_says_so(
    fava, ledger, harbour, top, included
):
    text = harbour.read_text() + 'include "more.beancount"\n' + top
    path = ledger.write(text, more_beancount=included)
    loaded = fava(path)
    assert handed(loaded, None, None, trust=False) is None
    assert "trust" in {error.rule for error in solvency.load(path).errors}
    assert handed(loaded, None, None, trust=True) is not None


def test_what_is_read_is_kept_from_then_on(fava, harbour, monkeypatch):
    monkeypatch.setattr(handing, "_kept", None)
    handing.expect()
    loaded = fava(harbour)
    handing.expect()  # asked again, nothing is forgotten
    _same(handed(loaded, None, None, trust=False), solvency.load(harbour))


@pytest.mark.parametrize(
    ("extension", "kept"), [("solvency.browse", True), ("fava_envelope", False)]
)
def test_the_first_load_of_fava_is_kept_for_the_pages_it_asks_for(
    fava, ledger, harbour, monkeypatch, extension, kept
):
    monkeypatch.setitem(sys.modules, "fava.core", types.ModuleType("fava.core"))
    monkeypatch.setattr(handing, "_kept", None)
    text = harbour.read_text().replace('"solvency.browse"', f'"{extension}"')
    loaded = fava(ledger.write(text))
    assert (handed(loaded, None, None, trust=True) is not None) is kept
