"""What one case shows on each face: figures.json, the commands' JSON, Fava's pages."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal
from functools import cache
from pathlib import Path

from faces.catalogue import slug

import solvency
from solvency.exhibits.sections import SECTIONS
from solvency.report import build
from solvency.report.attachments import listed

BOOK = "harbour"
LEDGER = Path(__file__).parents[2] / "ledgers" / BOOK / "main.beancount"
#: What a key ends in where the same figure is printed once more: in prose, in a list.
AGAIN = re.compile(r":(prose|said|listed)$")


class Shown:
    """The frozen faces of one case, looked up."""

    def __init__(self, folder):
        self.folder = folder / BOOK
        self.document = cache(self._document)
        self.figures = cache(self._figures)
        self.html = cache(self._html)

    def _figures(self):
        """Return each figure's value by its key, printed again or not.

        They are those of the report, and those of every list of exhibits, of which
        its chapters print some.
        """
        text = (self.folder / "paper/reconstruction.en/figures.json").read_text()
        case = solvency.load(LEDGER)
        # Scenarios side by side are the figures of each, and a kind of their own.
        every = tuple(name for name in SECTIONS if name != "compare")
        lists = build(case, case.book(), sections=every)
        pages = build(case, case.book(), screen=True)
        return [
            (one["key"], one["value"])
            for one in (*json.loads(text)["figures"], *listed(lists), *listed(pages))
        ]

    def _document(self, line):
        path = self.folder / "command" / f"{slug(f'{line} --json')}.json"
        return json.loads(path.read_text(encoding="utf-8"))["stdout"]

    def _html(self, address):
        name = slug(address.removeprefix("extension/"))
        path = self.folder / "page" / f"{name}.html"
        return path.read_text(encoding="utf-8")

    def row(self, address, key):
        """Return the exact numbers of a row, None in the cells that have none."""
        found = re.search(
            rf'<tr [^>]*data-key="{re.escape(html.escape(key))}">(.*?)</tr>',
            self.html(address),
            re.DOTALL,
        )
        if not found:
            return None
        cells = re.findall(r"<t[dh]\b([^>]*)>", found[1])
        return [_value(cell) for cell in cells]

    def column(self, address, section, title):
        """Return the place of a column in a section's table."""
        part = re.search(
            rf'<section[^>]*id="{section}".*?<thead>(.*?)</thead>',
            self.html(address),
            re.DOTALL,
        )
        titles = re.findall(r"<th\b[^>]*>([^<]*)", part[1])
        return titles.index(title) if title in titles else None

    def tile(self, address, label):
        """Return the exact number of a headline."""
        found = re.search(
            r'<li[^>]*data-value="([^"]*)">\s*<span class="sv-label">'
            + re.escape(html.escape(label))
            + "<",
            self.html(address),
        )
        return found[1] if found else None


def _value(attributes):
    found = re.search(r'data-value="([^"]*)"', attributes)
    return found[1] if found else None


def named(items, **wanted):
    """Return the one item of a JSON list that has these values, or None."""
    found = [
        one
        for one in items
        if all((one[key] or "") == value for key, value in wanted.items())
    ]
    assert len(found) <= 1, (wanted, found)
    return found[0] if found else None


def agree(one, other, *, rough=False):
    """Say whether two numbers are one: exactly, or as far as the shorter one goes."""
    left, right = Decimal(str(one)), Decimal(str(other))
    if not rough:
        return left == right
    coarser = max(left.as_tuple().exponent, right.as_tuple().exponent)
    return abs(left - right) <= Decimal(5).scaleb(coarser - 1)
