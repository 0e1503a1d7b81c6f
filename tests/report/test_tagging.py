"""Tags of what pages break."""

from __future__ import annotations

import io
from datetime import UTC
from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pikepdf
import pytest

from solvency.report import pdf

if TYPE_CHECKING:
    from collections.abc import Iterator

# Pages have room for a head and some rows of 10 mm, not for all of them.
STYLE = """
@page { size: 100mm 60mm; margin: 10mm; @bottom-left { content: "foot" } }
table { border-collapse: collapse; table-layout: fixed; width: 80mm }
td, th { height: 10mm; padding: 0; font-size: 4mm }
"""


def rows(name: str, count: int) -> str:
    return "".join(
        f'<tr><th scope="row">{name}{n}</th><td>{n}</td></tr>' for n in range(count)
    )


def printed(body: str) -> pikepdf.Pdf:
    text = (
        f'<html lang="en"><head><title>T</title><style>{STYLE}</style></head>'
        f"<body>{body}</body></html>"
    )
    made = pdf.render(
        ET.fromstring(text),  # noqa: S314 (ours)
        datetime(2022, 11, 11, tzinfo=UTC),
    )
    assert made.pages > 2
    return pikepdf.open(io.BytesIO(made.content))


HEAD = '<thead><tr><th scope="col">Name</th><th scope="col">Count</th></tr></thead>'


@pytest.fixture(scope="module")
def document() -> Iterator[pikepdf.Pdf]:
    body = (
        f"<div><table>{HEAD}<tbody>{rows('a', 5)}</tbody>"
        f"<tbody>{rows('b', 6)}</tbody></table></div>"
    )
    with printed(body) as opened:
        yield opened


def below(element: pikepdf.Dictionary) -> Iterator[pikepdf.Dictionary]:
    """Yield the elements of structure below one, in their order."""
    for kid in element.K:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield kid
            yield from below(kid)


def of_kind(element: pikepdf.Dictionary, kind: str) -> list[pikepdf.Dictionary]:
    return [one for one in below(element) if str(one.S) == kind]


def marks_of(page: pikepdf.Page) -> tuple[list[int], list[str]]:
    """Return the marks of a page that elements own, and the kinds of artifacts."""
    owned, artifacts = [], []
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "BDC":
            if "/MCID" in operands[1]:
                owned.append(int(operands[1]["/MCID"]))
            else:
                artifacts.append(f"{operands[0]} {operands[1].Type}")
    return owned, artifacts


def test_a_table_over_pages_is_one_element(document: pikepdf.Pdf) -> None:
    root = document.Root.StructTreeRoot
    (table,) = of_kind(root, "/Table")
    # One head and two bodies, though pages break both bodies.
    assert [str(one.S) for one in table.K] == ["/THead", "/TBody", "/TBody"]
    first, second = list(table.K)[1:]
    assert [len(first.K), len(second.K)] == [5, 6]
    pages = {one.Pg.objgen for one in of_kind(table, "/TR")}
    assert len(pages) == len(document.pages)
    # Elements know what they stand in.
    for one in below(table):
        for kid in one.K:
            if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                assert kid.P.objgen == one.objgen
    # The boxes that stood round its parts are gone with them.
    assert len(of_kind(root, "/Div")) == 1


def test_cells_refer_to_the_heads_there_are(document: pikepdf.Pdf) -> None:
    (table,) = of_kind(document.Root.StructTreeRoot, "/Table")
    heads = of_kind(table, "/TH")
    names = [str(one.ID) for one in heads]
    assert len(set(names)) == len(names) == 2 + 11
    columns = [str(one.ID) for one in heads if one.A.Scope == "/Column"]
    for row, cell in zip(of_kind(table, "/TR")[1:], of_kind(table, "/TD"), strict=True):
        (own,) = (str(one.ID) for one in row.K if one.S == "/TH")
        assert [str(one) for one in cell.A.Headers] == [own, columns[1]]


def test_heads_told_again_and_margins_are_artifacts(document: pikepdf.Pdf) -> None:
    numbers = document.Root.StructTreeRoot.ParentTree.Nums
    inside = {one.objgen for one in below(document.Root.StructTreeRoot)}
    for at, page in enumerate(document.pages):
        owned, artifacts = marks_of(page)
        # Of each page its foot, of all but the first the two cells of the head.
        assert artifacts == ["/Artifact /Pagination"] * (3 if at else 1)
        owners = numbers[2 * at + 1]
        assert [n for n, one in enumerate(owners) if one is not None] == sorted(owned)
        assert all(owners[n].objgen in inside for n in owned)


def test_tables_of_other_heads_stay_apart() -> None:
    body = f"<table>{HEAD}<tbody>{rows('a', 5)}</tbody></table>" * 2
    with printed(body) as document:
        tables = of_kind(document.Root.StructTreeRoot, "/Table")
        assert [len(of_kind(one, "/TR")) for one in tables] == [6, 6]
