"""A page as HTML: the page's template, autoescaped, with the style all pages share."""

from __future__ import annotations

import base64
import hashlib
import logging
from dataclasses import fields
from dataclasses import is_dataclass
from importlib import import_module
from typing import TYPE_CHECKING
from typing import Any

import jinja2
from markupsafe import Markup

from solvency.browse import language
from solvency.browse.blocks import Chart
from solvency.browse.blocks import Link
from solvency.browse.blocks import Table
from solvency.browse.blocks import figure_place
from solvency.browse.edit.form import form_of
from solvency.browse.edit.remarks import shown_on
from solvency.browse.head import TITLES
from solvency.browse.head import head
from solvency.browse.language import TAGS
from solvency.browse.language import day_said
from solvency.browse.language import say
from solvency.browse.language import speaking
from solvency.browse.pages import long_answer
from solvency.browse.pages.hypotheses import refused_in
from solvency.browse.request import NotFoundError
from solvency.figures.errors import ReportError
from solvency.inert import written_out
from solvency.ledger.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    from solvency.browse.view import View
    from solvency.ledger.case import Case
    from solvency.ledger.errors import LedgerError

log = logging.getLogger(__name__)


def _built_by(module: str) -> Callable[[View], Any]:
    """Return what builds a page; what that imports is not there before it is asked."""

    def build(view: View) -> Any:
        return import_module(f"solvency.browse.pages.{module}").build(view)

    return build


BUILDERS = {
    page: _built_by("front" if page == "where" else page)
    for page in ("flow", "source", *TITLES)
}
#: The most errors of a ledger a page names.
_ERRORS = 20


def _inert(value: Any) -> Any:
    """Write out, in what a page prints, marks that would reorder it."""
    if not isinstance(value, str):
        return value
    return type(value)(written_out(value))


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.PackageLoader("solvency.browse", "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    finalize=_inert,
    trim_blocks=True,
    lstrip_blocks=True,
    extensions=["jinja2.ext.i18n"],
)
_ENVIRONMENT.install_gettext_callables(  # type: ignore[attr-defined]  # of the extension
    language.gettext, language.ngettext, newstyle=True
)
_ENVIRONMENT.filters["place"] = figure_place
_ENVIRONMENT.filters["said"] = language.own
_ENVIRONMENT.filters["day"] = language.day_said


def render(page: str, view: View, filters: dict[str, str]) -> Markup:
    """Return a page as HTML.

    Args:
        page: Its name.
        view: What it is built from.
        filters: Fava's own filters, which forms keep.
    """
    with speaking(view.locale):
        return _rendered(page, view, filters)


def _rendered(page: str, view: View, filters: dict[str, str]) -> Markup:
    case = view.case
    if case.errors:
        errors = [
            (error, view.at_home.line(error.file, error.line))
            for error in case.errors[:_ERRORS]
        ]
        return _template("errors", errors=errors, count=len(case.errors))
    top = head(view, page, filters)
    if not case.selected:
        return _nothing(view, page, filters, empty(view.case))
    if page != "hypotheses" and (contradicted := refused_in(case)):
        # On that page they can be switched off.
        return _nothing(view, page, filters, " ".join(contradicted))
    try:
        built = BUILDERS[page](view)
        view.register.exhibits.update(exhibits_of(built))
    except (CaseError, ReportError, LookupError, ValueError, ArithmeticError) as error:
        log.exception("solvency: the page %s failed", page)
        return _nothing(view, page, filters, _said(error))
    notes = shown_on(view, page)
    return _template(
        "answered" if isinstance(built, long_answer.Page) else page,
        head=top,
        page=built,
        said=view.period.said,
        notes=notes,
        form=form_of(view, page),
    )


def exhibits_of(built: Any) -> dict[str, str]:
    """Return the tables and drawings of a page: the place of each, and its caption."""
    found: dict[str, str] = {}
    if isinstance(built, Table | Chart):
        return {built.key: say(built.caption)}
    if isinstance(built, tuple):
        for one in built:
            found |= exhibits_of(one)
    elif is_dataclass(built):
        for one in fields(built):
            found |= exhibits_of(getattr(built, one.name))
    return found


def _nothing(view: View, page: str, filters: dict[str, str], said: str) -> Markup:
    """Return a page that says why it is empty, and leads back."""
    ways = [
        Link(say(title), view.at_home.page(name))
        for name, title in TITLES.items()
        if view.at_home.has(name)
    ]
    if view.asked.known:
        ways.insert(0, Link(say("Everything known"), view.page(page, known=None)))
    top = head(view, page, filters)
    return _template("nothing", head=top, said=said, ways=ways, notes=None, form=None)


def empty(case: Case) -> str:
    """Say why there is no flow to show."""
    if not case.flows:
        return say("The ledger has no flow yet: nothing to show.")
    first = min(flow.known for flow in case.flows)
    if case.known and case.known < first:
        return say(
            "Nothing of this case was known on %(day)s: the first source was published"
            " on %(first)s.",
            day=day_said(case.known),
            first=day_said(first),
        )
    return say(
        "The scenario %(name)s has no flow: nothing to show.", name=case.scenario.name
    )


def _said(error: Exception) -> str:
    """Return in a line what went wrong."""
    words = error.args[0] if error.args and isinstance(error.args[0], str) else ""
    return words or say("This page failed (%(kind)s).", kind=type(error).__name__)


def part(name: str, view: View, **values: Any) -> Markup:
    """Return a part of a page by itself.

    Args:
        name: The name of its template.
        view: What is shown.
        values: What the template prints.
    """
    return _template(name, lang=TAGS[view.lang], **values)


def whole(
    title: str,
    inside: Markup,
    lang: str,
    others: tuple[tuple[str, Link], ...],
    feed: str = "",
) -> Markup:
    """Return a page of a site: a document of its own round what a page shows.

    Args:
        title: The title of the document.
        inside: What the page shows.
        lang: Its language, as documents name it.
        others: The same page in other languages, each with what that is called.
        feed: The name of the feed of changes, if there is one.
    """
    return _template(
        "site", title=title, inside=inside, lang=lang, others=others, feed=feed
    )


def alone(name: str, style: str, **values: Any) -> Markup:
    """Return a whole page in one file, which may run and fetch nothing.

    Args:
        name: The name of its template.
        style: Its style, the only one the page allows.
        values: What the template prints.
    """
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode("ascii")
    own = Markup(style)  # noqa: S704 (ours)
    return _template(name, style=own, allowed=f"'sha256-{digest}'", **values)


def refused(errors: Sequence[LedgerError]) -> Markup:
    """Return what heads a page that shows the ledger as it was before."""
    return _template("refused", errors=errors[:_ERRORS])


def failure(error: Exception) -> Markup:
    """Return in one line what went wrong; where in the code is for the log."""
    return _template("failure", said=in_words(error))


def in_words(error: Exception) -> str:
    """Return in one line what went wrong; where in the code is for the log."""
    if isinstance(error, CaseError | ReportError | ValueError | LookupError):
        return _said(error)
    return f"This page failed ({type(error).__name__}); Fava's log has the details."


def status_of(error: Exception, what: str) -> int:
    """Return the status of a failure, and log it unless the address was wrong."""
    if isinstance(error, NotFoundError):
        return 404
    log.error("solvency: %s failed", what, exc_info=error)
    return 500


def _template(name: str, **values: Any) -> Markup:
    text = _ENVIRONMENT.get_template(f"{name}.html").render(**values)
    # What the templates print is escaped; what they mark safe is our own drawing.
    return Markup(text)  # noqa: S704
