"""Long questions of a report, worked on beside it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest

import solvency
from solvency.analysis import split as processes
from solvency.analysis.study import Study
from solvency.figures.errors import ReportError
from solvency.packaged import packaged
from solvency.report import pages
from solvency.report import write
from solvency.report.chapters.files import of_kind
from solvency.report.chapters.long_questions import long_questions
from solvency.report.several import work_out

FTX = packaged("ledgers") / "ftx" / "main.beancount"
HARBOUR = packaged("ledgers") / "harbour" / "main.beancount"

on_linux = pytest.mark.skipif(
    sys.platform != "linux", reason="processes are split off on Linux alone"
)


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        ("brief", [("unfit",), ("reconciled", "totalled", "explained")]),
        ("affairs", [(), ()]),
        (
            "reconstruction",
            [
                ("unfit", "beliefs"),
                ("reconciled", "totalled", "explained", "findings"),
            ],
        ),
    ],
)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_no_more_is_begun_than_chapters_ask(
    kind: str, asked: list[tuple[str, ...]], lang: str
) -> None:
    case = solvency.load(FTX)
    chapters = of_kind(pages.find(kind), pages.find(pages.MAIN), case, lang)
    assert long_questions(chapters) == asked


@on_linux
def test_a_report_is_the_same_whoever_works_on_its_questions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    take = Study.take

    def counted(study: Study, question: str, words: str) -> None:
        if question in study._ahead:
            taken.append(question)
        take(study, question, words)

    monkeypatch.setattr(Study, "take", counted)
    made = []
    for splits in (False, True):
        monkeypatch.setattr(processes, "can_split", lambda splits=splits: splits)
        monkeypatch.setattr("solvency.analysis.study._cache", OrderedDict())
        case = solvency.load(HARBOUR)
        write(case, case.book(), tmp_path / "x.pdf")
        made.append((tmp_path / "x.pdf").read_bytes())
    assert made[0] == made[1]
    assert "findings" in taken


def test_reports_in_several_languages_are_those_of_each(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "solvency"
    beside = tmp_path / "beside"
    beside.mkdir()

    def printed(name: str, *langs: str) -> None:
        asked = [word for lang in langs for word in ("--lang", lang)]
        out = ("-o", str(tmp_path / name), str(HARBOUR))
        subprocess.run(
            [str(program), "report", "--kind", "brief", *asked, *out],
            check=True,
            capture_output=True,
            env={**os.environ, "TMPDIR": str(beside)},
        )

    printed("both.pdf", "en", "zh")
    for lang in ("en", "zh"):
        printed(f"{lang}.pdf", lang)
        both = tmp_path / f"both.{lang}.pdf"
        assert both.read_bytes() == (tmp_path / f"{lang}.pdf").read_bytes()
    # Fonts are laid out from files of their own.
    assert not list(beside.iterdir())


@on_linux
def test_what_languages_share_is_worked_out_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("solvency.analysis.study._cache", OrderedDict())
    case = solvency.load(HARBOUR)
    work_out(case, case.book(), ["en", "zh"])

    def again(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(Study.__dict__["findings"], "func", again)
    write(case, case.book(), tmp_path / "x.html", lang="zh")


@on_linux
def test_a_case_is_not_there_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "can_split", lambda: True)
    case = solvency.load(HARBOUR)
    study = Study(case, case.book(), case.reporting_date)
    with study.ahead([("findings",)]):
        assert study.findings.case is case


@on_linux
def test_why_an_analysis_cannot_be_made_comes_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "can_split", lambda: True)
    case = solvency.load(FTX)
    study = Study(case, case.book(), case.reporting_date)

    def fails(*_: Any) -> None:
        raise ValueError("no fit")

    monkeypatch.setattr("solvency.analysis.reconcile.reconcile.reconcile", fails)
    with study.ahead([("reconciled",)]):
        assert study.reconciled is None
    assert study.reasons == {"reconciled": "no fit"}


@on_linux
def test_a_worker_that_fails_is_told_as_the_chapter_that_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError(f"here: {os.getpid() == me}")

    me = os.getpid()
    monkeypatch.setattr(processes, "can_split", lambda: True)
    monkeypatch.setattr("solvency.analysis.study._cache", OrderedDict())
    monkeypatch.setattr(Study.__dict__["findings"], "func", fails)
    case = solvency.load(HARBOUR)
    with pytest.raises(ReportError, match=r"chapters/[\w-]+\.md:\d+: here: False"):
        write(case, case.book(), tmp_path / "x.pdf")
    assert not list(tmp_path.iterdir())


@on_linux
@pytest.mark.parametrize("end", ["a worker is killed", "all is killed", "Ctrl-C"])
def test_a_report_whose_workers_end(tmp_path: Path, end: str) -> None:
    program = Path(sys.executable).parent / "solvency"
    out = tmp_path / "x.pdf"
    # A session of its own: Ctrl-C reaches all that is in it.
    child = subprocess.Popen(
        [str(program), "report", "--kind", "brief", "-o", str(out), str(FTX)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    workers: list[int] = []
    for _ in range(600):
        beside = Path(f"/proc/{child.pid}/task/{child.pid}/children")
        workers = [int(one) for one in beside.read_text().split()]
        if len(workers) == 2:
            break
        time.sleep(0.05)
    assert len(workers) == 2
    if end == "Ctrl-C":
        os.killpg(child.pid, signal.SIGINT)
    else:
        os.kill(child.pid if end == "all is killed" else workers[0], signal.SIGKILL)
    _, said = child.communicate(timeout=60)
    assert not list(tmp_path.iterdir())
    assert not any(map(_runs, workers))
    if end == "Ctrl-C":
        assert child.returncode == 130
        assert said == "solvency: interrupted\n"
    elif end == "a worker is killed":
        assert child.returncode == 2
        assert said.startswith("Error: report/10-found.md:")
        assert "was ended from outside (signal 9)" in said
        assert said.count("\n") == 1


def _runs(process: int) -> bool:
    """Say whether a process still works, a moment from now."""
    time.sleep(0.2)
    try:
        said = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    # One that nobody has waited for has ended all the same.
    return said.rpartition(")")[2].split()[0] != "Z"
