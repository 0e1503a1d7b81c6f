"""The form of the file: clauses of PDF/A-3 (ISO 19005-3) and PDF/UA-1 (ISO 14289-1).

veraPDF checks all of them and is no package of Python's; these are those that can be
seen with pikepdf. docs/verify.md lists them.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pikepdf
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Standard structure types of ISO 32000-1, 14.8.4, that a report uses.
STANDARD = {
    *("/Document", "/Sect", "/Div", "/NonStruct", "/P", "/H1", "/H2", "/H3", "/H4"),
    *("/L", "/LI", "/Lbl", "/LBody", "/Table", "/THead", "/TBody", "/TR", "/TH"),
    *("/TD", "/Span", "/Link", "/Figure", "/Note", "/Reference", "/Strong", "/Em"),
}


@pytest.fixture(scope="module")
def document(written: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(written) as opened:
        yield opened


@pytest.fixture(scope="module")
def dictionaries(document: pikepdf.Pdf) -> list[pikepdf.Dictionary]:
    return [one for one in document.objects if isinstance(one, pikepdf.Dictionary)]


@pytest.fixture(scope="module")
def elements(dictionaries: list[pikepdf.Dictionary]) -> list[pikepdf.Dictionary]:
    return [one for one in dictionaries if one.get("/Type") == "/StructElem"]


class TestArchival:
    """PDF/A-3."""

    def test_6_1_3_it_has_an_identifier_and_no_encryption(self, document) -> None:
        assert len(document.trailer.ID) == 2
        assert not document.is_encrypted

    def test_6_2_3_colours_have_a_profile(self, document) -> None:
        (intent,) = document.Root.OutputIntents
        assert intent.S == "/GTS_PDFA1"
        profile = intent.DestOutputProfile
        assert profile.N == 3
        # Where a profile of ICC has its signature.
        assert profile.read_bytes()[36:40] == b"acsp"

    def test_6_3_annotations_are_printed(self, document) -> None:
        flags = {
            int(one.F) for page in document.pages for one in page.get("/Annots", [])
        }
        # Print, and neither hidden, nor invisible, nor not viewed.
        assert flags == {4}

    def test_6_5_nothing_runs(self, dictionaries) -> None:
        assert not [one for one in dictionaries if {"/JS", "/AA"} & set(one.keys())]
        actions = {str(one.S) for one in dictionaries if one.get("/Type") == "/Action"}
        assert actions <= {"/URI", "/GoTo"}

    def test_6_8_files_say_how_they_belong(self, document) -> None:
        names = [one.F for one in document.Root.AF]
        assert names
        for one in document.Root.AF:
            assert str(one.AFRelationship) in {"/Source", "/Data"}
            assert one.F == one.UF
            assert one.EF.F.Subtype


class TestAccessible:
    """PDF/UA-1."""

    def test_7_1_types_are_standard(self, document, elements) -> None:
        assert {str(one.S) for one in elements} <= STANDARD
        assert "/RoleMap" not in document.Root.StructTreeRoot

    def test_7_2_the_language_is_said(self, document) -> None:
        assert str(document.Root.Lang) == "en"

    def test_7_3_drawings_are_told_in_words(self, elements) -> None:
        drawings = [one for one in elements if one.S == "/Figure"]
        assert drawings
        assert all(len(str(one.Alt)) > 20 for one in drawings)

    def test_7_4_headings_skip_no_level(self, document) -> None:
        levels: list[int] = []

        def walk(one) -> None:
            if isinstance(one, pikepdf.Array):
                for each in one:
                    walk(each)
            elif isinstance(one, pikepdf.Dictionary) and "/S" in one:
                if str(one.S) in {"/H1", "/H2", "/H3", "/H4"}:
                    levels.append(int(str(one.S)[2:]))
                walk(one.get("/K", pikepdf.Array()))

        walk(document.Root.StructTreeRoot.K)
        assert levels[0] == 1
        assert all(b <= a + 1 for a, b in itertools.pairwise(levels))

    def test_7_18_links_say_where_they_lead(self, document, elements) -> None:
        for page in document.pages:
            assert page.Tabs == "/S"
            for one in page.get("/Annots", []):
                assert one.Subtype == "/Link"
                assert str(one.Contents)
                assert "/StructParent" in one
        assert any(one.S == "/Link" for one in elements)
