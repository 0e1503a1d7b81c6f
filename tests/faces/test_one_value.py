"""One number has one name and one value on paper, in JSON and in Fava."""

from __future__ import annotations

import re

import pytest
from faces.one_value import ALONE
from faces.one_value import NOWHERE
from faces.one_value import RULES
from faces.shown import AGAIN
from faces.shown import Shown
from faces.shown import agree


@pytest.fixture(scope="module")
def shown(frozen):
    return Shown(frozen)


@pytest.fixture(scope="module")
def figures(shown):
    """Each figure by its key, without where it is printed again."""
    return {AGAIN.sub("", key): value for key, value in shown.figures()}


def _taken(rule, figures):
    found = []
    for key, value in figures.items():
        match = re.fullmatch(rule.keys, key)
        if match and _first(key) is rule:
            found.append((match, value))
    return found


def _first(key):
    return next((rule for rule in RULES if re.fullmatch(rule.keys, key)), None)


def _faces():
    for rule in RULES:
        for face in ("json", "page"):
            if getattr(rule, face) is None:
                continue
            differs = dict(rule.differs).get(face)
            marks = [pytest.mark.xfail(reason=differs)] if differs else []
            yield pytest.param(rule, face, marks=marks, id=f"{rule.keys}-{face}")


def _wrong(rule, face, shown, figures, *, rough):
    wrong = []
    for match, value in _taken(rule, figures):
        there = getattr(rule, face)(match, shown)
        assert there is not None, f"{match[0]}: {face} has no such number"
        if not agree(value, there, rough=rough):
            wrong.append(f"{match[0]}: {value} on paper, {there} in {face}")
    return wrong


@pytest.mark.parametrize(("rule", "face"), [*_faces()])
def test_a_figure_has_the_same_value_there(rule, face, shown, figures):
    assert _taken(rule, figures), "no figure of the report is of this kind"
    rough = face in dict(rule.rough)
    assert not _wrong(rule, face, shown, figures, rough=rough)


@pytest.mark.parametrize(
    ("rule", "face"),
    [
        pytest.param(rule, face, marks=pytest.mark.xfail(reason=reason), id=rule.keys)
        for rule in RULES
        for face, reason in rule.rough
    ],
)
def test_a_figure_has_the_same_value_to_the_last_digit(rule, face, shown, figures):
    assert not _wrong(rule, face, shown, figures, rough=False)


def test_every_figure_is_looked_for_or_it_is_said_why_not(figures):
    lost = [
        key
        for key in figures
        if not _first(key) and not any(re.fullmatch(keys, key) for keys in ALONE)
    ]
    assert not lost


@pytest.mark.parametrize("keys", ALONE)
def test_what_stands_on_paper_alone_is_there(keys, figures):
    assert any(re.fullmatch(keys, key) and not _first(key) for key in figures)


def test_a_figure_printed_again_is_the_same_figure(shown):
    values = {}
    for key, value in shown.figures():
        values.setdefault(AGAIN.sub("", key), set()).add(value)
    assert not {key: found for key, found in values.items() if len(found) > 1}


@pytest.mark.parametrize("face", NOWHERE)
def test_where_a_face_has_no_such_number_it_is_said_why(face):
    missing = {rule.keys.split(":")[0] for rule in RULES if not getattr(rule, face)}
    assert missing == set(NOWHERE[face])
