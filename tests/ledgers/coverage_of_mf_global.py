"""What became of every row of the MF Global dossier.

Reads the case file by file, with no plugin between the text and the answer, as
`coverage_of_case.py` does for FTX, and writes the table that shows nothing was lost.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

import coverage_of_case as coverage
from beancount.core import data

CASE = Path(__file__).resolve().parents[2] / "ledgers" / "mf-global"
TITLES = {
    "S": "Customers' money, and what was held for it",
    "L": "Notes, lenders and liquidity",
    "T": "Transfers of the last days",
    "B": "Bonds and the clearing house",
    "U": "MF Global UK",
    "R": "Recoveries and distributions",
    "P": "Rates of exchange",
    "O": "Enforcement, and settlements outside the group",
}


@cache
def rows() -> dict[str, coverage.Row]:
    """Return the rows of the dossier."""
    return coverage.dossier(CASE)


@cache
def reasons() -> dict[str, str]:
    """Return why a row is left out."""
    return coverage.reasons(CASE)


@cache
def entries() -> list[data.Directive]:
    """Return every directive of the case, unprocessed."""
    return coverage.entries(CASE)


@cache
def answers() -> dict[str, coverage.Answer]:
    """Return, for each row, what cites it."""
    return coverage.answers(entries())


def flows(flag: str) -> list[data.Transaction]:
    """Return the flows with a flag."""
    return [e for e in entries() if isinstance(e, data.Transaction) and e.flag == flag]


def customs(kind: str) -> list[data.Custom]:
    """Return the custom directives of a kind."""
    return [e for e in entries() if isinstance(e, data.Custom) and e.type == kind]


@cache
def sources() -> dict[str, data.Custom]:
    """Return the declared sources by name."""
    return {entry.values[0].value: entry for entry in customs("source")}


def cited(entry: data.Directive) -> list[str]:
    """Return the rows an entry rests on."""
    return coverage.names(entry.meta.get("claim"))


def unanswered() -> list[str]:
    """List the rows that nothing answers and no reason leaves out."""
    return [row for row in rows() if row not in reasons() and not answers().get(row)]


def report() -> str:
    """Write the table, as Markdown."""
    lines = [
        "# Coverage",
        "",
        "What every row of the dossier became, or why it is left out. Written by",
        "`tests/ledgers/coverage_of_mf_global.py` from the ledger; the rows are in",
        "`dossier.csv`, the reasons in `left-out.csv`.",
    ]
    for letter, title in TITLES.items():
        lines += ["", f"## {title}", "", "| row | grade | what | became |"]
        lines += ["| --- | --- | --- | --- |"]
        lines += [
            f"| {row.id} | {row.grade} | {row.note} | {_became(row.id)} |"
            for row in rows().values()
            if row.id.startswith(letter)
        ]
    return "\n".join(lines) + "\n"


def _became(row: str) -> str:
    said = [answers()[row].text()] if answers().get(row) else []
    said += [f"left out: {reasons()[row]}"] if row in reasons() else []
    return "; ".join(said)


def main() -> None:
    """Write COVERAGE.md into the case, and say what has no answer."""
    (CASE / "COVERAGE.md").write_text(report(), encoding="utf-8")
    if missing := unanswered():
        sys.stderr.write(f"no answer: {', '.join(missing)}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
