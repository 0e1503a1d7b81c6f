"""No ledger takes the program down: each ends in a message with its file and line."""

from __future__ import annotations

import os
import re
import shutil
import socket
from itertools import pairwise
from pathlib import Path

import pytest
from fuzzing import Program
from hypothesis import given
from hypothesis import strategies as st
from preamble import PREAMBLE

import solvency
from solvency.ledger.files import source

ATTACKS = sorted((Path(__file__).parent / "attacks").glob("*.beancount"))
#: Those of the attacks that are ledgers all the same.
#: Files without a fault that declare nothing of a case.
NOTHING = {"trace-case372", "trace-interpolate393"}
SOUND = {"formats131", "trace-frame151", "trace-waterfall121"}
PLACE = re.compile(r"^\S+:[1-9]\d*: [a-z-]+: ", re.MULTILINE)
FIRST = PREAMBLE.count("\n")


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    """The program in a process of its own for each ledger, loaded once for all."""
    with Program(tmp_path_factory.mktemp("program")) as program:
        yield program


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_an_attack_ends_in_a_message(path, tmp_path, program):
    folder = tmp_path
    name = path.name
    if path.stem == "fifo":
        os.mkfifo(folder / "x.b")
        shutil.copy(path, folder / name)
        path = folder / name
    # A signal counts as failure: its status is below zero.
    status, printed = program.run("check", str(path))
    assert status in {0, 1, 2, 3}, printed
    assert "Traceback" not in printed
    places = PLACE.findall(printed)
    if path.stem in NOTHING:
        assert status in {1, 2}
        assert "is no case yet" in printed
    elif path.stem in SOUND:
        assert status == 0
    else:
        assert status == 1
        assert places
        assert all(place.startswith(str(path)[:1]) or name in place for place in places)


@pytest.mark.parametrize(
    "text",
    [
        '2020-01-02 custom "spread" "B1" 1/0',
        '2020-01-02 custom "spread" "B1" 1/(2-2)',
        '2020-01-02 custom "spread" "B1" 1 / 0.00',
        '2020-01-02 custom "spread" "B1" 0/0',
        '2020-01-02 custom "spread" "B1" -(1/0)*(0/0)+((1/0))',
        "2020-01-02 price USD 1/0 EUR",
        "2020-01-02 balance Assets:FTX:Bank 1/0 USD",
        "2020-01-02 balance Assets:FTX:Bank 0 ~ 1/0 USD",
        '2020-01-02 custom "entity" "A" "a"\n  role: 1/0',
        '2020-01-02 custom "entity" "A" "a"\n  role: 1/0 USD',
        "pushmeta role: 1/0\npopmeta role:",
        '2020-01-02 * "x" ^court\n  Assets:FTX:Bank  1/0 USD\n  Equity:FTX:Shares',
        (
            '2020-01-02 * "x" ^court\n  Assets:FTX:Bank  1 USD {1/0 EUR}\n'
            "  Equity:FTX:Shares"
        ),
        (
            '2020-01-02 * "x" ^court\n  Assets:FTX:Bank  1 USD {{2 # 1/0 EUR}}\n'
            "  Equity:FTX:Shares"
        ),
        (
            '2020-01-02 * "x" ^court\n  Assets:FTX:Bank  1 USD @ 1/0 EUR\n'
            "  Equity:FTX:Shares"
        ),
        (
            '2020-01-02 * "x" ^court\n  Assets:FTX:Bank  1 USD @@ 1/0 EUR\n'
            "  Equity:FTX:Shares"
        ),
        "2020-01-02 price USD " + "*".join(["9" * 250] * 4100) + " EUR",
        f"2020-01-02 price USD 1{'0' * 100} EUR",
        f"2020-01-02 price USD 0.{'0' * 120}1 EUR",
        f"2020-01-02 price USD -{'9' * 200} EUR",
    ],
)
def test_no_number_is_infinite_or_endless(ledger, text, program):
    path = ledger.write(f"{PREAMBLE}{text}\n")
    status, printed = program.run("check", str(path))
    assert status == 1, printed
    assert "Traceback" not in printed
    found = [
        (error.line, error.rule)
        for error in solvency.load(path).errors
        if error.rule == "number"
    ]
    # The line of the number: within a transaction or metadata, the second.
    last = 2 if "\n  " in text else 1
    assert found
    assert {line for line, _ in found} == {FIRST + last}


def test_numbers_are_exact_to_their_greatest_length(ledger):
    # 100 digits before the point and 120 after; beancount's parser rounds to 28
    # where a sign stands before the number.
    number = "1" * 100 + "." + "2" * 120
    case = ledger.case(f"""\
        2020-01-02 * "Alameda" "Moves" ^court
          Assets:Alameda:Bank  {number} USD
          Equity:Alameda:Shares  -{number} USD
        """)
    units = [f"{posting.units:f}" for posting in case.flows[0].postings]
    assert units == [number, f"-{number}"]


def test_a_quotient_is_rounded_to_sixty_digits(ledger):
    case = ledger.case("2020-01-02 price ABC 2/3 USD\n2020-01-02 commodity ABC\n")
    assert f"{case.prices[0].number:f}" == "0." + "6" * 59 + "7"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('2020-01-02 custom "entity" "A" "a"\n  lineno: 7\n', 2),
        ('2020-01-02 custom "entity" "A" "a"\n  filename: "/etc/shadow"\n', 2),
        ("2020-01-02 open Equity:FTX:X\n  lineno: 5 BTC\n", 2),
        ('pushmeta lineno: "x"\npopmeta lineno:\n', 1),
        ("pushmeta filename: 2020-01-01\npopmeta filename:\n", 1),
        (
            (
                '2020-01-02 * "x" ^court\n  Assets:FTX:Bank  1 USD\n  lineno: 3\n'
                "  Equity:FTX:Shares\n"
            ),
            3,
        ),
        (
            (
                '2020-01-02 * "x" ^court\n  Assets:FTX:Bank  1 USD\n  added: TRUE\n'
                "  Equity:FTX:Shares\n"
            ),
            3,
        ),
    ],
)
def test_metadata_moves_no_error_from_its_place(ledger, text, line):
    case = ledger.load(PREAMBLE + text)
    assert [(e.line, e.rule) for e in case.errors] == [(FIRST + line, "metadata")]
    assert case.errors[0].file == str(ledger.folder / "main.beancount")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("pushtag #x\n", 1),
        ('\npushmeta id: "x"\n', 2),
        ("\npushmeta id: 5\n", 2),
        ('2020-01-02 custom "fava-extension"\n', 1),
        ('\n2020-01-02 custom "fava-option" 5\n', 2),
        ('option "name_assets" "A((("\n', 1),
        ('option "name_assets" "(A+)+"\n', 1),
        ('\noption "inferred_tolerance_default" "USD:Infinity"\n', 2),
        ('\noption "tolerance_multiplier" "NaN"\n', 2),
        ('\noption "display_precision" "USD:x"\n', 2),
        (f"\n2020-01-02 price USD {'9' * 500} EUR\n", 2),
        ('plugin "beancount.plugins.nowhere"\n', 1),
        ("\n2020-01-02 price USD " + "(" * 20_000 + "1" + ")" * 20_000 + " EUR\n", 2),
        ('\n2020-01-02 custom "entity" "' + "\n" * 70 + '" "x"\n', 2),
    ],
)
def test_what_beancount_fails_on_is_an_error_at_its_line(ledger, text, line):
    case = ledger.load(PREAMBLE + text)
    assert {FIRST + line} <= {error.line for error in case.errors}
    assert {error.file for error in case.errors} == {
        str(ledger.folder / "main.beancount")
    }
    assert not any("Traceback" in error.message for error in case.errors)


#: A value of each type that metadata can have.
VALUES = (
    '"words"',
    "5",
    "-1",
    "0.5",
    "5 BTC",
    "-5 USD",
    "2020-01-01",
    "TRUE",
    "FALSE",
    "NULL",
    "USD",
    "#tag",
    "Assets:FTX:Bank",
    "",
    "9" * 60,
)
KEYS = [
    "role",
    "group",
    "silo",
    "name",
    "issuer",
    "liquidity",
    "max-price-age",
    "halving",
    "float",
    "counterparty",
    "intercompany",
    "term",
    "rank",
    "custody",
    "pledged-to",
    "for",
    "stake-in",
    "limit",
    "recovery",
    "recovery-low",
    "recovery-high",
    "grade",
    "publisher",
    "url",
    "mirror",
    "sha256",
    "note",
    "locator",
    "locator-court",
    "prior",
    "excludes",
    "hypotheses",
    "default",
    "source",
    "from",
    "side",
    "mark",
    "perimeter",
    "claim",
    "interval",
    "low",
    "high",
    "error",
    "id",
    "seq",
    "basis",
    "amount-from",
    "purpose",
    "driver",
    "through",
    "on",
    "severity",
    "minimum",
    "maximum",
    "days",
    "inflow-cap",
    "runoff",
    "horizon",
    "stress",
    "level",
    "commodity",
    "affiliates",
    "statement",
]
HEADS = (
    '2020-01-02 custom "entity" "Third" "x"',
    '2020-01-02 custom "source" "web" "x"',
    '2020-01-02 custom "hypothesis" "h" "x"',
    '2020-01-02 custom "scenario" "s" "x"',
    '2020-01-02 custom "observation" Assets:FTX:Bank 5 USD',
    '2020-01-02 custom "invariant" "liquidity-coverage" "FTX"',
    '2020-01-02 custom "depth" 5 FTT',
    '2020-01-02 custom "spread" "B1" 0.5',
    '2020-01-02 custom "title" "zh" "x"',
    "2020-01-02 open Assets:FTX:New",
    "2020-01-02 commodity FTT",
    "2020-01-02 price FTT 5 USD",
    '2020-01-02 event "petition" "FTX"',
    '2020-01-02 * "x" ^court\n  Assets:FTX:Bank  1 USD\n  Equity:Alameda:Shares',
    "2020-01-02 balance Assets:FTX:Bank 0 USD",
    '2020-01-02 note Assets:FTX:Bank "x"',
)


@pytest.mark.parametrize("head", HEADS)
def test_metadata_of_any_type_is_read_or_an_error_at_its_line(ledger, head):
    first, *rest = head.split("\n")
    for value in VALUES:
        lines = [PREAMBLE]
        for key in KEYS:
            lines += [first, f"  {key}: {value}", *rest, ""]
        case = ledger.load("\n".join(lines))
        last = "\n".join(lines).count("\n") + 1
        for error in case.errors:
            assert FIRST < error.line <= last, error
            assert "failed" not in error.message, error


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("2020-01-01 open Assets:A".encode("utf-16"), 1, "UTF-16"),
        ("2020-01-01 open Assets:A".encode("utf-16-le"), 1, "UTF-16"),
        ("2020-01-01 open Assets:A".encode("utf-16-be"), 1, "UTF-16"),
        ("2020-01-01 open Assets:A".encode("utf-32"), 1, "UTF-32"),
        (b"; one\n; two \xe9 three\n", 2, "byte 7 of the line is 0xe9"),
        (b"; one\n\n; \xff\xfe\n", 3, "byte 3 of the line is 0xff"),
        (b"; one\n; t\0wo\n", 2, "U+0000"),
        (b"; one\n; t\x1b[2Jwo\n", 2, "U+001B"),
        ("; one\n; t\x9bwo\n".encode(), 2, "U+009B"),
    ],
)
@pytest.mark.parametrize("included", [False, True])
def test_what_is_no_utf_8_is_one_error_with_its_line(
    ledger, content, line, says, included
):
    path = ledger.write('include "other.beancount"\n')
    other = path.parent / ("other.beancount" if included else path.name)
    other.write_bytes(content)
    (error,) = solvency.load(path).errors
    assert (error.file, error.line, error.rule) == (str(other), line, "include")
    assert says in error.message


def test_a_byte_order_mark_before_utf_8_is_skipped(ledger):
    path = ledger.write("\ufeff" + PREAMBLE)
    case = solvency.load(path)
    assert not case.errors
    assert case.currency == "USD"
    assert case.fingerprint == ledger.load(PREAMBLE).fingerprint


def test_only_regular_files_are_read(ledger):
    path = ledger.write(PREAMBLE + 'include "*.b"\n')
    os.mkfifo(path.parent / "pipe.b")
    (path.parent / "folder.b").mkdir()
    (path.parent / "nowhere.b").symlink_to("gone")
    (path.parent / "null.b").symlink_to("/dev/null")
    (path.parent / "ring.b").symlink_to("ring.b")
    ledger.write("2020-01-01 open Assets:FTX:Vault\n", "good.b")
    here = Path.cwd()
    with socket.socket(socket.AF_UNIX) as listening:
        # A socket's path may be no longer than 107 bytes.
        os.chdir(path.parent)
        try:
            listening.bind("socket.b")
        finally:
            os.chdir(here)
        case = solvency.load(path)
    assert {error.line for error in case.errors} == {FIRST + 1}
    said = " ".join(error.message for error in case.errors)
    for part in (
        "pipe.b is a named pipe",
        "folder.b is a folder",
        "socket.b is a socket",
        "null.b lies outside",
        "nowhere.b leads nowhere",
        "ring.b leads nowhere",
    ):
        assert part in said
    assert "Assets:FTX:Vault" in case.accounts


@pytest.mark.parametrize("name", ["pipe", "/dev/null", "/dev/stdin", "x" * 300, "a\0b"])
def test_the_top_file_is_a_regular_one(tmp_path, name):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(solvency.CaseError):
        solvency.load(tmp_path / name)


def test_links_in_a_circle_end(ledger):
    path = ledger.write(PREAMBLE + f'include "{"*/" * 40}*.b"\ninclude "**/*.c"\n')
    for name in ("one", "two"):
        (path.parent / name).symlink_to(".")
    errors = solvency.load(path).errors
    assert [(e.line - FIRST, e.rule) for e in errors] == [
        (1, "include"),
        (2, "include"),
    ]
    assert "too many folders" in errors[0].message


def test_files_that_include_one_another_end(ledger):
    path = ledger.write(
        PREAMBLE + 'include "a.beancount"\n',
        a_beancount='include "b.beancount"\n',
        b_beancount='include "main.beancount"\ninclude "a.beancount"\n',
    )
    errors = solvency.load(path).errors
    assert [(Path(e.file).name, e.line, e.rule) for e in errors] == [
        ("b.beancount", 1, "include"),
        ("b.beancount", 2, "include"),
    ]


def test_a_file_is_no_larger_than_the_limit(ledger, monkeypatch):
    monkeypatch.setattr(source, "LARGEST", 2**20)
    path = ledger.write(PREAMBLE + "; " + "x" * 2**20 + "\n")
    (error,) = solvency.load(path).errors
    assert "larger than 1 MiB" in error.message


@pytest.mark.parametrize(
    "text",
    [
        'custom "' + "x\n" * 2**20,
        "x" * 2**21,
        "; " + "x" * 2**21 + "\n",
        ('"' + "x\n" * 2**18 + '"\n') * 6,
        '"' + '\\"\n' * 2**20,
    ],
    ids=["open", "word", "comment", "several", "escaped"],
)
def test_a_string_and_a_line_have_a_greatest_length(ledger, text):
    path = ledger.write(PREAMBLE + text)
    (error,) = solvency.load(path).errors
    assert "longer than 1 MiB" in error.message
    assert error.line > FIRST


@given(st.lists(st.sampled_from(('"', '\\"', "\n", "x" * 7, "xx")), max_size=60))
def test_what_is_too_long_is_what_a_walk_through_it_finds(pieces):
    content = "".join(pieces).encode()
    lines = [at for at, one in enumerate(content) if one == ord("\n")]
    marks = [
        at
        for at, one in enumerate(content)
        if one == ord('"') and (not at or content[at - 1] != ord("\\"))
    ]
    wrong = None
    for places in ([-1, *lines, len(content)], [*marks, len(content)]):
        work = 0
        for start, end in pairwise(places):
            work += (end - start) ** 2
            if work > 10**2 and wrong is None:
                wrong = content.count(b"\n", 0, start + 1) + 1
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(source, "LONGEST", 10)
        if wrong is None or len(content) <= 10:
            assert source.text_of(content) == content
        else:
            with pytest.raises(source.UnreadableError) as found:
                source.text_of(content)
            assert found.value.line == wrong


def test_a_large_file_of_prices_is_read(ledger):
    # 1.6 MB without a quotation mark, in a file of its own.
    path = ledger.write(PREAMBLE + '2020-01-01 commodity BTC\ninclude "prices"\n')
    lines = [
        f"{1900 + n // 336}-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}"
        for n in range(60_000)
    ]
    ledger.write("".join(f"{day} price BTC 5 USD\n" for day in lines), "prices")
    case = solvency.load(path)
    assert len(case.prices) == 60_000


def test_what_is_no_ledger_is_not_read_to_its_end(ledger):
    path = ledger.write(PREAMBLE + "what is this\n" * 60_000)
    errors = solvency.load(path).errors
    assert len(errors) < 10_000
    assert any("rest of the file is not read" in error.message for error in errors)


def test_what_is_parsed_is_what_was_checked(ledger, monkeypatch):
    from solvency.ledger import load as loading

    path = ledger.write(PREAMBLE)
    read = loading.bytes_of

    def changed(filename):
        content = read(filename)
        Path(filename).write_text('plugin "mischief"\n' + PREAMBLE)
        return content

    monkeypatch.setattr(loading, "bytes_of", changed)
    case = solvency.load(path)
    assert not case.errors
    monkeypatch.undo()
    assert [error.rule for error in solvency.load(path).errors] == ["trust"]


def test_a_document_is_shown_to_stand_outside_though_found_by_a_link(ledger):
    case = ledger.load(
        PREAMBLE + '2020-01-02 custom "fava-option" "default-file" "../out.beancount"\n'
        '2020-01-02 custom "fava-option" "default-file" "main.beancount"\n'
        '2020-01-02 custom "fava-extension" "solvency.browse.pages"\n'
    )
    assert [(e.line - FIRST, e.rule) for e in case.errors] == [
        (1, "trust"),
        (3, "trust"),
    ]
