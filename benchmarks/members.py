"""Write the ledger of a group of any number of entities, the same each time.

Usage: python benchmarks/members.py ENTITIES FILE

Each member has a bank account, coins, customers and costs, and lends to two others;
so claims between them are few beside the pairs there could be. A member in ten has
lost more than it owns, one in ten has pledged its coins to who lent to it, and one in
twenty holds shares of the next. Members are in silos of a hundred; a lender and an
insider stand outside.
"""

from __future__ import annotations

import datetime
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

START = datetime.date(2020, 1, 1)
DAYS = 900
SEED = 20_221_111
SILO = 100
PRICE = 300

HEAD = f"""\
option "title" "A group of many"
option "operating_currency" "USD"
option "tolerance_multiplier" "0"
plugin "solvency"

{START} custom "source" "register" "The register of the group"
  publisher: "A court"
  grade: "A1"
{START} custom "spread" "A1" 0
{START} commodity BTC
{START} price BTC {PRICE} USD
  source: "register"
{START + datetime.timedelta(days=DAYS)} price BTC {PRICE} USD
  source: "register"
{START} custom "entity" "Customers" "Who deposited"
  role: "customers"
{START} open Assets:Customers:Purse
{START} open Equity:Customers:Own
{START} custom "entity" "Bank" "Who lent from outside"
  role: "lender"
{START} open Assets:Bank:Vault
{START} open Equity:Bank:Own
"""


def name(index: int) -> str:
    """Return the name of a member."""
    return f"M{index:05}"


def lends_to(index: int, count: int) -> list[int]:
    """Return whom a member lends to: the next, and one far from it."""
    return sorted({(index + 1) % count, (index * 7 + 3) % count} - {index})


def _claim(creditor: str, debtor: str) -> str:
    return (
        f"{START} open Assets:{creditor}:Receivables:{debtor}\n"
        f'  counterparty: "{debtor}"\n'
        f"{START} open Liabilities:{debtor}:Payables:{creditor}\n"
        f'  counterparty: "{creditor}"\n'
    )


def _accounts(index: int, count: int) -> Iterator[str]:
    own = name(index)
    yield (
        f'{START} custom "entity" "{own}" "Member {index}"\n  role: "trading-firm"\n'
        f'  group: TRUE\n  silo: "Silo-{index // SILO}"\n'
        f"{START} open Assets:{own}:Bank\n{START} open Assets:{own}:Coins\n"
        f"{START} open Equity:{own}:Own\n{START} open Expenses:{own}:Costs\n"
        f"{START} open Assets:Customers:Deposits:{own}\n"
        f'  counterparty: "{own}"\n'
        f"{START} open Liabilities:{own}:Customers\n"
        f'  counterparty: "Customers"\n  rank: "customer"\n'
    )
    for other in lends_to(index, count):
        if index not in lends_to(other, count) or index < other:
            yield _claim(own, name(other))
    if index % 10 == 0:
        yield _claim("Bank", own)
        yield f'{START} open Assets:{own}:Pledged\n  pledged-to: "Bank"\n'
    if index % 20 == 0:
        held = name((index + 1) % count)
        yield f'{START} open Assets:{own}:Shares\n  stake-in: "{held}"\n'


def _flow(day: int, payee: str, *postings: tuple[str, int, str]) -> str:
    lines = "".join(
        f"  {account}  {units} {coin}\n" for account, units, coin in postings
    )
    return (
        f'{START + datetime.timedelta(days=day)} * "{payee}" "Moved" ^register\n{lines}'
    )


def _flows(index: int, count: int, draw: random.Random) -> Iterator[str]:
    own = name(index)
    bank, coins = f"Assets:{own}:Bank", f"Assets:{own}:Coins"

    def usd(day: int, source: str, target: str, amount: int) -> str:
        return _flow(day, own, (source, -amount, "USD"), (target, amount, "USD"))

    own_funds, deposits = draw.randrange(100, 1000), draw.randrange(1000, 9000)
    yield usd(1, f"Equity:{own}:Own", bank, own_funds)
    yield usd(10, "Assets:Customers:Purse", bank, deposits)
    yield _flow(20, own, (f"Equity:{own}:Own", -1, "BTC"), (coins, 1, "BTC"))
    for other in lends_to(index, count):
        amount = draw.randrange(10, 400)
        yield usd(
            draw.randrange(30, DAYS - 60), bank, f"Assets:{name(other)}:Bank", amount
        )
    if index % 10 == 0:
        yield usd(40, "Assets:Bank:Vault", bank, 20_000)
        yield _flow(50, own, (coins, -1, "BTC"), (f"Assets:{own}:Pledged", 1, "BTC"))
    if index % 10 in {0, 5}:
        yield usd(DAYS - 40, bank, f"Expenses:{own}:Costs", deposits + own_funds - 900)
    if index % 20 == 0:
        held = name((index + 1) % count)
        yield _flow(
            60,
            own,
            (bank, -500, "USD"),
            (f"Assets:{own}:Shares", 500, "USD"),
            (f"Assets:{held}:Bank", 500, "USD"),
            (f"Equity:{held}:Own", -500, "USD"),
        )


def ledger(count: int) -> Iterator[str]:
    """Yield the text of the ledger of a group with that many members."""
    draw = random.Random(SEED)  # noqa: S311 (the same ledger each time)
    yield HEAD
    for index in range(count):
        yield from _accounts(index, count)
    yield _flow(
        0,
        "Customers",
        ("Equity:Customers:Own", -(10**9), "USD"),
        ("Assets:Customers:Purse", 10**9, "USD"),
    )
    yield _flow(
        0,
        "Bank",
        ("Equity:Bank:Own", -(10**9), "USD"),
        ("Assets:Bank:Vault", 10**9, "USD"),
    )
    for index in range(count):
        yield from _flows(index, count, draw)
    yield f'{START + datetime.timedelta(days=DAYS)} event "petition" "{name(0)}"\n'


def write(count: int, path: Path) -> None:
    """Write the ledger to a file."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(ledger(count))


if __name__ == "__main__":
    write(int(sys.argv[1]), Path(sys.argv[2]))
