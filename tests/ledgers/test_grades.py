"""How early figures of the large case stood to what courts later settled.

An early figure is one that press, a leak or a first count gave within weeks of the
petition; what settled it is testimony, a court's finding or the debtors' count. The
interval is the one the early source's grade gives where no range is stated.
"""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from scipy.stats import binom

import solvency

ROOT = Path(__file__).resolve().parents[2]
LEDGER = ROOT / "ledgers" / "ftx"
LIMITS = ROOT / "docs" / "methods" / "limits.md"
#: Row of the dossier, which of its figures, the source, the row that settled it, of what.
PAIRS = (
    ("F12", "amount", "ft-balance-sheet", "T34", "what Alameda owed FTX, unrecorded"),
    ("F01", "amount", "ft-balance-sheet", "O05", "what FTX owed its customers"),
    ("W72", "amount", "unusual-whales-untraced", "D12", "net borrowing by Alameda"),
    ("M03", "amount", "milkyeggs", "T41", "customers' loss"),
    ("W62", "high", "tribune-property", "D08", "property in the Bahamas"),
    ("W61", "amount", "cnbc-property", "D08", "the same, by deeds"),
    ("W20", "amount", "ft-alphaville-ventures", "D53", "ventures at cost"),
    ("W75", "high", "cnbc-theft", "D05", "the theft"),
    ("R15", "amount", "decrypt-ray", "D05", "the theft, first count"),
    ("W01", "amount", "forklog-blockfolio", "T11a", "the buy-back from Binance"),
    ("M23", "amount", "recalled", "T11d", "loss on LUNA"),
    ("W05+W06+W07", "amount", "decrypt-series-b", "W09", "three rounds of FTX"),
)


class Early(NamedTuple):
    """An early figure beside what settled it."""

    what: str
    grade: str
    figure: Decimal
    spread: Decimal
    settled: Decimal

    @property
    def inside(self):
        return abs(self.settled - self.figure) <= self.spread * self.figure

    @property
    def line(self):
        low, high = (self.figure * (1 + s * self.spread) for s in (-1, 1))
        return (
            f"| {self.what} | {self.grade} | {self.figure / 10**6:,.0f} |"
            f" {low / 10**6:,.0f} to {high / 10**6:,.0f} |"
            f" {self.settled / 10**6:,.0f} | {'yes' if self.inside else 'no'} |"
        )


def early():
    case = solvency.load(LEDGER / "main.beancount")
    with (LEDGER / "dossier.csv").open(encoding="utf-8") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    found = []
    for names, key, source, settled, what in PAIRS:
        figure = sum(Decimal(rows[name][key]) for name in names.split("+"))
        assert source in rows[names.split("+")[0]]["source"]
        # The early one was published first.
        then = [case.sources[s].published for s in rows[settled]["source"].split("; ")]
        if source != "recalled":
            assert case.sources[source].published < min(then), names
        grade = case.sources[source].grade
        found.append(
            Early(
                what,
                grade,
                figure,
                case.spreads[grade],
                Decimal(rows[settled]["amount"]),
            )
        )
    return found


def test_the_documentation_has_the_table():
    text = LIMITS.read_text(encoding="utf-8")
    for one in early():
        assert one.line in text
    inside = sum(one.inside for one in early())
    chance = binom.cdf(inside, len(PAIRS), 0.9)
    assert f"{inside} of {len(PAIRS)}" in text
    assert f"{chance:.0%}" in text
    # What all spreads would have to be multiplied by for nine in ten to lie inside.
    needed = sorted(
        abs(one.settled - one.figure) / (one.spread * one.figure) for one in early()
    )[-2]
    assert f"{needed:.1f} times" in text


def test_what_is_a_remainder_has_no_grade():
    case = solvency.load(LEDGER / "main.beancount")
    remainders = [one for one in case.selected if one.basis == "residual"]
    assert remainders
    assert [one.id for one in remainders if one.grade] == []
