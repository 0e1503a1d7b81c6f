"""What compare.py says of two freezes."""

from __future__ import annotations

import json

import pytest
from faces.compare import compare
from faces.compare import differences
from faces.normal import rounded


def _write(folder, **files):
    for name, text in files.items():
        path = folder / name.replace("_", "/") / "face.json"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")


def test_a_value_that_changed_is_told_by_its_path():
    old = {"lines": [{"account": "A", "amount": "1"}, {"account": "B", "amount": "2"}]}
    new = {"lines": [{"account": "B", "amount": "3"}, {"account": "A", "amount": "1"}]}
    assert differences(old, new) == ['lines[B].amount: "2" → "3"']


def test_items_in_another_order_differ():
    assert differences([{"id": "a"}, {"id": "b"}], [{"id": "b"}, {"id": "a"}]) == [
        ": in another order"
    ]


def test_what_is_new_and_what_is_gone_is_told():
    assert differences({"a": 1}, {"b": None}) == ["a: 1 → nothing", "b: nothing → null"]


def test_faces_that_agree_are_left_out(tmp_path):
    _write(tmp_path / "old", book_one=json.dumps([1]), book_two="{}", other_one="{}")
    _write(tmp_path / "new", book_one=json.dumps([2]), book_two="{}")
    assert compare(tmp_path / "old", tmp_path / "new") == {
        "book/one/face.json": ["[0]: 1 → 2"],
        "other": ["is in BEFORE alone"],
    }


@pytest.mark.parametrize(
    ("written", "csv", "kept"),
    [
        ("1,546,527.81", False, "1546530"),
        ("a,1500000,1546527.81", True, "a,1500000,1546530"),
        ("12.34567891", False, "12.3457"),
        ("12.3456", False, "12.3456"),
        ("9200000", False, "9200000"),
        ("-1.79069e-15", False, "0"),
        ("2021-01-02", False, "2021-01-02"),
    ],
)
def test_numbers_are_rounded_to_six_digits(written, csv, kept):
    assert rounded(written, csv=csv) == kept
    assert rounded(kept, csv=csv) == kept
