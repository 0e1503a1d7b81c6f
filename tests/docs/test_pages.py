"""What pages show is what the program prints, and nothing that exists is missing."""

from __future__ import annotations

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
import yaml
from pages_of import PAGES
from pages_of import ROOT
from pages_of import changed
from pages_of import name

from solvency.cli import COMMANDS

#: Pages that analyse or print a whole case several times over.
SLOW = {"ftx.md", "verify.md"}
GENERATED = [
    pytest.param(page, marks=[pytest.mark.long] if page.name in SLOW else [])
    for page in PAGES
    if page.name != "tutorial.md"  # which test_tutorial.py types in
    and re.search(
        "```console|```pycon|<!-- options|<!-- json", page.read_text(encoding="utf-8")
    )
]
HARBOUR = "ledgers/harbour/main.beancount"
PROGRAM = [
    sys.executable,
    "-c",
    "from solvency.cli import main; main(prog_name='solvency')",
]
COMMAND_PAGES = ROOT / "docs" / "commands"


@pytest.mark.parametrize("page", GENERATED, ids=name)
def test_a_page_shows_what_is_printed(page, refresh):
    found = changed(page.read_text(encoding="utf-8"), refresh.refreshed(page))
    assert not found, "run docs/refresh.py, and read what changed:\n" + "\n".join(found)


def test_there_is_a_page_for_every_command_and_no_other():
    pages = {page.stem for page in COMMAND_PAGES.glob("*.md")} - {"index"}
    assert pages == set(COMMANDS)


def test_the_index_lists_every_command():
    text = (COMMAND_PAGES / "index.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| \[`(\w+)`\]", text, re.MULTILINE) == list(COMMANDS)


def test_every_help_has_an_example_of_its_own_command():
    for command in COMMANDS:
        ran = subprocess.run(
            [*PROGRAM, command, "--help"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        # Each example on a line of its own, as it is typed.
        assert re.search(
            rf"^  Examples?:\n    solvency {command}\b", ran, re.MULTILINE
        ), command
        assert "\\b" not in ran, command


def test_every_page_is_in_the_site():
    config = yaml.safe_load((ROOT / "docs" / "site" / "mkdocs.yml").read_text())

    def listed(entry):
        if isinstance(entry, str):
            return [entry]
        inner = entry.values() if isinstance(entry, dict) else entry
        return [one for part in inner for one in listed(part)]

    nav = listed(config["nav"])
    assert len(nav) == len(set(nav))
    docs = ROOT / "docs"
    assert set(nav) == {str(p.relative_to(docs)) for p in docs.rglob("*.md")}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_a_page_quotes_is_in_the_file(page):
    text = page.read_text(encoding="utf-8")
    for file, quoted in re.findall(
        r"<!-- excerpt: (\S+) -->\n```beancount\n(.*?)```", text, re.DOTALL
    ):
        assert quoted in (ROOT / file).read_text(encoding="utf-8"), quoted


def test_the_researchers_example_runs_and_draws(tmp_path):
    drawing = tmp_path / "beliefs.svg"
    ran = subprocess.run(
        [sys.executable, "docs/example-researcher.py", HARBOUR, str(drawing)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    before, after = ran.split("with bad-trade at 0.9 beforehand:")
    belief = r"bad-trade +\d\.\d\d -> (\d\.\d\d)"
    # A higher prior of one of two rivals leaves it with the higher belief.
    assert float(re.search(belief, before)[1]) < float(re.search(belief, after)[1])
    svg = ET.parse(drawing).getroot()  # noqa: S314 (drawn a moment ago)
    said = "".join(svg.itertext())
    assert all(name in said for name in ("ventures", "bad-trade", "gifts"))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_can_complete(shell):
    environment = {
        "_SOLVENCY_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": "solvency che",
        "COMP_CWORD": "che" if shell == "fish" else "1",
    }
    ran = subprocess.run(
        PROGRAM,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "check" in ran
