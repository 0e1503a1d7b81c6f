"""What a report carries is what it was made from."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

import solvency
from solvency.figures.errors import ReportError
from solvency.report import write
from solvency.report.attachments import case_files
from solvency.report.manuscript import Manuscript
from solvency.report.verification.verdict import Outcome
from solvency.report.verification.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("steps_here")
SECTIONS = ["plugs", "files"]


@pytest.fixture
def folder(tmp_path: Path, harbour: Path) -> Path:
    folder = tmp_path / "case"
    shutil.copytree(harbour.parent, folder)
    return folder


def test_a_ledger_changed_after_it_was_loaded(folder: Path, tmp_path: Path) -> None:
    top = folder / "main.beancount"
    case = solvency.load(top)
    top.write_text(top.read_text().replace("1,500,000", "1,600,000", 1))
    with pytest.raises(ReportError, match="changed while the report was made"):
        write(case, case.book(), tmp_path / "x.pdf", sections=SECTIONS)
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.parametrize("turn", ["read", "from the cache"])
def test_files_that_are_as_they_were_read_are_not_read_again(
    turn: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = folder / "main.beancount"
    case = solvency.load(top, cache=turn != "read")
    if turn != "read":
        case = solvency.load(top)
    module = import_module("solvency.report.as_loaded")
    read: list[Path] = []
    monkeypatch.setattr(module, "load", lambda path, **_: read.append(path) or case)
    module.check_as_loaded(case, case_files(case))
    assert not read
    # A copy that says something else may not follow from them, nor may changed files.
    module.check_as_loaded(replace(case), case_files(case))
    assert len(read) == 1
    top.write_text(top.read_text() + "; more\n")
    module.check_as_loaded(case, case_files(case))
    assert len(read) == 2


def test_what_a_link_led_to_is_read_again(folder: Path, tmp_path: Path) -> None:
    # What is carried has no link, and would not be found again by whoever verifies it.
    (folder / "parts").mkdir()
    said = '2020-01-01 custom "source" "linked" "A letter"\n  grade: "B2"\n'
    (folder / "real.beancount").write_text(said)
    (folder / "parts" / "link.beancount").symlink_to("../real.beancount")
    top = folder / "main.beancount"
    top.write_text(top.read_text() + '\ninclude "parts/link.beancount"\n')
    for _ in ("read", "from the cache"):
        case = solvency.load(top)
        assert not case.errors
        with pytest.raises(ReportError, match="changed while the report was made"):
            write(case, case.book(), tmp_path / "x.pdf", sections=SECTIONS)


def test_a_case_that_says_other_than_its_files(folder: Path, tmp_path: Path) -> None:
    case = solvency.load(folder / "main.beancount")
    other = replace(case, title="Another")
    with pytest.raises(ReportError, match="changed while the report was made"):
        write(other, other.book(), tmp_path / "x.pdf", sections=SECTIONS)


def test_a_ledger_changed_while_it_is_printed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    top = folder / "main.beancount"
    case = solvency.load(top)
    right = Manuscript.laid_out

    def changing(*args, **options):
        top.write_text(top.read_text() + "; more\n")
        return right(*args, **options)

    monkeypatch.setattr(Manuscript, "laid_out", changing)
    with pytest.raises(ReportError, match="changed while the report was made"):
        write(case, case.book(), tmp_path / "x.pdf", sections=SECTIONS)


def test_documents_are_pointed_at_and_not_carried(folder: Path, tmp_path: Path) -> None:
    (folder / "scans" / "Assets" / "Harbour" / "Bank").mkdir(parents=True)
    (folder / "scans" / "letter.pdf").write_bytes(b"scan")
    (folder / "scans" / "Assets/Harbour/Bank/2021-03-04.a.pdf").write_bytes(b"scan")
    top = folder / "main.beancount"
    top.write_text(
        'option "documents" "scans"\n'
        + top.read_text()
        + '\n2021-03-03 document Assets:Harbour:Bank "scans/letter.pdf"\n'
    )
    case = solvency.load(top)
    assert not case.errors
    path = tmp_path / "x.pdf"
    write(case, case.book(), path, sections=SECTIONS)
    assert verify(path).outcome is Outcome.SAME
    assert b"scan" not in path.read_bytes()


def test_a_name_no_other_system_can_save(folder: Path, tmp_path: Path) -> None:
    (folder / "aux.beancount").write_text("")
    top = folder / "main.beancount"
    top.write_text(top.read_text() + '\ninclude "aux.beancount"\n')
    case = solvency.load(top)
    with pytest.raises(ReportError, match=r"'aux\.beancount' is a name that not every"):
        write(case, case.book(), tmp_path / "x.pdf", sections=SECTIONS)
