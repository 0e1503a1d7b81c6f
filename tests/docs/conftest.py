"""Gives the tests of the documentation its script, docs/refresh.py."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def refresh():
    place = ROOT / "docs" / "refresh.py"
    spec = importlib.util.spec_from_file_location("docs_refresh", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
