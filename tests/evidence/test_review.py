"""A review is of a flow as it stands, and lost when the flow changes."""

from __future__ import annotations

import json
import re
from pathlib import Path

from click.testing import CliRunner

from solvency.cli import main
from solvency.evidence.review import reviewed
from solvency.ledger.load import load

CASE = """
option "operating_currency" "USD"
plugin "solvency"
2022-01-01 custom "entity" "Firm" "Firm"
2022-01-01 open Assets:Firm:Bank
2022-01-01 open Equity:Firm:Capital
2022-02-01 custom "source" "paper" "A paper"
  grade: "B2"
2022-01-02 * "Paid in" ^paper
  id: "F-1"
  Equity:Firm:Capital  -10 USD
  Assets:Firm:Bank  10 USD
2022-01-03 * "Paid in again" ^paper
  id: "F-2"
  Equity:Firm:Capital  -20 USD
  Assets:Firm:Bank  20 USD
"""


def check(path, *more):
    ran = CliRunner().invoke(main, ["check", str(path), "--reviewed", *more])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def test_a_review_of_no_flow_is_an_error(tmp_path):
    path = tmp_path / "main.beancount"
    for said, wrong in (
        ('"F-11" "approved"', "a review is of F-11, which there is not"),
        ('"F-1"', "a review names a flow and what was found of it"),
        ('"F-1" "banana"', "a review says 'banana' of F-1"),
        ('"F-1" TRUE', "a review names a flow and what was found of it"),
    ):
        path.write_text(CASE + f'2022-03-01 custom "review" {said}\n')
        (error,) = load(path).errors
        assert wrong in error.message
        assert (Path(error.file).name, error.rule) == ("main.beancount", "review")
    # A flow of a hypothesis that this scenario leaves out is there.
    text = CASE.replace('* "Paid in again" ^paper', '! "Paid in again" ^paper #guess')
    text += (
        '2022-01-01 custom "hypothesis" "guess" "It was paid in again"\n'
        '  prior: 0.5\n2022-03-01 custom "review" "F-2" "approved"\n'
    )
    path.write_text(text)
    assert [one.message for one in load(path).errors] == []


def test_a_redacted_copy_keeps_its_reviews(tmp_path):
    path = tmp_path / "main.beancount"
    path.write_text(CASE)
    hashes = {
        one["flow"]: one["hash"] for one in json.loads(check(path, "--json"))["reviews"]
    }
    path.write_text(
        CASE + '2022-03-01 custom "review" "F-1" "approved"\n'
        f'  by: "A. Reader"\n  hash: "{hashes["F-1"]}"\n  note: "Seen at the bank"\n'
        '2022-03-02 custom "review" "F-2" "approved"\n'
        '  by: "B. Reader"\n  hash: "0123456789abcdef"\n'
    )
    ran = CliRunner().invoke(main, ["redact", str(path), "-o", str(tmp_path / "out")])
    assert ran.exit_code == 0, ran.output
    copy = load(tmp_path / "out" / "main.beancount")
    before = {(one.day, one.status) for one in reviewed(load(path))}
    assert {(one.day, one.status) for one in reviewed(copy)} == before
    assert {one.status for one in reviewed(copy)} == {"approved", "changed"}
    text = (tmp_path / "out" / "main.beancount").read_text()
    for word in ("Reader", "Seen at", *hashes.values(), "hash of"):
        assert word not in text


def test_a_changed_flow_loses_its_review(tmp_path):
    path = tmp_path / "main.beancount"
    path.write_text(CASE)
    assert "0 of 2 flows approved" in check(path)
    first = json.loads(check(path, "--json"))["reviews"][0]
    assert (first["flow"], first["status"]) == ("F-1", "unreviewed")
    review = (
        '2022-03-01 custom "review" "F-1" "approved"\n'
        f'  by: "A. Reader"\n  hash: "{first["hash"]}"\n'
    )
    path.write_text(CASE + review)
    said = check(path)
    assert "1 of 2 flows approved" in said
    # The second of CASE: its day and amount stand beside it.
    assert re.search(r"unreviewed: F-2; 2022-\d\d-\d\d [\d.]+ USD; its hash", said)
    path.write_text(CASE.replace("10 USD", "11 USD") + review)
    said = check(path)
    assert "changed: F-1 by A. Reader on 2022-03-01" in said
    assert "0 of 2 flows approved" in said
    # A place in the file is no change of the flow.
    path.write_text("\n\n" + CASE + review)
    assert "1 of 2 flows approved" in check(path)


def test_a_question_is_no_approval(tmp_path):
    path = tmp_path / "main.beancount"
    path.write_text(CASE)
    first = json.loads(check(path, "--json"))["reviews"][0]
    path.write_text(
        CASE + '2022-03-01 custom "review" "F-1" "questioned"\n'
        f'  by: "A. Reader"\n  hash: "{first["hash"]}"\n'
    )
    assert "questioned: F-1 by A. Reader" in check(path)


def test_the_report_says_how_much_is_reviewed(tmp_path):
    ledger = tmp_path / "main.beancount"
    source = Path(__file__).parents[2] / "ledgers" / "harbour" / "main.beancount"
    text = source.read_text(encoding="utf-8")
    ledger.write_text(text, encoding="utf-8")
    page = tmp_path / "report.html"

    def printed(lang="en"):
        command = ["report", str(ledger), "-o", str(page), "--section", "basis"]
        ran = CliRunner().invoke(main, [*command, "--lang", lang])
        assert ran.exit_code == 0, ran.output
        return re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8"))

    assert "Reviewed" not in printed()
    hashes = {one.flow: one.hash for one in reviewed(load(ledger))}
    text += "".join(
        f'\n2022-03-01 custom "review" "{flow}" "approved"\n'
        f'  by: "A. Reader"\n  hash: "{hash_}"\n'
        for flow, hash_ in (
            ("deposits", hashes["deposits"]),
            ("loan", hashes["loan"]),
            ("wages", "0" * 16),
        )
    )
    ledger.write_text(text, encoding="utf-8")
    # Two stand as approved; the third was approved when it was another.
    said = printed()
    assert f"2 of {len(hashes)} flows, as they stand" in said
    assert "Of the flows, 2 were reviewed by somebody who signed for them" in said
    assert "其中2笔流水已由署名者复核" in printed("zh")
