"""Every figure printed can be followed to a source, within a few links."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from solvency.exhibits.rests import parts_of
from solvency.figures.figure import COUNT
from solvency.figures.figure import OWN as OWN_ENTRY
from solvency.figures.figure import SHARE
from solvency.figures.table import Table
from solvency.report import build
from solvency.report import pages
from solvency.report.making import case_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from solvency.report.document import Report

ROOT = Path(__file__).parents[2]
#: Links from a figure to a source: to its entry, from there to a flow, to its source;
#: one more where it is worked out from a figure that has an entry of its own.
MOST = 4
#: What no source says: the numbers of lines, the sizes of files, what the program was
#: asked to do, and what the author of the case judged. Keys begin with these.
OWN = (
    "derived:",
    "rounding:",
    "file:",
    "files:",
    "beliefs:error",
    "flows:",
    "source:",
    "spread:",
    "tests:asked:",
)
HEADS = ("h2", "h3")


class Pages:
    """A report's pages as a reader has them: figures, and what links lead to."""

    def __init__(self, report: Report) -> None:
        self.root = pages.tree(report)
        self.above = {child: one for one in self.root.iter() for child in one}
        self.by_id = {e.get("id", ""): e for e in self.root.iter() if e.get("id")}
        self.sums: dict[str, list[str]] = {}
        for exhibit in report.tables:
            if isinstance(exhibit, Table):
                for total, parts in parts_of(exhibit):
                    keys = [one.key for one, _ in parts if one.printed]
                    self.sums.setdefault(total.key, []).extend(keys)
        self.values = {one.key: one.printed for one in report.figures()}
        self.printed = [e for e in self.root.iter() if e.get("data-key")]
        self._far: dict[str, int] = {}

    def lost(self) -> list[str]:
        """Return the keys of figures that lead nowhere."""
        found = []
        for element in self.printed:
            key = element.get("data-key", "")
            if key.startswith(OWN) or not self.values.get(key):
                continue
            if self.far(element) > MOST:
                found.append(key)
        return sorted(set(found))

    def far(self, element: Element) -> int:
        """Return how many links a figure is from a source."""
        if href := element.get("href"):
            return 1 + self.from_place(href[1:])
        row = element
        while row.tag not in {"tr", "p", "div", "li", "dd"}:
            row = self.above[row]
        body = row
        while body is not self.root and body.tag != "tbody":
            body = self.above[body]
        if body.get("id", "").startswith("flow-"):
            # What a flow's sources are stands in its head.
            row = body
        found = [1 + self.from_place(place) for place in links([row])]
        return min(found, default=self.summed(element.get("data-key", "")))

    def summed(self, key: str) -> int:
        """Return how far the parts of a total are, the farthest of them."""
        parts = set(self.sums.get(key, ()))
        far = [self.far(e) for e in self.printed if e.get("data-key") in parts]
        return max(far, default=MOST + 1)

    def from_place(self, place: str) -> int:
        """Return how many links a place is from a source; none where it is one."""
        if place not in self._far:
            self._far[place] = self._walked(place)
        return self._far[place]

    def _walked(self, place: str) -> int:
        met, here = {place}, [place]
        for far in range(MOST + 1):
            if any(self.is_end(one) for one in here):
                return far
            there = {x for one in here for x in links(self.at(one))}
            here = sorted(there - met)
            met |= there
        return MOST + 1

    def is_end(self, place: str) -> bool:
        """Say whether a place is a source, or a flow that says it has none."""
        if place.startswith("flow-"):
            return not any(x.startswith("source-") for x in links(self.at(place)))
        return place.startswith("source-")

    def at(self, place: str) -> list[Element]:
        """Return what a reader finds at a place: of a heading, what it heads."""
        one = self.by_id.get(place)
        if one is None or one.tag not in HEADS:
            return [] if one is None else [one]
        after = list(self.above[one])
        after = after[after.index(one) + 1 :]
        ends = (n for n, e in enumerate(after) if e.tag in HEADS and e.tag <= one.tag)
        return [one, *after[: next(ends, len(after))]]


def links(elements: list[Element]) -> Iterator[str]:
    for element in elements:
        for one in element.iter("a"):
            if (href := one.get("href", "")).startswith("#"):
                yield href[1:]


@pytest.fixture(scope="module")
def harbour() -> Report:
    import solvency

    case = solvency.load(ROOT / "ledgers/harbour/main.beancount")
    return build(case, case.book(), attached=case_files(case), screen=True)


def test_every_figure_leads_to_a_source(report: Report) -> None:
    found = Pages(report)
    assert len(found.printed) > 300
    assert found.lost() == []


def test_every_figure_of_the_harbour_leads_to_a_source(harbour: Report) -> None:
    assert Pages(harbour).lost() == []


@pytest.mark.parametrize("kind", ["affairs", "compare"])
def test_every_figure_of_other_kinds_leads_to_a_source(kind: str) -> None:
    import solvency

    case = solvency.load(ROOT / "ledgers/harbour/main.beancount")
    found = Pages(build(case, case.book(), kind=kind, screen=True))
    assert len(found.printed) > 300
    assert found.lost() == []


@pytest.mark.parametrize("of", ["report", "harbour"])
def test_what_flows_have_in_a_figure_sums_to_it(
    of: str, request: pytest.FixtureRequest
) -> None:
    sums = [
        one
        for one in request.getfixturevalue(of).figures()
        if one.target == OWN_ENTRY
        and one.unit not in {SHARE, COUNT}
        and one.parts
        and one.flows == tuple(name for name, _ in one.parts)
        and "draws" not in one.formula
    ]
    assert len(sums) > 20
    for one in sums:
        assert one.value is not None
        # Quotients, as prices worked out are, are cut off somewhere.
        assert abs(sum(amount for _, amount in one.parts) - one.value) < 1, one.key


@pytest.mark.long
def test_every_figure_of_the_packaged_case_leads_to_a_source() -> None:
    import solvency

    case = solvency.load(ROOT / "ledgers/ftx/main.beancount")
    report = build(case, case.book(), attached=case_files(case), screen=True)
    assert Pages(report).lost() == []


@pytest.fixture
def alone(harbour: Report) -> tuple[Pages, Element]:
    """Return pages, and a figure of them that is the one link of its line."""
    found = Pages(harbour)
    for one in found.printed:
        row = one
        while row.tag not in {"tr", "p"} and row is not found.root:
            row = found.above[row]
        entry = one.get("href", "").startswith("#figure-")
        if entry and len(list(links([row]))) == 1 and found.far(one) <= MOST:
            return found, one
    raise AssertionError("no figure stands alone")


def test_a_figure_without_its_link_is_found(alone: tuple[Pages, Element]) -> None:
    found, one = alone
    del one.attrib["href"]
    assert one.get("data-key") in found.lost()


def test_an_entry_that_leads_nowhere_is_found(alone: tuple[Pages, Element]) -> None:
    found, one = alone
    found._far.clear()
    found.by_id[one.get("href", "")[1:]].clear()
    assert one.get("data-key") in found.lost()


def test_entries_of_the_table_of_dependence_name_its_rows() -> None:
    import solvency

    case = solvency.load(ROOT / "ledgers/harbour/main.beancount")
    names = ["weighing", "flows", "sources", "derived"]
    found = Pages(build(case, case.book(), sections=names, screen=True))
    for rho in ("0.25", "0.75"):
        figure = next(
            e for e in found.printed if e.get("data-key") == f"rho:{rho}:0.05"
        )
        entry = found.by_id[figure.get("href", "")[1:]]
        words = " ".join("".join(entry.itertext()).split())
        assert f": {float(rho):.0%}, Median" in words
        assert f"with a correlation of {float(rho):.0%} with one cause" in words
