"""What the report rests on: sources by grade, and who is in the case."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from solvency.report.figures import Grade
from solvency.report.figures import Ref
from solvency.report.figures import Said
from solvency.report.figures import anchor
from solvency.report.layout import Section
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from solvency.ledger.case import Flow
    from solvency.report.sections.setting import Setting

#: The last word of a case on how far each kind of source can be relied on.
_KINDS = {
    "A": "Court record, audited or on-chain",
    "B": "Leaked document published by a major outlet",
    "C": "Named press, or an organisation's own statement",
    "D": "Anonymous",
    "E": "Unreliable",
    "F": "Unknown, or recalled from memory",
}


def scope(setting: Setting) -> Section:
    """Build what the report rests on: counts, and a ladder of grades."""
    text = setting.text
    case = setting.case
    sources = Counter(source.grade[:1] for source in case.sources.values())
    flows: Counter[str] = Counter()
    ranked: Counter[str] = Counter()
    seen: Counter[str] = Counter(
        (one.grade or case.sources[one.source].grade)[:1] for one in case.observations
    )
    for flow in setting.flows:
        if flow.id in setting.taken:
            letter = grade_of(setting, flow)[:1]
            flows[letter] += 1
            ranked[letter] += flow.established
    counters = {
        "sources": sources,
        "flows": flows,
        "established": ranked,
        "observations": seen,
    }
    letters = sorted(set(sources) | set(flows) | set(seen), key=lambda x: (x == "", x))
    rows = tuple(
        Row(
            key=f"grade:{letter or 'none'}",
            label=(Grade(letter), "  ", text(_KINDS.get(letter, "Other")))
            if letter
            else (text("No source (plugs)"),),
            cells=tuple(
                setting.count(
                    f"scope:{name}:{letter or 'none'}",
                    counter[letter],
                    target=f"section-{'flows' if name == 'established' else name}",
                )
                for name, counter in counters.items()
            ),
        )
        for letter in letters
    )
    parts = tuple((row.key, 1) for row in rows)
    total = Row(
        key="total",
        label=(text("Total"),),
        cells=tuple(
            setting.count(f"scope:{name}:total", sum(counter.values()))
            for name, counter in counters.items()
        ),
        kind="total",
        sums=parts,
    )
    table = Table(
        key="grades",
        title=text("How much rests on which kind of source"),
        unit=(
            text("Number of each, by the kind of source the written amount is from"),
        ),
        head=text("Kind of source"),
        width=92,
        columns=(
            Column("sources", text("Sources"), width=20),
            Column("flows", text("Flows"), width=20),
            Column("established", text("Established"), width=24),
            Column("observations", text("Observations"), width=26),
        ),
        rows=(*rows, total),
        notes=(
            (text("After the letter stands a number: one is confirmed, six unknown."),),
        ),
    )
    counts = {
        name: setting.count(f"case:{name}", value)
        for name, value in case.counts().items()
    }
    return Section(
        "scope", text("Scope, sources and their limits"), (table,), {"counts": counts}
    )


def grade_of(setting: Setting, flow: Flow) -> str:
    """Return the grade of a flow: its own, else that of its amount's source."""
    if flow.grade:
        return flow.grade
    source = setting.case.sources.get(flow.amount_from or "")
    return source.grade if source else ""


def entities(setting: Setting) -> Section:
    """Build the list of who is in the case."""
    text = setting.text
    case = setting.case
    moved: Counter[str] = Counter()
    for flow in setting.flows:
        if flow.id in setting.taken:
            moved.update({posting.entity for posting in flow.postings})
    inside = set(case.group)
    rows: list[Row] = []
    for title, chosen in (
        (text("In the group"), [e for e in case.entities.values() if e.group]),
        (text("Outside the group"), [e for e in case.entities.values() if not e.group]),
    ):
        if chosen:
            rows.append(Row(key=title, label=(title,), kind="group"))
        for entity in chosen:
            name = Ref(entity.name, f"#{anchor('entity', entity.name)}")
            linked = entity.name in setting.inside and case.group
            rows.append(
                Row(
                    key=entity.name,
                    label=(name if linked else Said(entity.name),),
                    indent=1,
                    cells=(
                        Said(entity.description),
                        Said(entity.role),
                        Said(entity.silo or "\N{EN DASH}"),
                        setting.count(
                            f"entity:{entity.name}:flows", moved[entity.name]
                        ),
                    ),
                )
            )
    table = Table(
        key="entities",
        title=text("Who is in the case"),
        unit=(text("Flows: how many in this scenario touch the entity"),),
        head=text("Entity"),
        width=34,
        columns=(
            Column("description", text("What it is"), "text", 76),
            Column("role", text("Role"), "text", 26),
            Column("silo", text("Silo"), "text", 22),
            Column("flows", text("Flows"), width=16),
        ),
        rows=tuple(rows),
    )
    return Section(
        "entities", text("Entities"), (table,), {"group": tuple(sorted(inside))}
    )
