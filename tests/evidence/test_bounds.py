"""What a mapping, a document or a case may state: bounds, each told with its line."""

from __future__ import annotations

import signal

import pytest
from click.testing import CliRunner

from solvency.cli import main
from solvency.evidence import mapping as mappings
from solvency.evidence.intake import take_in
from solvency.evidence.mapfile import parsed
from solvency.evidence.records import EvidenceError
from solvency.ledger.load import load

BANK = "Date,Amount,Description\n2022-10-03,-5.00,Rent\n2022-10-04,7.50,Sale\n"
COLUMNS = (
    'currency = "EUR"\n'
    'columns = { date = "Date", amount = "Amount", narration = "Description" }\n'
)


@pytest.fixture
def imported(tmp_path):
    """Import a statement by a mapping; return the exit status and what was said."""

    def run(mapping="", bank=BANK, name="bank.csv"):
        (tmp_path / name).write_text(bank, encoding="utf-8")
        (tmp_path / "m.toml").write_text(COLUMNS + mapping, encoding="utf-8")
        asked = [str(tmp_path / name), "--map", str(tmp_path / "m.toml")]
        ran = CliRunner().invoke(main, ["import", *asked, "-o", str(tmp_path / "case")])
        return ran.exit_code, ran.output

    return run


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("places = 999999999", "m.toml:3: `places` of the mapping is 999999999"),
        ("places = -1", "m.toml:3: `places` of the mapping is -1"),
        ("header = 9999999999", "m.toml:3: `header`"),
        ("window = 99999999999999", "m.toml:3: `window`"),
        ("published = 0001-01-01", "m.toml:3: `published` is 0001-01-01"),
        ("at = 2022-01-01T10:00:00", "m.toml:3: `at` of the mapping"),
        ('date-formats = ["%Y%Y"]', "m.toml:3: `date-formats` has '%Y%Y'"),
        ('date-formats = ["%"]', "which writes no day"),
        ('date-formats = [\n"%Y-%m-%d",\n"%Q"]', "m.toml:5: `date-formats` has '%Q'"),
        ('decimal = ""', "m.toml:3: `decimal` is ''"),
        ('encoding = "punycode"', "m.toml:3: `encoding` is 'punycode'"),
        ('role = """a"\n2020-01-01 open Assets:X:Y"""', "m.toml:3: `role` is"),
        (
            '[[rules]]\nmatch = "a"\nskip = true\n[[rules]]\nmatch = "("\nskip = true',
            "m.toml:7: the match pattern '(' is none",
        ),
        (
            (
                '[[rules]]\nmatch = "a"\naccount = "Expenses:A:B"\n'
                '[[rules]]\nmatch = "b"\naccount = "Rent"'
            ),
            "m.toml:8: a rule's account is 'Rent'",
        ),
        ('acount = "Assets:A:B"', "m.toml:3: `acount` is no key of the mapping"),
        ('files = [{ name = "x", sign = "up" }]', "m.toml:3: `sign` is 'up'"),
    ],
)
def test_a_value_of_a_mapping_is_refused_at_its_line(imported, text, said):
    status, output = imported(text)
    assert status == 2, output
    assert said in output
    assert len(output.splitlines()) == 1


@pytest.mark.parametrize("key", ["match", "skip"])
def test_a_pattern_that_goes_on_for_ever_is_ended(imported, monkeypatch, key):
    # Forty letters and no match: 2^40 ways to part them.
    monkeypatch.setattr(mappings, "MOST_SECONDS", 1)
    rule = {
        "match": '[[rules]]\nmatch = "(a+)+$"\naccount = "Expenses:Company:Rent"',
        "skip": 'skip = [\n"(a+)+$"]',
    }[key]
    status, output = imported(rule, BANK.replace("Rent", "a" * 40 + "!"))
    assert status == 2
    assert f"m.toml:4: the {key} pattern '(a+)+$' takes more than 1 seconds" in output


def test_patterns_that_end_are_not_ended(imported, monkeypatch):
    # Each row takes far less than the limit, all together far more.
    monkeypatch.setattr(mappings, "MOST_SECONDS", 1)
    rows = "".join(f"2022-10-03,-{at}.00,{'a' * 17}!{at}\n" for at in range(1, 25))
    status, output = imported('skip = ["(a+)+$"]\n', "Date,Amount,Description\n" + rows)
    assert status == 0, output


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("0001-01-01,5.00,x", "bank.csv:2: its day is 0001-01-01, a day before 1800"),
        ("9999-12-31,5.00,x", "bank.csv:2: its day is 9999-12-31"),
        (f"2022-10-03,{'9' * 61},x", "bank.csv:2: "),
    ],
)
def test_a_row_out_of_bounds_is_refused(imported, row, said):
    status, output = imported(bank=f"Date,Amount,Description\n{row}\n")
    assert status == 2, output
    assert said in output


FLOW = """
2022-10-03 * "Rent" ^bank
  id: "I-0123456789abcdef"
  row: "bank.csv:2"
  Assets:Company:Bank  -5.00 EUR
  Assets:Company:Suspense  5.00 EUR
"""


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        (
            "import-b.beancount",
            FLOW + FLOW.replace("2022-10-03", "2021-99-99"),
            "import-b.beancount:8: 2021-99-99 is no day",
        ),
        (
            "import-b.beancount",
            FLOW.replace("-5.00", "1.2.3"),
            "import-b.beancount:5: Assets:Company:Bank 1.2.3 EUR is no posting",
        ),
        (
            "import-b.beancount",
            FLOW.replace("Assets:Company:Bank", "Bank"),
            "import-b.beancount:5: Bank -5.00 EUR is no posting",
        ),
        (
            "import-accounts.beancount",
            "2022-01-01 open Assets:Company:A\n2021-99-99 open Assets:Company:B\n",
            "import-accounts.beancount:2: 2021-99-99 is no day",
        ),
        ("x.beancount", '; "' + "x" * 3_000_000, "x.beancount:1: a string or line"),
        ("x.beancount", "; a\n; \x00", "x.beancount:2: it holds the control character"),
    ],
)
def test_a_file_of_the_case_is_refused_at_its_line(
    imported, tmp_path, name, text, said
):
    case = tmp_path / "case"
    case.mkdir()
    (case / name).write_text(text, encoding="utf-8")
    status, output = imported()
    assert status == 2, output
    assert said in output
    assert (case / name).read_text(encoding="utf-8") == text


def test_sources_are_found_in_a_time_that_grows_with_the_file(imported, tmp_path):
    """Two hundred thousand beginnings of a source, none of which ends."""
    case = tmp_path / "case"
    case.mkdir()
    line = '  custom "source" "a"\n'
    (case / "import-b.beancount").write_text(line * 200_000, encoding="utf-8")
    assert imported()[0] == 0


def test_names_of_an_account_end_with_their_string(imported, tmp_path):
    status, output = imported(r'known-as = ["a\\", "b\"\n2020-01-01 open Assets:X:Y"]')
    assert status == 0, output
    case = load(tmp_path / "case" / "main.beancount")
    assert case.errors == ()
    assert "Assets:X:Y" not in case.accounts


def test_what_opens_later_is_moved_back(imported, tmp_path):
    assert imported()[0] == 0
    earlier = BANK.replace("2022-10", "2022-09")
    assert imported(bank=earlier, name="september.csv")[0] == 0
    text = (tmp_path / "case" / "import-accounts.beancount").read_text("utf-8")
    assert "2022-09-03 open Assets:Company:Bank" in text
    assert "2022-10-03 open" not in text


def test_no_clock_runs_on_after_an_import(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text(BANK, encoding="utf-8")
    with pytest.raises(EvidenceError, match="no column 'Nope'"):
        take_in([path], parsed('columns = { date = "Nope" }', "m.toml"), tmp_path)

    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)
    assert signal.getsignal(signal.SIGVTALRM) is signal.SIG_DFL
