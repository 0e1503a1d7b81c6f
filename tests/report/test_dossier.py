"""Rows of evidence beside a ledger: read, printed beside each flow, carried along."""

from __future__ import annotations

import re
import shutil
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import solvency
from solvency.exhibits.evidence.dossier import Part
from solvency.exhibits.evidence.dossier import claimed
from solvency.figures.errors import ReportError
from solvency.report import build
from solvency.report import pages
from solvency.report import write
from solvency.report.attachments import case_files
from solvency.report.verification import contents
from solvency.report.verification.verdict import Outcome
from solvency.report.verification.verify import verify

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from solvency.ledger.case import Case

HARBOUR = Path(__file__).parents[2] / "ledgers/harbour/main.beancount"
ROWS = """\
id,note,amount,unit,low,high,parts,zh,zh-parts
R1,loan in the letter,,,,,5000000 USD drawn; 250000 USD fee,函中所述贷款,已提取;费用
R2,deposits at the petition,1500,USD,1400,1600,,,
"""


def printed(case: Case, sections: list[str]) -> Element:
    return pages.tree(build(case, case.book(), sections=sections, screen=True))


def kept(folder: Path, rows: str = ROWS) -> Case:
    """Return the small case with rows of evidence, the loan resting on both."""
    text = HARBOUR.read_text(encoding="utf-8")
    changed, count = re.subn(
        r'^  id: "loan"$', '  id: "loan"\n  claim: "R1, R2"', text, flags=re.MULTILINE
    )
    assert count == 1
    (folder / "main.beancount").write_text(changed, encoding="utf-8")
    (folder / "dossier.csv").write_text(rows, encoding="utf-8")
    return solvency.load(folder / "main.beancount")


def test_rows_are_read_with_their_other_amounts(tmp_path: Path) -> None:
    rows = claimed(kept(tmp_path))
    assert rows["R1"].amount is None
    assert rows["R1"].parts == (
        Part(Decimal(5000000), "USD", "drawn"),
        Part(Decimal(250000), "USD", "fee"),
    )
    assert (rows["R2"].low, rows["R2"].high) == (1400, 1600)


def test_in_another_language_what_has_no_words_keeps_its_own(tmp_path: Path) -> None:
    rows = claimed(kept(tmp_path), "zh")
    assert rows["R1"].words == "函中所述贷款"
    assert [part.words for part in rows["R1"].parts] == ["已提取", "费用"]
    assert rows["R2"].words == "deposits at the petition"


def test_a_case_without_rows_prints_their_ids_alone() -> None:
    assert claimed(solvency.load(HARBOUR)) == {}


def test_each_flow_prints_its_rows_and_the_part_it_moved(tmp_path: Path) -> None:
    case = kept(tmp_path)
    loan = abs(case.by_id["loan"].postings[0].units)
    case = kept(tmp_path, ROWS.replace("5000000", format(loan, "f")))
    root = pages.tree(
        build(case, case.book(), sections=["flows", "glossary"], screen=True)
    )
    flow = next(e for e in root.iter() if e.get("id") == "flow-loan")
    text = " ".join("".join(flow.itertext()).split())
    assert f"R1 loan in the letter: {loan:,f} USD drawn; R2" in text
    assert "deposits at the petition: 1,500 USD (1,400 to 1,600)" in text
    assert "fee" not in text


def noted(folder: Path) -> tuple[Case, str]:
    """Return the case with its first row noted from the loan's source, and that."""
    source = kept(folder).by_id["loan"].sources[0]
    head, first, *rest = ROWS.splitlines()
    rows = [f"{head},source", f"{first},{source}; unknown", *(f"{x}," for x in rest)]
    return kept(folder, "\n".join(rows) + "\n"), source


def words_at(root: Element, place: str) -> str:
    """Return the words of the element with an id."""
    found = next(e for e in root.iter() if e.get("id") == place)
    return " ".join("".join(found.itertext()).split())


def test_a_source_shows_what_was_noted_from_it(tmp_path: Path) -> None:
    case, source = noted(tmp_path)
    root = pages.tree(
        build(case, case.book(), sections=["flows", "sources"], screen=True)
    )
    row = words_at(root, f"source-{source}")
    assert (
        "Noted from it: R1 loan in the letter, 5,000,000 USD drawn, 250,000 USD fee"
        in row
    )


def test_paper_has_what_was_noted_beside_the_flow_that_rests_on_it(
    tmp_path: Path,
) -> None:
    case, source = noted(tmp_path)
    root = pages.tree(build(case, case.book(), sections=["flows", "sources"]))
    flow = words_at(root, "flow-loan")
    assert "R1 loan in the letter: 5,000,000 USD drawn; R2 deposits" in flow
    assert "After the sources of a flow stands what was noted" in "".join(
        root.itertext()
    )
    # Once is enough: beside the flow.
    assert "loan in the letter" not in words_at(root, f"source-{source}")


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("note", "no page or paragraph was noted."),
        ("locator", "where a page or paragraph was noted, it stands there too."),
    ],
)
def test_paper_speaks_of_pages_only_where_one_was_noted(
    key: str, words: str, tmp_path: Path
) -> None:
    kept(tmp_path)
    path = tmp_path / "main.beancount"
    whole = path.read_text(encoding="utf-8")
    text = re.sub(r'^  locator.*: ".*"\n', "", whole, flags=re.MULTILINE)
    text = text.replace('  id: "loan"\n', f'  id: "loan"\n  {key}: "page 4"\n')
    path.write_text(text, encoding="utf-8")
    case = solvency.load(path)
    root = pages.tree(build(case, case.book(), sections=["flows"]))
    assert words in "".join(root.itertext())


def test_paper_has_what_was_noted_for_no_flow_beside_its_source(
    tmp_path: Path,
) -> None:
    source = kept(tmp_path).by_id["loan"].sources[0]
    head, *rows = ROWS.splitlines()
    rows = [f"{head},source", *(f"{x}," for x in rows)]
    more = dict.fromkeys(head.split(","), "")
    more |= {"id": "R9", "note": "what it was for", "amount": "75", "unit": "USD"}
    rows.append(f"{','.join(more[name] for name in head.split(','))},{source}")
    case = kept(tmp_path, "\n".join(rows) + "\n")
    root = pages.tree(build(case, case.book(), sections=["flows", "sources"]))
    words = words_at(root, f"source-{source}")
    assert "Noted from it: R9 what it was for: 75 USD" in words


def test_paper_says_nothing_of_notes_where_a_case_keeps_none() -> None:
    case = solvency.load(HARBOUR)
    root = pages.tree(build(case, case.book(), sections=["flows"]))
    assert "what was noted" not in "".join(root.itertext())


def test_each_line_of_a_flow_has_what_is_debited_beside_what_is_credited() -> None:
    case = solvency.load(HARBOUR)
    root = pages.tree(build(case, case.book(), sections=["flows"]))
    whole = next(e for e in root.iter() if e.get("class") == "dense flows")
    for flow in whole.iter("tbody"):
        found = {True: [], False: []}
        for row in flow.iter("tr"):
            if row.get("class") == "leg":
                _, debit, _, credit = ("".join(x.itertext()) for x in row)
                found[True].append(debit)
                found[False].append(credit)
        written = case.by_id[flow.get("id").removeprefix("flow-")].postings
        for debit in (True, False):
            assert sorted(filter(None, found[debit])) == sorted(
                f"{abs(one.units):,f} {one.commodity}"
                for one in written
                if not one.added and (one.units >= 0) is debit
            )


def test_a_source_shows_the_prices_it_gives() -> None:
    case = solvency.load(HARBOUR)
    root = pages.tree(
        build(case, case.book(), sections=["flows", "sources"], screen=True)
    )
    first, *_ = (one for one in case.prices if one.commodity == "BTC")
    row = words_at(root, f"source-{first.source}")
    found = re.search(r"Prices of BTC, in USD: (.*?) ?(?:Prices of| [A-F]\d )", row)
    assert found is not None
    listed = found[1].split("; ")
    assert len(listed) == sum(
        (one.commodity, one.source) == ("BTC", first.source) for one in case.prices
    )
    assert listed[0].split()[-1] == f"{first.number:,f}"


def test_the_chronology_names_the_sources_of_events(tmp_path: Path) -> None:
    _, source = noted(tmp_path)
    path = tmp_path / "main.beancount"
    with path.open("a", encoding="utf-8") as file:
        file.write('2021-03-01 event "letter" "A letter is sent"\n  claim: "R1"\n')
    case = solvency.load(path)
    report = build(case, case.book(), sections=["chronology", "sources"], screen=True)
    root = pages.tree(report)
    number = next(x.number for x in report.notes.all if x.source.name == source)
    text = " ".join("".join(root.itertext()).split())
    assert f"Who dates what: 1 Mar 2021 {number} {case.sources[source].grade}." in text


def test_the_rows_travel_with_the_ledger_and_are_verified(tmp_path: Path) -> None:
    case = kept(tmp_path)
    assert "dossier.csv" in {one.name for one in case_files(case)}
    path = tmp_path / "x.pdf"
    write(case, case.book(), path, sections=["flows"])
    shutil.move(tmp_path / "dossier.csv", tmp_path / "elsewhere.csv")
    assert verify(path).outcome is Outcome.SAME
    with contents.opened(path) as document:
        assert contents.attachments(document)["dossier.csv"] == [ROWS.encode()]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("id,amount\nR1,1\n", "line 1: no column note"),
        ("id,note,amount\nR1,a,many\n", "line 2: amount is 'many'"),
        ("id,note,amount\nR1,a,1e999999999\n", "line 2: amount is '1e999999999'"),
        (f"id,note\nR1,{'a' * 200_000}\n", "line 2: field larger than field limit"),
        ("id,note\nR1,\x00\n", "line 2: it holds the control character U+0000"),
        ("id,note\nR1,a\nR1,b\n", "line 3: a second row R1"),
        ("id,note,parts\nR1,a,5 \n", "line 2: parts has '5'"),
        ("id,note,parts,zh-parts\nR1,a,5 USD x; 6 USD y,甲\n", "zh-parts has 1 parts"),
    ],
)
def test_what_is_wrong_is_one_line_with_its_place(
    tmp_path: Path, rows: str, said: str
) -> None:
    case = kept(tmp_path, rows)
    with pytest.raises(ReportError, match=re.escape(said)) as error:
        claimed(case, "zh")
    assert "\n" not in str(error.value)


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "case").mkdir()
    case = kept(tmp_path / "case")
    (tmp_path / "case/dossier.csv").rename(tmp_path / "secret.csv")
    (tmp_path / "case/dossier.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(ReportError, match="link out of the case's folder"):
        case_files(case)
