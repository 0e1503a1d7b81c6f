"""Answers as JSON."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from solvency.figures.plain import encoded

DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(DOCUMENTS)
def test_a_document_is_written_as_pythons_own_writer_does(document):
    wanted = json.dumps(document, indent=2, ensure_ascii=False)
    assert "".join(encoded(document)) == wanted


@given(st.text(), st.lists(st.text()))
def test_a_text_of_other_letters_is_a_piece_by_itself(text, others):
    pieces = list(encoded({"said": text, "others": others}))
    wanted = [json.dumps(one, ensure_ascii=False) for one in (text, *others)]
    assert [one for one in pieces if not one.isascii()] == [
        one for one in wanted if not one.isascii()
    ]
