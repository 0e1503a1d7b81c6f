"""What the report rests on: sources by grade, and who is in the case."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.evidence.grades import ladder
from solvency.exhibits.evidence.grades import spreads
from solvency.exhibits.flows import worth
from solvency.exhibits.section import Section
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import everything
from solvency.exhibits.workings import of_flows
from solvency.figures.figure import Day
from solvency.figures.figure import Grade
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose

#: The last word of a case on how far each kind of source can be relied on.
_KINDS = {
    "A": "Court record, audited or on-chain",
    "B": "Leaked document published by a major outlet",
    "C": "Named press, or an organisation's own statement",
    "D": "Anonymous, or a person's own account without a publisher",
    "E": "Unreliable",
    "F": "Unknown, or recalled from memory",
}


def scope(setting: Setting) -> Section:
    """Build what the report rests on: counts, and a ladder of grades."""
    return Section(
        "scope",
        setting.text("Scope, sources and their limits"),
        (_grades(setting), *((rungs,) if (rungs := ladder(setting)) else ())),
        ground=everything(setting),
    )


def _grades(setting: Setting) -> Table:
    """Count sources, flows and observations by the kind of source."""
    text = setting.text
    counters, sizes = _counted(setting)
    letters = sorted(
        {x for name, one in counters.items() if name != "established" for x in one},
        key=lambda x: (x == "", x),
    )
    places = {
        name: f"section-{'flows' if name == 'established' else name}"
        for name in counters
    }
    rows = tuple(
        Row(
            key=f"grade:{letter or 'none'}",
            label=(Grade(letter), "  ", text(_KINDS.get(letter, "Other")))
            if letter
            else (text("No source states it"),),
            cells=tuple(
                setting.count(
                    f"scope:{name}:{letter or 'none'}",
                    counter[letter],
                    target=places[name],
                )
                if name != "flows"
                else _graded(setting, letter, sizes[letter])
                for name, counter in counters.items()
            ),
        )
        for letter in letters
    )
    total = Row(
        key="total",
        label=(text("Total"),),
        cells=tuple(
            setting.count(
                f"scope:{name}:total", sum(counter.values()), target=places[name]
            )
            for name, counter in counters.items()
        ),
        kind="total",
        sums=tuple((row.key, 1) for row in rows),
    )
    return Table(
        key="grades",
        title=text("How much rests on which kind of source"),
        unit=(
            text("Number of each, by the kind of source the written amount is from"),
            *_afterwards(setting),
        ),
        head=text("Kind of source"),
        width=92,
        columns=(
            *(Column(name, text(name.capitalize()), width=24) for name in counters),
        ),
        rows=(*rows, total),
        notes=(
            (
                text(
                    "After the letter stands a number, how far others bear out what is"
                    " said: one confirmed by others, two probably true, three possibly"
                    " true, four doubtful, five improbable, six not to be judged. A"
                    " flow's grade is that of the source of its amount, unless the"
                    " ledger gives another, which stands with the flow; what no source"
                    " states, a remainder or an assumption, has none."
                ),
            ),
            *((origins,) if (origins := _origins(setting)) else ()),
            *((widths,) if (widths := _widths(setting)) else ()),
        ),
    )


def _counted(
    setting: Setting,
) -> tuple[dict[str, Counter[str]], dict[str, dict[str, Decimal]]]:
    """Count by letter of grade what a case has; say what its flows are worth."""
    case = setting.case
    flows: Counter[str] = Counter()
    ranked: Counter[str] = Counter()
    sizes: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for flow in setting.flows:
        if flow.id in setting.taken:
            letter = (flow.grade or "")[:1]
            flows[letter] += 1
            sizes[letter][flow.id] = worth(setting, flow) or Decimal()
            ranked[letter] += flow.established
    counters = {
        "sources": Counter(source.grade[:1] for source in case.sources.values()),
        "flows": flows,
        **({"established": ranked} if ranked != flows else {}),
        "observations": Counter(case.grade_of(one)[:1] for one in case.observations),
    }
    return counters, sizes


def _afterwards(setting: Setting) -> Prose:
    """Say how many of the flows counted are of days after the report's."""
    later = sum(
        flow.date > setting.at for flow in setting.flows if flow.id in setting.taken
    )
    if not later:
        return ()
    return setting.say(
        "; flows after %(day)s are among them: %(count)s",
        day=Day(setting.at),
        count=setting.count("scope:flows:after", later, target="section-flows"),
    )


def _origins(setting: Setting) -> Prose:
    """Say how much relays a better source than the copy that was read."""
    sources = setting.case.sources.values()
    first = [one for one in sources if (one.origin or one.grade)[:1] == "A"]
    if not any(one.origin for one in sources):
        return ()
    case = setting.case
    seen = [(case.sources[one.source], one.grade) for one in case.observations]
    stated = [of for of, _ in seen]
    observed = "section-observations"
    return setting.say(
        "A copy counts as what it is: of %(all)s sources %(origin)s relay a court"
        " record, an audited figure or the chain, and %(read)s of these were read so;"
        " of %(seen)s statements of balances, %(relayed)s and %(first)s. The list of"
        " sources gives both grades.",
        all=setting.count("scope:origin:all", len(sources), target="section-sources"),
        origin=setting.count("scope:origin:A", len(first), target="section-sources"),
        read=setting.count(
            "scope:origin:read",
            sum(one.grade[:1] == "A" for one in first),
            target="section-sources",
        ),
        seen=setting.count("scope:origin:seen", len(stated), target=observed),
        relayed=setting.count(
            "scope:origin:relayed",
            sum(of.name in {one.name for one in first} for of in stated),
            target=observed,
        ),
        first=setting.count(
            "scope:origin:first",
            sum((one or of.grade)[:1] == "A" for of, one in seen),
            target=observed,
        ),
    )


def _widths(setting: Setting) -> Prose:
    """Say how far amounts of each grade of the case may be off."""
    case = setting.case
    used = [source.grade for source in case.sources.values()]
    used += [flow.grade for flow in case.flows if flow.grade]
    used += [one.grade for one in case.observations if one.grade]
    return spreads(setting, "grades", used)


def _graded(setting: Setting, letter: str, sizes: dict[str, Decimal]) -> Figure:
    """Return how many flows have a grade, leading to them."""
    key = f"scope:flows:{letter or 'none'}"
    rest = of_flows(setting, sizes, keep=True)
    return entry(setting.count(key, len(sizes), formula="flows of the grade", **rest))
