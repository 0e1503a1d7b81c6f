"""What a figure, a flow or a source rests on, and what rests on it."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.report import pages
from solvency.report.build import build
from solvency.report.build import default_dates
from solvency.report.errors import ReportError
from solvency.report.formats import Locale
from solvency.report.formats import unit_label
from solvency.report.resting import rests
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Source
    from solvency.report.figures import Figure

    Progress = Callable[[str], None] | None

#: Words of a key that nobody needs to name.
_UNSAID = {"market", "total"}
_TOTAL = re.compile(r"^balance:.*:(total:(asset|liability)|net)$")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_BALANCES = "balances"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a figure without the flows whose only source one is.

    Attributes:
        source: The source left out.
        lost: The flows that fall with it.
        key: The figure.
        before: Its value as reported; None where nothing was found.
        after: Its value without them; None where it is not in the report then.
        shown: Both as printed.
    """

    source: str
    lost: tuple[str, ...]
    key: str
    before: Decimal | None
    after: Decimal | None
    shown: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was found about a name.

    Attributes:
        kind: `figure`, `flow` or `source`.
        name: Its full name.
        figure: The figure, if it is one.
        exhibits: The numbers of the exhibits it is in, by section.
        flows: The flows it rests on; for a source, those that rest on it.
        sources: The sources it rests on.
        figures: Keys of the balances that rest on it.
        changes: What would change if a source were dropped.
        kept: Sources without which nothing of it changes: others say the same.
    """

    kind: str
    name: str
    figure: Figure | None = None
    section: str = ""
    flows: tuple[Flow, ...] = ()
    sources: tuple[Source, ...] = ()
    figures: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    kept: tuple[str, ...] = ()


@wide()
def explain(
    case: Case,
    name: str,
    *,
    kind: str = "reconstruction",
    progress: Progress = None,
) -> Explanation:
    """Say what a figure, a flow or a source rests on.

    Args:
        case: The case.
        name: The id of a flow, the name of a source, or the key of a figure as
            `figures.json` has it. Of a key, words may be left out and joined by
            dots: `balance.FTX.2022-06-30.liabilities`.
        kind: The kind of report whose figures are meant.
        progress: Called with a word before each long step.

    Returns:
        What was found.

    Raises:
        ReportError: Nothing has the name, or several figures have; or the report
            cannot be built.
    """
    if name in case.by_id:
        return _flow(case, case.by_id[name], kind)
    if name in case.sources:
        return _source(case, case.sources[name], kind)
    return _figure(case, name, kind, progress)


def without(case: Case, source: str) -> tuple[Case, tuple[str, ...]]:
    """Return a case without the flows whose only source one is, and their ids."""
    lost = tuple(flow.id for flow in case.flows if flow.sources == (source,))
    gone = frozenset(lost)
    kept = tuple(flow for flow in case.flows if flow.id not in gone)
    return replace(case, flows=kept), lost


def _built(
    case: Case,
    kind: str,
    section: str,
    dates: Iterable[datetime.date],
    progress: Progress = None,
) -> tuple[dict[str, Figure], dict[str, tuple[tuple[str, ...], tuple[str, ...]]]]:
    """Return the figures of one section by key, and what each rests on."""
    report = build(
        case,
        case.book(),
        kind=kind,
        dates=dates,
        sections=[section],
        progress=progress,
    )
    return {figure.key: figure for figure in report.figures()}, dict(rests(report))


def _figure(case: Case, name: str, kind: str, progress: Progress) -> Explanation:
    dates = _dates(case, name)
    seen: set[str] = set()
    for section in _sections(kind, name):
        figures, base = _built(case, kind, section, dates, progress)
        seen |= figures.keys()
        key = _match(name, figures)
        if key is None:
            continue
        figure, (flow_ids, names) = figures[key], base[key]
        flows = tuple(case.by_id[one] for one in flow_ids if one in case.by_id)
        changes: list[Change] = []
        kept: list[str] = []
        alone = {flow.sources[0] for flow in flows if len(flow.sources) == 1}
        for source in names:
            if source not in alone:
                kept.append(source)
                continue
            if progress is not None:
                progress(f"dropping {source}")
            changes.append(_change(case, source, figure, kind, section, dates))
        return Explanation(
            "figure",
            key,
            figure,
            section,
            flows,
            tuple(case.sources[one] for one in names if one in case.sources),
            changes=tuple(changes),
            kept=tuple(kept),
        )
    known = [*case.by_id, *case.sources, *seen]
    meant = difflib.get_close_matches(name, known, n=1)
    hint = f" Did you mean {meant[0]}?" if meant else ""
    raise ReportError(f"no figure, flow or source is called {name!r}.{hint}")


def _change(
    case: Case,
    source: str,
    figure: Figure,
    kind: str,
    section: str,
    dates: tuple[datetime.date, ...],
) -> Change:
    changed, lost = without(case, source)
    after = None
    if changed.selected:
        after = _built(changed, kind, section, dates)[0].get(figure.key)
    return _changed(source, lost, figure, after)


def _changed(
    source: str, lost: tuple[str, ...], before: Figure, after: Figure | None
) -> Change:
    # Printed alike, though a smaller case may choose another scale.
    printed = replace(before, value=after.value) if after is not None else None
    return Change(
        source,
        lost,
        before.key,
        before.value,
        after.value if after is not None else None,
        (shown(before), shown(printed) if printed is not None else "not there"),
    )


def shown(figure: Figure) -> str:
    """Return a figure as printed, with its unit."""
    locale = Locale()
    text = figure.text(locale)
    if figure.prose or figure.unit in {"", "%"}:
        return text
    return f"{text} {unit_label(figure.unit, figure.scale, locale)}"


def _flow(case: Case, flow: Flow, kind: str) -> Explanation:
    figures = _resting_balances(case, kind, flow.id)
    alone = len(flow.sources) == 1
    return Explanation(
        "flow",
        flow.id,
        flows=(flow,),
        sources=tuple(case.sources[s] for s in flow.sources if s in case.sources),
        figures=figures,
        changes=tuple(_totals(case, flow.sources[0], kind)) if alone else (),
        kept=() if alone else flow.sources,
    )


def _source(case: Case, source: Source, kind: str) -> Explanation:
    flows = tuple(flow for flow in case.flows if source.name in flow.sources)
    return Explanation(
        "source",
        source.name,
        flows=flows,
        sources=(source,),
        changes=tuple(_totals(case, source.name, kind)),
    )


def _resting_balances(case: Case, kind: str, flow_id: str) -> tuple[str, ...]:
    """Return the keys of the balances that a flow has a part in."""
    if not case.selected or _BALANCES not in pages.kinds()[kind].sections:
        return ()
    _, base = _built(case, kind, _BALANCES, default_dates(case))
    return tuple(key for key, (flows, _) in base.items() if flow_id in flows)


def _totals(case: Case, source: str, kind: str) -> Iterator[Change]:
    """Yield what would change of the balance sheets' totals without a source."""
    if not case.selected or _BALANCES not in pages.kinds()[kind].sections:
        return
    changed, lost = without(case, source)
    if not lost:
        return
    dates = default_dates(case)
    before, _ = _built(case, kind, _BALANCES, dates)
    after = _built(changed, kind, _BALANCES, dates)[0] if changed.selected else {}
    for key, figure in before.items():
        other = after.get(key)
        if _TOTAL.match(key) and (other is None or other.value != figure.value):
            yield _changed(source, lost, figure, other)


def _dates(case: Case, name: str) -> tuple[datetime.date, ...]:
    """Return the days to report at: the usual ones, and those the name has."""
    if not case.flows:
        raise ReportError(f"nothing is named {name}, and no flow makes a figure")
    day = type(case.reporting_date)
    try:
        named = {day.fromisoformat(text) for text in _DATE.findall(name)}
    except ValueError as error:
        raise ReportError(f"{name}: {error}") from None
    return tuple(sorted({*default_dates(case), *named}))


def _sections(kind: str, name: str) -> list[str]:
    """Return a kind's sections, first those that share a word with the name."""
    known = pages.kinds()
    if kind not in known:
        raise ReportError(f"no kind of report {kind!r}; there are: {', '.join(known)}")
    first = _words(name)[0]
    return sorted(
        (one for one in known[kind].sections if one != "files"),
        key=lambda one: not one.startswith(first),
    )


def _words(name: str) -> list[str]:
    """Return the words of a key, in the singular and without capitals."""
    words = [word for word in re.split(r"[.:]", name.lower()) if word]
    singular = [
        re.sub(r"ies$", "y", word) if word.endswith("ies") else word.removesuffix("s")
        for word in words
    ]
    return singular or [""]


def _match(name: str, figures: Iterable[str]) -> str | None:
    """Return the one key that has the words asked for, in order, and fewest others.

    Raises:
        ReportError: Several keys fit equally well.
    """
    keys = tuple(figures)
    if name in keys:
        return name
    asked = _words(name)
    best: dict[int, list[str]] = {}
    for key in keys:
        words = _words(key)
        rest = iter(words)
        if all(word in rest for word in asked):
            others = [w for w in words if w not in asked and w not in _UNSAID]
            best.setdefault(len(others), []).append(key)
    if not best:
        return None
    found = best[min(best)]
    if len(found) > 1:
        more = "" if len(found) <= 8 else f" and {len(found) - 8} more"
        raise ReportError(f"{name} may be {', '.join(found[:8])}{more}: say which")
    return found[0]
