"""Every test that the page on security names is there."""

from __future__ import annotations

import re

from pages_of import ROOT


def test_each_promise_names_tests_that_are_there():
    page = (ROOT / "docs" / "security.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 10
    for row in rows:
        named = re.findall(r"`(tests/[a-z_/]+\.py)(?:::(\w+))?`", row)
        assert named, row
        for file, test in named:
            text = (ROOT / file).read_text()
            assert not test or f"def {test}(" in text, (file, test)
