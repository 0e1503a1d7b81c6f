"""Trace a million movements under every rule, beside reading them once in a loop.

With a checkout of github.com/carolinamattsson/follow-the-money as first argument, its
LIFO and mixing are timed on a tenth of the movements in the same run.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from timing import best
from timing import line

from solvency.methods.tracing import RULES
from solvency.tracing import read
from solvency.tracing import trace

OWNERS = "abcde"


def movements(count: int) -> list[tuple[int, str | None]]:
    """Generate an account of deposits by five owners and outlays."""
    draw = random.Random(1)  # noqa: S311 - the same movements in every run
    rows: list[tuple[int, str | None]] = []
    balance = 0
    for _ in range(count):
        if balance == 0 or draw.random() < 0.5:
            amount, owner = draw.randrange(1, 10_000), draw.choice(OWNERS)
        else:
            amount, owner = -int(balance * draw.random() ** 3), None
        balance += amount
        rows.append((amount, owner))
    return rows


def floor(rows: list[tuple[int, str | None]]) -> dict[str, int]:
    """Read the movements once, keeping balances by owner: what any rule has to do."""
    held = dict.fromkeys(OWNERS, 0)
    balance = 0
    for amount, owner in rows:
        balance += amount
        if owner is not None:
            held[owner] += amount
    return held


def every_rule(rows: list[tuple[int, str | None]]) -> None:
    """Trace under every rule, and read off what each outlay spent of each owner."""
    account = read(rows)
    for rule in RULES:
        result = trace(account, rule, "a")
        for owner in OWNERS:
            result.spent(owner)


def follow_the_money(folder: Path, rows: list[tuple[int, str | None]]) -> float:
    """Return the seconds follow-the-money takes for LIFO and mixing."""
    with tempfile.TemporaryDirectory() as place:
        work = Path(place)
        day = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
        with (work / "txns.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            for at, (amount, owner) in enumerate(rows):
                stamp = (day + dt.timedelta(minutes=at)).strftime("%Y-%m-%d %H:%M:%S")
                sides = (owner, "X") if owner else ("X", "shop")
                kind = "in" if owner else "out"
                writer.writerow([stamp, kind, at, *sides, abs(amount)])
        config = {
            "transaction_header": [
                "timestamp",
                "type",
                "txn_ID",
                "src_ID",
                "tgt_ID",
                "amt",
            ],
            "delimiter": ",",
            "quotechar": '"',
            "escapechar": "%",
            "timeformat": "%Y-%m-%d %H:%M:%S",
            "timewindow_beg": "2019-12-31 00:00:00",
            "timewindow_end": "2030-01-01 00:00:00",
            "boundary_type": "transactions",
            "transaction_categories": {"in": "deposit", "out": "withdraw"},
        }
        (work / "config.json").write_text(json.dumps(config))
        script = [sys.executable, str(folder / "follow_the_money.py")]
        script += ["txns.csv", "config.json", ".", "--lifo", "--mixed"]
        start = time.perf_counter()
        subprocess.run(script, cwd=work, check=True, capture_output=True)
        return time.perf_counter() - start


def main() -> None:
    """Print the comparisons."""
    rows = movements(1_000_000)
    ours = best(lambda: every_rule(rows))
    theirs = best(lambda: floor(rows))
    line("1m movements, four rules, by owner", ours, "one pass", theirs, "< 2 s")
    account = read(rows)
    for rule in RULES:
        print(f"  {rule}: {best(lambda r=rule: trace(account, r, 'a'), 2):.3f} s")
    if len(sys.argv) > 1:
        # Mixing writes every pair of outlay and deposit, so few movements must do.
        few = [row for row in rows[:2_000] if row[0]]
        peer = follow_the_money(Path(sys.argv[1]), few)

        def two() -> None:
            account = read(few)
            for rule in ("lifo", "pro-rata"):
                for _ in trace(account, rule).allocations:
                    pass

        what = f"{len(few)} movements, LIFO and pro rata, every pair"
        line(what, best(two), "follow-the-money", peer, "")


if __name__ == "__main__":
    main()
