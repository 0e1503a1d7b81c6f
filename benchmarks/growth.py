"""Print cases of more and more flows: seconds and memory of `solvency report`.

Usage: python benchmarks/growth.py [FLOWS ...]

The cases are those of `generate.py` with what makes a report long: customers with
deposits, sources by the hundred, statements of balances, tests, a petition, and
hypotheses to weigh. Seconds are of the processor, so that others at work on the
machine count for little. The target: 3,000 flows in 30 seconds and 800 MiB. Without
FLOWS the cases of `generate.py` as they are follow, of 1,000 and of 50,000 flows: the
larger in a minute and twice the memory of the smaller. Exits with 1 if a target is
missed.
"""

from __future__ import annotations

import datetime
import os
import random
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from generate import DAYS
from generate import SEED
from generate import START
from generate import ledger
from generate import split

if TYPE_CHECKING:
    from collections.abc import Iterator

FLOWS = (300, 1_000, 3_000)
SECONDS = 30
MEMORY = 800
#: Flows of a small case without statements and of a large one, the seconds of the
#: large one, and how often the memory of the small one it may take.
PLAIN = (1_000, 50_000)
MINUTE, TWICE = 60, 2
#: One flow in so many is a deposit, and one in so many a statement of a balance.
DEPOSITS = 4
STATEMENTS = 20
#: One source in so many flows, as in the cases that come with the program.
CITED = 8
SEEN = (
    "Assets:Exchange:Custody",
    "Assets:Exchange:Bank",
    "Assets:Desk:Bank",
    "Assets:Branch:Bank",
)
TESTS = (
    ("customer-assets", "Exchange", "minimum: 1.0"),
    ("house-and-customer-apart", "Exchange", ""),
    ("balance-sheet", "Exchange", ""),
    ("balance-sheet", "Desk", ""),
    ("balance-sheet", "group", ""),
    ("ability-to-pay", "Exchange", ""),
    ("ability-to-pay", "Desk", ""),
)


def _head(flows: int) -> Iterator[str]:
    """Yield the accounts of customers, more sources, tests, and the petition."""
    yield (
        f"{START} open Assets:Exchange:Custody\n  custody: TRUE\n"
        f"{START} open Liabilities:Exchange:Deposits\n"
        '  counterparty: "Customers"\n  rank: "customer"\n'
        f"{START} open Assets:Customers:Claims:Exchange\n"
        '  counterparty: "Exchange"\n'
        f"{START} open Equity:Customers:Savings\n"
        f'{START + datetime.timedelta(days=DAYS)} event "petition" "Exchange"\n'
    )
    for n in range(flows // CITED):
        day = START + datetime.timedelta(days=n * DAYS // (flows // CITED))
        yield (
            f'{day} custom "source" "letter-{n}" "Letter {n}"\n'
            f'  grade: "{"ABC"[n % 3]}{n % 4 + 1}"\n  publisher: "A correspondent"\n'
            f'  url: "https://example.org/letters/{n}"\n'
        )
    for name, entity, rule in TESTS:
        yield f'{START} custom "invariant" "{name}" "{entity}"\n'
        yield f"  {rule}\n" if rule else ""


def _deposit(n: int, flows: int, draw: random.Random) -> str:
    """Return a deposit, or one flow in three a withdrawal, with its claim."""
    day = START + datetime.timedelta(days=30 + n * (DAYS - 60) // (flows // DEPOSITS))
    amount = draw.randrange(10**5, 10**8) * (-1 if n % 3 == 2 else 1)
    return (
        f'{day} * "Customers" "Deposits and withdrawals of a day"'
        f" ^letter-{draw.randrange(flows // CITED)}\n"
        f'  id: "D-{n:06}"\n  purpose: "customers"\n'
        f"  Equity:Customers:Savings  {-amount} USD\n"
        f"  Assets:Customers:Claims:Exchange  {amount} USD\n"
        f"  Assets:Exchange:Custody  {amount} USD\n"
        f"  Liabilities:Exchange:Deposits  {-amount} USD\n"
    )


def _statements(text: str, flows: int, draw: random.Random) -> Iterator[str]:
    """Yield what sources state accounts to have held: what they held, or nearly so."""
    moves = sorted(
        (entry[:10], account, float(amount))
        for entry in re.findall(r"^\d{4}-.*(?:\n .*)+", text, re.MULTILINE)
        if entry[11] == "*"
        for account, amount in re.findall(r"  (\S+)  +(-?[\d.]+) USD", entry)
    )
    count = flows // STATEMENTS
    for n in range(count):
        day = START + datetime.timedelta(days=60 + n * (DAYS - 60) // count)
        held = dict.fromkeys(SEEN, 0.0)
        for when, account, moved in moves:
            if account in held and when <= str(day):
                held[account] += moved
        account = SEEN[n % len(SEEN)]
        # A bank overdrawn by chance states nothing.
        account = account if held[account] > 0 else SEEN[0]
        yield (
            f'{day} custom "observation" {account}'
            f" {held[account] * draw.uniform(0.8, 1.2):.0f} USD\n"
            f'  source: "letter-{draw.randrange(flows // CITED)}"\n  error: 0.3\n'
        )


def case(flows: int) -> Iterator[str]:
    """Yield the text of a case with that many flows."""
    draw = random.Random(SEED)  # noqa: S311 (the same case each time)
    # Of its two claims on customers and theirs on it, a payment is of the first.
    owed = 'Receivables:Customers\n  counterparty: "Customers"\n'
    rest = "".join(ledger(flows - flows // DEPOSITS))
    rest = rest.replace(owed, f"{owed}  intercompany: TRUE\n", 1)
    rest += "".join(_deposit(n, flows, draw) for n in range(flows // DEPOSITS))
    yield from _head(flows)
    # Entry by entry: beyond some size they go to several files.
    yield from re.split(r"^(?=\d)", rest, flags=re.MULTILINE)
    yield from _statements(rest, flows, draw)


def printed(path: Path, out: Path) -> tuple[float, float]:
    """Print a report; return the processor's seconds, and the most memory in MiB."""
    program = Path(sys.executable).parent / "solvency"
    child = subprocess.Popen(
        [str(program), "report", "--no-cache", "-o", str(out), str(path)],
        stdout=subprocess.DEVNULL,
    )
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"solvency report failed with {child.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def main() -> None:
    """Run the benchmark."""
    missed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for flows in map(int, sys.argv[1:]) if sys.argv[1:] else FLOWS:
            path = folder / f"{flows}.beancount"
            split(case(flows), path)
            seconds, memory = printed(path, folder / f"{flows}.pdf")
            met = seconds <= SECONDS and memory <= MEMORY
            missed |= not met and flows <= FLOWS[-1]
            print(
                f"{flows:>7,} flows  {seconds:6.1f} s  {memory:6.0f} MiB"
                f"  {'met' if met else 'missed'}",
                flush=True,
            )
        missed |= not sys.argv[1:] and not _plain(folder)
    if missed:
        raise SystemExit(1)


def _plain(folder: Path) -> bool:
    """Print cases without statements, and say whether the larger met its target."""
    found = []
    for flows in PLAIN:
        path = folder / f"plain-{flows}.beancount"
        split(ledger(flows), path)
        found.append(printed(path, folder / "plain.pdf"))
        seconds, memory = found[-1]
        print(f"{flows:>7,} plain  {seconds:6.1f} s  {memory:6.0f} MiB", flush=True)
    (_, small), (seconds, large) = found
    met = seconds <= MINUTE and large <= TWICE * small
    print(f"{'':16}{large / small:6.2f} x the memory  {'met' if met else 'missed'}")
    return met


if __name__ == "__main__":
    main()
