"""Where the nodes and bands of a Sankey diagram go.

Iterative relaxation, published with d3-sankey: nodes stand in columns by their
longest path from a source, and are moved up and down by turns toward the weighted
middle of what they are joined to, less and less, while collisions are pushed apart
more and more. A band that skips a column passes through a waypoint there, a node
of its own that is not drawn, so that it runs behind nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from itertools import pairwise
from typing import TYPE_CHECKING

from solvency.charts.scale import ChartError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

_ROUNDS = 6
_COOLING = 0.99
_EPSILON = 1e-6


@dataclass(eq=False, slots=True)
class Node:
    """A node as the relaxation moves it."""

    name: str
    value: float = 0.0
    column: int = 0
    top: float = 0.0
    bottom: float = 0.0
    #: A place a band passes through, not a party.
    waypoint: bool = False
    outgoing: list[Piece] = field(default_factory=list)
    incoming: list[Piece] = field(default_factory=list)

    def shift(self, by: float) -> None:
        """Move it down."""
        self.top += by
        self.bottom += by


@dataclass(eq=False, slots=True)
class Piece:
    """A band from one column to the next one it stops in."""

    source: Node
    target: Node
    value: float
    rank: int
    width: float = 0.0
    #: Top edge of the band where it leaves and where it arrives.
    leaves: float = 0.0
    arrives: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    """The finished places: nodes by column, and each link's pieces in order."""

    columns: tuple[tuple[Node, ...], ...]
    bands: tuple[tuple[Piece, ...], ...]


def columns_of(links: Sequence[tuple[str, str]]) -> dict[str, int]:
    """Return each party's column: its longest path from a source; sinks last.

    Raises:
        ChartError: If the links run in a circle, naming the parties on it.
    """
    names = list(dict.fromkeys(name for link in links for name in link))
    into = dict.fromkeys(names, 0)
    following: dict[str, list[str]] = {name: [] for name in names}
    for source, target in links:
        following[source].append(target)
        into[target] += 1
    depth = dict.fromkeys(names, 0)
    ready = [name for name in names if not into[name]]
    for name in ready:
        for after in following[name]:
            depth[after] = max(depth[after], depth[name] + 1)
            into[after] -= 1
            if not into[after]:
                ready.append(after)
    if len(ready) < len(names):
        circle = " -> ".join(_circle(following, set(names) - set(ready)))
        raise ChartError(
            f"money goes in a circle, which a Sankey cannot show: {circle}"
        )
    last = max(depth.values(), default=0)
    return {name: depth[name] if following[name] else last for name in names}


def _circle(following: dict[str, list[str]], among: set[str]) -> list[str]:
    """Return one circle among parties that each have one before them."""
    before = {
        after: name
        for name in sorted(among)
        for after in following[name]
        if after in among
    }
    walked = [min(before)]
    while before[walked[-1]] not in walked:
        walked.append(before[walked[-1]])
    start = before[walked[-1]]
    circle = walked[walked.index(start) :][::-1]
    return [*circle, circle[0]]


def lay_out(
    links: Sequence[tuple[str, str, float]],
    top: float,
    bottom: float,
    padding: float,
) -> Layout:
    """Place nodes and bands.

    Args:
        links: Source, target and amount, each pair once, amounts above zero.
        top: Least place of a node.
        bottom: Greatest place of a node.
        padding: Drawing units between two nodes of a column, less where a column
            would otherwise not fit.

    Returns:
        Nodes with their places, and bands whose widths are the amounts times one
        factor, so that they sum as the amounts do.

    Raises:
        ChartError: If the links run in a circle.
    """
    layer = columns_of([(source, target) for source, target, _ in links])
    nodes = {name: Node(name, column=column) for name, column in layer.items()}
    bands = []
    waypoints: list[Node] = []
    rank = 0
    for source, target, value in links:
        stops = [nodes[source]]
        stops += [
            Node(f"{source} > {target}", column=column, waypoint=True)
            for column in range(layer[source] + 1, layer[target])
        ]
        waypoints += stops[1:]
        stops.append(nodes[target])
        band = []
        for a, b in pairwise(stops):
            piece = Piece(a, b, value, rank)
            rank += 1
            a.outgoing.append(piece)
            b.incoming.append(piece)
            band.append(piece)
        bands.append(tuple(band))
    everyone = [*nodes.values(), *waypoints]
    columns: list[list[Node]] = [[] for _ in range(max(layer.values(), default=-1) + 1)]
    for node in everyone:
        node.value = max(
            sum(piece.value for piece in node.outgoing),
            sum(piece.value for piece in node.incoming),
        )
        columns[node.column].append(node)
    _relax(columns, top, bottom, padding)
    _stack(everyone)
    return Layout(tuple(map(tuple, columns)), tuple(bands))


def _relax(columns: list[list[Node]], top: float, bottom: float, most: float) -> None:
    """Move the nodes of every column to where their bands bend least."""
    longest = max((len(column) for column in columns), default=0)
    padding = min(most, (bottom - top) / (longest - 1)) if longest > 1 else most
    _begin(columns, top, bottom, padding)
    for n in range(_ROUNDS):
        pull = _COOLING**n
        push = max(1 - pull, (n + 1) / _ROUNDS)
        for backward in (True, False):
            order = columns[-2::-1] if backward else columns[1:]
            for column in order:
                for node in column:
                    _pull(node, backward, pull, padding)
                column.sort(key=lambda node: node.top)
                _part(column, push, top, bottom, padding)


def _begin(
    columns: list[list[Node]], top: float, bottom: float, padding: float
) -> None:
    """Stack each column in its middle, all at the one scale that fits them all."""
    factor = min(
        (
            (bottom - top - (len(column) - 1) * padding)
            / sum(node.value for node in column)
            for column in columns
        ),
        default=0.0,
    )
    for column in columns:
        y = top
        for node in column:
            node.top, node.bottom = y, y + node.value * factor
            y = node.bottom + padding
            for piece in node.outgoing:
                piece.width = piece.value * factor
        rest = (bottom - y + padding) / (len(column) + 1)
        for n, node in enumerate(column, start=1):
            node.shift(rest * n)
        for node in column:
            _sort_pieces(node)


def _pull(node: Node, backward: bool, strength: float, padding: float) -> None:
    """Move a node toward the weighted middle of the places its bands want."""
    pieces = node.outgoing if backward else node.incoming
    weight = sum(piece.value for piece in pieces)
    if not weight > 0:
        return
    wanted = sum(_wish(piece, backward, padding) * piece.value for piece in pieces)
    node.shift((wanted / weight - node.top) * strength)
    for piece in node.incoming:
        piece.source.outgoing.sort(key=_by_target)
    for piece in node.outgoing:
        piece.target.incoming.sort(key=_by_source)


def _wish(piece: Piece, backward: bool, padding: float) -> float:
    """Return the top its one end would have if this band ran level."""
    if backward:
        fixed, siblings, own = (
            piece.target,
            piece.target.incoming,
            piece.source.outgoing,
        )
    else:
        fixed, siblings, own = (
            piece.source,
            piece.source.outgoing,
            piece.target.incoming,
        )
    y = fixed.top - (len(siblings) - 1) * padding / 2
    for other in _until(siblings, piece):
        y += other.width + padding
    for other in _until(own, piece):
        y -= other.width
    return y


def _until(pieces: Iterable[Piece], stop: Piece) -> Iterator[Piece]:
    for piece in pieces:
        if piece is stop:
            return
        yield piece


def _part(
    column: list[Node], push: float, top: float, bottom: float, padding: float
) -> None:
    """Push apart what overlaps: outward from the middle, then in from both ends."""
    middle = len(column) // 2
    subject = column[middle]
    _push_up(column[:middle], subject.top - padding, push, padding)
    _push_down(column[middle + 1 :], subject.bottom + padding, push, padding)
    _push_up(column, bottom, push, padding)
    _push_down(column, top, push, padding)


def _push_down(nodes: list[Node], y: float, push: float, padding: float) -> None:
    for node in nodes:
        over = (y - node.top) * push
        if over > _EPSILON:
            node.shift(over)
        y = node.bottom + padding


def _push_up(nodes: list[Node], y: float, push: float, padding: float) -> None:
    for node in reversed(nodes):
        over = (node.bottom - y) * push
        if over > _EPSILON:
            node.shift(-over)
        y = node.top - padding


def _sort_pieces(node: Node) -> None:
    node.outgoing.sort(key=_by_target)
    node.incoming.sort(key=_by_source)


def _by_target(piece: Piece) -> tuple[float, int]:
    return piece.target.top, piece.rank


def _by_source(piece: Piece) -> tuple[float, int]:
    return piece.source.top, piece.rank


def _stack(nodes: Iterable[Node]) -> None:
    """Lay each node's bands on top of one another, in the order of their far ends."""
    for node in nodes:
        _sort_pieces(node)
        y = node.top
        for piece in node.outgoing:
            piece.leaves = y
            y += piece.width
        y = node.top
        for piece in node.incoming:
            piece.arrives = y
            y += piece.width
