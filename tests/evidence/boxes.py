"""Make boxes of evidence from a truth that is kept apart.

Two companies bank with two banks: Alder's statements are CSV, Birch's MT940. One page
of Alder's is missing, one transfer stands on Alder's side alone, Alder's register of
claims has a claim twice, and its trial balance does not agree.

    python tests/evidence/boxes.py FOLDER
"""

from __future__ import annotations

import datetime
import json
import random
import sys
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from pathlib import Path

import xlsxwriter

START = datetime.date(2022, 9, 1)
END = datetime.date(2022, 10, 31)
OPENING = {"Alder": Decimal("812345.67"), "Birch": Decimal("90000.00")}
_NAMES = ("Nordwind Spedition", "Quarry Lane Estates", "Helio Print", "Tarn & Sons")


@dataclass
class Row:
    """One movement as it truly was."""

    day: datetime.date
    payee: str
    words: str
    amount: Decimal
    reference: str = ""
    balance: Decimal = Decimal()


@dataclass
class Truth:
    """What happened, and what is wrong with the papers."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    #: Rows of Alder that stand on the page that is missing.
    missing: list[Row] = field(default_factory=list)
    #: The transfer that Birch's bank does not show.
    lost: Row | None = None
    transfers: int = 0


def truth(seed: int = 7) -> Truth:
    """Draw two months of two companies."""
    draw = random.Random(seed)  # noqa: S311 (no secret)
    found = Truth({"Alder": [], "Birch": []})
    day = START
    number = 0
    while day <= END:
        for entity, other in (("Alder", "Birch"), ("Birch", "Alder")):
            for _ in range(draw.randint(0, 2)):
                number += 1
                amount = Decimal(draw.randint(-900_000, 700_000)) / 100
                if not amount:
                    continue
                payee = draw.choice(_NAMES)
                found.rows[entity].append(Row(day, payee, f"Invoice {number}", amount))
            if draw.random() < 0.12:
                number += 1
                amount = Decimal(draw.randint(1_000_000, 5_000_000)) / 100
                reference = f"TRF{day:%y%m%d}{number:03}"
                later = min(END, day + datetime.timedelta(days=draw.randint(0, 2)))
                words = f"Transfer {reference}"
                paid = Row(day, f"{other} Ltd", words, -amount, reference)
                got = Row(later, f"{entity} Ltd", words, amount, reference)
                found.rows[entity].append(paid)
                if entity == "Alder" and found.lost is None and day.month == 10:
                    found.lost = paid
                else:
                    found.rows[other].append(got)
                    found.transfers += 1
        day += datetime.timedelta(days=1)
    for entity, rows in found.rows.items():
        rows.sort(key=lambda row: row.day)
        balance = OPENING[entity]
        for row in rows:
            balance += row.amount
            row.balance = balance
    alder = found.rows["Alder"]
    # A page of six rows from the middle, none of them a transfer.
    for at in range(len(alder) // 3, len(alder)):
        page = alder[at : at + 6]
        if not any(row.reference for row in page) and len({r.day for r in page}) > 1:
            found.missing = page
            break
    return found


def german(number: Decimal) -> str:
    """Write an amount with a decimal comma and spaces between thousands."""
    text = f"{abs(number):,.2f}".replace(",", " ").replace(".", ",")
    return f"({text})" if number < 0 else text


def alder_csv(found: Truth, month: int) -> bytes:
    """Return a month of Alder's statement: latin-1, day first, decimal comma."""
    lines = [
        "Sparbank Müllheim;;;;",
        "Buchungstag;Auftraggeber / Empfänger;Verwendungszweck;Betrag (EUR);Saldo",
    ]
    for row in found.rows["Alder"]:
        if row.day.month == month and row not in found.missing:
            first, _, last = row.words.partition(" ")
            lines.append(
                f'{row.day:%d.%m.%Y};{row.payee};"{first}\n{last}";'
                f"{german(row.amount)};{german(row.balance)}"
            )
    return ("\r\n".join(lines) + "\r\n").encode("latin-1")


def birch_mt940(found: Truth) -> str:
    """Return Birch's statements, one page a month."""
    lines = []
    balance = OPENING["Birch"]

    def side(number: Decimal) -> str:
        return f"{'D' if number < 0 else 'C'}"

    def size(number: Decimal) -> str:
        return f"{abs(number):.2f}".replace(".", ",")

    last = START - datetime.timedelta(days=1)
    for page, month in enumerate((9, 10), 1):
        rows = [row for row in found.rows["Birch"] if row.day.month == month]
        lines += [
            f":20:BIRCH{page}",
            ":25:20041010/0500013M026",
            f":28C:{page}/1",
            f":60F:{side(balance)}{last:%y%m%d}EUR{size(balance)}",
        ]
        for row in rows:
            balance += row.amount
            day = f"{row.day:%y%m%d%m%d}"
            reference = row.reference or "NONREF"
            moved = f"{side(row.amount)}{size(row.amount)}NTRF{reference}//B{page}"
            lines.append(f":61:{day}{moved}")
            lines.append(f":86:166?00SEPA?20{row.words}?32{row.payee}")
        last = rows[-1].day
        lines += [f":62F:{side(balance)}{last:%y%m%d}EUR{size(balance)}", "-"]
    return "\n".join(lines) + "\n"


#: Number, creditor, amount, class: 3 repeats 1 under another spelling.
CLAIMS = (
    ("1", "Nordwind Spedition GmbH", 41250.50, "general unsecured"),
    ("2", "Helio Print", 1800, "general unsecured"),
    ("3", "NORDWIND Spedition", 41250.50, "general unsecured"),
    ("4", "Tax Office Süd", 96000, "priority"),
)


def write(folder: Path, seed: int = 7) -> Truth:
    """Write the boxes into a folder; the truth goes nowhere near them."""
    found = truth(seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "alder-2022-09.csv").write_bytes(alder_csv(found, 9))
    (folder / "alder-2022-10.csv").write_bytes(alder_csv(found, 10))
    (folder / "birch.sta").write_text(birch_mt940(found), encoding="utf-8")
    _claims(folder / "claims.xlsx")
    _trial_balance(folder / "trial-balance.csv", found)
    return found


def _claims(path: Path) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Register")
        sheet.write_row(0, 0, ["Register of claims as at 15 November 2022"])
        sheet.write_row(2, 0, ["Claim No", "Creditor", "Amount (EUR)", "Class"])
        for at, row in enumerate(CLAIMS, 3):
            sheet.write_row(at, 0, row)


def _trial_balance(path: Path, found: Truth) -> None:
    # The bank as the statements end, less 1,000.00 that nobody can explain.
    bank = found.rows["Alder"][-1].balance - 1000
    lines = [
        "Alder Ltd, trial balance as at 31 October 2022,,,",
        "Account Code,Account Name,Debit,Credit",
        f"1000,Bank,{bank:.2f},",
        "1100,Trade debtors,12000.00,",
        "2000,Trade creditors,,43050.50",
        f"3000,Share capital,,{bank + 12000 - Decimal('43050.50') - 25:.2f}",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _main() -> None:
    found = write(Path(sys.argv[1]))
    answers = {
        "missing": [str(row.amount) for row in found.missing],
        "lost": str(found.lost.amount) if found.lost else None,
        "transfers": found.transfers,
    }
    sys.stdout.write(json.dumps(answers, indent=2) + "\n")


if __name__ == "__main__":
    _main()
