"""Write a ledger of any number of flows, the same each time.

Usage: python benchmarks/generate.py FLOWS FILE

Six entities; a third of the flows cross from one to another, so that legs are
added; coins with prices, some exchanged at `@`; metadata, sources, ranges, and a
twentieth of the flows under one of four hypotheses.
"""

from __future__ import annotations

import datetime
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

ENTITIES = ("Exchange", "Desk", "Customers", "Lender", "Founder", "Branch")
COINS = {"BTC": 40_000, "ETH": 2_500, "TOK": 20}
START = datetime.date(2019, 1, 1)
DAYS = 1400
SOURCES = 60
SEED = 20_221_111
#: Bytes after which another file is begun; one of more than 16 MiB is refused.
PART = 8 * 2**20


def _head() -> Iterator[str]:
    yield 'option "title" "A benchmark"\noption "operating_currency" "USD"\n'
    yield 'option "tolerance_multiplier" "0"\nplugin "solvency"\n'
    for index, name in enumerate(ENTITIES):
        group = "\n  group: TRUE" if index in {0, 1, 5} else ""
        yield f'{START} custom "entity" "{name}" "The {name}"{group}\n'
        yield f"{START} open Assets:{name}:Bank\n{START} open Assets:{name}:Coins\n"
        yield f"{START} open Expenses:{name}:Costs\n{START} open Equity:{name}:Own\n"
        for other in ENTITIES[index + 1 :]:
            yield (
                f"{START} open Assets:{name}:Receivables:{other}\n"
                f'  counterparty: "{other}"\n'
                f"{START} open Liabilities:{other}:Payables:{name}\n"
                f'  counterparty: "{name}"\n'
            )
    for index in range(SOURCES):
        day = START + datetime.timedelta(days=index * 20)
        yield (
            f'{day} custom "source" "source-{index}" "Document {index}"\n'
            f'  grade: "{"ABCD"[index % 4]}{index % 6 + 1}"\n  publisher: "A press"\n'
        )
    for index in range(4):
        yield f'{START} custom "hypothesis" "guess-{index}" "Guess {index}"\n'
    yield f'{START} custom "scenario" "some" "Some"\n  hypotheses: "guess-0, guess-2"\n'


def _prices(draw: random.Random) -> Iterator[str]:
    for coin, price in COINS.items():
        yield f"{START} commodity {coin}\n"
        for week in range(DAYS // 7):
            day = START + datetime.timedelta(days=week * 7)
            yield f"{day} price {coin} {price * draw.uniform(0.5, 1.5):.2f} USD\n"
            yield f'  source: "source-{draw.randrange(SOURCES)}"\n'


def _postings(draw: random.Random) -> str:
    giver, taker = draw.sample(ENTITIES, 2)
    amount = draw.randrange(1, 10**9)
    kind = draw.random()
    if kind < 1 / 3:  # money, or coins, cross from one entity to another
        if kind < 1 / 6:
            return (
                f"  Assets:{giver}:Bank  -{amount}.{amount % 100:02} USD\n"
                f"  Assets:{taker}:Bank   {amount}.{amount % 100:02} USD\n"
            )
        coin, price = draw.choice(list(COINS.items()))
        at = f" @ {price + amount % 100} USD" if kind < 1 / 4 else ""
        units = f"{amount % 1000}.{amount % 10**6:06}"
        return (
            f"  Assets:{giver}:Coins  -{units} {coin}{at}\n"
            f"  Assets:{taker}:Coins   {units} {coin}{at}\n"
        )
    if kind < 2 / 3:  # coins bought
        coin, price = draw.choice(list(COINS.items()))
        units = amount % 1000 + 1
        return (
            f"  Assets:{giver}:Coins   {units} {coin} @ {price} USD\n"
            f"  Assets:{giver}:Bank  -{units * price} USD\n"
        )
    return (
        f"  Expenses:{giver}:Costs   {amount} USD\n"
        f"  Assets:{giver}:Bank     -{amount} USD\n"
    )


def _flow(index: int, count: int, draw: random.Random) -> str:
    day = START + datetime.timedelta(days=30 + index * (DAYS - 60) // count)
    guess = f" #guess-{draw.randrange(4)}" if draw.random() < 0.05 else ""
    links = " ".join(
        f"^source-{number}"
        for number in draw.sample(range(SOURCES), draw.choice((1, 1, 2)))
    )
    postings = _postings(draw)
    spread = ""
    if draw.random() < 0.1:
        units, commodity = postings.split(maxsplit=3)[1:3]
        spread = f"  low: {units.lstrip('-')} {commodity}\n"
    return (
        f'{day} {"!" if guess else "*"} "Payee {index % 97}" "Flow {index}"'
        f" {links}{guess}\n"
        f'  id: "F-{index:06}"\n  locator: "page {index % 200}"\n'
        f'  purpose: "{draw.choice(("ventures", "lenders", "costs"))}"\n'
        + spread
        + postings
    )


def ledger(flows: int) -> Iterator[str]:
    """Yield the text of a ledger with that many flows."""
    draw = random.Random(SEED)  # noqa: S311 (the same ledger each time)
    yield from _head()
    yield from _prices(draw)
    for index in range(flows):
        yield _flow(index, flows, draw)


def write(flows: int, path: Path) -> None:
    """Write a ledger to a file, and what one file may not hold to others beside it."""
    split(ledger(flows), path)


def split(entries: Iterable[str], path: Path) -> None:
    """Write entries to a file, and beyond so many bytes to files that it includes."""
    parts: list[list[str]] = [[]]
    size = 0
    for entry in entries:
        if size > PART:
            parts.append([])
            size = 0
        parts[-1].append(entry)
        size += len(entry.encode())
    names = [f"{path.stem}-{n}{path.suffix}" for n in range(1, len(parts))]
    for name, part in zip(names, parts[1:], strict=True):
        path.with_name(name).write_text("".join(part), "utf-8")
    included = [f'include "{name}"\n' for name in names]
    path.write_text("".join((*parts[0], *included)), "utf-8")


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
