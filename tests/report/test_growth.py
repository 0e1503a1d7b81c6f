"""What a report carries of a case grows as its flows and its days, not as both."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import solvency
from solvency.figures.first_names import LongerNames
from solvency.figures.first_names import after
from solvency.figures.first_names import all_of
from solvency.report import attachments
from solvency.report.making import build

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """option "operating_currency" "USD"
plugin "solvency"
2020-01-01 custom "entity" "Exchange" "The exchange"
  group: TRUE
2020-01-01 custom "entity" "Customers" "Customers"
2020-01-01 open Assets:Exchange:Custody
  custody: TRUE
2020-01-01 open Liabilities:Exchange:Deposits
  counterparty: "Customers"
  rank: "customer"
2020-01-01 open Assets:Customers:Claims:Exchange
  counterparty: "Exchange"
2020-01-01 open Equity:Customers:Savings
2020-01-01 custom "invariant" "customer-assets" "Exchange"
  minimum: 1.0
2023-01-01 event "petition" "Exchange"
"""
FLOW = """{day} * "Customers" "Deposits" ^letter-{source}
  id: "D-{n:06}"
  purpose: "customers"
  Equity:Customers:Savings  -100 USD
  Assets:Customers:Claims:Exchange  100 USD
  Assets:Exchange:Custody  100 USD
  Liabilities:Exchange:Deposits  -100 USD
"""


def _figures(folder: Path, flows: int) -> tuple[bytes, list[tuple[str, ...]], dict]:
    """Return figures.json of a case with a deposit a day, its lists, and ours."""
    text = HEAD + "".join(
        f'2020-01-01 custom "source" "letter-{n}" "Letter {n}"\n  grade: "B2"\n'
        for n in range(flows // 2)
    )
    for n in range(flows):
        day = f"202{n // 336}-{n % 336 // 28 + 1:02}-{n % 28 + 1:02}"
        text += FLOW.format(day=day, n=n, source=n // 2)
    path = folder / f"{flows}.beancount"
    path.write_text(text)
    case = solvency.load(path)
    assert not case.errors
    report = build(case, case.book(), sections=["segregation"])
    content = attachments.figures(report, ()).content
    ours = {one["key"]: one for one in attachments.listed(report)}
    return content, _lists(json.loads(content)["lists"]), ours


def _lists(said: list) -> list[tuple[str, ...]]:
    """Return lists as the documentation has it that they are read."""
    found: list[tuple[str, ...]] = []
    for one in said:
        names = one
        if isinstance(one, dict):
            before = one.get("before", [])
            first = found[one["of"]][: one["first"]]
            rest = (name for name in first if name not in before)
            names = (*before, *rest, *one.get("more", ()))
        found.append(tuple(names))
    return found


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory):
    return _figures(tmp_path_factory.mktemp("growth"), 1_000)


def test_lists_are_those_the_figures_rest_on(larger) -> None:
    content, lists, ours = larger
    document = json.loads(content)
    assert document["format"] == attachments.FORMAT == 3
    for one in document["figures"]:
        for names in ("flows", "sources"):
            assert lists[one[names]] == tuple(ours[one["key"]][names])
    # What a day broke or held is judged with all flows, each named once.
    day = next(x for x in document["figures"] if x["key"].endswith("-01-02:owed"))
    assert len(lists[day["flows"]]) == len(set(lists[day["flows"]])) == 1_000
    assert len(lists[day["sources"]]) == 500


def test_a_list_that_begins_as_another_refers_to_it() -> None:
    names = LongerNames(f"F-{n:04}" for n in range(1_000))
    every, first = names.first(1_000), names.first(400, ("X-1",))
    lists = attachments._Lists()
    assert [lists.place(one) for one in (("A",), first, every, first)] == [0, 2, 1, 2]
    said = [json.loads(one) for one in lists.written()]
    assert said[2] == {"first": 400, "of": 1, "more": ["X-1"]}
    assert _lists(said) == [("A",), names.names, tuple(first)]


def test_a_list_of_all_but_some_that_come_first_refers_to_it() -> None:
    every = all_of(f"F-{n:04}" for n in range(1_000))
    own = after(("F-0007", "X-1"), every)
    lists = attachments._Lists()
    assert [lists.place(one) for one in (own, every, own)] == [1, 0, 1]
    said = [json.loads(one) for one in lists.written()]
    assert said[1] == {"first": 1_000, "of": 0, "before": ["F-0007", "X-1"]}
    assert _lists(said) == [tuple(every), tuple(own)]


def test_twice_the_flows_on_twice_the_days_is_twice_the_bytes(
    larger, tmp_path: Path
) -> None:
    content, _, _ = larger
    smaller, _, _ = _figures(tmp_path, 500)
    assert len(content) < 2.1 * len(smaller)
    # Each list written out would be a thousand days of five hundred names.
    said = json.loads(content)["lists"]
    assert (
        sum(len(one.get("more", "") if isinstance(one, dict) else one) for one in said)
        < 10_000
    )
