"""The head all pages share: the tabs, what is shown, and what of it is not applied."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.browse.blocks import Link
from solvency.browse.language import LANGUAGES
from solvency.browse.language import TAGS
from solvency.browse.language import clauses
from solvency.browse.language import day_said
from solvency.browse.language import listed
from solvency.browse.language import say
from solvency.browse.language import unit_said
from solvency.browse.request import BASES
from solvency.browse.script_messages import script_words
from solvency.browse.view import file_name
from solvency.ledger.asked_scenario import BY_HAND
from solvency.ledger.asked_scenario import taken
from solvency.model.restated_observations import currencies

if TYPE_CHECKING:
    from solvency.browse.view import View

TITLES = {
    "where": "Where did it go?",
    "solvency": "Solvency",
    "group": "Group",
    "entities": "Entities",
    "flows": "Flows",
    "tracing": "Tracing",
    "recovery": "Recovery",
    "stress": "Stress",
    "hypotheses": "Hypotheses",
    "scenarios": "Scenarios",
    "evidence": "Evidence",
    "report": "Report",
}
#: What of the state a page beside scenario and known-date answers to.
APPLIED = {
    "where": {"at"},
    "group": {"at", "basis"},
    "entities": {"at"},
    "flows": {"at", "time", "account", "filter"},
    "tracing": {"at"},
    "recovery": {"at"},
    "stress": {"at"},
    "hypotheses": {"at"},
    "scenarios": {"at"},
    "report": {"at"},
}
#: Pages whose exhibits each say how they value what they show.
_OWN_VALUES = frozenset({"tracing", "recovery", "stress", "scenarios"})
#: Pages that open one of what they list; what they do not list they say themselves.
_PICKED = frozenset({"flow", "source", "solvency", "tracing"})
#: How holdings are valued, as the line of the state says it.
_VALUED = {
    "market": "market value",
    "book": "book value",
    "clean": "clean value",
    "realisable": "realisable value",
}
#: What Fava's own filters are called, as a reader meets them there.
FILTERS = {
    "time": "Fava's time filter",
    "account": "Fava's account filter",
    "filter": "Fava's text filter",
    "conversion": "Fava's conversion",
    "interval": "Fava's interval",
}


@dataclass(frozen=True)
class Head:
    """What stands at the head of every page."""

    title: str
    scenarios: tuple[tuple[str, str], ...]
    scenario: str
    by_hand: bool
    known: str
    #: What it can be reported in, and what it is.
    currencies: tuple[str, ...]
    currency: str
    at: str
    basis: str
    bases: tuple[str, ...]
    reporting: str
    fingerprint: str
    #: What the names of files saved from the page begin with.
    file: str
    tabs: tuple[Link, ...]
    refused: tuple[str, ...]
    action: str
    hidden: tuple[tuple[str, str], ...]
    state: str
    unapplied: tuple[str, ...]
    here: str
    rests: str
    without: str
    index: str
    switched: str
    #: Where a note is sent; "" where none may be written.
    note: str
    #: Where a form asks for the difference it makes, and where it is saved.
    draft: str
    save: str
    #: The hypotheses switched on, where a site switches them; None elsewhere.
    set: str | None
    #: True for a page of a site, which no server answers.
    elsewhere: bool
    choices: tuple[Link, ...]
    #: The page's language, and its other languages.
    lang: str
    languages: tuple[tuple[str, Link], ...]
    #: What the script says, where that is not in English.
    words: dict[str, str]


def head(view: View, page: str, filters: dict[str, str]) -> Head:
    """Build the head of a page: what is shown, and the form that changes it."""
    case, asked = view.case, view.asked
    names = {"established": say("The established flows alone")}
    names |= {one.name: one.title for one in case.scenarios.values()}
    # The form has the scenario, the days and the basis in fields of their own.
    hidden = [*filters.items(), ("entity", asked.entity)]
    if page in {"flow", "source"}:
        hidden.append(("pick", asked.pick))
    by_hand = case.scenario.name not in names
    if by_hand:
        # An empty choice of scenario keeps the set; any other lets it go.
        hidden.append(("hypothesis", ",".join(taken(case))))
    query = asked.query(pick=asked.pick or None, weigh=asked.weigh or None)
    return Head(
        title=case.title or say("Case"),
        scenarios=tuple(names.items()),
        scenario=case.scenario.name,
        by_hand=by_hand,
        known=case.known.isoformat() if case.known else "",
        currencies=currencies(case),
        currency=case.currency,
        at=asked.at.isoformat() if asked.at else "",
        basis=asked.basis,
        bases=BASES,
        reporting=case.reporting_date.isoformat() if case.selected else "",
        fingerprint=case.fingerprint,
        file=_file(view, page),
        tabs=tuple(
            Link(say(title), view.page(name), name == page)
            for name, title in TITLES.items()
            if view.at_home.has(name)
        ),
        refused=asked.refused,
        action=view.at_home.page(page) if view.at_home.live else "#",
        hidden=tuple((name, value) for name, value in hidden if value),
        state=_state(view, page, filters),
        unapplied=_unapplied(view, page, filters),
        here=view.at_home.page(page, **query),
        rests=view.at_home.endpoint(page, "rests", **query),
        without=view.at_home.endpoint(page, "without", **query),
        index=view.at_home.endpoint("where", "index", **asked.query()),
        switched=view.at_home.endpoint("where", "switched", **query),
        draft=view.at_home.endpoint("where", "draft") if view.edit else "",
        save=view.at_home.endpoint("where", "save") if view.edit else "",
        note=view.at_home.endpoint("where", "note") if view.edit else "",
        set=None if view.at_home.live or not case.hypotheses else ",".join(taken(case)),
        elsewhere=not view.at_home.live,
        choices=tuple(
            Link(
                name,
                view.at_home.page(page, **{**query, "scenario": name}),
                name == case.scenario.name,
            )
            for name in names
            if not view.at_home.live and page in view.at_home.switched
        ),
        lang=TAGS[view.lang],
        languages=other_languages(view, page),
        words=script_words() if view.at_home.live else {},
    )


def _file(view: View, page: str) -> str:
    """Return what the names of files saved from a page begin with."""
    asked = view.asked
    basis = "" if asked.basis == "market" else asked.basis
    dated = "at" in APPLIED.get(page, set()) and view.case.selected
    day = f"at-{view.at}" if dated and not asked.at else ""
    words = (page, *view.state, day, asked.entity, basis, asked.pick)
    return file_name(filter(None, words))


def other_languages(view: View, page: str) -> tuple[tuple[str, Link], ...]:
    """Return links to a page in its other languages, each with its tag."""
    asked = view.asked
    query = asked.query(pick=asked.pick or None, weigh=asked.weigh or None)
    return tuple(
        (TAGS[lang], Link(name, view.at_home.page(page, **{**query, "lang": lang})))
        for lang, name in LANGUAGES.items()
        if lang != view.lang and lang in view.at_home.languages
    )


def _state(view: View, page: str, filters: dict[str, str]) -> str:
    """Say in one line what is shown."""
    case, asked = view.case, view.asked
    applied = APPLIED.get(page, set())
    first = say("scenario %(name)s", name=_scenario(view))
    if page == "scenarios":
        first = say("each scenario of the case")
    words = [first, _known(view)]
    if "at" in applied and case.selected:
        words.append(say("balances at %(day)s", day=day_said(view.at)))
    if page not in _OWN_VALUES:
        basis = asked.basis if "basis" in applied else "market"
        words.append(say(_VALUED[basis]))
    words.append(say("in %(unit)s", unit=unit_said(case.currency)))
    if view.asked.entity:
        words.append(view.asked.entity)
    if view.period.said:  # else they could not be read, and are named as such
        words += [
            f"{say(FILTERS[name])} {value}"
            for name, value in filters.items()
            if name in applied
        ]
    return clauses(words)


def _scenario(view: View) -> str:
    """Name the scenario that is asked for, or the hypotheses chosen by hand."""
    name = view.case.scenario.name
    if name == BY_HAND:
        return say("chosen by hand: %(names)s", names=listed(taken(view.case)))
    return say(name)


def _known(view: View) -> str:
    """Say up to which day a page knows."""
    known = view.case.known
    if known is None:
        return say("everything known")
    return say("as known on %(day)s", day=day_said(known))


def _unapplied(view: View, page: str, filters: dict[str, str]) -> tuple[str, ...]:
    """Say what is asked for that this page does not answer to."""
    applied = APPLIED.get(page, set())
    asked = view.asked
    words = []
    if page == "scenarios" and (asked.scenario or asked.chosen is not None):
        words.append(say("scenario %(name)s", name=_scenario(view)))
    if asked.pick and page not in _PICKED:
        words.append(say("pick %(name)s", name=repr(asked.pick)))
    if asked.at and "at" not in applied:
        words.append(say("balances at %(day)s", day=day_said(asked.at)))
    if asked.basis != "market" and "basis" not in applied:
        words.append(say(_VALUED[asked.basis]))
    words += [
        f"{say(FILTERS[name])} {value}"
        for name, value in filters.items()
        if name not in applied and value
    ]
    return tuple(words)
