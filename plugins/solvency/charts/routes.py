"""Ways for lines between boxes: a curve where it is clear, else one around boxes."""

from __future__ import annotations

from heapq import heappop
from heapq import heappush
from math import inf
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from solvency.charts.canvas import Point
    from solvency.charts.labels import Box

#: How far a line that goes round a box in its row bends out.
_ROUND = 40.0
#: Pieces a curve is cut into to see what it meets.
_STEPS = 48
#: How far a line goes straight out of a box, and how near others may come to boxes.
_STUB, _NEAR = 10.0, 5.0
#: The width of a lane of lines that go around boxes.
_LANE = 6.0
#: What a turn, a lane taken by another line and ground of a frame cost, in lanes.
_TURN, _TAKEN, _FRAMED = 3.0, 6.0, 2.0
#: How round the corners of a line are.
_CORNER = 9.0
#: Corners nearer than this are one.
_SAME = 0.01
#: Where on a side a line may meet a box, as shares of it, and how far from another.
_PORTS, _PORT_APART = (0.5, 0.3, 0.7, 0.15, 0.85), 8.0

#: A line of cubic Bezier curves joined end to end: three points more for each.
Curve = tuple["Point", ...]


def curves(
    ties: Sequence[tuple[str, str]],
    boxes: dict[str, Box],
    frames: Sequence[Box],
    sheet: Box,
) -> list[Curve]:
    """Return a line for each tie, those that meet a side of a box side by side.

    Args:
        ties: The names it leads from and to.
        boxes: The boxes by name; a line lies under none but may not cross any.
        frames: What is drawn round boxes, which lines pass if they must.
        sheet: What no line leaves.
    """
    everyone = list(boxes.values())
    sides = [_sides(boxes[one], boxes[other], everyone) for one, other in ties]
    ports: dict[tuple[str, str], list[tuple[float, int, int]]] = {}
    for n, ((source, target), (out, into)) in enumerate(zip(ties, sides, strict=True)):
        for end, name, side, far in (
            (0, source, out, target),
            (1, target, into, source),
        ):
            x, y = _middle(boxes[far])
            along = x if side in "tb" else y
            ports.setdefault((name, side), []).append((along, n, end))
    ends: dict[tuple[int, int], Point] = {}
    for (name, side), meeting in ports.items():
        for place, (_, n, end) in enumerate(sorted(meeting), start=1):
            ends[n, end] = _port(boxes[name], side, place / (len(meeting) + 1))
    found: list[Curve] = []
    for n, (out, into) in enumerate(sides):
        start, stop = ends[n, 0], ends[n, 1]
        reach = (
            _ROUND
            if out == into == "b"
            else max(18.0, (abs(stop[0] - start[0]) + abs(stop[1] - start[1])) * 0.35)
        )
        bends = (_out(start, out, reach), _out(stop, into, reach))
        # A curve stays among its points, so none leaves the sheet.
        bend, turn = (
            (
                min(max(x, sheet.left), sheet.right),
                min(max(y, sheet.top), sheet.bottom),
            )
            for x, y in bends
        )
        found.append((start, bend, turn, stop))
    around = _Around(everyone, frames, sheet)
    crossing = []
    for n, ((source, target), curve) in enumerate(zip(ties, found, strict=True)):
        others = [box for name, box in boxes.items() if name not in {source, target}]
        if _clear(curve, others, [boxes[source], boxes[target]]):
            around.take(curve)
        else:
            crossing.append(n)
    met = {n: (found[n][0], found[n][-1]) for n in range(len(ties))}
    for n in crossing:
        source, target = ties[n]
        del met[n]
        used = [point for pair in met.values() for point in pair]
        way = around.way(
            _free_ports(boxes[source], used), _free_ports(boxes[target], used)
        )
        if way is not None:
            found[n] = way
            around.take(way)
        met[n] = found[n][0], found[n][-1]
    return found


def _free_ports(box: Box, used: Sequence[Point]) -> list[tuple[Point, str]]:
    """Return where a line may meet each side of a box, apart from others there."""
    found = []
    for side in "tblr":
        for share in _PORTS:
            at = _port(box, side, share)
            near = any(abs(at[0] - x) + abs(at[1] - y) < _PORT_APART for x, y in used)
            if not near:
                found.append((at, side))
                break
    return found


def _middle(box: Box) -> Point:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2


def _sides(a: Box, b: Box, everyone: Sequence[Box]) -> tuple[str, str]:
    """Return the sides a line leaves by and comes in by: t, b, l or r."""
    level = a.bottom > b.top and b.bottom > a.top
    if level and any(_between(box, a, b) for box in everyone):
        return "b", "b"
    if level:
        return ("r", "l") if a.left < b.left else ("l", "r")
    return _side(a, b, everyone), _side(b, a, everyone)


def _between(box: Box, a: Box, b: Box) -> bool:
    """Return whether a box stands in the way of two others in its row."""
    left, right = min(a.right, b.right), max(a.left, b.left)
    across = left <= box.left and box.right <= right
    return (
        across and box.bottom > max(a.top, b.top) and box.top < min(a.bottom, b.bottom)
    )


def _side(own: Box, far: Box, everyone: Sequence[Box]) -> str:
    """Return the side of a box that faces another and is free in its own stack."""
    below = own.bottom <= far.top
    low, high = (own.bottom, far.top) if below else (far.bottom, own.top)
    blocked = any(
        (box.left, box.right) == (own.left, own.right)
        and low <= box.top < box.bottom <= high
        for box in everyone
    )
    if not blocked:
        return "b" if below else "t"
    return "r" if own.left + own.right <= far.left + far.right else "l"


def _port(box: Box, side: str, share: float) -> Point:
    x = box.left + (box.right - box.left) * share
    y = box.top + (box.bottom - box.top) * share
    return {"t": (x, box.top), "b": (x, box.bottom), "l": (box.left, y)}.get(
        side, (box.right, y)
    )


def _out(at: Point, side: str, reach: float) -> Point:
    """Return a point straight out from a side."""
    dx, dy = {"t": (0, -1), "b": (0, 1), "l": (-1, 0), "r": (1, 0)}[side]
    return at[0] + dx * reach, at[1] + dy * reach


def along(curve: Curve, share: float) -> Point:
    """Return the point of a line at a share of its pieces."""
    pieces = (len(curve) - 1) // 3
    n = min(int(share * pieces), pieces - 1)
    here = share * pieces - n
    rest = 1 - here
    weights = (rest**3, 3 * rest**2 * here, 3 * rest * here**2, here**3)
    pairs = list(zip(weights, curve[3 * n : 3 * n + 4], strict=True))
    return sum(w * p[0] for w, p in pairs), sum(w * p[1] for w, p in pairs)


def sampled(curve: Curve) -> list[Point]:
    """Return points along a line, near enough to see what it meets."""
    steps = _STEPS * ((len(curve) - 1) // 3)
    return [along(curve, step / steps) for step in range(steps + 1)]


def _clear(curve: Curve, others: Sequence[Box], own: Sequence[Box]) -> bool:
    """Say whether a line meets no box but the two it leads from and to, at the edge."""
    return not any(
        box.left - less < x < box.right + less
        and box.top - less < y < box.bottom + less
        for x, y in sampled(curve)
        for less, some in ((1.0, others), (-1.0, own))
        for box in some
    )


_OUT = {"t": (0, -1), "b": (0, 1), "l": (-1, 0), "r": (1, 0)}
#: A place of the grid: its column and its row.
Spot = tuple[int, int]
#: A place, and the way on which a line comes through it.
State = tuple[Spot, Spot]
#: Where a line meets a box, and on which side.
Port = tuple["Point", str]


class _Around:
    """Lanes between boxes, in which lines go that would cross them otherwise."""

    def __init__(self, boxes: Sequence[Box], frames: Sequence[Box], sheet: Box) -> None:
        self._sheet = sheet
        self._wide = int((sheet.right - sheet.left) / _LANE) + 1
        self._high = int((sheet.bottom - sheet.top) / _LANE) + 1
        self._blocked = {spot for box in boxes for spot in self._within(box, _NEAR)}
        self._framed = {spot for box in frames for spot in self._within(box, 0.0)}
        self._taken: set[Spot] = set()

    def take(self, curve: Curve) -> None:
        """Note where a line goes: another keeps off it where it can."""
        self._taken.update(self._at(point) for point in sampled(curve))

    def way(self, starts: Sequence[Port], stops: Sequence[Port]) -> Curve | None:
        """Return the shortest line around the boxes, or None without room for one.

        Args:
            starts: Where it may leave its box, each with its side.
            stops: Where it may come in.
        """
        first, last = self._outside(starts, 1), self._outside(stops, -1)
        states = self._search(first, last)
        if not states:
            return None
        (start, out), (stop, into) = first[states[0]], last[states[-1]]
        places = [self._place(spot) for spot, _ in states]
        # The lane it begins and ends in is moved to where it meets the box.
        return _rounded([start, *_joined(start, out, places, stop, into), stop])

    def _outside(self, ports: Sequence[Port], sign: int) -> dict[State, Port]:
        """Return the free places straight out from ports, with the way of a line."""
        found = {}
        for point, side in ports:
            spot = self._at(_out(point, side, _STUB))
            dx, dy = _OUT[side]
            if self._free(spot):
                found[spot, (sign * dx, sign * dy)] = point, side
        return found

    def _within(self, box: Box, near: float) -> Iterator[Spot]:
        first = self._at((box.left - near, box.top - near))
        last = self._at((box.right + near, box.bottom + near))
        columns = range(first[0] - 1, last[0] + 2)
        rows = range(first[1] - 1, last[1] + 2)
        for column in columns:
            for row in rows:
                x, y = self._place((column, row))
                if (
                    box.left - near < x < box.right + near
                    and box.top - near < y < box.bottom + near
                ):
                    yield column, row

    def _at(self, point: Point) -> Spot:
        column = round((point[0] - self._sheet.left) / _LANE)
        row = round((point[1] - self._sheet.top) / _LANE)
        return (
            min(max(column, 0), self._wide - 1),
            min(max(row, 0), self._high - 1),
        )

    def _place(self, spot: Spot) -> Point:
        return (
            self._sheet.left + spot[0] * _LANE,
            self._sheet.top + spot[1] * _LANE,
        )

    def _search(
        self, first: Mapping[State, Port], last: Mapping[State, Port]
    ) -> list[State]:
        """Return the cheapest way between places, by Dijkstra's rule."""
        cost = dict.fromkeys(first, 0.0)
        heap = [(0.0, state) for state in sorted(first)]
        came: dict[State, State] = {}
        while heap:
            so_far, state = heappop(heap)
            if so_far > cost[state]:
                continue
            if state in last:
                found = [state]
                while state in came:
                    state = came[state]
                    found.append(state)
                return found[::-1]
            (column, row), way = state
            for turn in _OUT.values():
                there = column + turn[0], row + turn[1]
                if turn == (-way[0], -way[1]) or not self._free(there):
                    continue
                price = so_far + self._price(there) + _TURN * (turn != way)
                if price < cost.get((there, turn), inf):
                    cost[there, turn] = price
                    came[there, turn] = state
                    heappush(heap, (price, (there, turn)))
        return []

    def _free(self, spot: Spot) -> bool:
        inside = 0 <= spot[0] < self._wide and 0 <= spot[1] < self._high
        return inside and spot not in self._blocked

    def _price(self, spot: Spot) -> float:
        return 1 + _TAKEN * (spot in self._taken) + _FRAMED * (spot in self._framed)


def _joined(
    start: Point, out: str, places: list[Point], stop: Point, into: str
) -> list[Point]:
    """Return the corners of a way, its first and last piece in line with their port."""
    corners = [places[0]]
    for before, at, after in zip(places, places[1:], places[2:], strict=False):
        straight = before[0] == at[0] == after[0] or before[1] == at[1] == after[1]
        if not straight:
            corners.append(at)
    corners.append(places[-1])
    for end, port, side in ((0, start, out), (-1, stop, into)):
        upright = side in "tb"
        moved = corners[end]
        # As many corners as lie in line with the port move along with it.
        for n in range(len(corners)) if end == 0 else range(len(corners) - 1, -1, -1):
            x, y = corners[n]
            if (x if upright else y) != (moved[0] if upright else moved[1]):
                break
            corners[n] = (port[0], y) if upright else (x, port[1])
    return corners


def _rounded(corners: list[Point]) -> Curve:
    """Return a line over corners, each rounded by what its shorter side leaves."""
    points = [corners[0]]
    for one in corners[1:]:
        if abs(one[0] - points[-1][0]) + abs(one[1] - points[-1][1]) > _SAME:
            points.append(one)
    found: list[Point] = [points[0]]

    def straight(to: Point) -> None:
        x, y = found[-1]
        dx, dy = (to[0] - x) / 3, (to[1] - y) / 3
        found.extend(((x + dx, y + dy), (to[0] - dx, to[1] - dy), to))

    for before, at, after in zip(points, points[1:], points[2:], strict=False):
        straight(_toward(at, before))
        onward = _toward(at, after)
        found.extend((at, at, onward))
    straight(points[-1])
    return tuple(found)


def _toward(at: Point, far: Point) -> Point:
    """Return the point at which a rounded corner begins, on the way to another."""
    dx, dy = far[0] - at[0], far[1] - at[1]
    size = (dx * dx + dy * dy) ** 0.5
    share = min(_CORNER / size, 0.5)
    return at[0] + dx * share, at[1] + dy * share
