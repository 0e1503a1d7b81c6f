"""Forgeries that show: a page reads, looks or prints otherwise."""

from __future__ import annotations

from forgeries import Forgery
from forgeries import annotate
from forgeries import draw
from forgeries import form
from forgeries import keeper
from forgeries import layer
from pikepdf import Array
from pikepdf import Dictionary
from pikepdf import Name
from pikepdf import String

SHOWN: list[Forgery] = []
forgery = keeper(SHOWN, 1)


@forgery("page 3: annotation (Stamp) added")
def a_stamp(pdf):
    annotate(pdf, "Stamp", drawn=True)


@forgery("page 3: annotation (Stamp) added")
def a_stamp_that_only_prints(pdf):
    annotate(pdf, "Stamp", drawn=True, F=4 | 32)


@forgery("page 3: annotation (Stamp) added")
def a_stamp_that_does_not_print(pdf):
    annotate(pdf, "Stamp", drawn=True, F=0)


@forgery("page 3: annotation (FreeText) added: “9,999”")
def a_text_box(pdf):
    annotate(pdf, "FreeText", drawn=True, Contents=String("9,999"))


@forgery("page 3: annotation (Square) added")
def a_square_without_an_appearance(pdf):
    annotate(pdf, "Square", C=Array([1, 0, 0]), IC=Array([1, 1, 1]))


@forgery("page 3: annotation (Widget) added: “total”")
def a_field_of_a_form(pdf):
    annotate(pdf, "Widget", drawn=True, FT=Name.Tx, T=String("total"))
    fields = Array([pdf.pages[2].obj.Annots[-1]])
    pdf.Root.AcroForm = Dictionary(Fields=fields)


@forgery("page 3: content changed")
def a_box_over_a_figure(pdf):
    draw(pdf, b"1 1 1 rg 0 0 400 800 re f")


@forgery("page 3: content changed")
def a_box_drawn_in_a_form(pdf):
    pdf.pages[2].obj.Resources.XObject = Dictionary(X=form(pdf))
    draw(pdf, b"q 1 0 0 1 100 400 cm /X Do Q")


@forgery("catalogue: layer added")
def a_layer_that_shows(pdf):
    layer(pdf, on=True)


@forgery("catalogue: layer added")
def a_layer_for_print_alone(pdf):
    layer(pdf, on=True, View="OFF", Print="ON")


@forgery("graphics state changed: 0")
def figures_made_transparent(pdf):
    for state in pdf.pages[2].obj.Resources.ExtGState.values():
        state.ca = 0


@forgery("font added")
def glyphs_of_another_kind(pdf):
    glyph = pdf.make_stream(b"900 0 0 0 900 900 d1 0 0 900 900 re f")
    pdf.pages[2].obj.Resources.Font.Z = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=[0, 0, 900, 900],
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        CharProcs=Dictionary(a=glyph),
        Encoding=Dictionary(Differences=[65, Name.a]),
        FirstChar=65,
        LastChar=65,
        Widths=[900],
    )
    draw(pdf, b"BT /Z 20 Tf 100 400 Td (A) Tj ET")


@forgery("font")
def fonts_exchanged(pdf):
    fonts = pdf.pages[2].obj.Resources.Font
    one, two, *_ = fonts.keys()
    fonts[one], fonts[two] = fonts[two], fonts[one]


@forgery("page 3: page box added")
def a_page_cropped(pdf):
    pdf.pages[2].obj.CropBox = Array([0, 0, 595, 500])


@forgery("page 3: page box changed")
def a_page_moved(pdf):
    pdf.pages[2].obj.MediaBox = Array([50, 0, 645.275591, 841.889764])


@forgery("page box")
def a_page_turned(pdf):
    pdf.pages[2].obj.Rotate = 180


@forgery("page 1: page box added: 180")
def every_page_turned_by_inheritance(pdf):
    pdf.Root.Pages.Rotate = 180


@forgery("page 3: page box")
def a_page_like_a_field(pdf):
    pdf.pages[2].obj.MediaBox = Array([0, 0, 200_000, 200_000])


@forgery("reference to a page changed")
def two_pages_exchanged(pdf):
    kids = pdf.Root.Pages.Kids
    kids[2], kids[3] = kids[3], kids[2]


@forgery("changed")
def a_page_twice(pdf):
    pdf.pages.append(pdf.pages[2])
