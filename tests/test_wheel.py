"""The wheel, alone in a clean environment outside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.long
def test_an_installed_wheel_checks_and_prints_the_packaged_case(tmp_path):
    def run(*command):
        return subprocess.run(
            command,
            check=True,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            # Nothing of the checkout may help.
            env={k: v for k, v in os.environ.items() if not k.startswith("PYTHON")},
        )

    run(sys.executable, "-m", "pip", "wheel", "--no-deps", "--wheel-dir=.", ROOT)
    (wheel,) = tmp_path.glob("solvency-*.whl")
    venv.create(tmp_path / "clean", with_pip=True)
    binaries = tmp_path / "clean" / "bin"
    run(
        binaries / "python",
        *("-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
        *("--constraint", ROOT / "constraints.txt", wheel),
    )
    checked = json.loads(run(binaries / "solvency", "check", "--json").stdout)
    assert checked["case"].startswith(str(tmp_path / "clean"))
    assert checked["errors"] == []
    assert checked["counts"]["flows"] > 100
    run(binaries / "solvency", "report", "-o", "case.pdf")
    assert (tmp_path / "case.pdf").read_bytes().startswith(b"%PDF-")
    run(binaries / "solvency", "new", "mine")
    run(binaries / "solvency", "check", "mine/main.beancount")
