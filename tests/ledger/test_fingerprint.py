"""The fingerprint: recomputed by others' tools, and blind to where things stand."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import solvency
from solvency.ledger.fingerprint import _flow
from solvency.ledger.fingerprint import canonical

_PROGRAM = Path(sys.executable).with_name("solvency")


def test_text_of_several_lines_stays_one_line(ledger):
    case = ledger.case(
        """
2021-01-01 * "Costs\nof two kinds" ^court
  purpose: "one\nand\tanother"
  mine: "a\nb"
  claim: "W1, W\n2"
  Expenses:Alameda:Costs   1 USD
  Assets:Alameda:Bank
"""
    )
    assert case.flows[0].purpose == "one\nand\tanother"
    lines = canonical(case).splitlines(keepends=True)
    assert b"".join(sorted(lines)) == canonical(case)
    assert sum(line.startswith(b"flow") for line in lines) == 1


def test_the_assumptions_of_a_case_are_in_its_fingerprint_where_they_are_not_usual(
    ledger,
):
    usual = canonical(ledger.case(""))
    # The correlation of 0.5 and the scale of 4 that hold where nothing is said.
    for line in ('"correlation" "source" 0.5', '"scale" 4'):
        assert canonical(ledger.case(f"2020-01-01 custom {line}\n")) == usual
    other = canonical(
        ledger.case(
            '2020-01-01 custom "correlation" "source" 0.25\n'
            '2020-01-01 custom "scale" 7\n'
        )
    )
    more = set(other.splitlines()) - set(usual.splitlines())
    assert more == {b"correlation\t0.25", b"scale\t7"}


def test_of_what_a_flow_may_say_beside_what_it_says_alone_is_written(ledger):
    (flow,) = ledger.case(
        """
2021-01-01 * "Costs" ^court
  earliest: 2020-12-01
  Expenses:Alameda:Costs   1 USD
  Assets:Alameda:Bank
"""
    ).flows
    assert '"earliest": "2020-12-01"' in _flow(flow)
    assert "latest" not in _flow(flow)
    assert "sized-by" not in _flow(flow)


class _Text(str):
    """A string that is not plainly one."""

    __slots__ = ()


def test_what_is_said_beside_is_written_as_json_has_it_either_way(ledger):
    case = ledger.case(
        """
2021-01-01 * "Costs" ^court
  note: "Köln, \\"so\\" 3"
  Expenses:Alameda:Costs   1 USD
  Assets:Alameda:Bank
"""
    )
    (flow,) = case.flows
    other = {name: _Text(words) for name, words in flow.notes.items()}
    assert "Köln" in _flow(flow)
    assert _flow(flow._replace(notes=other)) == _flow(flow)


def _through(command, text):
    return subprocess.run(
        command,
        check=True,
        input=text,
        capture_output=True,
        env={**os.environ, "LC_ALL": "C"},
    ).stdout


def test_sort_and_sha256sum_give_the_fingerprint(harbour):
    printed = subprocess.run(
        [_PROGRAM, "check", "--canonical", harbour],
        check=True,
        capture_output=True,
    ).stdout
    in_order = _through(["sort"], printed)
    assert in_order == printed
    summed = _through(["sha256sum"], in_order)
    assert summed.decode().split()[0] == solvency.load(harbour).fingerprint


def _parts(text):
    """Cut a ledger into its options and its directives."""
    head, rest = [], []
    for line in text.splitlines(keepends=True):
        if line.startswith(("option", "plugin")):
            head.append(line)
        elif line[:1].isdigit():
            rest.append(line)
        elif rest and line.startswith("  "):
            rest[-1] += line
    return "".join(head), rest


def test_splitting_and_reordering_files_changes_nothing(ledger, harbour):
    head, parts = _parts(harbour.read_text())
    # Two flows alike but for their source, whose names must not hang on order.
    parts += [
        f'2021-12-20 * "Stamps" ^{source}\n  Expenses:Harbour:Wages  1 USD\n'
        "  Assets:Harbour:Bank\n"
        for source in ("petition", "gazette")
    ]
    whole = solvency.load(ledger.write(head + "".join(parts), "a/main.beancount"))
    half = len(parts) // 2
    split = solvency.load(
        ledger.write(
            head + 'include "2.beancount"\ninclude "1.beancount"\n', "b/main.beancount"
        )
        if ledger.write("\n\n" + "".join(reversed(parts[:half])), "b/1.beancount")
        and ledger.write("".join(reversed(parts[half:])), "b/2.beancount")
        else None
    )
    assert not whole.errors
    assert not split.errors
    assert canonical(whole) == canonical(split)
    assert whole.fingerprint == split.fingerprint


def test_comments_scenario_and_known_date_change_nothing(ledger, harbour):
    text = harbour.read_text()
    copy = solvency.load(ledger.write(text + "; more to say\n"), scenario="gambled")
    assert copy.fingerprint == solvency.load(harbour).fingerprint
    early = solvency.load(harbour, known=datetime.date(2022, 1, 15))
    assert len(early.observations) < len(copy.observations)
    assert early.fingerprint == copy.fingerprint


def test_one_digit_changes_it(ledger, harbour):
    text = harbour.read_text()
    first = solvency.load(harbour).fingerprint
    for before, after in (
        ("1,500,000 USD\n  Assets:Founder", "1,500,001 USD\n  Assets:Founder"),
        ("price BTC 45,000", "price BTC 45,001"),
        ("low:  200,000 HBR", "low:  200,001 HBR"),
        ("prior: 0.6", "prior: 0.7"),
        ("minimum: 1.0", "minimum: 1.1"),
        ("third paragraph", "fourth paragraph"),
        ('grade: "D4"', 'grade: "D3"'),
        ("error: 0.25", "error: 0.26"),
        ('operating_currency" "USD"', 'operating_currency" "BTC"'),
        ("recovery: 0.40", "recovery: 0.41"),
        ('"B2" 0.10', '"B2" 0.11'),
    ):
        assert text.count(before) >= 1, before
        changed = solvency.load(ledger.write(text.replace(before, after, 1)))
        assert changed.fingerprint != first, before


def test_a_price_stands_behind_its_units(ledger):
    text = """
2021-01-01 * "Two coins at 30,000 dollars" ^court
  Assets:Alameda:Bank   2 BTC @ 30000 USD
  Assets:Alameda:Bank    -60000 USD
"""
    lines = canonical(ledger.case(text)).decode().splitlines()
    flow = next(line for line in lines if line.startswith("flow"))
    assert flow.split("\t")[4] == (
        "Assets:Alameda:Bank 2 BTC @ 30000 USD;Assets:Alameda:Bank -60000 USD"
    )


def test_the_folder_does_not_matter(harbour, tmp_path):
    copy = shutil.copytree(harbour.parent, tmp_path / "elsewhere")
    assert (
        solvency.load(copy / "main.beancount").fingerprint
        == solvency.load(harbour).fingerprint
    )


def test_a_flow_is_written_as_json_writes_it(harbour):
    notes = {"zh-note": 'tab\tquote"back\\slash\x7f', "a": "\n\u2028 \N{SNOWMAN}"}
    for flow in solvency.load(harbour).flows:
        odd = flow._replace(purpose='a\t"b"', notes={**flow.notes, **notes})
        cells = _flow(odd).split("\t")
        said = json.loads(cells[-1])
        assert said.items() >= {**odd.locators, **odd.notes}.items()
        for cell, value in (
            (cells[3], [odd.payee or "", odd.narration]),
            (cells[10], odd.purpose),
            (cells[-1], said),
        ):
            assert cell == json.dumps(value, sort_keys=True, ensure_ascii=False)
