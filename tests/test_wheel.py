"""The wheel, alone in a clean environment outside the checkout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from solvency.browse import extension

ROOT = Path(__file__).resolve().parents[1]


#: Asks each page of Fava, and the script that goes with them.
PAGES = """
from pathlib import Path
from solvency.browse.extension import PAGES
from solvency.cli.browse import application
from solvency.cli.common import Asked
from solvency.packaged import packaged

case = packaged("ledgers") / "harbour" / "main.beancount"
http = application(Asked(case, None, None, trust=False)).test_client()
slug = http.get("/").headers["Location"].split("/")[1]
for page in PAGES:
    reply = http.get(f"/{slug}/extension/{page.__name__}/")
    assert 'class="sv"' in reply.get_data(as_text=True), page
    print(reply.status_code)
print(http.get(f"/{slug}/extension_js_module/SolvencyTests.js").mimetype)
"""


def lacking(wheel):
    """Return the files of the package, the cases and the reports a wheel is without."""
    folders = {"plugins/solvency": "solvency"}
    folders |= {name: f"solvency/{name}" for name in ("ledgers", "reports")}
    kept = {
        f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
        for folder, inside in folders.items()
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    # What the pages, the charts and the Chinese report are made of is among them.
    assert {Path(name).suffix for name in kept} >= {
        *(".py", ".typed", ".js", ".css", ".html", ".po", ".toml"),
        *(".beancount", ".csv", ".md"),
    }
    with zipfile.ZipFile(wheel) as file:
        return kept - set(file.namelist())


@pytest.mark.long(minutes=4)
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
    assert lacking(wheel) == set()
    venv.create(tmp_path / "clean", with_pip=False)
    binaries = tmp_path / "clean" / "bin"
    # Modules are compiled as they are imported, and few of them are.
    run(
        *(sys.executable, "-m", "pip", "--python", binaries / "python", "install"),
        *("--quiet", "--disable-pip-version-check", "--no-compile"),
        *("--constraint", ROOT / "constraints.txt", f"{wheel}[zh]"),
    )
    checked = json.loads(run(binaries / "solvency", "check", "--json").stdout)
    assert checked["case"].startswith(str(tmp_path / "clean"))
    assert checked["errors"] == []
    assert checked["counts"]["flows"] > 100
    # That nothing is lacking for the other kinds was seen above.
    run(binaries / "solvency", "report", "--kind=brief", "-o", "case.pdf")
    assert (tmp_path / "case.pdf").read_bytes().startswith(b"%PDF-")
    page = ("report", "--lang=zh", "--kind=brief", "-o", "case.html")
    run(binaries / "solvency", *page)
    assert "主要发现" in (tmp_path / "case.html").read_text(encoding="utf-8")
    *pages, script = run(binaries / "python", "-c", PAGES).stdout.split()
    assert pages == ["200"] * len(extension.PAGES)
    assert script == "text/javascript"
    run(binaries / "solvency", "new", "mine")
    run(binaries / "solvency", "check", "mine/main.beancount")
