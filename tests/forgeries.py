"""Ways to alter a finished report, each with what `solvency verify` must make of it.

Each takes an open report and alters it; the status is 1 where a page reads, looks or
prints otherwise, 3 where only what is not drawn here was altered.
"""

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


FORGERIES: list[Forgery] = []
BOX = Array([100, 400, 300, 430])
BLACK = b"0 0 0 rg 0 0 200 30 re f"


def forgery(status: int, said: str):
    def keep(alter):
        FORGERIES.append(Forgery(alter.__name__, status, said, alter))
        return alter

    return keep


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


# Another figure shows, on screen or in print.


@forgery(1, "page 3: annotation (Stamp) added")
def a_stamp(pdf):
    annotate(pdf, "Stamp", drawn=True)


@forgery(1, "page 3: annotation (Stamp) added")
def a_stamp_that_only_prints(pdf):
    annotate(pdf, "Stamp", drawn=True, F=4 | 32)


@forgery(1, "page 3: annotation (Stamp) added")
def a_stamp_that_does_not_print(pdf):
    annotate(pdf, "Stamp", drawn=True, F=0)


@forgery(1, "page 3: annotation (FreeText) added: “9,999”")
def a_text_box(pdf):
    annotate(pdf, "FreeText", drawn=True, Contents=String("9,999"))


@forgery(1, "page 3: annotation (Square) added")
def a_square_without_an_appearance(pdf):
    annotate(pdf, "Square", C=Array([1, 0, 0]), IC=Array([1, 1, 1]))


@forgery(1, "page 3: annotation (Widget) added: “total”")
def a_field_of_a_form(pdf):
    annotate(pdf, "Widget", drawn=True, FT=Name.Tx, T=String("total"))
    fields = Array([pdf.pages[2].obj.Annots[-1]])
    pdf.Root.AcroForm = Dictionary(Fields=fields)


@forgery(1, "page 3: content changed")
def a_box_over_a_figure(pdf):
    draw(pdf, b"1 1 1 rg 0 0 400 800 re f")


@forgery(1, "page 3: content changed")
def a_box_drawn_in_a_form(pdf):
    pdf.pages[2].obj.Resources.XObject = Dictionary(X=form(pdf))
    draw(pdf, b"q 1 0 0 1 100 400 cm /X Do Q")


@forgery(1, "catalogue: layer added")
def a_layer_that_shows(pdf):
    layer(pdf, on=True)


@forgery(1, "catalogue: layer added")
def a_layer_for_print_alone(pdf):
    layer(pdf, on=True, View="OFF", Print="ON")


@forgery(1, "graphics state changed: 0")
def figures_made_transparent(pdf):
    for state in pdf.pages[2].obj.Resources.ExtGState.values():
        state.ca = 0


@forgery(1, "font added")
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


@forgery(1, "font")
def fonts_exchanged(pdf):
    fonts = pdf.pages[2].obj.Resources.Font
    one, two, *_ = fonts.keys()
    fonts[one], fonts[two] = fonts[two], fonts[one]


@forgery(1, "page 3: page box added")
def a_page_cropped(pdf):
    pdf.pages[2].obj.CropBox = Array([0, 0, 595, 500])


@forgery(1, "page 3: page box changed")
def a_page_moved(pdf):
    pdf.pages[2].obj.MediaBox = Array([50, 0, 645.275591, 841.889764])


@forgery(1, "page box")
def a_page_turned(pdf):
    pdf.pages[2].obj.Rotate = 180


@forgery(1, "page 1: page box added: 180")
def every_page_turned_by_inheritance(pdf):
    pdf.Root.Pages.Rotate = 180


@forgery(1, "page 3: page box")
def a_page_like_a_field(pdf):
    pdf.pages[2].obj.MediaBox = Array([0, 0, 200_000, 200_000])


@forgery(1, "reference to a page changed")
def two_pages_exchanged(pdf):
    kids = pdf.Root.Pages.Kids
    kids[2], kids[3] = kids[3], kids[2]


@forgery(1, "changed")
def a_page_twice(pdf):
    pdf.pages.append(pdf.pages[2])


# Nothing else is drawn here; another viewer, a click, a reader aloud may differ.


@forgery(3, "page 3: annotation (Polygon) added")
def a_polygon_without_an_appearance(pdf):
    annotate(pdf, "Polygon", Vertices=Array([0, 0, 500, 0, 500, 800]), IC=[1, 1, 1])


@forgery(3, "page 3: annotation (Line) added")
def a_line_without_an_appearance(pdf):
    annotate(pdf, "Line", L=Array([100, 400, 300, 400]))


@forgery(3, "page 3: annotation (Stamp) added")
def a_hidden_stamp_and_a_script(pdf):
    annotate(pdf, "Stamp", drawn=True, F=2)
    pdf.Root.OpenAction = script()


@forgery(3, "page 3: annotation (FileAttachment) added")
def a_file_on_a_page(pdf):
    spec = pikepdf.AttachedFileSpec(pdf, b"other", filename="true.beancount")
    annotate(pdf, "FileAttachment", FS=spec.obj, AP=Dictionary())


@forgery(3, "page 3: annotation (Link) added: “https://evil.example/”")
def a_link_over_a_page(pdf):
    uri = Dictionary(S=Name.URI, URI=String("https://evil.example/"))
    annotate(pdf, "Link", Rect=Array([0, 0, 600, 850]), A=uri)


@forgery(3, "target of a link changed: “https://evil.example/”")
def a_source_elsewhere(pdf):
    first_link(pdf, "/A").A.URI = String("https://evil.example/")


@forgery(3, "target of a link changed: “section-files”")
def a_figure_that_leads_elsewhere(pdf):
    first_link(pdf, "/Dest").Dest = String("section-files")


@forgery(3, "target of a link changed")
def a_name_that_leads_elsewhere(pdf):
    names = pdf.Root.Names.Dests.Names
    names[1] = Array([names[1][0], Name.XYZ, 0, 0, 0])


@forgery(3, "catalogue: action (JavaScript) added: “app.alert(1)”")
def a_script_on_opening(pdf):
    pdf.Root.OpenAction = script()


@forgery(3, "catalogue: action (Launch) added: “/bin/sh”")
def a_program_on_opening(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.Launch, F=String("/bin/sh"))


@forgery(3, "catalogue: JavaScript added")
def a_script_by_name(pdf):
    pdf.Root.Names.JavaScript = Dictionary(Names=[String("a"), script()])


@forgery(3, "catalogue: automatic action added")
def a_script_on_printing(pdf):
    pdf.Root.AA = Dictionary(WP=script())


@forgery(3, "page 3: automatic action added")
def a_script_on_a_page(pdf):
    pdf.pages[2].obj.AA = Dictionary(O=script())


@forgery(3, "catalogue: action (SetOCGState) added")
def a_layer_switched_on(pdf):
    layer(pdf, on=False)
    groups = pdf.Root.OCProperties.OCGs
    state = Array([Name.ON, groups[0]])
    pdf.Root.OpenAction = Dictionary(S=Name.SetOCGState, State=state)


@forgery(3, "catalogue: form added: with Fields, XFA")
def an_xfa_form(pdf):
    xfa = pdf.make_stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
    pdf.Root.AcroForm = Dictionary(Fields=[], XFA=xfa)
    pdf.Root.NeedsRendering = True


@forgery(3, "catalogue: form added")
def a_false_signature(pdf):
    value = Dictionary(
        Type=Name.Sig,
        Filter=Name("/Adobe.PPKLite"),
        SubFilter=Name("/ETSI.CAdES.detached"),
        Contents=String("none"),
        ByteRange=[0, 10, 20, 30],
    )
    annotate(
        pdf,
        "Widget",
        FT=Name.Sig,
        T=String("Signature1"),
        Rect=Array([0, 0, 0, 0]),
        V=pdf.make_indirect(value),
    )
    fields = Array([pdf.pages[2].obj.Annots[-1]])
    pdf.Root.AcroForm = Dictionary(Fields=fields, SigFlags=3)


@forgery(3, "attachment zzz: attachment added: “main.beancount”")
def a_second_ledger(pdf):
    attach(pdf, "main.beancount", "zzz")


@forgery(3, "attachment main.beancount: attachment added: “main.beancount”")
def a_second_ledger_of_the_same_key(pdf):
    names = list(pdf.Root.Names.EmbeddedFiles.Names)
    at = [str(one) for one in names[::2]].index("main.beancount") * 2
    spec = pikepdf.AttachedFileSpec(pdf, b"other", filename="main.beancount").obj
    names[at + 2 : at + 2] = [String("main.beancount"), spec]
    pdf.Root.Names.EmbeddedFiles.Names = Array(names)


@forgery(3, "attachment main.beancount: embedded file changed")
def another_ledger_for_other_readers(pdf):
    ledger(pdf).EF.F = ledger(pdf).EF.get("/UF", ledger(pdf).EF.F)
    ledger(pdf).EF.UF = ledger(pdf).EF.F
    ledger(pdf).EF.F = pdf.make_stream(b"other")


@forgery(3, "attachment main.beancount: associated file changed: “other”")
def another_name_for_the_ledger(pdf):
    ledger(pdf).F = String("other")


@forgery(3, "text read in place of what shows added: “9,999”")
def a_figure_read_aloud(pdf):
    first_tag(pdf).ActualText = String("9,999")


@forgery(3, "text read in place of what shows added: “9,999”")
def a_picture_described(pdf):
    first_tag(pdf).Alt = String("9,999")


@forgery(3, "catalogue: metadata changed")
def other_metadata(pdf):
    content = pdf.Root.Metadata.read_bytes()
    pdf.Root.Metadata = pdf.make_stream(content.replace(b"solvency", b"Big Four"))


@forgery(3, "file: document information changed: “True and fair”")
def another_title(pdf):
    pdf.trailer.Info.Title = String("True and fair")


@forgery(3, "outline changed: “True and fair”")
def another_outline(pdf):
    pdf.Root.Outlines.First.Title = String("True and fair")


@forgery(3, "catalogue: page numbering added")
def other_page_numbers(pdf):
    pdf.Root.PageLabels = Dictionary(Nums=[0, Dictionary(S=Name.r)])


@forgery(3, "catalogue: page mode added: /UseAttachments")
def attachments_shown_first(pdf):
    pdf.Root.PageMode = Name.UseAttachments


@forgery(3, "viewer preferences added: True")
def a_viewer_without_its_bars(pdf):
    pdf.Root.ViewerPreferences.HideToolbar = True


@forgery(3, "catalogue: language changed: “zz”")
def another_language(pdf):
    pdf.Root.Lang = String("zz")


@forgery(3, "page 3: page box changed: 0 0 100 100")
def another_trim_box(pdf):
    pdf.pages[2].obj.TrimBox = Array([0, 0, 100, 100])


@forgery(3, "page 3: page box added: 20")
def another_unit(pdf):
    pdf.pages[2].obj.UserUnit = 20


@forgery(3, "catalogue: version added: /1.3")
def another_version_of_the_format(pdf):
    pdf.Root.Version = Name("/1.3")


@forgery(3, "catalogue: portfolio added")
def a_portfolio(pdf):
    pdf.Root.Collection = Dictionary(View=Name.T, D=String("other"))


@forgery(3, "catalogue: colour profile")
def no_colour_profile(pdf):
    pdf.Root.OutputIntents = Array()


@forgery(3, "page 3: thumbnail added")
def another_thumbnail(pdf):
    pdf.pages[2].obj.Thumb = form(pdf)


@forgery(3, "page 3: associated file added")
def a_file_of_a_page(pdf):
    spec = pikepdf.AttachedFileSpec(pdf, b"other", filename="true.beancount")
    pdf.pages[2].obj.AF = Array([spec.obj])


@forgery(3, "catalogue: permissions added")
def permissions(pdf):
    pdf.Root.Perms = Dictionary(UR3=Dictionary(Type=Name.Sig))


@forgery(3, "catalogue: target of a link added")
def another_base_of_links(pdf):
    pdf.Root.URI = Dictionary(Base=String("https://evil.example/"))


@forgery(3, "page 3: private matter of an application added")
def private_matter(pdf):
    pdf.pages[2].obj.PieceInfo = Dictionary(X=Dictionary(Private=String("9,999")))
