"""What was done to a finished report is told apart by what shows, and is named."""

from __future__ import annotations

import contextlib
import io
import re
from typing import TYPE_CHECKING

import pikepdf
import pytest
from forgeries_shown import SHOWN
from forgeries_unseen import UNSEEN

import solvency
from solvency.report import write
from solvency.report.verification.verdict import Outcome
from solvency.report.verification.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from forgeries import Forgery

pytestmark = pytest.mark.usefixtures("steps_here")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, harbour: Path) -> Path:
    path = tmp_path_factory.mktemp("altered") / "made.pdf"
    case = solvency.load(harbour)
    write(case, case.book(), path, sections=["plugs", "balances", "sources", "files"])
    return path


@pytest.mark.parametrize("one", [*SHOWN, *UNSEEN], ids=lambda one: one.name)
def test_a_forgery(one: Forgery, made: Path, tmp_path: Path) -> None:
    path = tmp_path / "forged.pdf"
    with pikepdf.open(made) as document:
        one.alter(document)
        document.save(path)
    verdict = verify(path)
    named = [str(alteration) for alteration in verdict.alterations]
    shown = [str(difference) for difference in verdict.differences]
    assert verdict.outcome.value == one.status, (shown, named)
    assert any(one.said in line for line in named), named


def updated(content: bytes, objects: dict[int, bytes], extra: bytes = b"") -> bytes:
    """Add a revision that replaces objects, or with number zero adds one."""
    with pikepdf.open(io.BytesIO(content)) as document:
        root = document.Root.objgen[0]
        info = document.trailer.Info.objgen[0]
        size = int(document.trailer.Size)
    before = int(re.findall(rb"startxref\s+(\d+)", content)[-1])
    out = bytearray(content + b"\n")
    table = b""
    for given, body in objects.items():
        number = given or size
        table += b"%d 1\n%010d 00000 n \n" % (number, len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        size = max(size, number + 1)
    start = len(out)
    out += b"xref\n" + table + b"trailer\n<< /Size %d /Root %d 0 R" % (size, root)
    out += b" /Info %d 0 R /Prev %d %s >>\n" % (info, before, extra)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def stream(content: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content)


class TestBytes:
    """What is done below the objects."""

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda c: c + b"\n% 9,999\n", "file: bytes behind the PDF added"),
            (lambda c: c + b"PK\x03\x04" + b"\0" * 40, "file: bytes behind the PDF"),
            (lambda c: b"MZ\n" + c, "file: bytes before the PDF added"),
            (lambda c: c.replace(b"%PDF-1.7", b"%PDF-1.4", 1), "file: version changed"),
            (lambda c: updated(c, {0: b"null"}), "file: revision changed"),
            (
                lambda c: updated(c, {0: b"<< /Hidden (9,999) >>"}),
                "file: object nothing leads to",
            ),
            (
                lambda c: updated(c, {90_000: b"<< /Hidden (9,999) >>"}),
                "file: broken structure added: reported number of objects",
            ),
            (lambda c: c + c[:-1], ""),
            (lambda c: c[:-6], ""),
        ],
        ids=range(9),
    )
    def test_round_the_objects(self, change, said: str, made: Path, tmp_path: Path):
        path = tmp_path / "forged.pdf"
        path.write_bytes(change(made.read_bytes()))
        verdict = verify(path)
        assert verdict.outcome is not Outcome.SAME
        assert any(said in str(one) for one in verdict.alterations), verdict

    def test_a_page_replaced_in_a_later_revision(
        self, made: Path, tmp_path: Path
    ) -> None:
        with pikepdf.open(made) as document:
            number = document.pages[2].obj.Contents.objgen[0]
            content = document.pages[2].obj.Contents.read_bytes()
        path = tmp_path / "forged.pdf"
        forged = stream(content + b" 0 0 0 rg 0 0 300 600 re f")
        path.write_bytes(updated(made.read_bytes(), {number: forged}))
        verdict = verify(path)
        assert verdict.outcome is Outcome.DIFFERS
        said = [str(one) for one in verdict.alterations]
        assert any("page 3: content changed" in one for one in said), said
        assert any("file: revision changed: 2 states" in one for one in said), said

    def test_an_encrypted_copy(self, made: Path, tmp_path: Path) -> None:
        path = tmp_path / "forged.pdf"
        with pikepdf.open(made) as document:
            document.save(path, encryption=pikepdf.Encryption(owner="x", user=""))
        verdict = verify(path)
        assert verdict.outcome is Outcome.ALTERED
        assert any("encryption added" in str(one) for one in verdict.alterations)

    def test_one_byte_anywhere(self, made: Path, tmp_path: Path) -> None:
        """The very bytes are the only way to be the same."""
        path = tmp_path / "copy.pdf"
        path.write_bytes(made.read_bytes())
        assert verify(path).outcome is Outcome.SAME
        for at in range(0, path.stat().st_size, path.stat().st_size // 3):
            content = bytearray(made.read_bytes())
            content[at] ^= 1
            path.write_bytes(content)
            with contextlib.suppress(solvency.report.ReportError):
                assert verify(path).outcome is not Outcome.SAME


class TestNames:
    """The tree of names may be cut into nodes; each name still stands once."""

    def test_a_tree_cut_into_nodes(self, made: Path, tmp_path: Path) -> None:
        path = tmp_path / "forged.pdf"
        with pikepdf.open(made) as document:
            tree = document.Root.Names.Dests
            names = list(tree.Names)
            half = len(names) // 4 * 2
            kids = [
                document.make_indirect(
                    pikepdf.Dictionary(Names=part, Limits=[part[0], part[-2]])
                )
                for part in (names[:half], names[half:])
            ]
            del tree.Names
            tree.Kids = pikepdf.Array(kids)
            document.save(path)
        verdict = verify(path)
        assert verdict.outcome is Outcome.ALTERED
        assert not any("link" in str(one) for one in verdict.alterations), verdict

    def test_a_tree_that_leads_into_itself(self, made: Path, tmp_path: Path) -> None:
        path = tmp_path / "forged.pdf"
        with pikepdf.open(made) as document:
            node = document.make_indirect(pikepdf.Dictionary())
            node.Kids = pikepdf.Array([node])
            names = document.Root.Names.EmbeddedFiles
            names.Kids = pikepdf.Array([node, node])
            document.save(path)
        with pytest.raises(solvency.report.ReportError, match="has no end"):
            verify(path)
