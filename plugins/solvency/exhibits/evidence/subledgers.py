"""The appendix of subledgers: what rows come to beside the ledger, and their files."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.tie.tie import carried
from solvency.analysis.tie.tie import differences
from solvency.exhibits.section import Section
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.ledger.subledger_flows import totals_of

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.tie.tie import Moved
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.ledger.control_totals import ControlTotals
    from solvency.ledger.subledger import Subledger

#: Files that paper lists; the attachment has all.
_LISTED = 60


def subledgers(setting: Setting) -> Section | None:
    """Build the tables of what rows come to and of their files, naming no party."""
    case = setting.case
    if not case.subledgers:
        return None
    known = [(one, totals_of(one, case.path)) for one in case.subledgers]
    return Section(
        "subledgers",
        setting.text("Subledgers"),
        (_compared(setting, known), _files(setting, known)),
        appendix=True,
    )


def _compared(setting: Setting, known: list[tuple[Subledger, ControlTotals]]) -> Table:
    """Compare rows and ledger by account and commodity at the last day."""
    text, day = setting.text, setting.at
    rows: list[Row] = []
    for account in dict.fromkeys(one.account for one, _ in known):
        several = [pair for pair in known if pair[0].account == account]
        rows.append(Row(key=account, label=(Said(account),), kind="group"))
        rows += _of_account(setting, account, several)
    return Table(
        key="subledgers",
        title=text("What the rows of subledgers come to, beside the ledger"),
        unit=(
            *setting.say("At the end of %(day)s, in units", day=Day(day)),
            text("; days that differ: of all days, whatever the total"),
        ),
        head=text("Account and commodity"),
        width=44,
        columns=(
            Column("rows", text("Rows"), width=22),
            Column("sum", text("Rows come to"), width=30, current=True),
            Column("ledger", text("Ledger shows"), width=30),
            Column("difference", text("Difference"), width=26),
            Column("days", text("Days that differ"), width=20),
        ),
        rows=tuple(rows),
        notes=tuple(note for pair in known for note in _notes(setting, *pair)),
    )


def _of_account(
    setting: Setting, account: str, known: list[tuple[Subledger, ControlTotals]]
) -> list[Row]:
    moved: Moved = defaultdict(Decimal)
    counts: dict[str, int] = defaultdict(int)
    for _, totals in known:
        for total in totals.totals:
            moved[total.day, total.commodity] += total.amount
            if total.day <= setting.at:
                counts[total.commodity] += total.rows
    ledger = carried(setting.case, known[0][0])
    apart: dict[str, int] = defaultdict(int)
    for one in differences(account, moved, ledger, {}):
        apart[one.commodity] += 1
    sources = tuple(dict.fromkeys(one.source for one, _ in known))
    found = []
    for commodity in sorted({coin for _, coin in (*moved, *ledger)}):
        key = f"subledger:{account}:{commodity}"
        by_rows, by_ledger = (
            _at(one, commodity, setting.at) for one in (moved, ledger)
        )
        flows = tuple(
            flow.id
            for flow in setting.flows
            if flow.id in setting.taken
            and flow.date <= setting.at
            and any(
                x.account == account and x.commodity == commodity for x in flow.postings
            )
        )
        found.append(
            Row(
                key=f"{account}:{commodity}",
                label=(Said(commodity),),
                indent=1,
                cells=(
                    setting.count(f"{key}:rows", counts[commodity], sources=sources),
                    setting.units(
                        f"{key}:sum",
                        by_rows,
                        commodity,
                        formula="sum of the rows",
                        sources=sources,
                    ),
                    setting.units(
                        f"{key}:ledger",
                        by_ledger,
                        commodity,
                        formula="balance of the account",
                        flows=flows,
                    ),
                    setting.units(
                        f"{key}:difference",
                        by_rows - by_ledger,
                        commodity,
                        formula="sum of the rows less balance of the account",
                        flows=flows,
                        sources=sources,
                    ),
                    setting.count(f"{key}:days", apart[commodity], sources=sources),
                ),
            )
        )
    return found


def _at(moved: Moved, commodity: str, day: datetime.date) -> Decimal:
    return sum(
        (x for (on, coin), x in moved.items() if coin == commodity and on <= day),
        Decimal(),
    )


def _notes(setting: Setting, one: Subledger, totals: ControlTotals) -> list[Prose]:
    """Say what is wrong with the rows of a subledger, counted and without names."""
    key = f"subledger:{one.account}:{one.pattern}"

    def count(name: str) -> Figure:
        return setting.count(
            f"{key}:{name}", getattr(totals, name), sources=(one.source,)
        )

    where = Said(one.pattern)
    notes = [
        setting.say(
            "%(files)s: %(rows)s rows of %(parties)s parties. Gaps in the numbering:"
            " %(gaps)s; numbers that stand more than once: %(duplicates)s; parties"
            " that no register has: %(unknown)s.",
            files=where,
            **{
                name: count(name)
                for name in ("rows", "parties", "gaps", "duplicates", "unknown")
            },
        )
    ]
    if not one.control:
        notes.append(
            setting.say(
                "Flows are made of the rows of %(files)s, and agree with them by"
                " construction: they are no evidence of each other.",
                files=where,
            )
        )
    if one.root is not None and one.root_at is not None:
        notes.append(
            setting.say(
                "Root of the proof of what is owed at the end of %(day)s, by which a"
                " customer can check that her balance is in it: %(root)s.",
                day=Day(one.root_at),
                root=Said(one.root),
            )
        )
    return notes


def _files(setting: Setting, known: list[tuple[Subledger, ControlTotals]]) -> Table:
    """List the files of rows with their hashes."""
    text = setting.text
    files = [(one, file) for one, totals in known for file in totals.files]
    rows = tuple(
        Row(
            key=f"{one.account}:{file.path}",
            label=(Said(file.path),),
            cells=(
                setting.count(
                    f"rows:{one.account}:{file.path}", file.rows, sources=(one.source,)
                ),
                setting.count(
                    f"bytes:{one.account}:{file.path}", file.size, sources=(one.source,)
                ),
                Said(file.sha256),
            ),
        )
        for one, file in files[:_LISTED]
    )
    notes: tuple[Prose, ...] = ()
    if len(files) > _LISTED:
        notes = (
            setting.say(
                "The first files of %(all)s; control-totals.json, in this document,"
                " has all.",
                all=setting.count("rows:files", len(files)),
            ),
        )
    return Table(
        key="subledger-files",
        title=text("Files of rows, which are not in this document"),
        unit=(text("Rows, size in bytes, and the hash of each file as it was read"),),
        head=text("File"),
        width=54,
        columns=(
            Column("rows", text("Rows"), width=20),
            Column("bytes", text("Bytes"), width=22),
            Column("hash", "SHA-256", "text", 64),
        ),
        rows=rows,
        notes=notes,
        size="dense",
    )
