"""Run a chapter's template: its names become things, a token for each in the text."""

from __future__ import annotations

import datetime
import re
import sys
import traceback
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any

import jinja2
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from solvency.exhibits.drawings import Drawing
from solvency.exhibits.layout import Section
from solvency.figures.errors import ReportError
from solvency.figures.figure import COUNT
from solvency.figures.figure import SHARE
from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Figure
from solvency.figures.figure import Grade
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.table import Table
from solvency.figures.words import listed
from solvency.report.chapters import grammar
from solvency.report.chapters.body import CitedSources
from solvency.report.chapters.body import Linked
from solvency.report.chapters.body import QuotedWords
from solvency.report.chapters.facts import Facts
from solvency.report.chapters.numerals import TOKEN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.report.chapters.files import Chapter
    from solvency.report.chapters.vocabulary import Vocabulary

#: How many things all loops of a chapter may go through together.
_MOST_ROUNDS = 100_000
#: What stands on the page as it is, by itself.
BLOCKS = (Table, Drawing, Section)
_INLINE = (Figure, Ref, Said, Day, Exhibit, Grade, CitedSources, QuotedWords, Linked)
_TAGS = re.compile(r"\{%.*?%\}")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Where chapters run: they look into facts and figures, and call names alone."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002
        """Allow what facts have, and the value of a figure."""
        if isinstance(obj, Facts):
            return not attr.startswith("_")
        if isinstance(obj, Figure):
            return attr == "value"
        if isinstance(obj, jinja2.runtime.LoopContext):
            return attr in {"first", "last", "index", "index0", "length"}
        return False

    def is_safe_callable(self, obj: Any) -> bool:
        """Allow the names of a chapter."""
        return any(obj is one for one in self.globals.values())


class Run:
    """One run of a chapter's template."""

    def __init__(self, chapter: Chapter, names: Vocabulary) -> None:
        self.things: list[Any] = []
        self._chapter = chapter
        self._names = names
        self._rounds = 0

    @cached_property
    def _environment(self) -> _Sandbox:
        environment = _Sandbox(
            autoescape=False,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            extensions=[grammar.Holds],
            finalize=self._placed,
        )
        environment.globals.clear()
        environment.globals |= {
            **self._names.names,
            grammar.HELD: self._held,
            grammar.COUNTED: self._counted,
        }
        environment.filters.clear()
        environment.filters |= {
            "bn": lambda one, places=1: _fixed(one, 9, places),
            "m": lambda one, places=1: _fixed(one, 6, places),
            "k": lambda one, places=1: _fixed(one, 3, places),
            "whole": lambda one: _fixed(one, 0, 0),
            "percent": _percent,
            "day": _day,
            "size": _size,
            "joined": self._joined,
            "length": len,
        }
        environment.tests = {
            name: environment.tests[name] for name in ("defined", "none")
        }
        return environment

    def text(self) -> str:
        """Return the Markdown the template makes.

        Raises:
            ReportError: It does not, with the file, the line and why.
        """
        name = self._chapter.file
        try:
            tree = self._environment.parse(_with_ends(self._chapter.source), name)
            grammar.check(tree, name)
            code = self._environment.compile(tree, name, name)
            template = jinja2.Template.from_code(
                self._environment, code, dict(self._environment.globals)
            )
            return template.render()
        except jinja2.TemplateSyntaxError as error:
            raise ReportError(f"{name}:{error.lineno}: {error.message}") from None
        except ReportError as error:
            raise self._at_line(str(error)) from error
        except (RecursionError, MemoryError):
            raise ReportError(f"{name}: it goes too deep") from None
        except Exception as error:
            raise self._at_line(str(error)[:300]) from error

    def _at_line(self, why: str) -> ReportError:
        """Return what went wrong with the line of the chapter it went wrong on."""
        name = self._chapter.file
        if why.startswith(f"{name}:"):
            return ReportError(why)
        frames = traceback.extract_tb(sys.exc_info()[2])
        lines = [one.lineno for one in frames if one.filename == name]
        place = f"{name}:{lines[-1]}" if lines else name
        return ReportError(f"{place}: {why}")

    def _placed(self, value: Any) -> str:
        """Keep a thing and return the token that stands for it in the text."""
        if isinstance(value, jinja2.Undefined):
            raise ReportError(f"{value._undefined_name} is no name of a chapter")  # noqa: SLF001
        if isinstance(value, Markup) or value == "":
            return str(value)
        if isinstance(value, datetime.date):
            value = Day(value)
        if isinstance(value, Facts):
            raise ReportError(
                f"{value} has several figures: name one, as in"
                f" {', '.join(f'.{one}' for one in list(value)[:4])}"
            )
        if isinstance(value, tuple):
            return "".join(map(self._placed, value))
        if isinstance(value, str):
            value = Said(value)
        if isinstance(value, Figure):
            value = replace(value, prose=True)
        if not isinstance(value, (*_INLINE, *BLOCKS)):
            raise ReportError(
                f"{value!r} is no figure: a number in prose is named, as in"
                ' {{ flow("F-1").amount }}'
            )
        if len(self.things) >= _MOST_ROUNDS:
            raise ReportError("it prints too much")
        self.things.append(value)
        token = f"\ue000{len(self.things) - 1}\ue001"
        # An exhibit is a paragraph of its own, whatever stands round it.
        return f"\n\n{token}\n\n" if isinstance(value, BLOCKS) else token

    def _counted(self, items: Any) -> Iterator[Any]:
        """Go through a list, as long as all lists of the chapter are not too long."""
        if not isinstance(items, tuple | list):
            raise ReportError("what a loop goes through is a list")
        for one in items:
            self._rounds += 1
            if self._rounds > _MOST_ROUNDS:
                raise ReportError(f"its lists have more than {_MOST_ROUNDS:,} lines")
            yield one

    def _held(
        self, condition: Any, line: int, compared: list[Any], caller: Any
    ) -> Markup:
        """Return a sentence whose condition holds.

        Raises:
            ReportError: It holds no longer.
        """
        text = caller()
        if condition:
            return Markup(text)  # noqa: S704 (text of the chapter, no markup yet)
        said = " ".join(self._spoken(one) for one in compared)
        sentence = TOKEN.sub(
            lambda found: self._spoken(self.things[int(found[0][1:-1])]), text
        )
        source = grammar.conditions(self._chapter.source).get(line, "its condition")
        raise ReportError(
            f"{self._chapter.file}:{line}: this no longer holds:"
            f" \N{LEFT DOUBLE QUOTATION MARK}{' '.join(sentence.split())}"
            f"\N{RIGHT DOUBLE QUOTATION MARK} It stands while {source}; now {said}."
            " Rewrite the sentence, or its condition."
        )

    def _spoken(self, value: Any) -> str:
        """Return a value as words, for a message."""
        locale = self._names.setting.locale
        if isinstance(value, str):
            return value.removeprefix("\x00")
        if isinstance(value, Figure):
            return replace(value, prose=True).text(locale)
        if isinstance(value, Day):
            return value.date.isoformat()
        if isinstance(value, Said | QuotedWords | Grade):
            return value.text
        if isinstance(value, Ref):
            return value.label
        return str(value) if isinstance(value, int | datetime.date) else ""

    def _joined(self, items: Any, word: str = "") -> tuple[Any, ...]:
        """Return items one after another, with commas and an and."""
        pieces = [one if isinstance(one, tuple) else (_piece(one),) for one in items]
        if word:
            found: list[Any] = []
            for one in pieces:
                found += [QuotedWords(word), *one] if found else one
            return tuple(found)
        return tuple(listed(self._names.setting.locale, pieces))


def _with_ends(source: str) -> str:
    """Return a source that keeps the ends of lines that end with a tag.

    Jinja takes the end of a line off after each tag; that is meant for tags that have
    the line to themselves.
    """
    return "\n".join(
        f'{line}{{{{ "" }}}}'
        if line.rstrip().endswith("%}") and _TAGS.sub("", line).strip()
        else line
        for line in source.split("\n")
    )


def _piece(one: Any) -> Any:
    return Day(one) if isinstance(one, datetime.date) else one


def _figure(value: Any) -> Figure:
    if not isinstance(value, Figure):
        raise ReportError(f"{value!r} is no figure")
    return value


def _fixed(value: Any, scale: int, places: int) -> Figure:
    found = _figure(value)
    if found.unit in {SHARE, COUNT}:
        raise ReportError(f"{found.formula or found.key} is no amount")
    return replace(found, fixed=(scale, min(max(int(places), 0), 8)))


def _percent(value: Any) -> Figure:
    found = _figure(value)
    if found.unit not in {SHARE, COUNT}:
        raise ReportError(f"{found.formula or found.key} is no share: divide it")
    return replace(found, unit=SHARE)


def _day(value: Any) -> Day | Said:
    if isinstance(value, Day):
        return value
    if isinstance(value, datetime.date):
        return Day(value)
    raise ReportError(f"{value!r} is no day")


def _size(value: Any) -> Figure:
    """Return what is owed or lacking without its sign."""
    found = _figure(value)
    return -found if found.value is not None and found.value < 0 else found
