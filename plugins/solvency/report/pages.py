"""Kinds of report, and a report as well-formed HTML.

A kind is a folder under `reports/` with a `kind.toml` and `chapters/`. It may bring
templates and styles; what it does not bring, `base` has.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import jinja2
from markupsafe import Markup

from solvency.exhibits.drawings import Drawing
from solvency.exhibits.money_only import worded
from solvency.extensions import offered
from solvency.figures import formats
from solvency.figures.errors import ReportError
from solvency.figures.figure import about
from solvency.figures.fonts import has_font
from solvency.figures.fonts import offered_fonts
from solvency.figures.formats import FIRST_LANGUAGE
from solvency.figures.writing_systems import leading
from solvency.figures.writing_systems import reads_leftward
from solvency.figures.writing_systems import scripts_in
from solvency.report import language
from solvency.report import note_marks
from solvency.report.kind_templates import Sandbox
from solvency.report.markup import Printer
from solvency.report.markup import heat
from solvency.report.markup import large
from solvency.report.markup import letter
from solvency.report.markup import tall
from solvency.report.markup import widths

if TYPE_CHECKING:
    from solvency.figures.formats import Locale
    from solvency.ledger.case import Case
    from solvency.report.document import Report

#: The kind that is printed where none is named, and whose chapters others take.
MAIN = "reconstruction"
_BASE = "base"
#: Where the fonts of more scripts go, once it is known which are needed.
_SCRIPTS = "/* scripts */"


#: Elements whose id goes to the first thing inside them, on paper.
_AROUND = frozenset({"div", "tbody", "tr"})

#: What the file that describes a kind is called.
_FILE = "kind.toml"
#: What XML cannot carry, and marks that reorder text so that it misleads.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
    "\u202a-\u202e\u2066-\u2069\u200e\u200f]"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of report, as its `kind.toml` says."""

    name: str
    folder: Path
    title: str
    description: str
    styles: tuple[str, ...]
    #: The chapters that take long, which a draft leaves out.
    long: tuple[str, ...] = ()
    #: True where the chapters of a case's own folder are for this kind.
    main: bool = False
    #: True where it has no cover, no contents, and no list of what it carries.
    short: bool = False
    #: The chapters of the main kind that it prints beside its own.
    take: tuple[str, ...] = ()
    #: The lists of exhibits that a page for a browser has after the chapters.
    screen: tuple[str, ...] = ()


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
        ReportError: If a `kind.toml` cannot be read.
    """
    ours = folder or reports_folder()
    found = {path.parent.name: _kind(path) for path in sorted(ours.glob(f"*/{_FILE}"))}
    if folder is None:
        for name, one in offered("solvency.kinds").items():
            place = Path(str(files(one.value))) / _FILE
            found.setdefault(name, replace(_kind(place), name=name))
    return found


def find(name: str) -> Kind:
    """Return a kind by its name, or by the path of its folder.

    Args:
        name: The name of a kind that comes with the package, or a folder with a
            `kind.toml` anywhere.

    Raises:
        ReportError: If there is none, or its `kind.toml` cannot be read.
    """
    known = kinds()
    if name in known:
        return known[name]
    if (place := Path(name) / _FILE).is_file():
        return _kind(place.resolve())
    raise ReportError(f"no kind of report {name!r}; there are: {', '.join(known)}")


def _kind(path: Path) -> Kind:
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))

        def names(key: str) -> tuple[str, ...]:
            return tuple(map(str, said.get(key, ())))

        return Kind(
            name=path.parent.name,
            folder=path.parent,
            title=str(said["title"]),
            description=str(said["description"]),
            styles=tuple(map(str, said["styles"])),
            long=names("long"),
            main=said.get("main") is True,
            short=said.get("short") is True,
            take=names("take"),
            screen=names("screen"),
        )
    except (OSError, ValueError, RecursionError) as error:
        raise ReportError(f"{path.parent.name}/{path.name}: {error}") from None
    except (KeyError, TypeError) as error:
        raise ReportError(
            f"{path.parent.name}/{path.name}: missing or wrong entry {error}"
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
    plain = replace(plain, catalogue=worded(plain.catalogue, case))
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
    if report.locale.lang == "zh":
        note_marks.before_stops(root)
    _direct(root)
    here = {element.get("id") for element in root.iter()}
    for link in root.iter("a"):
        href = link.get("href", "")
        if href.startswith("#") and href[1:] not in here:
            link.tag = "span"
            del link.attrib["href"]
    return root


def plain(root: ET.Element) -> ET.Element:
    """Return a document without the marks that only a browser needs.

    A browser keeps the direction of a source's words by marks round them; paper prints
    them as any others, and each mark would be a box to lay out and an element to tag.
    """
    for parent in list(root.iter()):
        before: ET.Element | None = None
        for one in list(parent):
            if one.tag == "span" and one.attrib == {"class": "said"} and not len(one):
                text = f"{one.text or ''}{one.tail or ''}"
                if before is None:
                    parent.text = f"{parent.text or ''}{text}"
                else:
                    before.tail = f"{before.tail or ''}{text}"
                parent.remove(one)
            else:
                before = one
    return root


def for_paper(root: ET.Element) -> ET.Element:
    """Return a document as paper needs it: exhibits and rows named at their heads.

    What has a name has a style of its own, and so has all that stands in it: WeasyPrint
    would find the same style for each row and cell again.
    """
    plain(root)
    note_marks.bound(root)
    for element in root.iter():
        if element.tag in _AROUND and "id" in element.attrib:
            head = element
            while head.tag in _AROUND and len(head):
                head = head[0]
            if "id" not in head.attrib:
                head.set("id", element.attrib.pop("id"))
    return root


def _direct(root: ET.Element) -> None:
    """Mark what is read from right to left, as its first letter has it."""
    if not reads_leftward(set("".join(root.itertext()))):
        return
    for element in root.iter():
        if element.text and leading(element.text) == "rtl":
            element.set("dir", "rtl")


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
        if report.locale.lang != FIRST_LANGUAGE:
            styles.append(_style(environment, f"{report.locale.lang}.css"))
        text = environment.get_template("report.html").render(
            report=report, css="\n".join((*styles, _SCRIPTS))
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
        raise ReportError(f"a template fails: {str(error)[:200]}") from None
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise ReportError(f"template report.html: {error}") from error
    text = printable(text)
    return text.replace(_SCRIPTS, _faces(text, report.locale.lang), 1)


def printable(text: str) -> str:
    """Return a text, with a mark in place of what no page can carry."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _faces(text: str, lang: str) -> str:
    """Return the fonts of the scripts in a text that the report's own lack."""
    known = {
        one.face: one.asset
        for one in scripts_in(text)
        if has_font(one) and (one.name != "Han" or lang == FIRST_LANGUAGE)
    }
    known |= {f"Report {name}": name for name in offered_fonts()}
    if not known:
        return ""
    faces = [
        f'@font-face {{ font-family: "{face}"; src: url("asset:{asset}");'
        f" font-weight: {weight}; }}"
        for face, asset in known.items()
        for weight in (400, 600)
    ]
    stack = ", ".join(f'"{face}"' for face in known)
    return "\n".join((*faces, f"html {{ --scripts: {stack}, sans-serif; }}"))


def stylesheet(report: Report, name: str) -> str:
    """Return a stylesheet of a report's kind, or the base's.

    Raises:
        ReportError: If there is none of the name.
    """
    for folder in (report.kind.folder, reports_folder() / _BASE):
        style = (folder / "style").resolve()
        path = (style / name).resolve()
        if path.is_relative_to(style) and path.is_file():
            return path.read_text(encoding="utf-8")
    raise ReportError(f"template style/{name}: there is no such file")


def _style(environment: jinja2.Environment, name: str) -> str:
    """Return a stylesheet, checked to be in the kind's folder or the base's."""
    if environment.loader is None:
        raise ReportError("no folder of templates")
    source, _, _ = environment.loader.get_source(environment, f"style/{name}")
    return source


def _environment(folders: list[Path], report: Report) -> jinja2.Environment:
    environment = Sandbox(
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
        "published": printer.published,
        "citing": printer.citing,
        "footnote": printer.footnote,
        "widths": widths,
        "tall": tall,
        "prose": lambda figure: replace(figure, prose=True),
        "flow": lambda name: printer.show(about("flow", name)),
        "named": report.locale.named,
        "cited": lambda names: printer.show(report.notes.refs(names)),
        "heat": heat,
        "td": printer.td,
        "letter": letter,
        "svg": lambda drawing: Markup(drawing.svg),  # noqa: S704 (our charts escape all they are given)
        "drawn": lambda exhibit: isinstance(exhibit, Drawing),
        "gaps": printer.gaps,
        "large": large,
        "shown": printer.shown,
        "leading": printer.leading,
        "text": printer.text,
    }
    return environment
