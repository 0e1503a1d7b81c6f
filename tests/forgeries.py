"""Alter the objects of a finished report: what the lists of forgeries are made with."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

import pikepdf
from pikepdf import Array
from pikepdf import Dictionary
from pikepdf import Name
from pikepdf import Stream
from pikepdf import String

if TYPE_CHECKING:
    from collections.abc import Callable


class Forgery(NamedTuple):
    name: str
    status: int
    #: Part of the line that names it.
    said: str
    alter: Callable[[pikepdf.Pdf], None]


BOX = Array([100, 400, 300, 430])
BLACK = b"0 0 0 rg 0 0 200 30 re f"


def keeper(kept: list[Forgery], status: int):
    """Return what keeps a way to alter a report, with the words that name it."""

    def forgery(said: str):
        def keep(alter):
            kept.append(Forgery(alter.__name__, status, said, alter))
            return alter

        return keep

    return forgery


def annotate(pdf: pikepdf.Pdf, subtype: str, *, drawn: bool = False, **keys) -> None:
    """Add an annotation to the third page."""
    one = Dictionary(Type=Name.Annot, Subtype=Name(f"/{subtype}"), Rect=BOX, F=4)
    for key, value in keys.items():
        one[f"/{key}"] = value
    if drawn:
        one.AP = Dictionary(N=form(pdf))
    page = pdf.pages[2].obj
    if "/Annots" not in page:
        page.Annots = Array()
    page.Annots.append(pdf.make_indirect(one))


def form(pdf: pikepdf.Pdf, content: bytes = BLACK) -> Stream:
    made = pdf.make_stream(content)
    made.Type, made.Subtype = Name.XObject, Name.Form
    made.BBox = Array([0, 0, 200, 30])
    return made


def script(code: str = "app.alert(1)") -> Dictionary:
    return Dictionary(S=Name.JavaScript, JS=String(code))


def draw(pdf: pikepdf.Pdf, content: bytes, number: int = 2) -> None:
    """Draw over a page, in a second stream of its contents."""
    page = pdf.pages[number].obj
    first = page.Contents
    page.Contents = Array(
        [pdf.make_stream(b"q"), first, pdf.make_stream(b" Q " + content)]
    )


def layer(pdf: pikepdf.Pdf, *, on: bool, content: bytes = BLACK, **usage) -> None:
    """Draw over a page in a layer."""
    group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("layer")))
    if usage:
        group.Usage = Dictionary(
            {
                f"/{kind}": Dictionary({f"/{kind}State": Name(f"/{state}")})
                for kind, state in usage.items()
            }
        )
    pdf.Root.OCProperties = Dictionary(
        OCGs=[group],
        D=Dictionary(
            {
                "/ON" if on else "/OFF": Array([group]),
                "/AS": Array(
                    [
                        Dictionary(
                            Event=Name(f"/{kind}"),
                            Category=[Name(f"/{kind}")],
                            OCGs=[group],
                        )
                        for kind in usage
                    ]
                ),
            }
        ),
    )
    resources = pdf.pages[2].obj.Resources
    resources.Properties = Dictionary(L=group)
    draw(pdf, b"/OC /L BDC " + content + b" EMC")


def first_link(pdf: pikepdf.Pdf, key: str) -> pikepdf.Object:
    return next(
        one
        for page in pdf.pages
        for one in page.obj.get("/Annots", ())
        if one.Subtype == Name.Link and key in one
    )


def attach(pdf: pikepdf.Pdf, shown: str, key: str) -> None:
    spec = pikepdf.AttachedFileSpec(pdf, b"other", filename=shown)
    names = pdf.Root.Names.EmbeddedFiles.Names
    names.append(String(key))
    names.append(spec.obj)


def ledger(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return next(one for one in pdf.Root.AF if str(one.UF) == "main.beancount")


def first_tag(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return pdf.Root.StructTreeRoot.K[0]
