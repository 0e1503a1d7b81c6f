"""Gives the tests of the documentation its script, docs/refresh.py."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def refresh(tmp_path_factory):
    """The script, with a `solvency` that is loaded once for all commands."""
    place = ROOT / "docs" / "refresh.py"
    spec = importlib.util.spec_from_file_location("docs_refresh", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    folder = tmp_path_factory.mktemp("bin")
    with subprocess.Popen(
        [
            *(sys.executable, Path(__file__).with_name("quick_program.py")),
            *(folder / "asked", folder),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "LC_ALL": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1"},
    ) as program:
        assert program.stdout.readline() == b"ready\n"
        module.PLACES.insert(0, folder)
        yield module
