"""What became of every row of the dossier and every point of the essays.

Reads a case as plain beancount, file by file, so that no plugin stands between
the text and the answer, and writes the table that shows nothing was lost.
"""

from __future__ import annotations

import csv
import datetime
import re
import sys
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from beancount.core import data
from beancount.parser import parser

if TYPE_CHECKING:
    from collections.abc import Iterable

CASE = Path(__file__).resolve().parents[2] / "ledgers" / "ftx"
TITLES = {
    "M": "The first essay: its claims and its tally",
    "A": "Alameda's balance sheet of 30 June 2022",
    "F": "FTX's balance sheet of 10 November 2022",
    "R": "The first-day declaration",
    "D": "The debtors' presentations, schedules and reports",
    "T": "The trial and the sentence",
    "W": "Dated flows",
    "P": "Prices and token supply",
    "O": "The outcome",
    "S": "The second essay's seventeen points",
    "H": "Hypotheses weighed in the dossier",
    "E": "The first essay, section by section",
}


@dataclass(frozen=True)
class Row:
    """One row of the dossier."""

    id: str
    start: datetime.date | None
    end: datetime.date | None
    amount: Decimal | None
    unit: str
    low: Decimal | None
    high: Decimal | None
    parts: tuple[tuple[Decimal, str, str], ...]
    grade: str
    sources: tuple[str, ...]
    note: str

    @property
    def amounts(self) -> dict[str, set[Decimal]]:
        """Return every amount the row states, by commodity."""
        stated: dict[str, set[Decimal]] = defaultdict(set)
        for value in (self.amount, self.low, self.high):
            if value is not None:
                stated[self.unit].add(value)
        for value, unit, _ in self.parts:
            stated[unit].add(value)
        return stated


@dataclass
class Answer:
    """What in the ledger cites a row or a point."""

    flows: list[str] = field(default_factory=list)
    hypotheses: list[str] = field(default_factory=list)
    observations: int = 0
    other: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __bool__(self) -> bool:
        return bool(self.flows or self.hypotheses or self.observations or self.other)

    def text(self) -> str:
        """Say it in words."""
        said = []
        if self.flows:
            said.append(_named("flow", self.flows))
        if self.hypotheses:
            said.append(_named("hypothesis", sorted(set(self.hypotheses))))
        counts = {"observation": self.observations, **self.other}
        said += [
            f"{count} {_plural(kind) if count > 1 else kind}"
            for kind, count in counts.items()
            if count
        ]
        return "; ".join(said)


def _plural(kind: str) -> str:
    return {"hypothesis": "hypotheses"}.get(kind, kind + "s")


def _named(kind: str, names: list[str]) -> str:
    return f"{_plural(kind) if len(names) > 1 else kind} {', '.join(names)}"


def names(text: object) -> list[str]:
    """Split a list written with commas."""
    return [part.strip() for part in str(text or "").split(",") if part.strip()]


def span(text: str) -> tuple[datetime.date | None, datetime.date | None]:
    """Return the first and last day of a date, month, year or interval.

    `2022-06` is the whole month, `/2022-06` all up to its end.
    """
    if not text:
        return None, None
    first, slash, last = text.partition("/")
    return (_day(first, last=False), _day(last if slash else first, last=True))


def _day(text: str, *, last: bool) -> datetime.date | None:
    if not text:
        return None
    numbers = [int(part) for part in text.split("-")]
    if not last:
        return datetime.date(*[*numbers, 1, 1][:3])
    if len(numbers) == 3:
        return datetime.date(*numbers)
    year, month = [*numbers, 12][:2]
    following = datetime.date(year + month // 12, month % 12 + 1, 1)
    return following - datetime.timedelta(days=1)


def dossier(case: Path = CASE) -> dict[str, Row]:
    """Read the rows of the dossier, in order."""
    rows = {}
    with (case / "dossier.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            parts = []
            for part in filter(None, line["parts"].split("; ")):
                number, unit, what = part.split(" ", 2)
                parts.append((Decimal(number), unit, what))
            start, end = span(line["date"])
            rows[line["id"]] = Row(
                id=line["id"],
                start=start,
                end=end,
                amount=Decimal(line["amount"]) if line["amount"] else None,
                unit=line["unit"],
                low=Decimal(line["low"]) if line["low"] else None,
                high=Decimal(line["high"]) if line["high"] else None,
                parts=tuple(parts),
                grade=line["grade-of-origin"],
                sources=tuple(filter(None, line["source"].split("; "))),
                note=line["note"],
            )
    return rows


def points(case: Path = CASE) -> dict[str, tuple[str, list[str]]]:
    """Read the first essay's points: what each says, and the rows that have it."""
    with (case / "essays.csv").open(encoding="utf-8", newline="") as file:
        return {
            line["id"]: (line["point"], line["rows"].split("; "))
            for line in csv.DictReader(file)
        }


def reasons(case: Path = CASE) -> dict[str, str]:
    """Read why a row or a point is left out."""
    with (case / "left-out.csv").open(encoding="utf-8", newline="") as file:
        return {line["id"]: line["reason"] for line in csv.DictReader(file)}


def entries(case: Path = CASE) -> list[data.Directive]:
    """Parse every file of the case, tags pushed within each, with no plugin."""
    found: list[data.Directive] = []
    for path in sorted(case.rglob("*.beancount")):
        parsed, errors, _ = parser.parse_file(str(path))
        if errors:
            raise ValueError(f"{path.name} does not parse: {errors[0].message}")
        found += parsed
    return found


def answers(directives: Iterable[data.Directive]) -> dict[str, Answer]:
    """Collect, for each row and point, what cites it."""
    found: dict[str, Answer] = defaultdict(Answer)
    for entry in directives:
        cited = names(entry.meta.get("claim")) + names(entry.meta.get("essay"))
        for row in cited:
            _cite(found[row], entry)
    return found


def _cite(answer: Answer, entry: data.Directive) -> None:
    if isinstance(entry, data.Transaction):
        name = str(entry.meta.get("id", entry.date))
        if entry.flag == "!":
            answer.hypotheses.append(hypothesis_of(entry))
        else:
            answer.flows.append(name)
    elif isinstance(entry, data.Custom) and entry.type == "hypothesis":
        answer.hypotheses.append(entry.values[0].value)
    elif isinstance(entry, data.Custom) and entry.type == "observation":
        answer.observations += 1
    elif isinstance(entry, data.Custom):
        answer.other[entry.type] += 1
    else:
        answer.other[type(entry).__name__.lower()] += 1


def hypothesis_of(entry: data.Transaction) -> str:
    """Return the hypothesis a flow belongs to."""
    return ", ".join(sorted((entry.tags or frozenset()) - {"hypothesis"}))


def unanswered(case: Path = CASE) -> list[str]:
    """List the rows of grade A to D and the points that nothing answers."""
    cited, why = answers(entries(case)), reasons(case)
    rows = dossier(case)
    missing = [
        row.id
        for row in rows.values()
        if row.grade != "?" and row.id not in why and not cited.get(row.id)
    ]
    for point, (_, through) in points(case).items():
        direct = cited.get(point) or why.get(point)
        if not direct and not any(cited.get(row) or row in why for row in through):
            missing.append(point)
    return missing


def report(case: Path = CASE) -> str:
    """Write the table, as Markdown."""
    cited, why, rows = answers(entries(case)), reasons(case), dossier(case)
    lines = [
        "# Coverage",
        "",
        "What every row of the dossier and every point of the two essays became, or",
        "why it is left out. Written by `tests/ledgers/coverage_of_case.py` from the",
        "ledger; the rows are in `dossier.csv`, the first essay's points in",
        "`essays.csv`, the reasons in `left-out.csv`. A grade is of what a row relays,",
        "not of the copy that was read; rows of grade ? are recalled and unverified:",
        "only hypotheses may cite them.",
        "",
    ]
    for letter, title in TITLES.items():
        if letter == "E":
            table = [
                (point, "D", said, _point(point, through, cited, why))
                for point, (said, through) in points(case).items()
            ]
        else:
            table = [
                (row.id, row.grade, row.note, _became(row, cited, why))
                for row in rows.values()
                if row.id.startswith(letter)
            ]
        lines += [f"## {title}", "", "| row | grade | what | became |"]
        lines += ["| --- | --- | --- | --- |"]
        lines += [f"| {' | '.join(cells)} |" for cells in table] + [""]
    prices = [
        entry
        for entry in entries(case)
        if isinstance(entry, data.Price) and entry.meta.get("basis") is None
    ]
    coins = ", ".join(sorted({price.currency for price in prices}))
    lines += [f"The table of daily closes became {len(prices)} prices: {coins}."]
    return "\n".join(lines) + "\n"


def _became(row: Row, cited: dict[str, Answer], why: dict[str, str]) -> str:
    said = [cited[row.id].text()] if cited.get(row.id) else []
    if row.id in why:
        said.append(f"left out: {why[row.id]}")
    if not said and row.grade == "?":
        said.append("recalled and unverified: not posted")
    return "; ".join(said)


def _point(
    point: str, through: list[str], cited: dict[str, Answer], why: dict[str, str]
) -> str:
    said = [cited[point].text()] if cited.get(point) else []
    said += [f"rows {', '.join(through)}"] if any(through) else []
    said += [f"left out: {why[point]}"] if point in why else []
    return "; ".join(said)


def words(case: Path = CASE) -> Iterable[tuple[str, str]]:
    """Yield every narration and note, with where it stands."""
    for entry in entries(case):
        place = f"{Path(entry.meta['filename']).name}:{entry.meta['lineno']}"
        if isinstance(entry, data.Transaction):
            yield place, f"{entry.payee} {entry.narration}"
        note = entry.meta.get("note")
        if note:
            yield place, re.sub(r"\s+", " ", str(note))


def main() -> None:
    """Write COVERAGE.md into the case, and say what has no answer."""
    (CASE / "COVERAGE.md").write_text(report(), encoding="utf-8")
    missing = unanswered()
    if missing:
        sys.stderr.write(f"no answer: {', '.join(missing)}\n")
        sys.exit(1)


if __name__ == "__main__":
    main()
