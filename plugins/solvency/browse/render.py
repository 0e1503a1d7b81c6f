"""A page as HTML: the page's template, autoescaped, with the style all pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import jinja2
from markupsafe import Markup

from solvency.browse.pages import evidence
from solvency.browse.pages import flows
from solvency.browse.pages import group
from solvency.browse.pages import hypotheses
from solvency.browse.pages import report
from solvency.browse.pages import solvency
from solvency.browse.view import head
from solvency.figures.errors import ReportError
from solvency.inert import written_out
from solvency.ledger.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    from solvency.browse.view import View
    from solvency.ledger.errors import LedgerError

BUILDERS: dict[str, Callable[[View], Any]] = {
    "solvency": solvency.build,
    "group": group.build,
    "flows": flows.build,
    "hypotheses": hypotheses.build,
    "evidence": evidence.build,
    "report": report.build,
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
)


def render(page: str, view: View, filters: dict[str, str]) -> Markup:
    """Return a page as HTML.

    Args:
        page: Its name.
        view: What it is built from.
        filters: Fava's own filters, which forms keep.
    """
    case = view.case
    if case.errors:
        errors = [
            (error, view.at_home.line(error.file, error.line))
            for error in case.errors[:_ERRORS]
        ]
        return _template("errors", errors=errors, count=len(case.errors))
    if not case.selected:
        return _template("failure", said="The ledger has no flow yet: nothing to show.")
    return _template(
        page,
        head=head(view, page, filters),
        page=BUILDERS[page](view),
        said=view.period.said,
    )


def refused(errors: Sequence[LedgerError]) -> Markup:
    """Return what heads a page that shows the ledger as it was before."""
    return _template("refused", errors=errors[:_ERRORS])


def failure(error: Exception) -> Markup:
    """Return in one line what went wrong; where in the code is for the log."""
    if isinstance(error, CaseError | ReportError | ValueError | LookupError):
        said = str(error)
    else:
        said = f"This page failed ({type(error).__name__}); Fava's log has the details."
    return _template("failure", said=said)


def _template(name: str, **values: Any) -> Markup:
    text = _ENVIRONMENT.get_template(f"{name}.html").render(**values)
    # What the templates print is escaped; what they mark safe is our own drawing.
    return Markup(text)  # noqa: S704
