"""Drafts, single sections, pages for a browser, several languages, progress."""

from __future__ import annotations

import hashlib
import io
import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pikepdf
import pytest
from click.testing import CliRunner

from solvency.cli import main
from solvency.cli.terminal.progress import progress
from solvency.figures.errors import ReportError
from solvency.report import attachments as enclosed
from solvency.report import build
from solvency.report import write
from solvency.report.attachments import case_files

if TYPE_CHECKING:
    from solvency import Case

#: Elements of HTML that have no end tag.
VOID = {"br", "col", "hr", "img", "link", "meta", "input"}


@pytest.fixture(scope="module")
def draft(loaded: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("draft") / "draft.pdf"
    write(loaded, loaded.book(), path, draft=True)
    return path


@pytest.fixture(scope="module")
def text(loaded: Case, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("html") / "report.html"
    summary = write(loaded, loaded.book(), path)
    assert summary.pages == 0
    return path.read_text(encoding="utf-8")


class TestDraft:
    def test_it_has_no_tags_and_carries_nothing(self, draft: Path) -> None:
        with pikepdf.open(draft) as document:
            assert "/StructTreeRoot" not in document.Root
            assert not list(document.attachments)

    def test_it_leaves_the_appendices_out(self, loaded: Case) -> None:
        report = build(loaded, loaded.book(), draft=True)
        assert not any(section.appendix for section in report.sections)
        assert {"found", "sheets"} <= {section.name for section in report.sections}

    def test_it_says_that_it_is_one(self, draft: Path) -> None:
        from solvency.report.verification.pages import opened

        with opened(draft) as document:
            assert "draft" in next(document.texts())

    def test_it_asks_for_no_long_analysis(
        self, loaded: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from solvency.analysis.study import Study

        def long(_: Study) -> None:
            raise AssertionError("a draft asked for an analysis that takes long")

        for name in ("reconciled", "beliefs", "history", "tallied"):
            monkeypatch.setattr(Study, name, property(long))
        report = build(loaded, loaded.book(), draft=True)
        assert "rivals" not in {section.name for section in report.sections}
        with pytest.raises(AssertionError):
            build(loaded, loaded.book(), draft=True, sections=["reconciled"])

    def test_lists_of_exhibits_stand_after_chapters(self, loaded: Case) -> None:
        report = build(loaded, loaded.book(), sections=["sources", "plugs"])
        assert [section.name for section in report.sections] == ["sources", "plugs"]
        with pytest.raises(ReportError, match="has no chapter 'x'; there are: "):
            build(loaded, loaded.book(), sections=["x"])


class TestCarried:
    def test_each_file_s_hash_is_printed_last(self, loaded: Case) -> None:
        report = build(loaded, loaded.book(), attached=case_files(loaded))
        (table,) = report.sections[-1].tables
        assert [row.key for row in table.rows] == [one.name for one in report.attached]
        names = {one.name for one in report.attached}
        assert {"main.beancount", "postings.csv", "figures.json"} <= names
        assert len(names) == 3 + len(report.numbers)

    def test_figures_json_has_every_figure_and_the_record(self, loaded: Case) -> None:
        report = build(loaded, loaded.book(), attached=case_files(loaded))
        content = next(x.content for x in report.attached if x.name == "figures.json")
        document = json.loads(content)
        assert document["fingerprint"] == loaded.fingerprint
        assert (document["kind"], document["scenario"]) == ("reconstruction", "burned")
        main = hashlib.sha256(Path(loaded.path).read_bytes()).hexdigest()
        assert document["files"] == {"main.beancount": main}
        listed = {one["key"]: one for one in document["figures"]}
        # All but those of the list of files, which are about this file itself.
        printed = {one.key for one in report.figures() if ":bytes" not in one.key}
        assert listed.keys() == printed
        assert set(next(iter(listed.values()))) >= {
            *("key", "value", "unit", "printed", "formula", "flows", "sources"),
            *("scenario", "basis", "exhibits"),
        }
        # What each rests on is a list by its place, and each list is there once.
        lists = [tuple(one) for one in document["lists"]]
        assert len(set(lists)) == len(lists)
        for one in enclosed.listed(report):
            if one["key"] in listed:
                assert lists[listed[one["key"]]["flows"]] == one["flows"]
                assert lists[listed[one["key"]]["sources"]] == one["sources"]

    def test_a_ledger_cannot_take_a_name_the_report_keeps(
        self, harbour: Path, tmp_path: Path
    ) -> None:
        import solvency

        (tmp_path / "main.beancount").write_text(
            harbour.read_text() + '\ninclude "postings.csv"\n'
        )
        (tmp_path / "postings.csv").write_text("; none\n")
        case = solvency.load(tmp_path / "main.beancount")
        with pytest.raises(ReportError, match=r"postings.csv is a name the report"):
            case_files(case)


class Page(HTMLParser):
    """Reads an HTML page: what it would fetch, and whether tags are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert ":" not in tag
        given = dict(attrs)
        self.fetched += [
            given[k] or "" for k in ("src", "srcset", "data") if k in given
        ]
        if tag in {"link", "script", "iframe", "object", "base"}:
            self.fetched.append(tag)
        if tag == "a" and "href" in given:
            self.links.append(given["href"] or "")
        if "id" in given:
            self.ids.add(given["id"] or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


class TestBrowser:
    def test_it_stands_alone(self, text: str) -> None:
        page = Page()
        page.feed(text)
        assert page.open == []
        assert page.fetched == []
        inside = {link[1:] for link in page.links if link.startswith("#")}
        assert inside <= page.ids
        assert {link for link in page.links if not link.startswith("#")} == {
            "https://example.org/docket?a=1&b=2"
        }
        urls = re.findall(r"url\(([^)]{0,30})", text)
        assert urls
        # A font inside the page, or a pattern that a drawing itself defines.
        assert all(url.startswith(('"data:font/ttf;base64,', "#")) for url in urls)

    def test_hostile_words_are_words(self, text: str) -> None:
        assert text.startswith("<!DOCTYPE html>")
        assert "<script" not in text
        assert "&lt;script&gt;alert" in text

    def test_it_says_the_same_as_paper(self, text: str) -> None:
        assert "1,600.0" in text
        assert "Exhibit 1." in re.sub(r"<[^>]+>", "", text)


class TestLanguages:
    def test_each_has_its_file(self, harbour: Path, tmp_path: Path) -> None:
        done = subprocess.run(
            [
                *(sys.executable, "-c", "from solvency.cli import main; main()"),
                *("report", "--draft", "--section", "plugs", "--lang", "en"),
                *("--lang", "zh", "-o", str(tmp_path / "x.pdf"), str(harbour)),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
        names = ["x.en.pdf", "x.zh.pdf"]
        assert done.stdout.split() == [str(tmp_path / name) for name in names]
        assert done.stderr == "solvency: reported at 2022-01-20, the petition\n"
        for name in names:
            with pikepdf.open(tmp_path / name) as document:
                assert str(document.Root.Lang) == name[2:4]

    @pytest.mark.parametrize("lang", ["xx", "en,zh", "ZH", ""])
    def test_what_is_no_language_is_told_those_there_are(
        self, lang: str, harbour: Path, tmp_path: Path
    ) -> None:
        hint = (
            " Ask for several one by one: --lang en --lang zh." if "," in lang else ""
        )
        for words in (
            ("report", "-o", str(tmp_path / "x.pdf")),
            ("report", "--names"),
            ("site", str(tmp_path / "site")),
        ):
            done = CliRunner().invoke(main, [*words, "--lang", lang, str(harbour)])
            assert done.exit_code == 2
            assert done.output.endswith(
                f"--lang': no language {lang!r}; there are: en, zh.{hint}\n"
            )
            assert list(tmp_path.iterdir()) == []


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestProgress:
    def test_a_terminal_sees_each_page_and_is_left_clean(
        self, loaded: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        screen = Terminal()
        monkeypatch.setattr(sys, "stderr", screen)
        with progress() as tell:
            write(
                *(loaded, loaded.book(), tmp_path / "x.pdf"),
                sections=["plugs"],
                draft=True,
                progress=tell,
            )
        shown = screen.getvalue()
        assert "\rlaying out page 1\x1b[K" in shown
        assert shown.endswith("\r\x1b[K")

    def test_a_pipe_sees_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        pipe = io.StringIO()
        monkeypatch.setattr(sys, "stderr", pipe)
        with progress() as tell:
            assert tell is None
        assert pipe.getvalue() == ""
