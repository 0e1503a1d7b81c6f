"""From a chapter's source to what is laid out: names, then Markdown, then blocks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

import jinja2
from markupsafe import Markup

from solvency.exhibits.drawings import Drawing
from solvency.exhibits.section import Section
from solvency.exhibits.workings import weighed
from solvency.figures.errors import ReportError
from solvency.figures.table import Table
from solvency.report.chapters import grammar
from solvency.report.chapters.body import Body
from solvency.report.chapters.body import Caption
from solvency.report.chapters.body import Text
from solvency.report.chapters.numerals import TOKEN
from solvency.report.chapters.numerals import typed
from solvency.report.chapters.template import BLOCKS
from solvency.report.chapters.template import Run
from solvency.report.chapters.written_table import exhibit_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.report.chapters.files import Chapter
    from solvency.report.chapters.vocabulary import Vocabulary

_ALONE = re.compile("<p>\ue000(\\d+)\ue001</p>")
_TITLE = re.compile(r"<h1>(.*?)</h1>\n?", re.DOTALL)
_TAG = re.compile(r"<[^<>]*>")


class Renderer:
    """Renders the chapters of one report."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Render with the names of a case."""
        self._names = vocabulary
        self._locale = vocabulary.setting.locale

    def section(self, chapter: Chapter) -> Section | None:
        """Return a chapter as a section of a report, None where it says nothing.

        Raises:
            ReportError: It does not parse, names what there is not, a sentence of it
                no longer holds, or a number is typed into it.
        """
        self._check_typed(chapter)
        self._names.exhibits.unmade.clear()
        run = Run(chapter, self._names)
        text = run.text()
        if not text.strip():
            return None
        title, html = self._html(chapter, text)
        self._check_printed(chapter, title, html)
        body = Body(tuple(self._blocks(chapter, html, run.things)))
        unmade = tuple(dict.fromkeys(self._names.exhibits.unmade))
        if not body.blocks and not unmade:
            return None
        tables = tuple(_exhibits_of(body.blocks))
        return Section(
            chapter.name,
            title,
            tables,
            {"body": body, "unmade": unmade, "of_case": chapter.of_case},
            appendix=chapter.appendix,
            # What a chapter says may rest on anything; its exhibits name less.
            ground=weighed(self._names.setting),
        )

    def _check_typed(self, chapter: Chapter) -> None:
        """Refuse numbers in the text of a chapter, each at its line.

        Raises:
            ReportError: There is one.
        """
        environment = jinja2.Environment(autoescape=True)
        try:
            tokens = list(environment.lex(chapter.source))
        except jinja2.TemplateSyntaxError as error:
            raise ReportError(
                f"{chapter.file}:{error.lineno}: {error.message}"
            ) from None
        # What Jinja puts in stands as a token, so that words beside it keep apart.
        text = ""
        for _, kind, value in tokens:
            text += (
                value
                if kind in {"data", "raw_data"}
                else "\n" * value.count("\n")
                if kind != "variable_begin"
                else "\ue0000\ue001"
            )
        for one in typed(text, self._names.with_digits):
            line = text.count("\n", 0, one.at) + 1
            raise ReportError(
                f"{chapter.file}:{line}: {one.text!r} is typed into the prose, and"
                " nothing would keep it true: name the figure it is, or write"
                f' {{{{ quoted("{one.text}") }}}} where it is quoted'
            )

    def _check_printed(self, chapter: Chapter, title: str, html: str) -> None:
        """Refuse numbers that only show when Markdown is read, and what nobody sees.

        Raises:
            ReportError: There is one.
        """
        for tag in _TAG.finditer(html):
            if TOKEN.search(tag[0]):
                raise ReportError(
                    f"{chapter.file}: a name stands in a link or a mark of code, where"
                    " nothing is printed: name it in the sentence"
                )
        shown = str(Markup(_TAG.sub("", html)).unescape())  # noqa: S704 (checked, not printed)
        text = f"{title}\n{shown}"
        if grammar.unseen(TOKEN.sub("", text)):
            raise ReportError(
                f"{chapter.file}: a character that nobody sees, or of no script:"
                " remove it"
            )
        for one in typed(text, self._names.with_digits):
            raise ReportError(
                f"{chapter.file}: {one.text!r} is typed into the prose, by marks or"
                " entities of Markdown: name the figure it is"
            )

    def _html(self, chapter: Chapter, text: str) -> tuple[str, str]:
        """Return the title and the HTML of a chapter's Markdown."""
        html = str(_markdown().render(text))
        title = _TITLE.search(html)
        if title is None or TOKEN.search(title[1]) or "<" in title[1]:
            raise ReportError(
                f"{chapter.file}:1: a chapter begins with its title, in plain words:"
                " # Title"
            )
        if _TITLE.search(html, title.end()):
            raise ReportError(
                f"{chapter.file}: a chapter has one title: ## begins a part of it"
            )
        plain = str(Markup(title[1]).unescape())  # noqa: S704 (Markdown escapes it)
        # Headings of a chapter stand below its title.
        for old, new in (("h2", "h3"), ("h3", "h4")):
            if old == "h2":
                html = html.replace("<h3>", "<h4>").replace("</h3>", "</h4>")
            html = html.replace(f"<{old}>", f"<{new}>") if old == "h2" else html
            html = html.replace(f"</{old}>", f"</{new}>") if old == "h2" else html
        return plain, _TITLE.sub("", html, count=1)

    def _blocks(
        self, chapter: Chapter, html: str, things: list[Any]
    ) -> Iterator[Text | Table | Drawing | Section]:
        """Yield what a chapter prints: exhibits, and the text between them."""
        pieces = _ALONE.split(html)
        for n, piece in enumerate(pieces):
            if n % 2:
                thing = things[int(piece)]
                if isinstance(thing, Caption):
                    after, notes = pieces[n + 1], self._names.setting.notes
                    try:
                        made, rest = exhibit_of(
                            thing, after, things, notes, self._locale
                        )
                    except ReportError as error:
                        raise ReportError(f"{chapter.file}: {error}") from None
                    pieces[n + 1] = rest
                    yield made
                elif isinstance(thing, Table | Drawing | Section):
                    yield thing
                else:
                    yield _block("<p>\ue000" + piece + "\ue001</p>", things)
            elif piece.strip():
                found = _block(piece, things)
                if any(isinstance(one, BLOCKS) for one in found.things):
                    raise ReportError(
                        f"{chapter.file}: an exhibit stands in a line of its own, an"
                        " empty line before and after it"
                    )
                yield found


def _block(html: str, things: list[Any]) -> Text:
    """Return a piece of HTML with the things it has, numbered anew."""
    kept: list[Any] = []

    def renumbered(found: re.Match[str]) -> str:
        kept.append(things[int(found[0][1:-1])])
        return f"\ue000{len(kept) - 1}\ue001"

    return Text(TOKEN.sub(renumbered, html), tuple(kept))


def _exhibits_of(blocks: Iterable[Any]) -> Iterator[Table | Drawing]:
    for one in blocks:
        if isinstance(one, Table | Drawing):
            yield one
        elif isinstance(one, Section):
            yield from one.tables


def _markdown() -> Any:
    """Return the reader of Markdown: tables and links to the web, no raw HTML."""
    from markdown_it import MarkdownIt  # noqa: PLC0415 (for chapters alone)

    reader = MarkdownIt("commonmark", {"html": False, "xhtmlOut": True})
    reader.enable("table").disable(["image", "html_block", "html_inline", "code"])
    validate = reader.validateLink

    def only_web(url: str) -> bool:
        return bool(validate(url)) and url.startswith(("https://", "http://", "#"))

    reader.validateLink = only_web  # type: ignore[method-assign]
    return reader
