"""A PDF from someone else may hold any ledger, and any names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import forging
import pikepdf
import pytest
from click.testing import CliRunner

import solvency
from solvency.cli import main
from solvency.figures.errors import ReportError
from solvency.report import write
from solvency.report.verification.pages import NotOursError
from solvency.report.verification.verdict import Outcome
from solvency.report.verification.verify import verify

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("steps_here")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, harbour: Path) -> Path:
    path = tmp_path_factory.mktemp("strangers") / "made.pdf"
    case = solvency.load(harbour)
    write(case, case.book(), path, sections=["plugs", "files"])
    return path


def recorded(made: Path, path: Path, **changes: object) -> None:
    with pikepdf.open(made) as document:
        stream = document.attachments["figures.json"].get_file().obj
        record = json.loads(stream.read_bytes())
        stream.write(json.dumps({**record, **changes}).encode())
        first = document.attachments["main.beancount"].get_file().read_bytes()
        for name in changes.get("files", ()):
            if name not in document.attachments:
                document.attachments[name] = pikepdf.AttachedFileSpec(
                    document, first, filename=name
                )
        document.save(path)


@pytest.mark.parametrize(
    "pair",
    [
        ("a-b.beancount", "a/b.beancount"),
        ("a.beancount", "A.beancount"),
        # One letter, and a letter with its accent behind it.
        ("\u00e9.beancount", "e\u0301.beancount"),
        ("\u00e9.beancount", "E\u0301.beancount"),
    ],
)
def test_one_attachment_is_one_file(
    pair: tuple[str, str], made: Path, tmp_path: Path
) -> None:
    """A record of thousands of names for one would fill the disk."""
    path = tmp_path / "forged.pdf"
    names = ["main.beancount", *pair]
    recorded(made, path, files=dict.fromkeys(names, "0" * 64))
    with pytest.raises(NotOursError, match="two files of the ledger have one name"):
        verify(path)


def test_no_case_has_two_files_of_one_name(harbour: Path, tmp_path: Path) -> None:
    """On some systems a reader who saves both has one of them."""
    main = tmp_path / "main.beancount"
    names = ("\u00e9.beancount", "e\u0301.beancount")
    lines = "".join(f'include "{name}"\n' for name in names)
    main.write_text(harbour.read_text() + lines)
    for name in names:
        (tmp_path / name).write_text("; nothing\n")
    if len(list(tmp_path.iterdir())) < 3:
        pytest.skip("here they are one file")
    case = solvency.load(main)
    with pytest.raises(ReportError, match="would have the same name"):
        write(case, case.book(), tmp_path / "out.pdf", sections=["plugs"])


@pytest.mark.parametrize(
    "name",
    [
        *("../out.beancount", "/etc/out.beancount", "a/../../out", "..\\out"),
        *("C:out", "a//out", "./out", "nul.beancount", "a/CON", "out.", "x\0y"),
    ],
)
def test_no_file_is_written_outside(
    name: str, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    monkeypatch.setenv("TMPDIR", str(inner))
    monkeypatch.setattr("tempfile.tempdir", None)
    path = tmp_path / "forged.pdf"
    recorded(made, path, files={name: "0" * 64}, case=name)
    with pytest.raises(NotOursError, match="is no name inside a case's folder"):
        verify(path)
    assert {p.name for p in tmp_path.iterdir()} == {"inner", "forged.pdf"}
    assert list(inner.iterdir()) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": "none"}, "in the kind 'none', which does not come with"),
        ({"dates": ["soon"]}, "'soon' for 'dates', not a date"),
        ({"dates": 5}, "5 for 'dates', not a list"),
        ({"dated": "20210101T"}, "'20210101T' for 'dated'"),
        ({"case": "gone.beancount"}, "not among the files of the ledger"),
        ({"case": "/etc/passwd"}, "not among the files of the ledger"),
        ({"case": ["main.beancount"]}, "for 'case', not a text"),
        ({"known": 7}, "7 for 'known', not a date"),
        ({"sections": [[]]}, "for 'sections', not a list of texts"),
        ({"figures": {}}, "{} for 'figures', not a list"),
        ({"figures": [1]}, "1 for 'figures', not a list of figures"),
        ({"figures": [{"key": 1}]}, "for 'figures', not a list of figures"),
        ({"files": {}}, "{} for 'files', not names with their SHA-256"),
        ({"files": {"main.beancount": 5}}, "5 for 'files', not a SHA-256"),
        ({"solvency": None}, "None for 'solvency', not a text"),
        (
            {"files": {"gone.beancount": "0" * 64}, "case": "gone.beancount"},
            "the file gone.beancount of its ledger is missing",
        ),
    ],
)
def test_a_record_that_makes_no_sense(
    changes: dict[str, object], said: str, made: Path, tmp_path: Path
) -> None:
    path = tmp_path / "forged.pdf"
    rewritten(made, path, lambda record: {**record, **changes})
    with pytest.raises(NotOursError) as refused:
        verify(path)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"lang": "xx"}, "language 'xx'"),
        ({"sections": ["none"]}, "has no chapter 'none'"),
        ({"scenario": "none"}, "the ledger has errors"),
        ({"dates": ["9999-12-31"]}, ""),
        ({"dates": ["0001-01-01"]}, ""),
        ({"dated": "0001-01-01T00:00:00+00:00"}, ""),
    ],
)
def test_a_record_that_asks_for_what_there_is_not(
    changes: dict[str, object], said: str, made: Path, tmp_path: Path
) -> None:
    path = tmp_path / "forged.pdf"
    rewritten(made, path, lambda record: {**record, **changes})
    verdict = verify(path)
    assert verdict.outcome is Outcome.DIFFERS
    assert said in verdict.differences[0].found


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b"null",
        b"{",
        b"\xff\xfe",
        b"[" * 200_000,
        b'{"a": ' + b"9" * 5_000 + b"}",
        b'{"case": 1, "case": 2}',
    ],
)
def test_a_record_that_is_none(content: bytes, made: Path, tmp_path: Path) -> None:
    path = tmp_path / "forged.pdf"
    with pikepdf.open(made) as document:
        document.attachments["figures.json"].get_file().obj.write(content)
        document.save(path)
    with pytest.raises(NotOursError, match=r"figures\.json"):
        verify(path)


def rewritten(
    made: Path, path: Path, change: Callable[[dict[str, object]], object]
) -> None:
    with pikepdf.open(made) as document:
        stream = document.attachments["figures.json"].get_file().obj
        stream.write(json.dumps(change(json.loads(stream.read_bytes()))).encode())
        document.save(path)


def test_its_plugins_are_not_run(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "forged.pdf"
    line = b'plugin "antigravity"\n'

    def change(content: bytes) -> bytes:
        return line + content[len(line) :]

    forging.attached(made, path, "main.beancount", change)
    (one,) = verify(path).differences
    assert "antigravity" in one.found
    assert "refused" in one.found


def test_what_is_no_report(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "other.pdf"
    path.write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(NotOursError, match="no PDF, or a broken one"):
        verify(path)
    other = pikepdf.new()
    other.add_blank_page()
    other.save(path)
    with pytest.raises(NotOursError, match="carries no ledger"):
        verify(path)
    with pytest.raises(ReportError, match="No such file"):
        verify(tmp_path / "gone.pdf")


def test_another_version_is_said(made: Path, tmp_path: Path) -> None:
    path = tmp_path / "old.pdf"
    rewritten(made, path, lambda record: {**record, "solvency": "0.0.9"})
    done = CliRunner().invoke(main, ["verify", str(path)])
    assert done.exit_code == 1
    assert (
        f"printed by version 0.0.9, checked by {solvency.__version__}, which may"
        " print it otherwise: install solvency 0.0.9 and verify again"
    ) in done.output
