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
from solvency.exhibits.section import Section
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
from solvency.report.chapters.body import Caption
from solvency.report.chapters.body import CitedSources
from solvency.report.chapters.body import Linked
from solvency.report.chapters.body import QuotedWords
from solvency.report.chapters.facts import Facts
from solvency.report.chapters.limits import LONGEST_KEY
from solvency.report.chapters.limits import MOST_EXHIBITS
from solvency.report.chapters.limits import Effort
from solvency.report.chapters.numerals import TOKEN
from solvency.report.chapters.numerals import typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.report.chapters.files import Chapter
    from solvency.report.chapters.vocabulary import Vocabulary

#: What stands on the page as it is, by itself.
BLOCKS = (Table, Drawing, Section, Caption)
_INLINE = (Figure, Ref, Said, Day, Exhibit, Grade, CitedSources, QuotedWords, Linked)
_TAGS = re.compile(r"\{%.*?%\}")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Where chapters run: they look into facts and figures, and call names alone."""

    # Text added to itself, and lists, would double with every line.
    intercepted_binops = frozenset("+-/")

    def call_binop(
        self, context: jinja2.runtime.Context, operator: str, left: Any, right: Any
    ) -> Any:
        """Work a figure out from figures.

        Raises:
            ReportError: One of them is none, or it was worked out from too many.
        """
        if not isinstance(left, Figure):
            raise ReportError(f"what stands before {operator} is no figure")
        found = super().call_binop(context, operator, left, right)
        if len(found.key) > LONGEST_KEY:
            raise ReportError("a figure is worked out from more than anyone can follow")
        return found

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
        self._effort = Effort()
        self._blocks = 0
        self._written: frozenset[str] = frozenset()

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
            grammar.LISTED: self._listed,
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
            self._written = grammar.strings(tree)
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
        self._effort.go()
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
            self._check_written(value)
            value = Said(value)
        if isinstance(value, Said | QuotedWords):
            self._effort.print(len(value.text))
        if isinstance(value, Figure):
            value = replace(value, prose=True)
        if not isinstance(value, (*_INLINE, *BLOCKS)):
            raise ReportError(
                f"{_named(value)} is no figure: a number in prose is named, as in"
                ' {{ flow("F-1").amount }}'
            )
        if isinstance(value, BLOCKS):
            self._blocks += 1
            if self._blocks > MOST_EXHIBITS:
                raise ReportError(f"it places more than {MOST_EXHIBITS} exhibits")
        self.things.append(value)
        token = f"\ue000{len(self.things) - 1}\ue001"
        # An exhibit is a paragraph of its own, whatever stands round it.
        return f"\n\n{token}\n\n" if isinstance(value, BLOCKS) else token

    def _check_written(self, text: str) -> None:
        """Refuse a number in words that the chapter writes between quotes.

        Raises:
            ReportError: There is one.
        """
        if text not in self._written:
            return
        for one in typed(text, self._names.with_digits):
            raise ReportError(
                f"{one.text!r} is typed into {_named(text)}: name the figure it is, or"
                f' write quoted("{one.text}") where it is quoted'
            )

    def _counted(self, items: Any, text: int = 0) -> Iterator[Any]:
        """Go through a list, as long as all lists of the chapter are not too long.

        Args:
            items: The list.
            text: Characters of text in a round.
        """
        if not isinstance(items, tuple | list):
            raise ReportError("what a loop goes through is a list")
        for one in items:
            self._effort.go()
            self._effort.print(text)
            yield one

    def _listed(self, items: Any) -> Any:
        """Return a list, with all that the lists within it have counted."""
        for one in items:
            self._effort.go()
            if isinstance(one, tuple | list):
                self._listed(one)
        return items

    def _held(
        self, condition: Any, line: int, number: int, compared: list[Any], caller: Any
    ) -> Markup:
        """Return a sentence whose condition holds; `number` is its place among all.

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
        source = grammar.conditions(self._environment, self._chapter.source)[number]
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
        if not isinstance(items, tuple | list):
            raise ReportError("what is joined is a list")
        self._listed(items)
        pieces = [one if isinstance(one, tuple) else (_piece(one),) for one in items]
        if word:
            self._check_written(word)
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


def _named(value: Any) -> str:
    """Return a value as a message names it, without what a list of lists would say."""
    return repr(value[:60]) if isinstance(value, str) else f"a {type(value).__name__}"


def _piece(one: Any) -> Any:
    return Day(one) if isinstance(one, datetime.date) else one


def _figure(value: Any) -> Figure:
    if not isinstance(value, Figure):
        raise ReportError(f"{_named(value)} is no figure")
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
    raise ReportError(f"{_named(value)} is no day")


def _size(value: Any) -> Figure:
    """Return what is owed or lacking without its sign."""
    found = _figure(value)
    return -found if found.value is not None and found.value < 0 else found
