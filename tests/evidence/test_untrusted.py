"""Files nobody vouches for: one message with file and row, never a traceback."""

from __future__ import annotations

import datetime
import io
import json
import random
import re
import shutil
import zipfile
from decimal import Decimal

import pikepdf
import pytest
import xlsxwriter
from boxes import write
from click.testing import CliRunner
from test_dialects import OFX
from test_dialects import camt
from test_dialects import english
from test_pdf import page
from test_pdf import printed

from solvency import confined
from solvency.cli import main
from solvency.evidence.formats import foreign
from solvency.evidence.formats.workbook import sheets
from solvency.evidence.guess import guessed
from solvency.evidence.intake import take_in
from solvency.evidence.mapfile import parsed
from solvency.evidence.records import Document
from solvency.evidence.records import EvidenceError
from solvency.ledger.load import load

MAP = __file__.replace("test_untrusted.py", "boxes.toml")
OF_BANK = """
entity = "Alder"
[[files]]
name = "*.xml"
format = "camt053"
[[files]]
name = "*.ofx"
format = "ofx"
[[files]]
name = "*.pdf"
columns.date = "Date"
columns.narration = "Details"
columns.debit = "Paid out"
columns.credit = "Paid in"
columns.balance = "Balance"
thousands = ","
currency = "EUR"
"""


@pytest.fixture(scope="module")
def samples(tmp_path_factory):
    folder = tmp_path_factory.mktemp("samples")
    write(folder)
    (folder / "bank.xml").write_text(camt(), encoding="utf-8")
    row = "<STMTTRN><TRNTYPE>X<DTPOSTED>20221003<TRNAMT>-1.00<FITID>1</STMTTRN>"
    (folder / "bank.ofx").write_text(OFX.format(rows=row), encoding="ascii")
    (folder / "bank.pdf").write_bytes(printed(page("2022-10-{:02}", english)))
    return folder


NAMES = (
    "alder-2022-09.csv",
    "birch.sta",
    "claims.xlsx",
    "trial-balance.csv",
    "bank.xml",
    "bank.ofx",
    "bank.pdf",
)


def mutated(content, draw):
    """Change a file here and there."""
    found = bytearray(content)
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(found))
        kind = draw.randrange(5)
        if kind == 0:
            found[at] = draw.randrange(256)
        elif kind == 1:
            del found[at : at + draw.randint(1, 40)]
        elif kind == 2:
            found[at:at] = draw.choice(
                [b'"', b"\0", b"\n", b"<", b"&", b"\xff", b";", b":61:", b"9" * 99]
            )
        elif kind == 3:
            found[at:at] = found[at : at + draw.randint(1, 200)]
        else:
            del found[at:]
        if not found:
            break
    return bytes(found)


@pytest.fixture
def _read_here(monkeypatch):
    """Read workbooks and PDFs here: a process for each of many takes minutes."""

    def run(module, asked, limit, *, content=b"", tell=str):
        asked = {**json.loads(json.dumps(asked)), "content": content}
        return confined.answered(confined.ended(module, asked, limit, tell))

    monkeypatch.setattr(confined, "run", run)


@pytest.mark.usefixtures("_read_here")
@pytest.mark.parametrize("name", NAMES)
def test_a_broken_file_has_one_message(samples, tmp_path, name):
    draw = random.Random(name)  # noqa: S311 (no secret)
    content = (samples / name).read_bytes()
    with open(MAP, encoding="utf-8") as file:  # noqa: PTH123 (a name beside this one)
        boxes = parsed(file.read(), "boxes.toml")
    bank = parsed(OF_BANK, "bank.toml")
    mappings = bank if name.startswith("bank") else boxes
    path = tmp_path / name
    for _ in range(60):
        path.write_bytes(mutated(content, draw))
        for act in (
            lambda: take_in([path], mappings, tmp_path / "case"),
            lambda: guessed([path]),
        ):
            said = ""
            try:
                act()
            except EvidenceError as error:
                said = str(error)
            assert "\n" not in said
            assert not said or re.match(rf"\S*{re.escape(name)}(:\S+)?: ", said), said


@pytest.mark.parametrize("name", ["alder-2022-09.csv", "birch.sta"])
def test_what_a_broken_file_becomes_loads(samples, tmp_path, name):
    draw = random.Random(name)  # noqa: S311 (no secret)
    content = (samples / name).read_bytes()
    loaded = 0
    for at in range(12):
        path = tmp_path / str(at) / name
        path.parent.mkdir()
        path.write_bytes(mutated(content, draw))
        case = path.parent / "case"
        ran = CliRunner().invoke(
            main, ["import", str(path), "--map", MAP, "-o", str(case)]
        )
        assert ran.exit_code in {0, 2}, ran.output
        if ran.exit_code == 2:
            assert not case.exists()
            continue
        loaded += 1
        assert [e.message for e in load(case / "main.beancount").errors] == []
    assert loaded


def test_words_of_a_statement_are_words_in_the_ledger(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text(
        'Date,Payee,Description,Amount\n2022-10-03,"a""b\\","x\n2022-01-01 open'
        ' Assets:X:Y\n""\nplugin ""os""\x1b[31m",-5.00\n',
        encoding="utf-8",
    )
    mapping = tmp_path / "m.toml"
    ran = CliRunner().invoke(main, ["import", "--guess", str(path)])
    mapping.write_text(ran.stdout)
    into = tmp_path / "case"
    ran = CliRunner().invoke(
        main, ["import", str(path), "--map", str(mapping), "-o", str(into)]
    )
    assert ran.exit_code == 0, ran.output
    case = load(into / "main.beancount")
    assert case.errors == ()
    (flow,) = case.flows
    assert flow.payee == 'a"b\\'
    assert "\x1b" not in (into / "import-bank-csv.beancount").read_text()
    assert set(case.accounts) == {"Assets:Company:Bank", "Assets:Company:Suspense"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("entity = [", "m.toml:1: it is no TOML"),
        ('acount = "Assets:A:B"', "If `account` is meant, write that"),
        ('kind = "statment"', "Write one of statement"),
        ('account = "Bank"', "Assets:Entity:Bank, with an entity"),
        ("header = true", "`header` of the mapping is True"),
        ('[[rules]]\nmatch = "("\naccount = "Expenses:A:B"', "is none"),
        ('[[rules]]\nmatch = "a"', "neither `account` nor `skip`"),
        ('encoding = "klingon"', "nothing knows"),
        ('columns = { datum = "x" }', "no column a mapping knows"),
        ('columns = { date = "Nope" }', "there is no column 'Nope'"),
    ],
)
def test_a_wrong_mapping_is_told(samples, tmp_path, text, said):
    mapping = tmp_path / "m.toml"
    mapping.write_text(text)
    path = samples / "trial-balance.csv"
    ran = CliRunner().invoke(
        main, ["import", str(path), "--map", str(mapping), "--dry-run"]
    )
    assert ran.exit_code == 2
    assert said in ran.output
    assert len(ran.output.splitlines()) == 1


def test_no_regular_file_is_read(tmp_path):
    for path in (tmp_path, tmp_path / "none.csv", "/dev/zero"):
        ran = CliRunner().invoke(main, ["import", "--guess", str(path)])
        assert ran.exit_code == 2
        assert len(ran.output.splitlines()) == 1


def workbook(cell):
    """Write a workbook whose last cell says that it stands somewhere else."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Date", "Description", "Amount"])
        sheet.write_row(1, 0, ["2022-10-03", "Rent", 5])
    with zipfile.ZipFile(made) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'r="C2"', f'r="{cell}"'.encode())
    again = io.BytesIO()
    with zipfile.ZipFile(again, "w") as packed:
        for name, part in parts.items():
            packed.writestr(name, part)
    return again.getvalue()


def letters(count):
    """Print one page of many letters, none of them far from the first."""
    made = pikepdf.new()
    made.add_blank_page()
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
    )
    content = (
        b"BT /F 9 Tf 10 10 Td " + b"(aaaaaaaaaaaaaaaa) Tj " * (count // 16) + b"ET"
    )
    made.pages[0].Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
    made.pages[0].Contents = made.make_stream(content)
    out = io.BytesIO()
    made.save(out, compress_streams=True)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        # 17 billion cells, which nothing holds; and a row that no number counts.
        ("far.xlsx", lambda: workbook("XFD1048576")),
        ("wild.xlsx", lambda: workbook("ZZZZZZZZ99999999999")),
        # Two million letters, some 200 bytes each in the library that reads them.
        ("bomb.pdf", lambda: letters(2_000_000)),
    ],
)
def test_a_file_that_ends_its_reader_ends_no_import(
    tmp_path, monkeypatch, name, content
):
    monkeypatch.setattr(foreign, "LIMIT", confined.Limit(3 * 2**27, 60))
    path = tmp_path / name
    path.write_bytes(content())
    mapping = tmp_path / "m.toml"
    mapping.write_text('columns = { date = "Date", amount = "Amount" }\n')
    for asked in (["--guess"], ["--map", str(mapping), "--dry-run"]):
        ran = CliRunner().invoke(main, ["import", str(path), *asked])
        assert ran.exit_code == 2, ran.output
        assert ran.output.startswith(f"Error: {name}")
        assert "Export its rows as CSV, or split it." in ran.output
        assert len(ran.output.splitlines()) == 1


def test_a_file_is_read_within_its_time(tmp_path, monkeypatch):
    monkeypatch.setattr(foreign, "LIMIT", confined.Limit(2**30, 0))
    path = tmp_path / "bank.xlsx"
    path.write_bytes(workbook("C2"))
    ran = CliRunner().invoke(main, ["import", "--guess", str(path)])
    assert ran.exit_code == 2
    assert "it takes more than 1 GiB of memory or 0 seconds" in ran.output


def test_cells_are_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(foreign, "_MOST_CELLS", 5)
    document = Document("a.xlsx", tmp_path, workbook("C2"), "")
    asked = {"what": "sheets", "name": "a.xlsx", "wanted": [], "most": None}
    found = foreign.step({**asked, "content": document.content}, str)
    assert found["refused"][2] == "it has more than 5 cells, empty ones included"


def test_cells_come_back_as_they_were_read(tmp_path):
    made = io.BytesIO()
    with xlsxwriter.Workbook(made) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("One")
        sheet.write_row(1, 0, ["words", 5, -0.1, True])
        sheet.write_datetime(1, 4, datetime.datetime(2022, 10, 3), day)  # noqa: DTZ001 (a cell has no zone)
    document = Document("a.xlsx", tmp_path, made.getvalue(), "")
    (rows,) = foreign.sheets(document, ())
    found = list(rows)
    ((above, row),) = sheets(document, ())
    assert found == [above, row]
    assert (above.label, row.label) == ("One:1", "One:2")
    assert row.cells == [
        "words",
        Decimal(5),
        Decimal("-0.1"),
        "TRUE",
        datetime.date(2022, 10, 3),
    ]


def test_a_folder_that_cannot_be_written_is_told(samples, tmp_path):
    into = tmp_path / "case"
    into.write_text("")
    shutil.copy(samples / "birch.sta", tmp_path)
    ran = CliRunner().invoke(
        main,
        ["import", str(tmp_path / "birch.sta"), "--map", MAP, "-o", str(into / "a")],
    )
    assert ran.exit_code == 2
    assert len(ran.output.splitlines()) == 1


@pytest.fixture
def brought(samples, tmp_path):
    """A folder for a case, a file outside it, and what imports one statement there."""
    case, victim = tmp_path / "matter" / "box" / "case", tmp_path / "victim.txt"
    case.mkdir(parents=True)
    victim.write_text("mine = 1\n", encoding="utf-8")

    def run():
        box = str(samples / "alder-2022-09.csv")
        return CliRunner().invoke(main, ["import", box, "--map", MAP, "-o", str(case)])

    return case, victim, run


@pytest.mark.parametrize(
    "name",
    [
        "import-accounts.beancount",
        "import-alder-2022-09-csv.beancount",
        "main.beancount",
        "names.toml",
    ],
)
def test_no_link_leads_an_import_out_of_the_case(brought, name):
    case, victim, run = brought
    (case / name).symlink_to(victim)
    found = run()
    assert found.exit_code == 2
    assert f"{name}: it is a link that leads out of the folder" in found.output
    assert victim.read_text(encoding="utf-8") == "mine = 1\n"
    assert [one.name for one in case.iterdir()] == [name]


def test_an_import_changes_no_case_above_the_folder_of_its_own(brought):
    case, _, run = brought
    above = case.parent.parent / "main.beancount"
    above.write_text("; another matter\n", encoding="utf-8")
    assert run().exit_code == 0
    assert above.read_text(encoding="utf-8") == "; another matter\n"
    assert (case / "main.beancount").is_file()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("pairs = 5\n", "`pairs` holds no tables"),
        ("pairs = [1]\n", "`pairs` holds no tables"),
        ('[[pairs]]\nname = "a"\nlike = "b"\ndecision = [1]\n', "the decision on 'a'"),
        (f"pairs = {'[' * 5000}\n", "it cannot be read"),
        (f"pairs = {'9' * 5000}\n", "it cannot be read"),
    ],
)
def test_decisions_on_names_that_are_none_are_told(brought, text, said):
    case, _, run = brought
    (case / "names.toml").write_text(text, encoding="utf-8")
    found = run()
    assert found.exit_code == 2
    assert said in found.output


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 5000])
def test_a_mapping_of_endless_numbers_or_brackets_is_told(value):
    with pytest.raises(EvidenceError, match="it is no TOML"):
        parsed(f"entity = {value}\n", "map.toml")
