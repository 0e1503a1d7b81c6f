"""Who is in the case."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.balance.network import group_drawing
from solvency.exhibits.flows import worth
from solvency.exhibits.section import Section
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import of_flows
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure


def _touching(setting: Setting, name: str, sizes: dict[str, Decimal]) -> Figure:
    """Return how many flows touch an entity, leading to its registers or to them."""
    key = f"entity:{name}:flows"
    if name in setting.inside:
        return setting.count(
            key, len(sizes), target=anchor("registers", name), flows=tuple(sizes)
        )
    rest = of_flows(setting, sizes, keep=True)
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
    rows: list[Row] = []
    for title, chosen in (
        (text("In the group"), [e for e in case.entities.values() if e.group]),
        (text("Outside the group"), [e for e in case.entities.values() if not e.group]),
    ):
        if chosen:
            rows.append(Row(key=title, label=(title,), kind="group"))
        for entity in chosen:
            name = about("entity", entity.name)
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
    )
