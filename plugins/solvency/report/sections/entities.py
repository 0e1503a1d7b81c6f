"""Who is in the case."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.report.figures import Ref
from solvency.report.figures import Said
from solvency.report.figures import anchor
from solvency.report.layout import Section
from solvency.report.sections.group_drawing import group_drawing
from solvency.report.sections.workings import entry
from solvency.report.sections.workings import of_flows
from solvency.report.sections.worth import worth
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from solvency.report.figures import Figure
    from solvency.report.sections.setting import Setting


def _touching(setting: Setting, name: str, sizes: dict[str, Decimal]) -> Figure:
    """Return how many flows touch an entity, leading to its registers or to them."""
    key = f"entity:{name}:flows"
    if name in setting.inside:
        return setting.count(key, len(sizes), target=anchor("registers", name))
    rest = of_flows(sizes, keep=True)
    formula = "flows that touch the entity"
    return entry(setting.count(key, len(sizes), formula=formula, **rest))


def entities(setting: Setting) -> Section:
    """Build the list of who is in the case."""
    text = setting.text
    case = setting.case
    moved: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for flow in setting.flows:
        if flow.id in setting.taken:
            for posting in flow.postings:
                moved[posting.entity][flow.id] = worth(setting, flow) or Decimal()
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
                        Said(text(entity.role.replace("-", " "))),
                        Said(entity.silo or "\N{EN DASH}"),
                        _touching(setting, entity.name, moved[entity.name]),
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
        size="dense",
    )
    drawing = group_drawing(setting)
    return Section(
        "entities",
        text("Entities"),
        (*((drawing,) if drawing else ()), table),
        {"group": tuple(sorted(inside))},
    )
