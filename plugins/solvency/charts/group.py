"""The group: its entities in their silos, who owns and who owes whom."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Literal

from solvency.charts import routes
from solvency.charts import text as type_
from solvency.charts.canvas import Canvas
from solvency.charts.canvas import numeral
from solvency.charts.labels import Box
from solvency.charts.scale import ChartError
from solvency.charts.text import BODY
from solvency.charts.text import LEADING
from solvency.charts.text import SMALL
from solvency.charts.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.charts.canvas import Point
    from solvency.charts.routes import Curve
    from solvency.charts.style import Look

_APART = 34.0
_BETWEEN = 58.0
_PAD = 9.0
_STACK = 22.0
_NARROW = 100.0
_WIDE = 150.0
#: How near to a line a label may be.
_CLEAR = 3.0


@dataclass(frozen=True, slots=True)
class Entity:
    """A box: its name as the ledger has it, and a line that says what it is."""

    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Silo:
    """Entities that belong together; without a label, no frame is drawn."""

    label: str
    entities: Sequence[Entity]


@dataclass(frozen=True, slots=True)
class Tie:
    """One entity owns, owes, or paid another.

    Attributes:
        source: Who owns, owes or paid.
        target: What is owned, or who is owed or was paid.
        kind: Which of the three.
        label: How much, as printed.
        href: Where a click on the line leads, if anywhere.
    """

    source: str
    target: str
    kind: Literal["owns", "owes", "paid"]
    label: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class GroupChart:
    """What to draw.

    Attributes:
        title: The chart's text alternative: what it shows, in a sentence.
        tiers: Rows of silos from the top, such as creditors, the group, others.
        ties: Who owns, owes and paid whom.
        owns: What a line of the one kind means; `owes` and `paid` of the others.
    """

    title: str
    tiers: Sequence[Sequence[Silo]]
    ties: Sequence[Tie] = ()
    owns: str = "owns"
    owes: str = "owes"
    paid: str = "paid"


def draw(chart: GroupChart, look: Look) -> str:
    """Draw entities as boxes and ties as lines: owns plain, owes dashed.

    Args:
        chart: What to draw.
        look: How to draw it.

    Returns:
        An SVG element. A tie whose label finds no room on its line is told below.

    Raises:
        ChartError: If there is no entity, two share a name, or a tie names none.
    """
    names = [e.name for tier in chart.tiers for silo in tier for e in silo.entities]
    if not names or len(set(names)) < len(names):
        raise ChartError("a group chart needs entities, each with a name of its own")
    for tie in chart.ties:
        if tie.source not in names or tie.target not in names:
            raise ChartError(f"no entity {tie.source!r} or {tie.target!r} to tie")
    canvas = Canvas(look)
    plan = _Plan(canvas)
    for tier in chart.tiers:
        plan.tier([silo for silo in tier if silo.entities])
    bottom = plan.y - _BETWEEN
    for frame, label in plan.frames:
        canvas.rect(frame, look.palette.panel, rx="3", data_silo=label)
        at = (frame.left + _PAD, frame.top + 14)
        shown = type_.fit(
            clean(label), frame.right - frame.left - 2 * _PAD, SMALL, bold=True
        )
        canvas.text(at, shown, SMALL, bold=True, fill=look.palette.grey)
    curves = routes.curves(
        [(tie.source, tie.target) for tie in chart.ties],
        plan.boxes,
        [frame for frame, _ in plan.frames],
        Box(4, 2, look.width - 4, bottom),
    )
    for tie, curve in zip(chart.ties, curves, strict=True):
        with canvas.link(tie.href, _saying(tie, chart)):
            _draw_tie(canvas, tie, curve)
    for entity, box in plan.entities:
        _draw_entity(canvas, entity, box)
    y = bottom + 14
    _draw_key(canvas, chart, y)
    told = _label_ties(canvas, chart, curves, list(plan.boxes.values()))
    for line in told:
        y += SMALL * LEADING
        shown = type_.fit(line, look.width, SMALL)
        canvas.text((0, y), shown, SMALL, fill=look.palette.grey)
    facts = [_saying(tie, chart) for tie in chart.ties]
    return canvas.svg(y + 5, chart.title, [", ".join(names), *facts])


class _Plan:
    """Where boxes and frames go, filled tier by tier."""

    def __init__(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.y = 2.0
        self.boxes: dict[str, Box] = {}
        self.entities: list[tuple[Entity, Box]] = []
        self.frames: list[tuple[Box, str]] = []

    def tier(self, silos: Sequence[Silo]) -> None:
        """Lay out a row of silos, in as many lines as they need."""
        # An unframed entity stands by itself; a silo's stand below one another.
        stacks: list[tuple[str, list[Entity]]] = []
        for silo in silos:
            if silo.label:
                stacks.append((silo.label, list(silo.entities)))
            else:
                stacks += [("", [entity]) for entity in silo.entities]
        most = max(1, int((self.canvas.width + _APART) / (_NARROW + _APART)))
        for start in range(0, len(stacks), most):
            self._line(stacks[start : start + most])

    def _line(self, stacks: list[tuple[str, list[Entity]]]) -> None:
        count = len(stacks)
        cell = (self.canvas.width - (count - 1) * _APART) / count
        lowest = self.y
        for n, (label, entities) in enumerate(stacks):
            wide = min(cell, _WIDE + 2 * _PAD * bool(label))
            left = n * (cell + _APART) + (cell - wide) / 2
            y = self.y
            inset = _PAD if label else 0.0
            if label:
                y += 22
            for entity in entities:
                room = wide - 2 * inset - 14
                tall = 12 + len(_named(entity, room)) * BODY * LEADING
                tall += len(_noted(entity, room)) * SMALL * LEADING
                box = Box(left + inset, y, left + wide - inset, y + tall)
                self.boxes[entity.name] = box
                self.entities.append((entity, box))
                y += tall + _STACK
            y -= _STACK
            if label:
                y += _PAD
                self.frames.append((Box(left, self.y, left + wide, y), label))
            lowest = max(lowest, y)
        self.y = lowest + _BETWEEN


def _named(entity: Entity, room: float) -> tuple[str, ...]:
    return type_.wrap(clean(entity.name), room, 2, bold=True)


def _noted(entity: Entity, room: float) -> tuple[str, ...]:
    return type_.wrap(clean(entity.note), room, 2, SMALL)


def _draw_entity(canvas: Canvas, entity: Entity, box: Box) -> None:
    palette = canvas.palette
    edge = {"stroke": palette.ink, "stroke_width": "0.8"}
    canvas.rect(box, palette.paper, rx="2", data_entity=entity.name, **edge)
    room = box.right - box.left - 14
    middle = (box.left + box.right) / 2
    name, note = _named(entity, room), _noted(entity, room)
    y = box.top + 5 + BODY
    canvas.lines((middle, y), name, anchor="middle", bold=True)
    y += len(name) * BODY * LEADING - 0.5
    canvas.lines((middle, y), note, SMALL, anchor="middle", fill=palette.grey)


def _draw_tie(canvas: Canvas, tie: Tie, curve: Curve) -> None:
    palette = canvas.palette
    colour = {"owes": palette.lack, "paid": palette.have}.get(tie.kind, palette.grey)
    start, *rest = (f"{numeral(x)},{numeral(y)}" for x, y in curve)
    bends = (" ".join(rest[n : n + 3]) for n in range(0, len(rest), 3))
    line = f"M{start}" + "".join(f"C{one}" for one in bends)
    if tie.href:  # what can be clicked is wider than what is seen
        canvas.area(line, "none", stroke="transparent", stroke_width="12")
    canvas.area(
        line,
        "none",
        stroke=colour,
        stroke_width="1" if tie.kind == "owns" else "1.4",
        data_tie=tie.kind,
        **({"stroke_dasharray": "4 2"} if tie.kind == "owes" else {}),
    )
    # The arrow comes in straight, as the curve does.
    (x, y), (bx, by) = curve[-1], curve[-2]
    far = max(abs(x - bx), abs(y - by)) or 1.0
    dx, dy = (x - bx) / far, (y - by) / far
    back = (x - 6 * dx, y - 6 * dy)
    wings = [(back[0] + 3 * dy, back[1] - 3 * dx), (back[0] - 3 * dy, back[1] + 3 * dx)]
    canvas.area([(x, y), *wings], colour)


def _label_ties(
    canvas: Canvas, chart: GroupChart, curves: Sequence[Curve], boxes: Sequence[Box]
) -> list[str]:
    """Set each label on its line where it is free; return those that must be told."""
    told = []
    paths = [_path(curve) for curve in curves]
    for n, (tie, curve) in enumerate(zip(chart.ties, curves, strict=True)):
        label = clean(tie.label)
        # On its own line alone: on a crossing none could tell whose it is.
        others = [box for m, path in enumerate(paths) if m != n for box in path]
        if label and not canvas.place(
            list(_places(curve)),
            label,
            SMALL,
            anchor="middle",
            avoid=[*boxes, *others],
            plate=True,
        ):
            told.append(clean(_saying(tie, chart)))
    return told


def _path(curve: Curve) -> list[Box]:
    """Return small boxes that cover a curve, with room for a label's plate."""
    points = routes.sampled(curve)
    return [
        Box(
            min(x, right) - _CLEAR,
            min(y, under) - 1,
            max(x, right) + _CLEAR,
            max(y, under) + 1,
        )
        for (x, y), (right, under) in pairwise(points)
    ]


def _places(curve: Curve) -> Iterator[Point]:
    for step in range(37):
        # From the middle outward by turns.
        share = 0.5 + (step + 1) // 2 * 0.02 * (-1 if step % 2 else 1)
        x, y = routes.along(curve, share)
        yield x, y + SMALL * 0.35


def _saying(tie: Tie, chart: GroupChart) -> str:
    verb = {"owns": chart.owns, "owes": chart.owes}.get(tie.kind, chart.paid)
    return f"{tie.source} {verb} {tie.target} {tie.label}"


def _draw_key(canvas: Canvas, chart: GroupChart, y: float) -> None:
    """Say what the kinds of line mean, where they occur."""
    kinds = {tie.kind for tie in chart.ties}
    palette = canvas.palette
    x = 0.0
    for kind, words, colour, dash in (
        ("owns", chart.owns, palette.grey, ""),
        ("owes", chart.owes, palette.lack, "4 2"),
        ("paid", chart.paid, palette.have, ""),
    ):
        if kind in kinds:
            canvas.line((x, y - 3), (x + 20, y - 3), colour, 1.3, dash)
            shown = type_.fit(clean(words), canvas.width / 3, SMALL)
            canvas.text((x + 24, y), shown, SMALL, fill=palette.grey)
            x += 24 + type_.width(shown, SMALL) + 18
