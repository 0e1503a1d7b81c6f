"""Workbooks: numbers of more digits than a spreadsheet keeps."""

from __future__ import annotations

import io
import re
import zipfile
from decimal import Decimal

from solvency.figures.figure import SHARE
from solvency.figures.figure import Figure
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.workbook import content

LONG = Decimal("1234567890123456.78")


def sheet(*numbers: Decimal) -> tuple[str, list[str]]:
    """Return the sheet's markup, and the texts its cells name."""
    table = listing(
        "Balances",
        ("account", Heading("amount", "USD")),
        tuple((f"a{n}", number) for n, number in enumerate(numbers)),
    )
    with zipfile.ZipFile(io.BytesIO(content([table]))) as book:
        texts = book.read("xl/sharedStrings.xml").decode()
        return book.read("xl/worksheets/sheet1.xml").decode(), re.findall(
            r"<t[^>]*>([^<]*)</t>", texts
        )


def test_a_number_of_more_digits_is_text_with_the_number_beside() -> None:
    # Of 18 digits a spreadsheet keeps 15 to 17: the text has them all.
    cells, texts = sheet(LONG, Decimal(5))
    assert "1234567890123456.78" in texts
    assert "amount (USD), to 15 digits" in texts
    number = re.search(r'<c r="C4"[^>]*><v>([^<]+)</v>', cells)
    assert number is not None
    assert number[1] == "1234567890123457"
    assert re.search(r'<c r="C5"[^>]*><v>5</v>', cells)


def test_ordinary_numbers_have_nothing_beside() -> None:
    cells, texts = sheet(Decimal("12.50"))
    assert not any("15 digits" in text for text in texts)
    assert '<c r="C4"' not in cells


def test_a_bound_is_a_number_with_its_sign_in_its_format() -> None:
    least = Figure("least", Decimal(8), "USD", sign="\N{GREATER-THAN OR EQUAL TO} ")
    belief = Figure("belief", Decimal("0.998"), SHARE, sign=">", limit=Decimal("0.99"))
    columns = tuple(Column(one.key, one.key) for one in (least, belief))
    table = Table(
        "t", "T", (), "", columns=columns, rows=(Row("r", ("R",), (least, belief)),)
    )
    with zipfile.ZipFile(io.BytesIO(content([table]))) as book:
        cells = book.read("xl/worksheets/sheet1.xml").decode()
        styles = book.read("xl/styles.xml").decode()
    assert re.search(r'<c r="B4"[^>]*><v>8</v>', cells)
    assert re.search(r'<c r="C4"[^>]*><v>0.998</v>', cells)
    assert 'formatCode="&quot;\N{GREATER-THAN OR EQUAL TO} &quot;#,##0"' in styles
    assert 'formatCode="&quot;&gt;99%&quot;"' in styles
    assert table.to_csv().splitlines()[1] == "R,\N{GREATER-THAN OR EQUAL TO} 8,0.998"
