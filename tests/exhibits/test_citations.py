from __future__ import annotations

import datetime
from dataclasses import replace

import pytest

from solvency.exhibits.citations import Notes
from solvency.exhibits.citations import safe_url
from solvency.figures.formats import Locale
from solvency.ledger.case import Place
from solvency.ledger.case import Source


def source(name: str, day: int, title: str = "A title") -> Source:
    published = datetime.date(2022, 1, day)
    return Source(name, title, published, "A1", Place("x", 1), publisher="Paper")


@pytest.mark.parametrize(
    ("url", "safe"),
    [
        ("https://example.org/a?b=1", True),
        ("http://example.org", True),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("https://", False),
        ("https://exa mple.org", False),
        ("https://[bad", False),
        ("https://example.org/\u202egnp", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, safe: bool) -> None:
    assert (safe_url(url) == url and url is not None) == safe


def test_sources_are_numbered_by_publication_then_name() -> None:
    notes = Notes({"b": source("b", 2), "c": source("c", 1), "a": source("a", 2)})
    assert [(note.number, note.source.name) for note in notes.all] == [
        ("S-001", "c"),
        ("S-002", "a"),
        ("S-003", "b"),
    ]
    assert [getattr(x, "label", x) for x in notes.refs(["b", "c", "b", "gone"])] == [
        "S-001",
        ", ",
        "S-003",
    ]


def test_nothing_of_a_long_name_is_cut() -> None:
    named = source("a", 1, "word " * 40)
    note = Notes({"a": named})["a"]
    assert "word " * 39 in note.whole(Locale())
    assert note.brief == (named.publisher or named.title)


def test_a_note_at_the_foot_has_its_grade_and_where_a_copy_was_read() -> None:
    told = replace(
        source("a", 1), grade="C3", mirror="https://news.ycombinator.com/item?id=1"
    )
    notes = Notes({"a": told, "b": source("b", 2)})
    assert notes["a"].at_foot(Locale()) == (
        "C3, Paper, \u201cA title\u201d, in the copy at news.ycombinator.com"
    )
    assert notes["b"].at_foot(Locale()) == "A1, Paper, \u201cA title\u201d"
    assert [getattr(x, "label", x) for x in notes.graded(["b", "a"])] == [
        "S-001",
        " C3",
        ", ",
        "S-002",
        " A1",
    ]
