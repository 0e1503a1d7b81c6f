"""Lists of names that begin as a longer one."""

from __future__ import annotations

import pytest

from solvency.figures.first_names import WRITTEN_OUT
from solvency.figures.first_names import DatedNames
from solvency.figures.first_names import FirstNames
from solvency.figures.first_names import after
from solvency.figures.first_names import all_of
from solvency.figures.first_names import joined

MANY = 4 * WRITTEN_OUT


@pytest.fixture
def dated() -> DatedNames:
    # Two accounts, one after the other, each with a flow a day.
    return DatedNames((f"{one}{day}", day) for one in "ab" for day in range(MANY))


def test_few_names_are_in_the_order_they_were_given_in(dated: DatedNames) -> None:
    assert dated.until(1) == ("a0", "a1", "b0", "b1")
    assert dated.until(-1) == ()


def test_many_names_are_the_first_of_one_list(dated: DatedNames) -> None:
    one, other = dated.until(WRITTEN_OUT), dated.until(MANY - 2)
    assert isinstance(one, FirstNames)
    assert one.of is other.of
    assert len(one) == 2 * WRITTEN_OUT + 2
    assert [*other][: len(one)] == [*one]
    assert set(one) == {f"{x}{n}" for x in "ab" for n in range(WRITTEN_OUT + 1)}
    assert dated.until(WRITTEN_OUT) is one
    assert f"b{WRITTEN_OUT}" in one
    assert f"b{WRITTEN_OUT + 1}" not in one


def test_what_is_joined_to_it_comes_after_it_each_once(dated: DatedNames) -> None:
    one = dated.until(WRITTEN_OUT)
    late = f"a{WRITTEN_OUT + 1}"
    found = joined([("c", "a0"), one, ("c", late)])
    assert isinstance(found, FirstNames)
    assert found.more == ("c", late)
    assert [*found] == [*one, "c", late]
    assert len(found) == len(one) + 2
    assert found[-1] == late
    assert late in found
    assert found != one


def test_some_names_and_then_the_others_of_one_list() -> None:
    whole = all_of(f"f{n}" for n in range(MANY))
    found = after(("f9", "x", "f2", "f9"), whole)
    assert isinstance(found, FirstNames)
    assert found.of is whole.of
    assert found[:6] == ("f9", "x", "f2", "f0", "f1", "f3")
    assert len(found) == len([*found]) == len(set(found)) == MANY + 1
    assert {"x", "f9", f"f{MANY - 1}"} <= set(found)
    assert "x" in found
    assert found == after(("f9", "x", "f2"), whole) != after(("x", "f9", "f2"), whole)
    # What is joined before it stays before it, and what comes after it after.
    every = joined([("y", "f7"), found, ("z", "f1")])
    assert every[:7] == ("y", "f7", "f9", "x", "f2", "f0", "f1")
    assert every[-1] == "z"
    assert len(every) == len(set(every)) == MANY + 3


def test_of_few_names_each_list_is_written_out() -> None:
    assert after(("b",), all_of("abc")) == ("b", "a", "c")


def test_without_one_lists_are_joined_in_order() -> None:
    assert joined([("b", "a"), ("a", "c")]) == ("b", "a", "c")
