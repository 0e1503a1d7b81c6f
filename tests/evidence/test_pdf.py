"""Statements in PDF: each row read with its page and line, whatever the layout."""

from __future__ import annotations

import io
from decimal import Decimal

import pikepdf
import pytest
import weasyprint
from test_dialects import english
from test_dialects import german
from test_dialects import moved
from test_dialects import run
from test_dialects import told

#: Day of October 2022, words, amount; the opening balance is 5,000.00.
ROWS = [
    (
        at // 4 + 1,
        f"Payment {at} to Tarn & Sons",
        Decimal(137 * at + 5).scaleb(-2) * (1 if at % 3 else -1),
    )
    for at in range(60)
]


def page(form, number, *, once=False, words=2, left=False, wide=True):
    """Write the rows as a page of HTML."""
    align = "left" if left else "right"
    body, balance, before = [], Decimal(5000), ""
    for day, text, amount in ROWS:
        balance += amount
        when = form.format(day)
        told_day = "" if once and when == before else when
        before = when
        out = number(-amount) if amount < 0 else ""
        paid = number(amount) if amount > 0 else ""
        more = "<br>".join([text.replace("&", "&amp;"), "for goods"][:words])
        body.append(
            f"<tr><td>{told_day}<td>{more}<td class=n>{out}<td class=n>{paid}"
            f"<td class=n>{number(balance)}"
        )
    heads = "<th>Date<th>Details<th class=n>Paid out<th class=n>Paid in"
    return f"""<style>
    @page {{ size: A5; margin: 15mm }}
    @page {{ @bottom-left {{ content: "Page " counter(page) }} }}
    table {{ width: {"100%" if wide else "auto"}; border-collapse: collapse }}
    body {{ font: 8pt "IBM Plex Sans" }}
    .n {{ text-align: {align} }} th {{ text-align: left }}
    td, th {{ padding: 1pt 8pt 1pt 0; vertical-align: top }}
    td:first-child {{ white-space: nowrap }}
    </style><p>Nordbank, account 1234 5678, in EUR<table>
    <thead><tr>{heads}<th class=n>Balance</thead>{"".join(body)}</table>
    <p style="margin-top: 3em">Nordbank is a bank of 3 branches."""


def printed(html):
    return weasyprint.HTML(string=html).write_pdf()


@pytest.mark.parametrize(
    "html",
    [
        page("2022-10-{:02}", english),
        page("{:02}.10.2022", german, left=True),
        page("{:02} Oct 2022", english, once=True),
        page("{}/10/2022", english, words=1, wide=False),
        page("{:02} Oct 2022", english, once=True, left=True, wide=False),
    ],
    ids=["wide", "german-left", "day-once", "narrow", "all"],
)
def test_a_statement_of_several_pages(tmp_path, html):
    path = tmp_path / "bank.pdf"
    path.write_bytes(printed(html))
    found = told(tmp_path, path)
    assert moved(found) == [(f"2022-10-{day:02}", amount) for day, _, amount in ROWS]
    assert found["gaps"] == []
    # The opening balance: 5,000.00, of the first row's 4,999.95 and its -0.05.
    opening, first = found["flows"][:2]
    assert opening["postings"][0] == {
        "account": "Assets:Company:Bank",
        "amount": "5000",
        "commodity": "EUR",
    }
    assert first["narration"].startswith("Payment 0 to Tarn & Sons")
    # Page and line: the names stand on the second line of the first page.
    assert first["row"] == "bank.pdf:1:3"
    assert found["flows"][-1]["row"].split(":")[1] > "1"


def test_a_missing_page_is_named(tmp_path):
    html = page("2022-10-{:02}", english)
    with pikepdf.open(io.BytesIO(printed(html))) as book:
        assert len(book.pages) > 2
        del book.pages[1]
        book.save(tmp_path / "bank.pdf")
    found = told(tmp_path, tmp_path / "bank.pdf")
    (gap,) = found["gaps"]
    # The balance after the rows of page one, and that of the first row of what is left
    # less its amount, are those of the truth at these rows.
    balances = [Decimal(5000)]
    for _, _, amount in ROWS:
        balances.append(balances[-1] + amount)
    kept = moved(found)
    first = len(ROWS) - len(kept)
    missing = [
        at
        for at in range(len(ROWS) - first + 1)
        if [amount for *_, amount in ROWS[:at] + ROWS[at + first :]]
        == [amount for _, amount in kept]
    ]
    (cut,) = missing
    resumed = balances[cut + first + 1]
    assert gap["file"] == "bank.pdf"
    assert gap["row"].startswith("2:")
    assert Decimal(gap["found"]) == resumed
    assert Decimal(gap["expected"]) == balances[cut] + ROWS[cut + first][2]


def test_names_of_columns_on_two_lines(tmp_path):
    path = tmp_path / "bank.pdf"
    path.write_bytes(
        printed(
            "<style>td, th { padding: 0 20pt 0 0; text-align: left }</style><table>"
            "<tr><th>Date<th>Details<th>Paid<br>out<th>Paid<br>in<th>Balance<br>EUR"
            "<tr><td>2022-10-03<td>Rent<td>5.00<td><td>15.00"
            "<tr><td>2022-10-04<td>Sale<td><td>7.50<td>22.50</table>"
        )
    )
    found = told(tmp_path, path)
    assert [amount for _, amount in moved(found)] == [Decimal(-5), Decimal("7.5")]
    assert found["gaps"] == []


def test_a_register_of_claims(tmp_path):
    path = tmp_path / "claims.pdf"
    path.write_bytes(
        printed(
            "<style>td, th { padding: 0 20pt 0 0; text-align: left;"
            " vertical-align: top }"
            "</style>"
            "<p>Register of claims at 1 November 2022<table>"
            "<tr><th>Claim no<th>Creditor<th>Amount"
            "<tr><td>C-1<td>Helio Print<td>$1,200.00<tr><td>C-2<td>Quarry Lane"
            "<br>Estates<td>$50.00</table>"
        )
    )
    found = told(tmp_path, path)
    assert [(one["payee"], one["row"]) for one in found["flows"]] == [
        ("Helio Print", "claims.pdf:1:3"),
        ("Quarry Lane Estates", "claims.pdf:1:4"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"%PDF-1.7\nnothing", "it is no PDF that can be read"),
        (printed("<svg width=9 height=9><rect width=9 height=9 /></svg>"), "no text"),
        (printed("<p>Dear Sirs, we paid 5.00."), "no line of it names the columns"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path, content, said):
    path = tmp_path / "bank.pdf"
    path.write_bytes(content)
    ran = run("import", "--guess", path, status=2)
    assert said in ran
    assert len(ran.splitlines()) == 1


def test_a_pdf_under_a_password_is_told(tmp_path):
    path = tmp_path / "bank.pdf"
    with pikepdf.open(io.BytesIO(printed("<p>x"))) as book:
        book.save(path, encryption=pikepdf.Encryption(owner="o", user="u"))
    assert "without a password" in run("import", "--guess", path, status=2)
