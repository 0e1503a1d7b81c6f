"""What docs/extend.md tells one to write works as written."""

from __future__ import annotations

import json
import re
import shutil
import sys
import types

import pytest
from click.testing import CliRunner
from pages_of import ROOT

PAGE = (ROOT / "docs" / "extend.md").read_text(encoding="utf-8")


def _written(example, name):
    code = re.search(
        rf"<!-- example: {example} -->\n```python\n(.*?)```", PAGE, re.DOTALL
    )
    module = types.ModuleType(name)
    sys.modules[name] = module
    exec(code[1], module.__dict__)  # noqa: S102 (our own page)
    return module


@pytest.fixture(autouse=True)
def _forget(monkeypatch):
    for name in ("solvency.analysis.graded", "solvency.cli.graded", "cash_buffer"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))


@pytest.fixture
def harbour_copy(tmp_path):
    shutil.copytree(ROOT / "ledgers" / "harbour", tmp_path / "harbour")
    return tmp_path / "harbour" / "main.beancount"


def test_the_invariant(harbour_copy, monkeypatch):
    from decimal import Decimal

    import solvency
    from solvency.analysis.check import TESTS
    from solvency.analysis.check import Test
    from solvency.analysis.check import evaluate
    from solvency.analysis.check.parameters import DEFAULTS
    from solvency.ledger import vocabulary

    written = _written("invariant", "cash_buffer")
    monkeypatch.setitem(TESTS, "cash-buffer", Test(written.cash_buffer))
    monkeypatch.setitem(DEFAULTS, "cash-buffer.minimum", Decimal("0.1"))
    parameters = frozenset({"minimum", "severity", "note", "source"})
    monkeypatch.setitem(vocabulary.INVARIANTS, "cash-buffer", parameters)
    asked = re.search(r'```beancount\n(.*?"cash-buffer".*?)```', PAGE, re.DOTALL)[1]
    with harbour_copy.open("a") as file:
        file.write("\n" + asked)

    case = solvency.load(harbour_copy)
    assert not case.errors
    found = [
        finding
        for finding in evaluate(case.book(), draws=0).findings
        if finding.invariant == "cash-buffer"
    ]
    # 1 February 2021: 2,000,000 in the bank, half of the 10,000,000 owed needed.
    assert [(f.entity, f.severity, str(f.first)) for f in found] == [
        ("Harbour", "warning", "2021-02-01")
    ]


def test_the_analysis_and_its_command(harbour_copy):
    _written("analysis", "solvency.analysis.graded")
    command = _written("command", "solvency.cli.graded").command
    printed = CliRunner().invoke(command, [str(harbour_copy), "--json"])
    # Thirteen established flows: the gazette's, and twelve of the petition's.
    assert json.loads(printed.output)["grades"] == {"A1": 12, "B2": 1}
    table = CliRunner().invoke(command, [str(harbour_copy)]).output
    assert "Flows by grade" in table


def test_the_kind_of_report():
    import tomllib

    from solvency.report.pages import kinds

    said = tomllib.loads(re.search(r"```toml\n(title.*?)```", PAGE, re.DOTALL)[1])
    base = ROOT / "reports" / "base" / "style"
    assert set(said) == {"title", "description", "styles", "take"}
    assert all((base / style).exists() for style in said["styles"])
    folder = kinds()["reconstruction"].folder / "chapters"
    assert all(list(folder.glob(f"[0-9][0-9]-{name}.md")) for name in said["take"])
