"""What `solvency verify` lets pass, and what it catches."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import forging
import pikepdf
import pytest

import solvency
from solvency.report import kinds
from solvency.report import write
from solvency.report.verification.pages import opened
from solvency.report.verification.verdict import Outcome
from solvency.report.verification.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.usefixtures("steps_here")

AMOUNT = re.compile(r"\d[\d,]*\.\d")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, harbour: Path) -> Path:
    """A case's folder whose files include one in a folder of its own."""
    folder = tmp_path_factory.mktemp("verify") / "case"
    shutil.copytree(harbour.parent, folder)
    (folder / "more").mkdir()
    (folder / "more" / "note.beancount").write_text(
        '2021-01-01 event "note" "nothing of weight"\n'
    )
    with (folder / "main.beancount").open("a") as main:
        main.write('\ninclude "more/note.beancount"\n')
    return folder


@pytest.fixture(scope="module")
def made(folder: Path) -> Path:
    path = folder.parent / "made.pdf"
    case = solvency.load(folder / "main.beancount")
    assert not case.errors
    # A few sections have all that can be tampered with; the whole takes longer.
    write(case, case.book(), path, sections=["plugs", "balances", "files"])
    return path


def alike(page: forging.Page, run: forging.Run, other: forging.Run) -> bool:
    """Say whether two runs can change places: same font, as many letters."""
    return run[1] == other[1] and len(run[2]) == len(other[2])


def _is_amount(text: str) -> bool:
    return AMOUNT.fullmatch(text) is not None


def forged(made: Path, tmp_path: Path) -> tuple[pikepdf.Pdf, Path]:
    return pikepdf.open(made), tmp_path / "forged.pdf"


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_an_untouched_report_holds(kind: str, folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    case = solvency.load(folder / "main.beancount")
    write(case, case.book(), path, kind=kind)
    verdict = verify(path)
    assert verdict.outcome is Outcome.SAME
    assert verdict.alterations == ()
    assert verdict.fingerprint == case.fingerprint
    assert verdict.figures > 10
    with pikepdf.open(path) as document:
        names = set(document.attachments)
    # Some readers cannot save a name with a slash.
    assert "more-note.beancount" in names
    assert not any("/" in name for name in names)


def test_other_dates_scenario_and_sections_are_as_recorded(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.pdf"
    case = solvency.load(folder / "main.beancount", scenario="established")
    day = case.selected[-1].date
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    write(case, case.book(), path, dates=[day], sections=["balances", "files"])
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    verdict = verify(path)
    assert verdict.outcome is Outcome.SAME
    assert verdict.scenario == "established"


def test_saved_anew_its_pages_agree(made: Path, tmp_path: Path) -> None:
    document, path = forged(made, tmp_path)
    document.save(path, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    verdict = verify(path)
    assert verdict.outcome is Outcome.ALTERED
    assert {str(one).partition(":")[0] for one in verdict.alterations} <= {
        "file",
        "catalogue",
    }


class TestCaught:
    def test_one_digit_on_a_page(self, made: Path, tmp_path: Path) -> None:
        document, path = forged(made, tmp_path)
        number, page, run = next(
            (number, page, run)
            for number in range(2, len(document.pages))
            for page in [forging.Page(document, number)]
            for run in page.find(lambda text: AMOUNT.fullmatch(text) is not None)
        )
        text = page.text(run)
        letters = set(page.fonts[run[1]].values())
        other = next(d for d in "9876543210" if d in letters and d != text[0])
        page.put(run, other + text[1:])
        page.save()
        document.save(path)
        verdict = verify(path)
        assert [d.what for d in verdict.differences] == ["figure"]
        (one,) = verdict.differences
        assert (one.page, one.found, one.expected) == (
            number + 1,
            other + text[1:],
            text,
        )
        assert one.exhibits

    def test_one_letter_of_prose(self, made: Path, tmp_path: Path) -> None:
        document, path = forged(made, tmp_path)
        page = forging.Page(document, 2)
        run = page.find(lambda text: len(text) > 40)[0]
        text = page.text(run)
        page.put(run, ("e" if text[0] != "e" else "a") + text[1:])
        page.save()
        document.save(path)
        assert {(d.what, d.page) for d in verify(path).differences} == {("text", 3)}

    def test_a_digit_that_reads_as_another(self, made: Path, tmp_path: Path) -> None:
        """The page shows as before; what a viewer copies from it does not."""
        document, path = forged(made, tmp_path)
        for font in {
            font.objgen: font
            for page in document.pages
            for font in page.Resources.Font.values()
        }.values():
            cmap = font.ToUnicode.read_bytes()
            font.ToUnicode.write(cmap.replace(b"> <0031>", b"> <0037>"))
        document.save(path)
        found = verify(path).differences
        assert {d.what for d in found} >= {"figure"}
        assert all("7" in d.found for d in found if d.what == "figure")

    def test_a_digit_that_shows_as_another(self, made: Path, tmp_path: Path) -> None:
        """What a viewer copies is as before; the page shows another digit."""
        document, path = forged(made, tmp_path)
        at, run = next(
            (n, some[0])
            for n in range(2, len(document.pages))
            if (some := forging.Page(document, n).find(_is_amount))
        )
        page = forging.Page(document, at)
        index, font, codes = run
        letters = page.fonts[font]
        right = letters[codes[0]]
        shown = next(
            code
            for code, letter in letters.items()
            if letter.isdigit() and code not in codes
        )
        # A second font of the same glyphs, in which that digit reads as the right one.
        with pikepdf.open(made) as again:
            twin = document.copy_foreign(again.pages[at].Resources.Font[font])
        before = f"<{shown.hex()}> <{ord(letters[shown]):04x}>".encode()
        cmap = twin.ToUnicode.read_bytes()
        assert before in cmap
        twin.ToUnicode = document.make_stream(
            cmap.replace(before, f"<{shown.hex()}> <{ord(right):04x}>".encode())
        )
        page.page.Resources.Font["/Twin"] = document.make_indirect(twin)
        size = next(
            step.operands[1]
            for step in reversed(page.stream[:index])
            if str(step.operator) == "Tf"
        )
        page.stream[index : index + 1] = [
            pikepdf.ContentStreamInstruction(operands, pikepdf.Operator(operator))
            for operands, operator in (
                ([pikepdf.Name("/Twin"), size], "Tf"),
                ([page.spelt(run, [shown, *codes[1:]])], "TJ"),
                ([pikepdf.Name(font), size], "Tf"),
            )
        ]
        page.save()
        document.save(path)
        with opened(made) as one, opened(path) as two:
            assert list(one.texts()) == list(two.texts())
        assert [(d.what, d.page) for d in verify(path).differences] == [
            ("picture", at + 1)
        ]

    def test_two_figures_swapped(self, made: Path, tmp_path: Path) -> None:
        document, path = forged(made, tmp_path)
        number, page, runs = next(
            (number, page, runs)
            for number in range(2, len(document.pages))
            for page in [forging.Page(document, number)]
            for runs in [page.find(lambda text: AMOUNT.fullmatch(text) is not None)]
            if len({page.text(run) for run in runs if alike(page, run, runs[0])}) > 1
        )
        one = runs[0]
        two = next(
            r for r in runs if alike(page, r, one) and page.text(r) != page.text(one)
        )
        texts = page.text(one), page.text(two)
        page.put(one, texts[1])
        page.put(two, texts[0])
        page.save()
        document.save(path)
        found = [d for d in verify(path).differences if d.what == "figure"]
        assert {d.expected for d in found} == set(texts)
        assert {d.page for d in found} == {number + 1}

    @pytest.mark.parametrize("name", ["postings.csv", "exhibit", "figures.json"])
    def test_one_byte_of_an_attachment(
        self, name: str, made: Path, tmp_path: Path
    ) -> None:
        path = tmp_path / "forged.pdf"
        if name == "exhibit":
            with pikepdf.open(made) as document:
                name = next(n for n in document.attachments if n.startswith("exhibits"))

        def change(content: bytes) -> bytes:
            at = [m.start() for m in re.finditer(rb"[0-8]", content)][-1]
            return content[:at] + bytes([content[at] + 1]) + content[at + 1 :]

        assert forging.attached(made, path, name, change) == 1
        (one,) = verify(path).differences
        assert one.page is None
        assert one.what == (
            "attached figure" if name == "figures.json" else "attachment"
        )

    def test_what_figures_rest_on(self, made: Path, tmp_path: Path) -> None:
        path = tmp_path / "forged.pdf"

        def change(content: bytes) -> bytes:
            at = content.index(b'["', content.index(b'"lists"')) + 2
            return content[:at] + b"X" + content[at + 1 :]

        assert forging.attached(made, path, "figures.json", change) == 1
        (one,) = verify(path).differences
        assert (one.what, one.name) == ("attachment", "figures.json")

    def test_one_digit_of_the_ledger(self, made: Path, tmp_path: Path) -> None:
        path = tmp_path / "forged.pdf"

        def change(content: bytes) -> bytes:
            price = re.search(rb"price \w+ +(\d)", content)
            assert price
            at = price.start(1)
            return (
                content[:at] + (b"8" if price[1] != b"8" else b"9") + content[at + 1 :]
            )

        assert forging.attached(made, path, "main.beancount", change) == 1
        found = verify(path).differences
        assert "fingerprint" in {d.what for d in found}
        assert any(d.what == "figure" and d.page for d in found)

    def test_one_byte_of_a_comment(self, made: Path, tmp_path: Path) -> None:
        """The books are the same; the hash printed on the last page is not."""
        path = tmp_path / "forged.pdf"
        change = lambda content: content[:2] + bytes([content[2] ^ 1]) + content[3:]  # noqa: E731
        with pikepdf.open(made) as document:
            start = document.attachments["main.beancount"].get_file().read_bytes()[:2]
        assert start.startswith(b";")
        assert forging.attached(made, path, "main.beancount", change) == 1
        found = verify(path).differences
        assert {d.what for d in found} == {"attachment", "text"}
        assert "main.beancount" in {d.name for d in found}

    def test_a_ledger_broken(self, made: Path, tmp_path: Path) -> None:
        path = tmp_path / "forged.pdf"
        forging.attached(
            made,
            path,
            "main.beancount",
            lambda content: content.replace(b'custom "entity"', b'custom "entitY"', 1),
        )
        (one,) = verify(path).differences
        assert one.what == "ledger"
        assert "the ledger has errors: main.beancount:" in one.found

    def test_a_file_added(self, made: Path, tmp_path: Path) -> None:
        document, path = forged(made, tmp_path)
        document.attachments["exhibits-99-new.csv"] = pikepdf.AttachedFileSpec(
            document, b"x", filename="exhibits-99-new.csv"
        )
        document.save(path)
        verdict = verify(path)
        assert verdict.outcome is Outcome.ALTERED
        said = "attachment exhibits-99-new.csv: attachment added: “exhibits-99-new.csv”"
        assert said in map(str, verdict.alterations)

    def test_a_page_taken_out(self, made: Path, tmp_path: Path) -> None:
        document, path = forged(made, tmp_path)
        del document.pages[-1]
        document.save(path)
        assert "pages" in {d.what for d in verify(path).differences}
