"""Files made to attack `solvency verify`, and the processes that keep it from them.

They were printed by an earlier state of the program, so that their pages may differ
honestly; what was done to a report printed today is told exactly in test_altered.py.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pytest
from click.testing import CliRunner

import solvency
from solvency.cli import main
from solvency.confined import Limit
from solvency.confined import StoppedError
from solvency.report import write
from solvency.report.verification import limits

if TYPE_CHECKING:
    from click.testing import Result

ATTACKS = Path(__file__).parent / "attacks"
PROGRAM = "from solvency.cli import main; main()"


@pytest.fixture(autouse=True)
def _again_but_once(made_again, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the report of one ledger once for all files that carry it.

    What reads the file itself runs for each.
    """
    run = limits.run

    def once(name, asked, tell=None):
        if name != "again":
            return run(name, asked, tell)
        said = made_again(asked, lambda told: {"answer": run(name, told, tell)})
        return said["answer"]

    monkeypatch.setattr(limits, "run", once)


def verified(path: Path) -> Result:
    done = CliRunner().invoke(main, ["verify", str(path)])
    assert done.exit_code in {0, 1, 2, 3}, done.output
    assert isinstance(done.exception, SystemExit | None), done.exc_info
    assert "Traceback" not in done.output
    return done


@pytest.mark.parametrize("path", sorted(ATTACKS.glob("*.pdf")), ids=lambda p: p.stem)
def test_a_file_made_to_attack(
    path: Path, step_here, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Those against the reader run in processes of their own; those that add what a
    # viewer shows or does need none.
    if path.stem[0] not in "bh":
        monkeypatch.setattr(limits, "run", step_here)
    done = verified(path)
    # What its figures.json holds is refused, or asks for what the ledger cannot give.
    wanted = {1, 2} if path.stem.startswith("h") else {1, 3}
    assert done.exit_code in wanted, done.stdout
    assert "same bytes" not in done.stdout


def test_a_kind_beside_the_file_is_not_run(tmp_path: Path) -> None:
    folder = tmp_path / "kind"
    shutil.copytree(ATTACKS / "kind", folder)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "verify", "report.pdf"],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={key: value for key, value in os.environ.items() if key != "PYTHONPATH"},
    )
    assert done.returncode == 2
    assert "in the kind 'kit', which does not come with the program" in done.stderr
    assert sorted(p.name for p in folder.iterdir()) == ["kit", "report.pdf"]


def test_a_module_beside_the_file_is_not_run(tmp_path: Path, made: Path) -> None:
    for name in ("json", "pikepdf", "solvency", "numpy", "resource"):
        (tmp_path / f"{name}.py").write_text("open('RAN', 'w')\n")
    shutil.copy(made, tmp_path / "made.pdf")
    program = Path(sys.executable).parent / "solvency"
    done = subprocess.run(
        [program, "verify", "made.pdf"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    assert "the same bytes as the ledger inside gives" in done.stdout
    assert not (tmp_path / "RAN").exists()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, harbour: Path) -> Path:
    path = tmp_path_factory.mktemp("attacked") / "made.pdf"
    case = solvency.load(harbour)
    write(case, case.book(), path, sections=["plugs", "files"])
    return path


def bomb(times: int) -> bytes:
    """Return what unfolds to half a gigabyte, deflated as many times."""
    deflating = zlib.compressobj(9)
    content = b"".join(deflating.compress(bytes(2**20)) for _ in range(512))
    content += deflating.flush()
    for _ in range(times - 1):
        content = zlib.compress(content, 9)
    return content


class TestBombs:
    """Each ends within the limits of its step, with a message."""

    @pytest.fixture(autouse=True)
    def _soon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let pages take half the memory they may, which is full sooner."""
        least = Limit(2**30, limits.STEPS["comparison"].seconds)
        monkeypatch.setitem(limits.STEPS, "comparison", least)

    @pytest.mark.parametrize("times", [1, 2])
    def test_an_attachment_that_unfolds(
        self, times: int, made: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "forged.pdf"
        with pikepdf.open(made) as document:
            spec = pikepdf.AttachedFileSpec(document, b"", filename="zzz.csv").obj
            stream = document.make_stream(b"")
            filters = [pikepdf.Name.FlateDecode] * times
            stream.write(
                bomb(times), filter=filters[0] if times == 1 else pikepdf.Array(filters)
            )
            spec.EF.F = spec.EF.UF = stream
            names = document.Root.Names.EmbeddedFiles.Names
            names.append(pikepdf.String("zzz"))
            names.append(spec)
            document.save(path, stream_decode_level=pikepdf.StreamDecodeLevel.none)
        done = verified(path)
        # Deflated twice it is not unfolded at all, where the writer leaves it so.
        assert done.exit_code in ({2} if times == 1 else {2, 3})
        said = "too large for a report", "attachment zzz: attachment added"
        assert any(one in done.output for one in said)

    def test_a_form_that_contains_itself(self, made: Path, tmp_path: Path) -> None:
        path = tmp_path / "forged.pdf"
        with pikepdf.open(made) as document:
            form = document.make_stream(b"/X Do /X Do")
            form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
            form.BBox = pikepdf.Array([0, 0, 500, 500])
            form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=form))
            page = document.pages[1].obj
            page.Resources.XObject = pikepdf.Dictionary(X=form)
            page.Contents = pikepdf.Array(
                [page.Contents, document.make_stream(b" /X Do")]
            )
            document.save(path)
        assert verified(path).exit_code in {1, 3}

    def test_forms_in_forms(self, made: Path, tmp_path: Path) -> None:
        """Thirty forms that each draw the next twice draw a thousand million."""
        path = tmp_path / "forged.pdf"
        with pikepdf.open(made) as document:
            inner = document.make_stream(b"0 0 1 1 re f")
            for _ in range(30):
                inner.Type, inner.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
                inner.BBox = pikepdf.Array([0, 0, 500, 500])
                outer = document.make_stream(b"/X Do /X Do")
                outer.Resources = pikepdf.Dictionary(
                    XObject=pikepdf.Dictionary(X=inner)
                )
                inner = outer
            inner.Type, inner.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
            inner.BBox = pikepdf.Array([0, 0, 500, 500])
            page = document.pages[1].obj
            page.Resources.XObject = pikepdf.Dictionary(X=inner)
            page.Contents = pikepdf.Array(
                [page.Contents, document.make_stream(b" /X Do")]
            )
            document.save(path)
        assert verified(path).exit_code in {1, 3}


class TestLimits:
    def test_a_step_ends_at_its_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """No step answers within no time at all."""
        monkeypatch.setitem(limits.STEPS, "contents", Limit(2**30, 0))
        with pytest.raises(StoppedError, match="takes more than 1 GiB"):
            limits.run("contents", {"given": "/dev/zero", "folder": "/nowhere"})

    def test_a_step_ends_at_its_memory(self) -> None:
        with pytest.raises(StoppedError, match="takes more than 1 GiB"):
            limits.run("contents", {"given": "/dev/zero", "folder": "/nowhere"})

    def test_what_it_raises_is_a_message(self) -> None:
        with pytest.raises(StoppedError, match="FileNotFoundError"):
            limits.run("contents", {"given": "/nowhere/x.pdf", "folder": "/nowhere"})

    def test_a_step_ends_with_who_asked_for_it(self, tmp_path: Path) -> None:
        """Whoever kills the program leaves nothing at work behind it."""
        os.mkfifo(tmp_path / "fifo")
        asked = {"given": str(tmp_path / "fifo"), "folder": str(tmp_path)}
        code = (
            "from solvency.report.verification import limits\n"
            f"limits.run('contents', {asked!r})"
        )
        with subprocess.Popen([sys.executable, "-c", code]) as caller:
            # It opens once the step reads from it.
            pipe = os.open(tmp_path / "fifo", os.O_WRONLY)
            caller.kill()
        # And fails once nobody reads any more.
        with pytest.raises(BrokenPipeError):  # noqa: PT012 (sooner or later)
            for _ in range(600):
                os.write(pipe, b"x")
                time.sleep(0.05)
        os.close(pipe)

    def test_what_is_no_file(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "fifo")
        for path, said in (
            (tmp_path / "fifo", "it is no regular file"),
            (Path("/dev/zero"), "it is no regular file"),
            (tmp_path, "Is a directory"),
            (tmp_path / "gone.pdf", "No such file or directory"),
        ):
            done = verified(path)
            assert done.exit_code == 2
            assert said in done.stderr
