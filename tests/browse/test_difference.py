"""The page of what changed between two versions: whole in one file, and all there."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zipfile
from html import unescape

import pytest
import python_calamine
from click.testing import CliRunner
from preamble import PREAMBLE

from solvency.cli import main

#: 1,000 come in, 400 are spent; on the 31st nobody found more than 500 of the rest.
FLOWS = """
2020-01-02 * "Alameda" "Capital" ^court
  id: "F-1"
  Assets:Alameda:Bank  1,000 USD
  Equity:Alameda:Shares  -1,000 USD
2020-01-03 * "{payee}" "{said}" ^court
  id: "F-2"
  Expenses:Alameda:Costs  {spent} USD
  Assets:Alameda:Bank  -{spent} USD
"""
COUNT = (
    '2020-01-03 custom "observation" Assets:Alameda:Bank 500 USD\n'
    '  id: "O-9"\n  source: "court"\n  counted: TRUE\n'
)
GONE = """
2020-01-02 * "Alameda" "More capital" ^court
  id: "F-3"
  Assets:Alameda:Bank  50 USD
  Equity:Alameda:Shares  -50 USD
"""


def run(*words, status=0):
    ran = CliRunner().invoke(main, ["diff", *map(str, words)])
    assert ran.exit_code == status, ran.output
    return ran


@pytest.fixture
def versions(tmp_path):
    def written(
        spent="400", payee="Shop", said="Costs", more=COUNT, gone="", now_said="Costs"
    ):
        for name, words in (
            ("a", (payee, said, "400", gone)),
            ("b", (payee, now_said, spent, more)),
        ):
            folder = tmp_path / name
            folder.mkdir()
            flows = FLOWS.format(payee=words[0], said=words[1], spent=words[2])
            text = PREAMBLE + flows + words[3]
            (folder / "main.beancount").write_text(text)
        return tmp_path / "a", tmp_path / "b"

    return written


def page(tmp_path, a, b, *words):
    run(a, b, *words, "-o", tmp_path / "x.html")
    return (tmp_path / "x.html").read_text()


def section(text, key):
    """Return the rows of a part of the page, each as the texts of its cells."""
    part = re.search(
        rf'<section class="sv-block" id="{key}">(.*?)</section>', text, re.DOTALL
    )
    return [
        [
            unescape(re.sub(r"<[^>]+>", "", cell)).strip()
            for cell in re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)
        ]
        for row in re.findall(r"<tr class[^>]*>(.*?)</tr>", part[1], re.DOTALL)
    ]


def test_what_changed_and_what_follows_is_what_the_command_says(versions, tmp_path):
    a, b = versions(spent="450")
    text = page(tmp_path, a, b)
    told = json.loads(run(a, b, "--json").stdout)
    assert '<tr id="change-1"><td>F-2' in text
    assert "<td>amount</td><td>400 USD</td><td>450 USD</td>" in text
    assert "<td>O-9</td><td>added</td>" in text
    # 1,000 - 400 = 600 before, 1,000 - 450 = 550 after: 50 less, by F-2 alone.
    rows = {row[0]: row for row in section(text, "figures")}
    assert rows["Alameda assets"] == [
        "Alameda assets",
        "USD",
        "600.00",
        "550.00",
        "(50.00)",
        "F-2 (−50.00)",  # noqa: RUF001 (a minus)
    ]
    # Of 550 in the books 500 were counted: 50 are untraced, where nobody had counted.
    # The count alone, of 600, would make it 100.
    rows = {row[0]: row for row in section(text, "untraced")}
    assert rows["Alameda untraced"][2:] == ["–", "50.00", "–", "O-9 (+100.00)"]  # noqa: RUF001 (a dash)
    shown = [
        row[0]
        for key in ("figures", "untraced", "beliefs")
        for row in section(text, key)
    ]
    assert sorted(shown) == sorted(one["name"] for one in told["figures"])
    assert len(section(text, "findings")) == len(told["findings"])


def test_every_link_leads_to_a_change_of_the_page(versions, tmp_path):
    text = page(tmp_path, *versions(spent="450"))
    places = set(re.findall(r' id="([^"]+)"', text))
    links = re.findall(r'href="([^"]*)"', text)
    assert any(one.startswith("#change-") for one in links)
    assert {one.removeprefix("#") for one in links} <= places


def test_the_page_runs_nothing_fetches_nothing_and_has_its_own_style_only(
    versions, tmp_path
):
    text = page(tmp_path, *versions(spent="450"))
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)[1]
    assert unescape(policy).split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{digest}'",
        "font-src data:",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    rest = text.replace(style, "")
    assert text.count("<style") == 1
    assert not re.search(r"<(script|link|img|iframe|form|base)\b| style=| src=", rest)
    assert not re.search(r"https?://|url\((?!\"data:)|@import", text)


def test_what_a_ledger_says_is_text(versions, tmp_path):
    hostile = "<script>alert(1)</script></style>"
    a, b = versions(payee=hostile, now_said="<img src=x>")
    text = page(tmp_path, a, b)
    assert "<script" not in text
    assert "<img" not in text
    assert "&lt;img src=x&gt;" in text
    assert text.count("</style>") == 1


def test_versions_that_are_the_same_say_so(versions, tmp_path):
    a, _ = versions()
    text = page(tmp_path, a, a)
    assert "Nothing differs." in text
    assert "change-1" not in text


def test_a_workbook_has_the_flows_that_went_and_links_to_them(versions, tmp_path):
    a, b = versions(gone=GONE)
    run(a, b, "-o", tmp_path / "x.xlsx")
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "x.xlsx"))
    assert book.sheet_names[-2:] == ["Flows", "Sources"]
    flows = book.get_sheet_by_name("Flows").to_python()[3:]
    assert [row[0] for row in flows] == ["F-3"]
    with zipfile.ZipFile(tmp_path / "x.xlsx") as packed:
        sheet = packed.read("xl/worksheets/sheet1.xml").decode()
    # Its name is linked to the first row below the heads.
    assert re.search(r"location=\"'Flows'!A4\" display=\"F-3\"", sheet)
    assert [row[0] for row in book.get_sheet_by_name("Sources").to_python()[3:]] == [
        "court"
    ]


def test_a_file_of_another_kind_is_refused_before_the_work(tmp_path):
    ran = run("no", "such", "-o", tmp_path / "x.pdf", status=2)
    assert "must end in .html or .xlsx" in ran.output
