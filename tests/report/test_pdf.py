from __future__ import annotations

import gc
import hashlib
import io
import itertools
import mimetypes
import os
import re
import shutil
import subprocess
import sys
import time
from datetime import UTC
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pikepdf
import pypdfium2
import pytest

import solvency
from solvency.figures import fonts
from solvency.report import ReportError
from solvency.report import pages
from solvency.report import pdf
from solvency.report import write
from solvency.report.making import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency import Case
    from solvency.report.document import Report

HARBOUR = Path(__file__).parents[2] / "ledgers/harbour/main.beancount"
ON = re.compile(r"Exhibit (\d+), continued")
DATED = datetime(2022, 11, 11, tzinfo=UTC)


def small(body: str, head: str = "") -> ET.Element:
    page = (
        f'<html lang="en"><head><title>T</title>{head}</head><body>{body}</body></html>'
    )
    return ET.fromstring(page)  # noqa: S314 (ours)


@pytest.fixture
def document(written: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(written) as opened:
        yield opened


def text_of_pages(path: Path) -> list[str]:
    document = pypdfium2.PdfDocument(path)
    texts = []
    for page in document:
        text = page.get_textpage()
        texts.append(text.get_text_range())
        text.close()
        page.close()
    document.close()
    return texts


class TestDocument:
    def test_it_says_what_it_is(self, document: pikepdf.Pdf) -> None:
        with document.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
            assert metadata["pdfuaid:part"] == "1"
        assert str(document.Root.Lang) == "en"
        assert document.Root.MarkInfo.Marked
        assert document.Root.ViewerPreferences.DisplayDocTitle
        assert str(document.docinfo["/Title"]) == "Exchange & Desk <a case>"
        assert str(document.docinfo["/CreationDate"]).startswith("D:20211231000000")

    def test_fonts_are_embedded_and_ours(self, document: pikepdf.Pdf) -> None:
        names = set()
        for page in document.pages:
            for font in page.Resources.get("/Font", {}).values():
                for descendant in font.get("/DescendantFonts", [font]):
                    descriptor = descendant.FontDescriptor
                    assert "/FontFile2" in descriptor or "/FontFile3" in descriptor
                    names.add(str(descriptor.FontName).split("+")[-1])
        assert names
        assert all(name.startswith("Report-Sans") for name in names), names

    def test_the_ledger_and_the_exhibits_are_inside(
        self, document: pikepdf.Pdf, whole: Report, loaded: Case
    ) -> None:
        from pathlib import Path as FilePath

        names = list(document.attachments)
        assert names == sorted(names)
        ledger = document.attachments["main.beancount"].get_file().read_bytes()
        assert ledger == FilePath(loaded.path).read_bytes()
        postings = document.attachments["postings.csv"].get_file().read_bytes()
        assert (
            b"2021-03-01,F-2,Assets:Exchange:Receivables:Desk,600000000.25,USD,added"
            in (postings)
        )
        exhibits = [name for name in names if name.startswith("exhibits-")]
        assert len(exhibits) == len(whole.numbers)
        first = document.attachments[exhibits[0]].get_file()
        assert first.mime_type == "text/csv"
        # Each is listed once, and says how it relates to the report.
        associated = [item.objgen for item in document.Root.AF]
        assert len(associated) == len(set(associated)) == len(names)
        relations = {str(item.AFRelationship) for item in document.Root.AF}
        assert relations == {"/Source", "/Data"}

    def test_header_cells_have_a_scope(self, document: pikepdf.Pdf) -> None:
        scopes: dict[str, int] = {}
        for item in document.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/TH":
                scope = str(item.A.Scope)
                scopes[scope] = scopes.get(scope, 0) + 1
        assert scopes["/Column"] > 10
        assert scopes["/Row"] > 10

    def test_the_outline_is_the_report_s(
        self, document: pikepdf.Pdf, whole: Report
    ) -> None:
        with document.open_outline() as outline:
            titles = [item.title for item in outline.root]
        assert titles[0] == "Contents"
        assert len(titles) == len(whole.sections) + 1
        for title, section in zip(titles[1:], whole.sections, strict=True):
            assert title.endswith(section.title)

    def test_contents_have_the_numbers_of_chapters_and_exhibits(
        self, whole: Report, written: Path
    ) -> None:
        # Chapters are numbered from one, appendices lettered, as their heads are.
        pages = text_of_pages(written)
        listed = " ".join(next(page for page in pages if "Contents" in page).split())
        chapters, letters = itertools.count(1), iter("ABCDEFGHIJ")
        for section in whole.sections:
            if section.appendix:
                number = next(letters)
            elif "body" in section.values:
                number = str(next(chapters))
            else:
                continue
            assert f"{number} {section.title}" in listed
            head = f"Appendix {number}" if section.appendix else number
            heads = [" ".join(page.split()) for page in pages[1:]]
            assert any(f"{head} {section.title}" in one for one in heads)

    def test_every_link_resolves(self, document: pikepdf.Pdf) -> None:
        named = document.Root.Names.Dests.Names
        targets = {str(named[n]) for n in range(0, len(named), 2)}
        inside, outside = 0, set()
        for page in document.pages:
            for annotation in page.get("/Annots", []):
                if "/Dest" in annotation:
                    assert str(annotation.Dest) in targets
                    inside += 1
                else:
                    outside.add(str(annotation.A.URI))
        assert inside > 100
        assert outside == {"https://example.org/docket?a=1&b=2"}

    def test_pages_are_numbered_and_headed(self, written: Path) -> None:
        texts = text_of_pages(written)
        for n, text in enumerate(texts[1:], start=2):
            assert f"{n} / {len(texts)}" in text
            assert "Exchange & Desk <a case>" in text
        assert f"1 / {len(texts)}" not in texts[0]

    def test_the_cover_says_what_this_is(self, written: Path, loaded: Case) -> None:
        cover = re.sub(r"\s+", " ", text_of_pages(written)[0])
        for words in (
            "A reconstruction from the sources",
            "Hypotheses are marked",
            "Trading burned it",
            "31 December 2021",
            loaded.fingerprint[:32],
            loaded.fingerprint[32:],
            "Everything the ledger cites",
        ):
            assert words in cover

    def test_contents_name_the_pages(self, written: Path, whole: Report) -> None:
        texts = text_of_pages(written)
        for section in whole.sections:
            entry = re.search(rf"{re.escape(section.title)}[ .]*?(\d+)\s", texts[1])
            assert entry, section.title
            assert section.title in texts[int(entry[1]) - 1]

    def test_a_note_stands_on_the_page_of_its_call(
        self, loaded: Case, tmp_path: Path
    ) -> None:
        path = tmp_path / "hypotheses.pdf"
        write(loaded, loaded.book(), path, sections=["hypotheses"])
        called = [t for t in text_of_pages(path) if "The sheet hints at it." in t]
        assert len(called) == 1
        assert "S-001 B2, The Gazette, “The sheet”" in called[0]

    def test_the_figures_are_on_the_pages(self, written: Path) -> None:
        everything = " ".join(text_of_pages(written))
        # Group assets by hand: 1,240,000,000.50.
        assert "$1.2bn" in everything
        assert "1,240.0" in everything
        assert "(40.0)" in everything


def test_an_exhibit_that_runs_on_says_so_at_the_head(tmp_path: Path) -> None:
    case = solvency.load(HARBOUR)
    path = tmp_path / "harbour.pdf"
    write(case, case.book(), path, sections=["balances", "families"])
    found = text_of_pages(path)
    on = [(n, m[1]) for n, x in enumerate(found) for m in [ON.search(x)] if m]
    assert on
    for page, number in on:
        head = re.compile(rf"^Exhibit {number}\. ", re.MULTILINE)
        assert not head.search(found[page])
        assert any(head.search(x) for x in found[:page])


class TestSameBytes:
    def test_wherever_and_however_it_runs(
        self, written: Path, loaded: Case, tmp_path: Path
    ) -> None:
        """Other process, hash seed, folder, time zone, locale: the same file."""
        folder = tmp_path / "elsewhere"
        shutil.copytree(Path(loaded.path).parent, folder)
        program = (
            "import sys, solvency, solvency.report as report\n"
            "case = solvency.load(sys.argv[1], scenario='burned')\n"
            "report.write(case, case.book(), sys.argv[2])\n"
        )
        other = tmp_path / "again.pdf"
        # A second at least: a clock read anywhere would show.
        time.sleep(1.1)
        subprocess.run(
            [
                *(sys.executable, "-c", program),
                *(str(folder / Path(loaded.path).name), str(other)),
            ],
            check=True,
            env={
                **os.environ,
                "PYTHONHASHSEED": "77",
                "TZ": "Asia/Shanghai",
                "LC_ALL": "C",
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
        )
        one, two = (hashlib.sha256(p.read_bytes()) for p in (written, other))
        assert one.hexdigest() == two.hexdigest()

    def test_the_epoch_dates_it(
        self, loaded: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
        path = tmp_path / "dated.pdf"
        write(loaded, loaded.book(), path)
        with pikepdf.open(path) as document:
            assert str(document.docinfo["/ModDate"]).startswith("D:19700102000000")

    def test_an_epoch_that_is_no_number_is_refused(
        self, loaded: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("SOURCE_DATE_EPOCH", "yesterday")
        with pytest.raises(ReportError, match="no number of seconds: 'yesterday'"):
            write(loaded, loaded.book(), tmp_path / "x.pdf")


class TestNothingFromOutside:
    @pytest.mark.parametrize(
        "url",
        [
            "file:///etc/hostname",
            "https://example.org/x.png",
            "data:image/svg+xml,x",
            "asset:../../etc/passwd",
            "asset:unknown.ttf",
        ],
    )
    @pytest.mark.parametrize(
        ("head", "body"),
        [
            ("", '<img src="{}" alt="x"/>'),
            ('<link rel="stylesheet" href="{}"/>', "x"),
            ('<style>@import url("{}");</style>', "x"),
            ('<style>p {{ background: url("{}") }}</style>', "<p>x</p>"),
            ('<link rel="attachment" href="{}"/>', "x"),
        ],
    )
    def test_it_is_refused(self, url: str, head: str, body: str) -> None:
        root = small(body.format(url), head.format(url))
        with pytest.raises(ReportError, match="is not the package's"):
            pdf.render(root, DATED)

    def test_an_svg_cannot_fetch(self) -> None:
        svg = (
            '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
            '<image href="file:///etc/hostname" width="9" height="9"/></svg>'
        )
        with pytest.raises(ReportError):
            pdf.render(small(svg), DATED)


class TestFailures:
    def test_a_complaint_of_the_layout_stops_it(self) -> None:
        with pytest.raises(ReportError, match=r"page layout complains: .*nowhere"):
            pdf.render(small('<p><a href="#nowhere">x</a></p>'), DATED)

    def test_a_missing_font_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(fonts.FONTS, "plex-sans.ttf", (fonts._PLEX, "Gone.ttf"))
        with pytest.raises(
            ReportError, match=r"the font IBM Plex Sans is missing: reinstall"
        ):
            fonts.font_path("plex-sans.ttf")

    def test_a_missing_library_names_the_packages(self, tmp_path: Path) -> None:
        (tmp_path / "weasyprint.py").write_text(
            "raise OSError('cannot load library libpango-1.0-0')"
        )
        program = (
            "from solvency.report import pdf, ReportError\n"
            "try:\n    pdf._weasyprint()\n"
            "except ReportError as error:\n    print(error)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path]),
            },
        )
        assert done.stdout.count("\n") == 1
        assert "apt-get install libpango-1.0-0 libpangoft2-1.0-0" in done.stdout

    def test_a_full_disk_leaves_what_was_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = tmp_path / "report.pdf"
        path.write_bytes(b"before")

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(ReportError, match="not written: No space left"):
            write_whole(path, b"after")
        assert path.read_bytes() == b"before"
        assert list(tmp_path.iterdir()) == [path]

    def test_a_missing_folder_is_one_clear_line(self, tmp_path: Path) -> None:
        with pytest.raises(ReportError, match="not written: No such file"):
            write_whole(tmp_path / "gone" / "x.pdf", b"x")

    @pytest.mark.parametrize("running", [True, False])
    def test_the_collector_is_left_as_it_was(self, running: bool) -> None:
        (gc.enable if running else gc.disable)()
        try:
            with pytest.raises(ReportError):
                pdf.render(small('<img src="file:///x" alt=""/>'), DATED)
            assert gc.isenabled() == running
            assert gc.get_freeze_count() == 0
        finally:
            gc.enable()


def test_no_text_is_wider_than_its_cell(whole: Report) -> None:
    """Lay the report out and compare every cell's lines with the cell."""
    weasyprint = pdf._weasyprint()
    document = pdf._document(weasyprint, pages.tree(whole)).render(
        font_config=pdf._font_configuration(os.getpid())
    )
    cells = 0
    for page in document.pages:
        for box in page._page_box.descendants():
            if box.element_tag not in {"td", "th"} or not hasattr(box, "colspan"):
                continue
            cells += 1
            for line in box.descendants():
                if type(line).__name__ == "TextBox":
                    right = box.position_x + box.border_width()
                    assert line.position_x >= box.position_x - 1, line.text
                    # Brackets of negatives hang over by a third of an em.
                    assert line.position_x + line.width <= right + 4, line.text
    assert cells > 300


FORKING = """
import os, sys
import solvency
from solvency.report import write
case = solvency.load(sys.argv[1])
def printed(name):
    path = f"{sys.argv[2]}/{name}.pdf"
    write(case, case.book(), path, lang="zh", sections=["plugs"], draft=True)
    return open(path, "rb").read()
first = printed("first")
child = os.fork()
if not child:
    assert printed("child") == first
    sys.exit()
assert os.waitpid(child, 0)[1] == 0
assert printed("second") == first
"""


def test_a_fork_that_ends_leaves_the_fonts(harbour: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKING, str(harbour), str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_kind_of_an_attached_file_is_not_the_machines(monkeypatch) -> None:
    """A machine's own list of names of files changes no byte."""
    monkeypatch.setitem(mimetypes.types_map, ".p", "text/x-pascal")
    one = pdf.Attached("a.p", b"; a ledger", "Prices")
    made = pdf.render(small("<p>x</p>"), DATED, (one,))
    with pikepdf.open(io.BytesIO(made.content)) as document:
        file = document.attachments["a.p"].get_file()
        assert (file.read_bytes(), file.mime_type) == (b"; a ledger", "text/plain")


def test_attachments_are_read_back_as_given() -> None:
    one = pdf.Attached("a.csv", b"x,y\n", "Numbers")
    made = pdf.render(small("<p>x</p>"), DATED, (one,))
    assert made.pages == 1
    with pikepdf.open(io.BytesIO(made.content)) as document:
        found = document.attachments["a.csv"].get_file()
        assert found.read_bytes() == b"x,y\n"
        assert found.creation_date == DATED
