"""A redacted copy keeps every figure, and names nobody."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from click.testing import CliRunner

from solvency.analysis.diff.headlines import headlines
from solvency.cli import main
from solvency.evidence.open_items import standing
from solvency.ledger.load import load
from solvency.ledger.vocabulary import INVARIANTS
from solvency.redact.kept_words import KEPT
from solvency.redact.kept_words import LANGUAGE
from solvency.redact.kept_words import NAMED

ROOT = Path(__file__).parents[2]
LEDGERS = ("harbour", "mf-global")


def run(*arguments, status=0):
    ran = CliRunner().invoke(main, [str(one) for one in arguments])
    assert ran.exit_code == status, ran.output
    return ran.stdout if status == 0 else ran.output


def copied(ledger, folder, *more):
    """Redact a ledger; return both cases and the key."""
    run("redact", ledger, "-o", folder, *more)
    key = json.loads(folder.with_name(f"{folder.name}.key.json").read_text())
    return load(ledger), load(folder / "main.beancount"), key


@pytest.fixture(scope="module", params=LEDGERS)
def redacted(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param) / "copy"
    top = ROOT / "ledgers" / request.param / "main.beancount"
    return (*copied(top, folder), folder)


def renamed(state, key):
    """Return headline figures under the pseudonyms of their entities."""
    figures, tests = state
    entity = {**key["entity"], "group": "group"}
    coin = key.get("commodity", {})
    return (
        {
            (
                f"{entity[name.rpartition(' ')[0]]} {name.rpartition(' ')[2]}",
                unit,
            ): value
            for (name, unit), value in figures.items()
        },
        sorted(
            (test, entity[who], said.replace(of, coin.get(of, of)) if of else said)
            for (test, who, of), said in tests.items()
        ),
    )


def test_every_figure_stays(redacted):
    case, copy, key, _ = redacted
    was = renamed(headlines(case, beliefs=False), key)
    figures, tests = headlines(copy, beliefs=False)
    assert figures == was[0]
    assert [(test, who) for test, who, _ in was[1]] == sorted(
        (test, who) for test, who, _ in tests
    )
    # Amounts of findings, whatever they are of.
    numbers = re.compile(r"worst by ([\d,.]+)")
    assert sorted(numbers.findall(" ".join(said for *_, said in was[1]))) == sorted(
        numbers.findall(" ".join(tests.values()))
    )


def test_every_flow_and_observation_stays(redacted):
    case, copy, key, _ = redacted

    def flows(one):
        return sorted(
            (f.date, sorted(abs(p.units) for p in f.postings), f.grade or "", f.basis)
            for f in one.flows
        )

    assert flows(copy) == flows(case)
    assert sorted(
        (o.date, o.amount.number, o.low or Decimal(), o.counted)
        for o in copy.observations
    ) == sorted(
        (o.date, o.amount.number, o.low or Decimal(), o.counted)
        for o in case.observations
    )
    assert {key["id"][flow.id] for flow in case.flows} == {f.id for f in copy.flows}
    assert [s.grade for s in copy.sources.values()] == [
        s.grade for s in case.sources.values()
    ]


def names_of(case):
    """Return the words of a case that a copy must not have."""
    found = {case.title, *case.titles.values(), *case.hypotheses, *case.sources}
    for one in case.flows:
        found |= {one.narration, one.payee or "", *one.notes.values()}
    for one in case.sources.values():
        found |= {one.title, one.url or "", one.publisher or "", one.sha256 or ""}
    for one in case.entities.values():
        found |= {one.name, one.description, *one.notes.values()}
    found |= {Path(file).stem for file in case.files} - {"main"}
    return {word for word in found if len(word) > 4 and re.search("[^0-9:-]", word)}


#: Names that are words of every ledger or report, such as the role `customers`.
SPOKEN = LANGUAGE | {"lenders", "prices", "accounts", "trustee"}


def test_no_byte_of_it_names_anybody(redacted):
    case, _, _, folder = redacted
    content = b"".join(path.read_bytes() for path in sorted(folder.iterdir()))
    files = " ".join(path.name for path in folder.iterdir())
    text = (content.decode() + files).casefold()
    for name in names_of(case):
        if name.casefold() not in SPOKEN:
            assert not re.search(
                rf"(?<![\w-]){re.escape(name.casefold())}(?![\w-])", text
            ), name
    assert ";" not in text.replace('";', "")


def test_its_report_says_so_and_names_nobody(redacted, tmp_path):
    case, _, _, folder = redacted
    page = tmp_path / "report.html"
    run("report", folder / "main.beancount", "--kind", "brief", "-o", page)
    text = page.read_text(encoding="utf-8")
    assert "Redacted case" in text
    for name in case.entities:
        if name.casefold() not in SPOKEN and len(name) > 4:
            assert not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text), name


def test_every_parameter_of_a_test_stays():
    # What is asked of the books decides what they answer; a note is somebody's words.
    asked = frozenset({"intraday"}).union(*INVARIANTS.values()) - {"note"}
    assert asked <= KEPT | NAMED.keys()


CASE = """
option "title" "The Orchard affair"
option "operating_currency" "USD"
option "tolerance_multiplier" "0"
plugin "solvency"
; Orchard was run from Elm Street.
2022-01-01 custom "entity" "Orchard" "Orchard Holdings of Elm Street"
  group: TRUE
  zh: "果园"
2022-01-01 custom "entity" "Meadow" "Meadow Bank"
  role: "bank"
2022-01-01 commodity ORC
  name: "Orchard token"
  issuer: "Orchard"
2022-01-01 open Assets:Orchard:Bank
  erp-account: "1000 Meadow current account"
2022-01-01 open Assets:Orchard:Tokens:ORC
2022-01-01 open Equity:Orchard:Granted
2022-01-01 open Assets:Meadow:Loans:Orchard
  counterparty: "Orchard"
2022-01-01 open Liabilities:Orchard:Loans:Meadow
  counterparty: "Meadow"
2022-01-01 open Assets:Meadow:Cash
2022-02-01 custom "source" "elm-papers" "Papers found in Elm Street"
  grade: "B2"
  url: "https://example.org/orchard"
  publisher: "The Elm Gazette"
2022-01-02 price ORC 2.5 USD
  source: "elm-papers"
2022-01-05 * "Meadow" "Loan to Orchard
over two lines" ^elm-papers
  locator: "page 7 of the Orchard file"
  row: "orchard.csv:7"
  Assets:Meadow:Cash  -100.10 USD ; wired by J. Smith
  Assets:Orchard:Bank  100.10 USD
2022-01-06 * "J. Smith" "Grant" ^elm-papers
  Assets:Orchard:Tokens:ORC  40 ORC
  Equity:Orchard:Granted
2022-01-07 note Assets:Orchard:Bank "J. Smith rang"
2022-01-08 event "petition" "Orchard"
2022-01-08 event "raid" "Elm Street"
2022-01-31 custom "observation" Assets:Orchard:Bank 90 USD
  source: "elm-papers"
  perimeter: "the account at Meadow"
"""
WORDS = ("orchard", "meadow", "elm", "smith", "果园", "orc", "gazette", "raid", "1000")


@pytest.fixture
def small(tmp_path):
    path = tmp_path / "orchard.beancount"
    path.write_text(CASE, encoding="utf-8")
    return path


def test_comments_addresses_and_free_keys_are_gone(small, tmp_path):
    case, copy, key, *_ = copied(small, tmp_path / "copy")
    (file,) = (tmp_path / "copy").iterdir()
    text = file.read_text(encoding="utf-8").casefold()
    for word in WORDS:
        assert word not in text, word
    assert copy.errors == case.errors == ()
    # 100.10 of cash; its own 40 tokens are no asset of its own.
    sheet = copy.book().balance_sheet(key["entity"]["Orchard"])
    assert sheet.totals.assets == Decimal("100.10")
    assert [event.kind for event in copy.events] == ["event", "petition"]
    assert copy.flows[0].notes["row"] == "file-01:7"


def test_a_kept_entity_keeps_its_name(small, tmp_path):
    _, copy, key = copied(small, tmp_path / "copy", "--keep", "Meadow")
    assert "Meadow" in copy.entities
    assert "Meadow" not in key["entity"]
    assert "Orchard" not in copy.entities
    said = run("redact", small, "-o", tmp_path / "b", "--keep", "Nobody", status=2)
    assert "Nobody, which is no entity" in said


def test_the_key_stays_apart_and_names_stay_stable(small, tmp_path):
    copied(small, tmp_path / "copy")
    key = tmp_path / "copy.key.json"
    assert key.stat().st_mode & 0o077 == 0
    first = (tmp_path / "copy" / "main.beancount").read_bytes()
    small.write_text(
        CASE.replace(
            '2022-01-01 custom "entity" "Meadow"',
            '2022-01-01 custom "entity" "Acorn" "Acorn"\n'
            '2022-01-01 custom "entity" "Meadow"',
        ),
        encoding="utf-8",
    )
    run("redact", small, "-o", tmp_path / "again", "--key", key)
    again = (tmp_path / "again" / "main.beancount").read_bytes()
    kept = [line for line in again.splitlines() if b"Party03" not in line]
    assert set(first.splitlines()) <= set(kept)
    said = run(
        "redact", small, "-o", tmp_path / "x", "--key", tmp_path / "x" / "k", status=2
    )
    assert "stays apart" in said
    # The last would end the string that it stands in, and begin a directive.
    forged = json.dumps({"entity": {"Meadow": 'A"\n2022-01-01 open Assets:X'}})
    for wrong in ("[]", '{"entity": []}', "[" * 100_000, "9" * 5_000, forged):
        key.write_text(wrong)
        said = run("redact", small, "-o", tmp_path / "y", "--key", key, status=2)
        assert "is no key of a redacted copy" in said
        assert not (tmp_path / "y").exists()


def test_what_is_open_of_imported_evidence_stays_with_its_row(tmp_path):
    (tmp_path / "bank.csv").write_text(
        "Date,Details,Amount,Balance\n"
        "2022-03-01,Sale to Meadow,500.00,500.00\n"
        "2022-03-02,Hall in Elm Street,-120.00,380.00\n"
        "2022-03-02,Hall in Elm Street,-120.00,380.00\n"
        "2022-03-05,Coffee,-10.00,350.00\n",
        encoding="utf-8",
    )
    (tmp_path / "m.toml").write_text(
        'kind = "statement"\nentity = "Orchard"\naccount = "Assets:Orchard:Bank"\n'
        'currency = "USD"\n[columns]\ndate = "Date"\nnarration = "Details"\n'
        'amount = "Amount"\nbalance = "Balance"\n',
        encoding="utf-8",
    )
    top = tmp_path / "case" / "main.beancount"
    run("import", tmp_path / "bank.csv", "--map", tmp_path / "m.toml", "-o", top.parent)
    case, copy, _ = copied(top, tmp_path / "copy")
    was, now = standing(case), standing(copy)
    assert [(one.kind, one.date, one.amount) for one in now] == [
        (one.kind, one.date, one.amount) for one in was
    ]
    # The statement lacks 20 between rows 3 and 5; row 4 repeats row 3; the other
    # three are in suspense.
    assert [(one.kind, one.row) for one in now] == [
        ("gap", "file-01:5"),
        ("duplicate", "file-01:4"),
        *(("suspense", f"file-01:{row}") for row in (2, 3, 5)),
    ]
    told = json.loads(run("check", tmp_path / "copy" / "main.beancount", "--json"))
    assert len(told["evidence"]) == len(was) == 5
    assert now[1].message.startswith("file-01:4 repeats file-01:3: Text ")


def test_a_row_keeps_its_numbers_and_neither_file_nor_sheet(small, tmp_path):
    rows = {
        "orchard.xlsx:Elm accounts:7": "file-01:sheet-01:7",
        "orchard.pdf:2:14": "file-01:2:14",
        "orchard.csv:7, meadow.csv:8": "file-01:7, file-02:8",
        "Meadow, elm.csv:7": "file-01:7",
        "17": "17",
    }
    for at, (row, shown) in enumerate(rows.items()):
        small.write_text(CASE.replace("orchard.csv:7", row), encoding="utf-8")
        _, copy, _ = copied(small, tmp_path / f"copy-{at}")
        assert copy.flows[0].notes["row"] == shown


def test_what_cannot_be_redacted_is_refused(small, tmp_path):
    with small.open("a", encoding="utf-8") as file:
        file.write('plugin "beancount.plugins.check_average_cost" "0.01"\n')
    said = run("redact", small, "-o", tmp_path / "copy", "--trust", status=2)
    assert "has a configuration, which may hold names" in said
    assert not (tmp_path / "copy").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    assert "is not empty" in run("redact", small, "-o", tmp_path / "full", status=2)


@pytest.mark.long
def test_the_largest_case(tmp_path):
    case, copy, key = copied(
        ROOT / "ledgers" / "ftx" / "main.beancount", tmp_path / "copy"
    )
    assert (
        headlines(copy, beliefs=False)[0]
        == renamed(headlines(case, beliefs=False), key)[0]
    )


def _within(pdf):
    """Yield every text, stream and name of a PDF, decoded, each with what it is."""
    with pikepdf.open(pdf) as book:
        for number, one in enumerate(book.objects):
            place = f"object {number}"
            if isinstance(one, pikepdf.Stream):
                yield place, one.read_bytes()
            stack = [one]
            while stack:
                part = stack.pop()
                if isinstance(part, (pikepdf.String, pikepdf.Name)):
                    yield place, str(part).encode()
                elif isinstance(part, pikepdf.Array) and not part.is_indirect:
                    stack += list(part)
                elif isinstance(part, pikepdf.Dictionary | pikepdf.Stream):
                    for key, value in part.items():
                        yield place, key.encode()
                        if not getattr(value, "is_indirect", False):
                            stack.append(value)
        for name, file in book.attachments.items():
            yield f"attachment {name}", name.encode() + file.get_file().read_bytes()
    document = pypdfium2.PdfDocument(pdf)
    for number in range(len(document)):
        text = document[number].get_textpage().get_text_range()
        yield f"page {number + 1}", text.encode("utf-8", "replace")
    document.close()


def test_no_byte_of_its_report_names_anybody(tmp_path):
    folder = tmp_path / "copy"
    case, _, key = copied(ROOT / "ledgers" / "harbour" / "main.beancount", folder)
    pdf = tmp_path / "report.pdf"
    run("report", folder / "main.beancount", "--kind", "brief", "-o", pdf)
    words = names_of(case) | {
        word for kind in key.values() if isinstance(kind, dict) for word in kind
    }
    words |= {one.payee for one in case.flows if one.payee}
    # Words that every report says, whatever its case.
    spoken = SPOKEN | {word.casefold() for word in _spoken_by_reports()}
    looked_for = {
        word.casefold().encode()
        for word in words
        if len(word) > 4 and word.casefold() not in spoken
    }
    assert len(looked_for) > 60
    assert b"harbour" in looked_for
    raw = pdf.read_bytes()
    seen = 0
    for place, content in (("the file", raw), *_within(pdf)):
        seen += 1
        low = content.casefold() if isinstance(content, str) else content.lower()
        # Text of PDFs may have two bytes a letter.
        for text in (low, low.replace(b"\0", b"")):
            for word in looked_for:
                if word in text:
                    whole = rb"(?<![\w-])" + re.escape(word) + rb"(?![\w-])"
                    assert not re.search(whole, text), (place, word)
    assert seen > 50


def _spoken_by_reports():
    """Return the words that the program and its templates print themselves."""
    found = set()
    for pattern in ("reports/**/*.html", "reports/**/*.md", "reports/**/*.po"):
        for path in ROOT.glob(pattern):
            found.update(re.findall(r"[\w-]+", path.read_text(encoding="utf-8")))
    return found


def test_a_word_that_is_left_is_found(tmp_path):
    # The search finds what is there: the same words in a report of the case itself.
    pdf = tmp_path / "report.pdf"
    ledger = ROOT / "ledgers" / "harbour" / "main.beancount"
    run("report", ledger, "--kind", "brief", "-o", pdf)
    places = {place for place, content in _within(pdf) if b"harbour" in content.lower()}
    assert any(place.startswith("attachment") for place in places)
    assert any(place.startswith("page") for place in places)
    assert any(place.startswith("object") for place in places)
