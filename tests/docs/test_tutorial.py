"""The tutorial is typed in as it stands, and must print what it says it prints."""

from __future__ import annotations

import re

import pytest
from pages_of import ROOT
from pages_of import changed

TUTORIAL = ROOT / "docs" / "tutorial.md"


@pytest.fixture(scope="module")
def typed(refresh):
    return refresh.refreshed(TUTORIAL)


def test_every_step_prints_what_the_text_shows(typed):
    found = changed(TUTORIAL.read_text(encoding="utf-8"), typed)
    assert not found, "run docs/refresh.py, and read what changed:\n" + "\n".join(found)


def test_the_steps_lead_from_an_empty_folder_to_a_finding_and_a_pdf(typed):
    # Worked by hand: 1,000,000 went to the bank account, which is not custody; of
    # 2,000,000 in trust 1,500,000 left. Owed 3,000,000, held 500,000.
    # Printed in thousands.
    worst = re.findall(r"^Company +1 +0 +0 .* ([0-9,.]+)$", typed, re.MULTILINE)
    assert worst == ["1,000.0", "2,500.0", "1,000.0"]
    assert "1 error\n" in typed
    assert "no errors\n" in typed
    assert re.search(
        r"^\$ solvency report .*\nsolvency: .*\nquay\.pdf$", typed, re.MULTILINE
    )


def test_an_edit_of_the_text_is_noticed(typed):
    assert changed(typed.replace("2,500.0", "2,500.1"), typed)
