"""What a report refuses, each with one clear line, and what it leaves behind."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from solvency.cli import main
from solvency.report import ReportError
from solvency.report import pages
from solvency.report import pdf

if TYPE_CHECKING:
    from pathlib import Path

DATED = datetime(2022, 11, 11, tzinfo=UTC)
PROGRAM = "from solvency.cli import main; main()"


def printed(body: str) -> pdf.Pdf:
    text = f'<html lang="en"><head><title>T</title></head><body>{body}</body></html>'
    return pdf.render(ET.fromstring(text), DATED)  # noqa: S314 (ours)


def run(*args: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *args],
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            **environment,
        },
    )


def line_of(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line a refused command says."""
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr.strip()


class TestTheFetcher:
    @pytest.mark.parametrize(
        "body",
        [
            # A picture that unfolds to gigabytes, were it read.
            f'<img alt="" src="data:image/svg+xml;base64,{"PHN2Zy8+" * 4096}"/>',
            '<img alt="" src="data:image/png;base64,iVBORw0KGgo="/>',
            '<object data="http://127.0.0.1:9/x">x</object>',
            '<embed src="file:///etc/passwd"/>',
            '<p style="list-style: url(file:///etc/passwd); display: list-item">x</p>',
            '<p style="background: url(//example.org/x.png)">x</p>',
            '<p style="background: url(/etc/passwd)">x</p>',
            '<img alt="" srcset="ftp://example.org/x 2x" src="ftp://example.org/x"/>',
        ],
    )
    def test_it_serves_nothing_but_fonts(self, body: str) -> None:
        with pytest.raises(ReportError):
            printed(body)

    @pytest.mark.parametrize(
        "inside",
        [
            '<image href="http://example.org/x.png" width="9" height="9"/>',
            '<image href="file:///etc/passwd" width="9" height="9"/>',
            '<image href="data:image/png;base64,AAAA" width="9" height="9"/>',
            '<use href="file:///etc/passwd#x"/>',
            '<style>@import url("http://example.org/x.css");</style>',
        ],
    )
    def test_a_drawing_cannot_fetch(
        self, inside: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        import socket

        monkeypatch.setattr(
            socket.socket, "connect", lambda _, where: asked.append(str(where))
        )
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
            f"{inside}</svg>"
        )
        try:
            made = printed(svg)
        except ReportError:
            pass
        else:
            # What WeasyPrint does not even look at does no harm.
            assert b"root:" not in made.content
        assert asked == []


def test_a_link_out_of_the_case_is_not_followed(harbour: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.beancount"
    secret.write_text('2021-01-01 event "secret" "told"\n')
    folder = tmp_path / "case"
    shutil.copytree(harbour.parent, folder)
    (folder / "more.beancount").symlink_to(secret)
    with (folder / "main.beancount").open("a") as ledger:
        ledger.write('include "more.beancount"\n')
    done = CliRunner().invoke(
        main, ["report", "-o", str(tmp_path / "x.pdf"), str(folder / "main.beancount")]
    )
    assert done.exit_code == 1
    assert "lies outside the folder of the case" in done.output
    assert not (tmp_path / "x.pdf").exists()


class TestOneLine:
    def test_a_full_disk(self, harbour: Path, tmp_path: Path) -> None:
        """A limit on the size of files stands for a disk that fills up."""
        target = tmp_path / "x.pdf"
        target.write_bytes(b"before")
        program = (
            "import resource, signal\n"
            "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n" + PROGRAM
        )
        done = subprocess.run(
            [
                sys.executable,
                "-c",
                program,
                "report",
                "--draft",
                "--section",
                "plugs",
                "-o",
                str(target),
                str(harbour),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        assert line_of(done).endswith(": File too large")
        assert target.read_bytes() == b"before"
        assert list(tmp_path.iterdir()) == [target]

    def test_a_missing_font(self, harbour: Path, tmp_path: Path) -> None:
        (tmp_path / "fontpkg_ibm_plex_sans.py").write_text(
            "raise ModuleNotFoundError('gone')"
        )
        done = run(
            *("report", "--draft", "-o", str(tmp_path / "x.pdf"), str(harbour)),
            PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]),
        )
        assert "the font IBM Plex Sans is missing: pip install" in line_of(done)

    @pytest.mark.parametrize(
        ("template", "said"),
        [
            ("{% for %}", "template report.html, line 1"),
            ("{{ nothing }}", "a template asks for what is not there"),
            ("<html><p></html>", "a template's output is not well-formed"),
            ('{% include "gone.html" %}', "template 'gone.html' not found"),
            ("{{ report.dates | day }}", "template report.html"),
            ("{{ report.dates | map('gone') | list }}", "a template fails: No filter"),
        ],
    )
    def test_a_broken_template(
        self,
        template: str,
        said: str,
        harbour: Path,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        reports = tmp_path / "reports"
        shutil.copytree(pages.reports_folder(), reports)
        (reports / "reconstruction" / "report.html").write_text(template)
        monkeypatch.setattr(pages, "reports_folder", lambda: reports)
        target = tmp_path / "x.pdf"
        done = CliRunner().invoke(main, ["report", "-o", str(target), str(harbour)])
        assert done.exit_code == 2
        assert said in done.output
        assert done.output.count("\n") == 1
        assert not target.exists()

    @pytest.mark.parametrize("epoch", ["", "soon", "1e10", "9" * 20, "-" + "9" * 20])
    def test_a_date_that_is_none(self, epoch: str, tmp_path: Path) -> None:
        target = str(tmp_path / "x.pdf")
        for command in (["report", "-o", target], ["verify", target], ["check"]):
            done = run(*command, SOURCE_DATE_EPOCH=epoch)
            assert done.returncode == 2
            assert done.stderr.endswith(
                f"Error: SOURCE_DATE_EPOCH is no number of seconds: {epoch!r}\n"
            )

    def test_no_such_kind_section_or_language(
        self, harbour: Path, tmp_path: Path
    ) -> None:
        for option, said in (
            ("--kind", "no kind of report 'gone'"),
            ("--section", "has no chapter 'gone'"),
            ("--lang", "language 'gone'"),
        ):
            done = CliRunner().invoke(
                main,
                ["report", option, "gone", "-o", str(tmp_path / "x.pdf"), str(harbour)],
            )
            assert done.exit_code == 2
            assert said in done.output

    def test_what_verify_cannot_read(self, harbour: Path, tmp_path: Path) -> None:
        for path, said in (
            (harbour, "it is no PDF, or a broken one"),
            (tmp_path / "gone.pdf", "No such file or directory"),
            (tmp_path, "Is a directory"),
        ):
            done = CliRunner().invoke(main, ["verify", str(path)])
            assert done.exit_code == 2
            assert done.output == f"Error: {path}: {said}\n"
