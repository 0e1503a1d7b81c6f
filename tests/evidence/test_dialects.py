"""Every dialect of a table, and each format, gives the rows it was written from."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import pytest
import xlsxwriter
from click.testing import CliRunner

from solvency.cli import main
from solvency.evidence.notation import Notation
from solvency.ledger.load import load

#: Day, words, amount; the opening balance is 5,000.00.
ROWS = (
    (datetime.date(2022, 10, 3), "Rent for October", Decimal("-1234.56")),
    (datetime.date(2022, 10, 5), "Sale to Zoë", Decimal("12000.00")),
    (datetime.date(2022, 10, 5), "Fee", Decimal("-0.50")),
    (datetime.date(2022, 10, 28), "Sale to Tarn & Sons", Decimal("1000.05")),
)
OPENING = Decimal("5000.00")


def run(*arguments, status=0):
    ran = CliRunner().invoke(main, [str(one) for one in arguments])
    assert ran.exit_code == status, ran.output
    return ran.stdout if status == 0 else ran.output


def told(tmp_path, path, extra=""):
    """Import a file by the mapping guessed of it."""
    mapping = tmp_path / "map.toml"
    mapping.write_text(run("import", "--guess", path) + extra, encoding="utf-8")
    return json.loads(run("import", path, "--map", mapping, "--dry-run", "--json"))


def moved(document):
    """Return what moved on the bank's account, without its opening balance."""
    return [
        (one["date"], Decimal(one["postings"][0]["amount"]))
        for one in document["flows"]
        if not one["narration"].startswith("Opening balance")
    ]


def expected():
    return [(str(day), amount) for day, _, amount in ROWS]


def english(number):
    return f"{number:,.2f}"


def german(number):
    return english(number).translate(str.maketrans(",.", ".,"))


def spaced(number):
    return english(number).replace(",", "\u00a0").replace(".", ",")


def swiss(number):
    return english(number).replace(",", "'")


def bracketed(number):
    return f"({english(-number)})" if number < 0 else english(number)


def trailing(number):
    return f"{german(-number)}-" if number < 0 else german(number)


@pytest.mark.parametrize(
    ("mark", "written", "form", "encoding"),
    [
        (",", english, "%Y-%m-%d", "utf-8"),
        (";", german, "%d/%m/%Y", "latin-1"),
        ("\t", spaced, "%d.%m.%y", "utf-8-sig"),
        ("|", swiss, "%m/%d/%Y", "utf-16"),
        (",", bracketed, "%d %b %Y", "cp1252"),
        (";", trailing, "%Y%m%d", "utf-8"),
        (",", spaced, "%d.%m.%Y", "latin-1"),
        ("\t", bracketed, "%Y/%m/%d", "utf-16"),
    ],
)
def test_a_table_of_any_dialect(tmp_path, mark, written, form, encoding):
    balance = OPENING
    lines = [mark.join(["Date", "Description", "Amount (EUR)", "Balance"])]
    for day, words, amount in ROWS:
        balance += amount
        cells = [f"{day:{form}}", words, written(amount), written(balance)]
        lines.append(mark.join(f'"{cell}"' for cell in cells))
    path = tmp_path / "bank.csv"
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))
    found = told(tmp_path, path)
    assert moved(found) == expected()
    assert found["gaps"] == []
    # The opening balance is what the first row's balance less its amount is.
    assert found["flows"][0]["postings"][0]["amount"] == "5000"


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize("backwards", [False, True])
def test_debit_and_credit_columns(tmp_path, below, backwards):
    balance = OPENING
    lines = []
    for day, words, amount in ROWS:
        balance += amount
        debit = english(amount if below else -amount) if amount < 0 else ""
        credit = english(amount) if amount > 0 else ""
        lines.append(f'{day},{words},"{debit}","{credit}","{balance:,.2f}"')
    if backwards:
        lines.reverse()
    path = tmp_path / "bank.csv"
    path.write_text(
        "\n".join(["Date,Details,Paid out,Paid in,Balance", *lines]), encoding="utf-8"
    )
    found = told(tmp_path, path)
    assert moved(found) == expected()
    assert found["gaps"] == []


def test_a_narration_of_several_lines_stands_on_one_and_keeps_its_row(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text(
        'Date,Description,Amount\n2022-10-03,"Rent\nfor October",-5.00\n'
        "2022-10-04,Fee,-1.00\n",
        encoding="utf-8",
    )
    found = told(tmp_path, path, '\n[[rules]]\nmatch="Rent for"\nskip=true\n')
    (fee,) = found["flows"]
    assert fee["row"] == "bank.csv:4"


HEAD = "Date,Description,Amount|"
ALIKE = [("2022-10-03", Decimal(-100)), ("2022-10-04", Decimal(50))]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        # What names no column, by what stands in it.
        ("2022-10-03;Rent;-100,00|2022-10-04;Sale;50,00", "utf-8"),
        (("Pvm^Selite^Maara^Saldo?|03.10.2022^Rent^-100,00^0,00"
         "|04.10.2022^Sale^50,00^50,00"), "utf-8"),
        # Other delimiters and quotes, and quotes that are words.
        ("Date~Description~Amount|2022-10-03~Rent~-100|2022-10-04~Sale~50", "utf-8"),
        (HEAD + "'2022-10-03','Rent, x','-100'|'2022-10-04','Sale','50'", "utf-8"),
        ('Date;Description;Amount|2022-10-03;A 5" pipe;-100|2022-10-04;"S" b;50',
         "utf-8"),
        # Zero bytes without a mark of their order; Chinese.
        (HEAD + "2022-10-03,René,-100|2022-10-04,Sale,50", "utf-16-le"),
        (HEAD + "2022-10-03,René,-100|2022-10-04,Sale,50", "utf-16-be"),
        (("交易日期,摘要,支出,收入|2022年10月03日,房租,100.00,"
         "|2022年10月04日,销售,,50.00"), "gb18030"),
        # Names with a word that tells, and words that say no more.
        (("Txn Date,Description,Withdrawal Amt.,Deposit Amt."
         "|03/10/22,NEFT,100.00,|04/10/22,UPI,,50.00"), "utf-8"),
        (("Date;Libellé;Débit euros;Crédit euros"
         "|03/10/2022;EDF;100,00;|04/10/2022;Zoé;;50,00"), "cp1252"),
        # Titles above, totals below.
        (("Statement;;|Period;October;|Date;Description;Amount|2022-10-03;Rent;-100"
         "|2022-10-04;Sale;50|;;|Total;;-50"), "utf-8"),
        # A minus inside parentheses, and one before the sign of a currency.
        (HEAD + "2022-10-03,Rent,(-100.00)|2022-10-04,Sale,50.00", "utf-8"),
        (HEAD + "2022-10-03,Rent,-$100.00|2022-10-04,Sale,$50.00", "utf-8"),
    ],
)  # fmt: skip
def test_what_exports_look_like(tmp_path, text, encoding):
    path = tmp_path / "bank.csv"
    path.write_bytes(text.replace("|", "\n").encode(encoding))
    assert moved(told(tmp_path, path)) == ALIKE


def test_a_fee_beside_the_amount_is_part_of_what_moved(tmp_path):
    # 100.00 - 10.00 - 1.00 = 89.00, and + 10.00 = 99.00.
    path = tmp_path / "bank.csv"
    path.write_text(
        "Completed Date,Description,Amount,Fee,Balance\n2022-10-03,Shop,-10,1,89\n"
        "2022-10-04,In,10,0,99\n"
    )
    found = told(tmp_path, path)
    assert moved(found) == [("2022-10-03", Decimal(-11)), ("2022-10-04", Decimal(10))]
    assert found["gaps"] == []


def test_an_amount_as_a_power_of_ten_is_refused_with_its_row(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text(HEAD.replace("|", "\n") + "2022-10-03,Rent,-1E+05\n")
    mapping = tmp_path / "map.toml"
    mapping.write_text(run("import", "--guess", path))
    said = run("import", path, "--map", mapping, "--dry-run", status=2)
    assert "bank.csv:2: '-1E+05' in column amount is no amount" in said


def test_side_columns(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text(
        "Datum;Omschrijving;Bedrag (EUR);Af Bij\n20221003;Huur;1234,56;Af\n"
        "20221005;Verkoop;12000,00;Bij\n",
        encoding="utf-8",
    )
    assert [amount for _, amount in moved(told(tmp_path, path))] == [
        Decimal("-1234.56"),
        Decimal(12000),
    ]


def test_a_workbook_of_all_its_sheets(tmp_path):
    path = tmp_path / "bank.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for name, rows in (("Sep", ROWS[:1]), ("Oct", ROWS[1:])):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["Date", "Description", "Amount EUR"])
            for at, (when, words, amount) in enumerate(rows, 1):
                sheet.write_datetime(
                    at, 0, datetime.datetime.combine(when, datetime.time()), day
                )
                sheet.write(at, 1, words)
                sheet.write(at, 2, float(amount))
    mapping = tmp_path / "map.toml"
    mapping.write_text(run("import", "--guess", path), encoding="utf-8")
    found = json.loads(run("import", path, "--map", mapping, "--dry-run", "--json"))
    assert moved(found) == expected()
    assert found["unmatched"][0] == {"file": "bank.xlsx", "row": "Sep:2"}
    # A float with more places than the mapping says is refused, with its row.
    text = mapping.read_text(encoding="utf-8").replace("places = 2", "places = 1")
    mapping.write_text(text, encoding="utf-8")
    said = run("import", path, "--map", mapping, "--dry-run", status=2)
    assert "bank.xlsx:Sep:2: -1234.56 has more than 1 places" in said


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
<BkToCstmrStmt><Stmt>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">5000.00</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2022-10-01</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt>
<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2022-10-31</Dt></Dt></Bal>
{entries}
</Stmt></BkToCstmrStmt></Document>
"""
ENTRY = """<Ntry><Amt Ccy="EUR">{size}</Amt><CdtDbtInd>{side}</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt>
<NtryDtls><TxDtls><Refs><EndToEndId>E2E-{day}</EndToEndId></Refs>
<RltdPties><{party}><Pty><Nm>Tarn &amp; Sons</Nm></Pty></{party}>
<{party}Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></{party}Acct></RltdPties>
<RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""


def camt(closing="16764.99"):
    entries = "\n".join(
        ENTRY.format(
            size=abs(amount),
            side="DBIT" if amount < 0 else "CRDT",
            party="Cdtr" if amount < 0 else "Dbtr",
            day=day,
            words=words.replace("&", "&amp;"),
        )
        for day, words, amount in ROWS
    )
    return CAMT.format(closing=closing, entries=entries)


def test_camt(tmp_path):
    # 5,000.00 - 1,234.56 + 12,000.00 - 0.50 + 1,000.05 = 16,764.99
    path = tmp_path / "bank.xml"
    path.write_text(camt(), encoding="utf-8")
    found = told(tmp_path, path)
    assert moved(found) == expected()
    assert found["gaps"] == []
    assert found["flows"][1]["payee"] == "Tarn & Sons"
    path.write_text(camt("16765.99"), encoding="utf-8")
    (gap,) = told(tmp_path, path)["gaps"]
    assert (gap["expected"], gap["found"]) == ("16764.99", "16765.99")


def test_camt_with_entities_is_refused(tmp_path):
    path = tmp_path / "bank.xml"
    mapping = tmp_path / "map.toml"
    mapping.write_text('format = "camt053"\n')
    bomb = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    text = camt().replace("<Document", bomb + "<Document")
    path.write_text(text.replace("Fee", "&a;"), encoding="utf-8")
    said = run("import", path, "--map", mapping, "--dry-run", status=2)
    assert "bank.xml:2: it has a document type" in said


OFX = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS>
<DTSERVER>20221101<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>
<STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1<ACCTID>12345678<ACCTTYPE>CHECKING
</BANKACCTFROM><BANKTRANLIST><DTSTART>20221001<DTEND>20221031
{rows}
</BANKTRANLIST><LEDGERBAL><BALAMT>16764.99<DTASOF>20221031</LEDGERBAL>
</STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def test_ofx(tmp_path):
    rows = "\n".join(
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>{day:%Y%m%d}120000<TRNAMT>{amount}"
        f"<FITID>F{at}<NAME>{words.replace('&', '&amp;').replace('ë', 'e')}</STMTTRN>"
        for at, (day, words, amount) in enumerate(ROWS)
    )
    path = tmp_path / "bank.ofx"
    path.write_text(OFX.format(rows=rows), encoding="ascii")
    found = told(tmp_path, path)
    assert moved(found) == expected()
    assert found["flows"][0]["postings"][0]["amount"] == "5000"


def test_repeated_pages_and_overlaps_count_once(tmp_path):
    head = "Date,Description,Amount,Balance\n"
    lines = [
        "2022-10-03,Rent,-100.00,900.00\n",
        "2022-10-04,Sale,50.00,950.00\n",
        "2022-10-05,Fee,-1.00,949.00\n",
        "2022-10-06,Sale,51.00,1000.00\n",
    ]
    # Rows 3 and 4 of the file stand again as 5 and 6.
    path = tmp_path / "bank.csv"
    path.write_text(head + "".join(lines[:3] + lines[1:3] + lines[3:]))
    found = told(tmp_path, path)
    assert found["duplicates"] == [
        {"file": "bank.csv", "row": 5, "of": "bank.csv:3"},
        {"file": "bank.csv", "row": 6, "of": "bank.csv:4"},
    ]
    assert found["gaps"] == []
    assert [amount for _, amount in moved(found)] == [-100, 50, -1, 51]
    # Two statements that share two rows.
    path.write_text(head + "".join(lines[:3]))
    other = tmp_path / "later.csv"
    other.write_text(head + "".join(lines[1:]))
    mapping = tmp_path / "map.toml"
    run("import", path, other, "--map", mapping, "-o", tmp_path / "case")
    case = load(tmp_path / "case" / "main.beancount")
    assert case.errors == ()
    bank = [
        posting.units
        for flow in case.flows
        for posting in flow.postings
        if posting.account == "Assets:Company:Bank"
    ]
    assert sorted(bank) == [-100, -1, 50, 51, 1000]


def test_a_repeated_page_without_running_balances(tmp_path):
    path = tmp_path / "bank.sta"
    page = ":61:2210031003D1,00NMSCNONREF\n:61:2210041004C2,50NMSCNONREF\n"
    path.write_text(
        ":20:A\n:25:1\n:28C:1\n:60F:C221001EUR10,00\n"
        + page * 2
        + ":62F:C221004EUR11,50\n"
    )
    found = told(tmp_path, path)
    assert [one["row"] for one in found["duplicates"]] == [7, 8]
    assert found["gaps"] == []


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1.234,56", "1234.56"),
        ("-1.234.567,00", "-1234567"),
        ("(12,50)", "-12.5"),
        ("12,50-", "-12.5"),
        ("12,50 S", "-12.5"),
        ("12,50 H", "12.5"),
        ("EUR 7", "7"),
        ("\u22127,00 €", "-7"),
        ("1 234 567,89", "1234567.89"),
    ],
)
def test_amounts(text, number):
    assert Notation(",", ".").amount(text) == Decimal(number)


@pytest.mark.parametrize(
    "text",
    ["", "-", "1,2,3", "1.23", "12.34,5", "abc", "1,5e3", "--5", "\u0661", ".,5.0"],
)
def test_what_is_no_amount(text):
    with pytest.raises(ValueError, match=r".*"):
        Notation(",", ".").amount(text)


def test_rows_that_state_the_balances(tmp_path):
    # 100.00 - 30.00 + 5.00 is 75.00, and the statement closes at 70.00.
    path = tmp_path / "bank.csv"
    path.write_text(
        "Date,Description,Amount\n2022-10-01,Opening balance,100.00\n"
        "2022-10-03,Rent,-30.00\n2022-10-04,Sale,5.00\n"
        "2022-10-31,Closing balance,70.00\n"
    )
    found = told(tmp_path, path)
    assert found["gaps"] == [
        {"file": "bank.csv", "row": 5, "expected": "75", "found": "70"}
    ]
    assert [amount for _, amount in moved(found)] == [-30, 5]
