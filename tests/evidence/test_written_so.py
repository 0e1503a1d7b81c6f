"""Statements as banks write them, guessed, brought in, and their numbers worked out."""

from __future__ import annotations

from decimal import Decimal

import pytest
from click.testing import CliRunner

from solvency.cli import main
from solvency.evidence.open_items import standing
from solvency.ledger.load import load

#: Each opens with 10,000.00 and has 1,234.50 less, 2,000.00 more and 0.75 less; at the
#: end 10,764.75: on 3, 4 and 13 February 2022.
MOVED = [Decimal("-1234.50"), Decimal(2000), Decimal("-0.75")]
WRITTEN = {
    "decimal comma": (
        (
            "Datum;Text;Betrag EUR;Saldo\n03.02.2022;Miete;-1234,50;8765,50\n"
            "04.02.2022;Kunde;2000,00;10765,50\n13.02.2022;Spesen;-0,75;10764,75\n"
        ),
        "utf-8",
    ),
    "day first": (
        (
            "Date,Description,Amount (GBP),Balance\n03/02/2022,Rent,-1234.50,8765.50\n"
            "04/02/2022,Client,2000.00,10765.50\n13/02/2022,Fee,-0.75,10764.75\n"
        ),
        "utf-8",
    ),
    "latin-1": (
        (
            "Date;Libellé;Montant EUR;Solde\n03/02/2022;Loyer été;-1234,50;8765,50\n"
            "04/02/2022;Société;2000,00;10765,50\n13/02/2022;Frais;-0,75;10764,75\n"
        ),
        "latin-1",
    ),
    "BOM": (
        (
            "Date,Description,Amount (USD),Balance\n2022-02-03,Rent,-1234.50,8765.50\n"
            "2022-02-04,Client,2000.00,10765.50\n2022-02-13,Fee,-0.75,10764.75\n"
        ),
        "utf-8-sig",
    ),
    "thousands as spaces": (
        (
            "Date;Libellé;Montant EUR;Solde\n03/02/2022;Loyer;-1 234,50;8 765,50\n"
            "04/02/2022;Client;2\u202f000,00;10\u00a0765,50\n"
            "13/02/2022;Frais;-0,75;10 764,75\n"
        ),
        "utf-8",
    ),
    "negative in parentheses": (
        (
            'Date,Text,Amount (USD),Balance\n2022-02-03,Rent,"(1,234.50)","8,765.50"\n'
            '2022-02-04,Client,"2,000.00","10,765.50"\n2022-02-13,Fee,(0.75),"10,764.75"\n'
        ),
        "utf-8",
    ),
    "debit and credit columns": (
        (
            "Date,Text,Debit,Credit,Balance GBP\n03/02/2022,Rent,1234.50,,8765.50\n"
            "04/02/2022,Client,,2000.00,10765.50\n13/02/2022,Fee,0.75,,10764.75\n"
        ),
        "utf-8",
    ),
    "running balance, newest first": (
        (
            "Date,Description,Amount (USD),Balance\n2022-02-13,Fee,-0.75,10764.75\n"
            "2022-02-04,Client,2000.00,10765.50\n2022-02-03,Rent,-1234.50,8765.50\n"
        ),
        "utf-8",
    ),
    "narrations of several lines": (
        (
            'Date,Description,Amount (USD),Balance\n2022-02-03,"Rent\nFebruary\n2022",'
            '-1234.50,8765.50\n2022-02-04,"Client\n""Acme""",2000.00,10765.50\n'
            "2022-02-13,Fee,-0.75,10764.75\n"
        ),
        "utf-8",
    ),
    "totals below": (
        (
            "Date,Text,Debit,Credit,Balance GBP\n03/02/2022,Rent,1234.50,,8765.50\n"
            "04/02/2022,Client,,2000.00,10765.50\n13/02/2022,Fee,0.75,,10764.75\n"
            ",Yhteensä,1235.25,2000.00,\n"
        ),
        "utf-8",
    ),
}


def run(*arguments):
    ran = CliRunner().invoke(main, [str(one) for one in arguments])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def brought(tmp_path, *paths):
    mapping = tmp_path / "map.toml"
    mapping.write_text(run("import", "--guess", paths[0]), encoding="utf-8")
    for path in paths:
        run("import", path, "--map", mapping, "-o", tmp_path / "case")
    case = load(tmp_path / "case" / "main.beancount")
    assert [error.message for error in case.errors] == []
    return case


@pytest.mark.parametrize("dialect", WRITTEN)
def test_a_statement_as_it_is_written(tmp_path, dialect):
    text, encoding = WRITTEN[dialect]
    path = tmp_path / "bank.csv"
    path.write_bytes(text.encode(encoding))
    case = brought(tmp_path, path)
    opening, *flows = sorted(case.flows, key=lambda one: one.date)
    assert opening.postings[0].units == 10_000
    assert [flow.postings[0].units for flow in flows] == MOVED
    assert [flow.date.isoformat() for flow in flows] == [
        "2022-02-03",
        "2022-02-04",
        "2022-02-13",
    ]
    assert {one.kind for one in standing(case)} == {"suspense"}
    assert not any("\n" in flow.narration for flow in flows)


def test_statements_that_overlap_count_each_row_once(tmp_path):
    head = "Date,Description,Amount (USD),Balance\n"
    rows = WRITTEN["BOM"][0].splitlines(keepends=True)[1:]
    # A fourth row of 100.00 more: 10,864.75.
    later = "2022-02-20,Client,100.00,10864.75\n"
    (tmp_path / "one.csv").write_text(head + "".join(rows))
    (tmp_path / "two.csv").write_text(head + "".join(rows[1:]) + later)
    mapping = tmp_path / "map.toml"
    text = run("import", "--guess", tmp_path / "one.csv")
    mapping.write_text(text)
    for name in ("two.csv", "one.csv"):
        run("import", tmp_path / name, "--map", mapping, "-o", tmp_path / "case")
    case = load(tmp_path / "case" / "main.beancount")
    assert [error.message for error in case.errors] == []
    held = sum(flow.postings[0].units for flow in case.flows)
    assert held == Decimal("10864.75")
    assert {one.kind for one in standing(case)} == {"suspense"}
