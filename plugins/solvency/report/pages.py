"""Kinds of report, and a report as well-formed HTML.

A kind is a folder under `reports/` with a `manifest.toml`: which sections in
which order, its templates and its styles. What a kind does not bring, `base` has.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from xml.etree import ElementTree as ET

import jinja2
from markupsafe import Markup
from markupsafe import escape

from solvency.report import formats
from solvency.report import language
from solvency.report.drawings import Drawing
from solvency.report.errors import ReportError
from solvency.report.figures import Day
from solvency.report.figures import Exhibit
from solvency.report.figures import Figure
from solvency.report.figures import Grade
from solvency.report.figures import Ref
from solvency.report.figures import Said
from solvency.report.figures import anchor

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping
    from decimal import Decimal

    from solvency.ledger.case import Case
    from solvency.report.formats import Locale
    from solvency.report.layout import Report
    from solvency.report.layout import Section
    from solvency.report.notes import Note
    from solvency.report.tables import Cell
    from solvency.report.tables import Gap
    from solvency.report.tables import Table

_BASE = "base"
#: What XML cannot carry, and marks that reorder text so that it misleads.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
    "\u202a-\u202e\u2066-\u2069\u200e\u200f]"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of report, as its manifest says."""

    name: str
    folder: Path
    title: str
    description: str
    sections: tuple[str, ...]
    styles: tuple[str, ...]
    #: How many exhibits of a section are printed, where not all.
    most: Mapping[str, int] = field(default_factory=dict)

    def cut(self, section: Section) -> Section:
        """Return a section with as many exhibits as this kind prints of it."""
        if section.name not in self.most:
            return section
        return replace(section, tables=section.tables[: self.most[section.name]])


def reports_folder() -> Path:
    """Return the folder of report kinds: in the package, else in the checkout.

    Raises:
        ReportError: If neither is there.
    """
    package = Path(__file__).parents[1]
    for folder in (package / "reports", package.parents[1] / "reports"):
        if (folder / _BASE).is_dir():
            return folder
    raise ReportError("the folder of report templates is missing: reinstall solvency")


def kinds(folder: Path | None = None) -> dict[str, Kind]:
    """Return every kind of report there is, by name.

    Args:
        folder: Where to look, for those who keep kinds of their own.

    Raises:
        ReportError: If a manifest cannot be read.
    """
    folder = folder or reports_folder()
    return {
        path.parent.name: _kind(path) for path in sorted(folder.glob("*/manifest.toml"))
    }


def find(name: str) -> Kind:
    """Return a kind by its name, or by the path of its folder.

    Args:
        name: The name of a kind that comes with the package, or a folder with a
            `manifest.toml` anywhere.

    Raises:
        ReportError: If there is none, or its manifest cannot be read.
    """
    known = kinds()
    if name in known:
        return known[name]
    manifest = Path(name) / "manifest.toml"
    if manifest.is_file():
        return _kind(manifest.resolve())
    raise ReportError(f"no kind of report {name!r}; there are: {', '.join(known)}")


def _kind(path: Path) -> Kind:
    try:
        manifest = tomllib.loads(path.read_text(encoding="utf-8"))
        return Kind(
            name=path.parent.name,
            folder=path.parent,
            title=str(manifest["title"]),
            description=str(manifest["description"]),
            sections=tuple(map(str, manifest["sections"])),
            styles=tuple(map(str, manifest["styles"])),
            most={str(k): int(v) for k, v in manifest.get("exhibits", {}).items()},
        )
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ReportError(f"{path.parent.name}/manifest.toml: {error}") from None
    except (KeyError, TypeError) as error:
        raise ReportError(
            f"{path.parent.name}/manifest.toml: missing or wrong entry {error}"
        ) from None


def locale(lang: str, case: Case | None = None) -> Locale:
    """Return a language with its catalogue and the names a case has in it.

    Raises:
        ReportError: If there is no such language, or its catalogue is broken.
    """
    # A language there are no formats for is refused before its files are sought.
    plain = formats.Locale(lang)
    plain = replace(plain, catalogue=language.catalogue(reports_folder(), lang))
    if case is None:
        return plain
    return replace(
        plain,
        names=language.names_in(case, lang),
        accounts=language.accounts_in(case, lang),
    )


def tree(report: Report) -> ET.Element:
    """Return a report as a parsed document whose links all lead somewhere.

    A kind may leave out a section that others link to: those links become text.

    Raises:
        ReportError: If a template is broken, or what it writes is not well formed.
    """
    try:
        root = ET.fromstring(html(report))  # noqa: S314 (our templates' output; expat fetches nothing)
    except ET.ParseError as error:
        raise ReportError(f"a template's output is not well-formed: {error}") from None
    language.punctuate(root, report.locale.lang)
    here = {element.get("id") for element in root.iter()}
    for link in root.iter("a"):
        href = link.get("href", "")
        if href.startswith("#") and href[1:] not in here:
            link.tag = "span"
            del link.attrib["href"]
    return root


def html(report: Report) -> str:
    """Return a report as one well-formed document, styles included.

    Raises:
        ReportError: If a template is broken or asks for what is not there.
    """
    folders = [report.kind.folder, reports_folder() / _BASE]
    environment = _environment(folders, report)
    try:
        styles = [_style(environment, name) for name in report.kind.styles]
        # What a script needs that the others do not.
        if report.locale.lang != language.OWN:
            styles.append(_style(environment, f"{report.locale.lang}.css"))
        text = environment.get_template("report.html").render(
            report=report, css="\n".join(styles)
        )
    except jinja2.TemplateSyntaxError as error:
        raise ReportError(
            f"template {error.name}, line {error.lineno}: {error.message}"
        ) from None
    except jinja2.TemplateNotFound as error:
        raise ReportError(f"template {error.message}") from None
    except jinja2.UndefinedError as error:
        raise ReportError(f"a template asks for what is not there: {error}") from None
    except jinja2.TemplateError as error:
        raise ReportError(f"a template fails: {error}") from None
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise ReportError(f"template report.html: {error}") from error
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def stylesheet(report: Report, name: str) -> str:
    """Return a stylesheet of a report's kind, or the base's.

    Raises:
        ReportError: If there is none of the name.
    """
    for folder in (report.kind.folder, reports_folder() / _BASE):
        path = folder / "style" / name
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise ReportError(f"template style/{name}: there is no such file")


def _style(environment: jinja2.Environment, name: str) -> str:
    """Return a stylesheet, checked to be in the kind's folder or the base's."""
    if environment.loader is None:
        raise ReportError("no folder of templates")
    source, _, _ = environment.loader.get_source(environment, f"style/{name}")
    return source


def _environment(folders: list[Path], report: Report) -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folders),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
        finalize=report.locale.named,
    )
    environment.install_gettext_translations(report.locale.catalogue, newstyle=True)  # type: ignore[attr-defined]
    printer = Printer(report)
    environment.filters |= {
        "show": printer.show,
        "day": printer.day,
        "footnote": printer.footnote,
        "widths": widths,
        "prose": lambda figure: replace(figure, prose=True),
        "flow": lambda name: printer.show(Ref(name, f"#{anchor('flow', name)}")),
        "named": report.locale.named,
        "cited": lambda names: printer.show(report.notes.refs(names)),
        "heat": heat,
        "td": printer.td,
        "svg": lambda drawing: Markup(drawing.svg),  # noqa: S704 (our charts escape all they are given)
        "drawn": lambda exhibit: isinstance(exhibit, Drawing),
        "gaps": printer.gaps,
    }
    return environment


def widths(table: Table) -> list[str]:
    """Return each column's share of the page, the label column first."""
    parts = [table.width, *(column.width for column in table.columns)]
    return [f"{100 * part / sum(parts):.3f}%" for part in parts]


def heat(cell: Cell, table: Table) -> Markup:
    """Return the shade of a matrix's cell: the share of the largest, as a style."""
    if not isinstance(cell, Figure) or not cell.value or "total" in cell.key:
        return Markup()
    shaded = [
        other.value
        for row in table.rows
        for other in row.cells
        if isinstance(other, Figure) and other.value and "total" not in other.key
    ]
    largest = max(map(abs, shaded))
    share = float(abs(cell.value) / largest)
    # From white to blue, owed; text turns white where blue is dark.
    red, green, blue = (round(255 + share * (end - 255)) for end in (0, 114, 178))
    text = "; color: #fff" if share > 0.72 else ""
    return Markup(' style="background: #{:02x}{:02x}{:02x}{}"').format(
        red, green, blue, text
    )


class Printer:
    """Turns cells into markup: the one place where markup is made in Python."""

    def __init__(self, report: Report) -> None:
        """Print in the report's language, citing its sources."""
        self._locale = report.locale
        self._notes = report.notes
        self._numbers = report.numbers
        self._places = {one.key: one.anchor or one.key for one in report.tables}

    def show(self, cell: Cell | str) -> Markup:
        """Return a cell, a line of text or a figure as markup."""
        if cell is None:
            return Markup()
        if isinstance(cell, tuple):
            return Markup().join(map(self.show, cell))
        if isinstance(cell, Figure):
            return self._figure(cell)
        if isinstance(cell, Ref):
            return Markup('<a class="ref" href="{}">{}</a>').format(
                cell.href, self._locale.named(cell.label)
            )
        if isinstance(cell, Grade):
            letter = cell.text[:1].lower()
            return Markup('<span class="grade grade-{}">{}</span>').format(
                letter, cell.text
            )
        if isinstance(cell, Day):
            return self.day(cell.date, short=True)
        if isinstance(cell, Exhibit):
            return self._exhibit(cell)
        if isinstance(cell, Said):
            said = self._locale.named(cell.text)
            return Markup('<span class="said">{}</span>').format(said)
        return escape(self._locale.named(cell))

    def td(
        self,
        cell: Cell | str,
        kind: str = "text",
        *,
        current: bool = False,
        style: Markup | str = "",
        after: str = "",
    ) -> Markup:
        """Return a table cell as markup.

        A cell that is one thing without a link carries its class itself: an
        element less inside each cell is a tenth of a long table's time.

        Args:
            cell: What it holds.
            kind: Its column's kind, which is its class.
            current: Whether its column is the one to look at.
            style: An attribute to add, as `heat` returns it.
            after: What follows, such as a commodity.
        """
        classes = f"{kind} current" if current else kind
        key: Markup | str = ""
        inside = self.show(cell)
        if isinstance(cell, Said):
            classes, inside = f"{classes} said", escape(self._locale.named(cell.text))
        elif isinstance(cell, Figure) and not cell.target:
            inside = escape(cell.text(self._locale))
            classes += " fig neg" if inside.endswith(")") else " fig"
            key = Markup(' data-key="{}"').format(cell.key)
        if after:
            inside += Markup(" {}").format(after)
        return Markup('<td class="{}"{}{}>{}</td>').format(classes, key, style, inside)

    def day(self, when: datetime.date, short: bool = False) -> Markup:
        """Return a date as markup."""
        text = formats.date(when, self._locale, short=short)
        return Markup('<time datetime="{}">{}</time>').format(when.isoformat(), text)

    def footnote(self, names: Any) -> Markup:
        """Return one note at the foot of the page that names some sources.

        Args:
            names: Names of sources; none gives no note.
        """
        notes: list[Note] = [self._notes[name] for name in names if name in self._notes]
        if not notes:
            return Markup()
        shown = Markup("; ").join(
            Markup('{} <span class="said">{}</span>').format(
                self.show(note.ref), note.short
            )
            for note in notes
        )
        return Markup('<span class="footnote">{}</span>').format(shown)

    def gaps(self, gaps: tuple[Gap, ...], table: Table) -> Markup:
        """Return by how much printed totals exceed the sum of their parts."""
        by_size: dict[Decimal, list[str]] = {}
        for gap in gaps:
            by_size.setdefault(gap.total - gap.parts, []).append(gap.where)
        shown = []
        for size, where in sorted(by_size.items()):
            exponent = size.as_tuple().exponent
            places = -exponent if isinstance(exponent, int) else 0
            key = f"rounding:{table.key}:{size}"
            shown.append(
                Markup('{} {} <span class="said">{}</span>').format(
                    self._figure(Figure(key, size, places=places)),
                    self._locale.text("in"),
                    "; ".join(map(self._where, where)),
                )
            )
        return Markup("; ").join(shown)

    def _where(self, where: str) -> str:
        """Return the row and column of a cell, each as the language has it."""
        parts = map(self._locale.named, where.rsplit(", ", 1))
        return self._locale.text(", ").join(parts)

    def _exhibit(self, exhibit: Exhibit) -> Markup:
        """Return a link to an exhibit; a kind that leaves it out prints nothing."""
        number = self._numbers.get(exhibit.key)
        if number is None:
            return Markup()
        return Markup('<a class="ref" href="#{}">{} {}</a>').format(
            self._places[exhibit.key], self._locale.text("Exhibit"), number
        )

    def _figure(self, figure: Figure) -> Markup:
        text = figure.text(self._locale)
        sign = " neg" if text.endswith(")") else ""
        if not figure.target:
            return Markup('<span class="fig{}" data-key="{}">{}</span>').format(
                sign, figure.key, text
            )
        return Markup('<a class="fig{}" href="#{}" data-key="{}">{}</a>').format(
            sign, figure.place, figure.key, text
        )
