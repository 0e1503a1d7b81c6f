"""Forgeries drawn nowhere here: another viewer, a click, a reader aloud may differ."""

from __future__ import annotations

import pikepdf
from forgeries import Forgery
from forgeries import annotate
from forgeries import attach
from forgeries import first_link
from forgeries import first_tag
from forgeries import form
from forgeries import keeper
from forgeries import layer
from forgeries import ledger
from forgeries import script
from pikepdf import Array
from pikepdf import Dictionary
from pikepdf import Name
from pikepdf import String

UNSEEN: list[Forgery] = []
forgery = keeper(UNSEEN, 3)


@forgery("page 3: annotation (Polygon) added")
def a_polygon_without_an_appearance(pdf):
    annotate(pdf, "Polygon", Vertices=Array([0, 0, 500, 0, 500, 800]), IC=[1, 1, 1])


@forgery("page 3: annotation (Line) added")
def a_line_without_an_appearance(pdf):
    annotate(pdf, "Line", L=Array([100, 400, 300, 400]))


@forgery("page 3: annotation (Stamp) added")
def a_hidden_stamp_and_a_script(pdf):
    annotate(pdf, "Stamp", drawn=True, F=2)
    pdf.Root.OpenAction = script()


@forgery("page 3: annotation (FileAttachment) added")
def a_file_on_a_page(pdf):
    spec = pikepdf.AttachedFileSpec(pdf, b"other", filename="true.beancount")
    annotate(pdf, "FileAttachment", FS=spec.obj, AP=Dictionary())


@forgery("page 3: annotation (Link) added: “https://evil.example/”")
def a_link_over_a_page(pdf):
    uri = Dictionary(S=Name.URI, URI=String("https://evil.example/"))
    annotate(pdf, "Link", Rect=Array([0, 0, 600, 850]), A=uri)


@forgery("target of a link changed: “https://evil.example/”")
def a_source_elsewhere(pdf):
    first_link(pdf, "/A").A.URI = String("https://evil.example/")


@forgery("target of a link changed: “section-files”")
def a_figure_that_leads_elsewhere(pdf):
    first_link(pdf, "/Dest").Dest = String("section-files")


@forgery("target of a link changed")
def a_name_that_leads_elsewhere(pdf):
    names = pdf.Root.Names.Dests.Names
    names[1] = Array([names[1][0], Name.XYZ, 0, 0, 0])


@forgery("catalogue: action (JavaScript) added: “app.alert(1)”")
def a_script_on_opening(pdf):
    pdf.Root.OpenAction = script()


@forgery("catalogue: action (Launch) added: “/bin/sh”")
def a_program_on_opening(pdf):
    pdf.Root.OpenAction = Dictionary(S=Name.Launch, F=String("/bin/sh"))


@forgery("catalogue: JavaScript added")
def a_script_by_name(pdf):
    pdf.Root.Names.JavaScript = Dictionary(Names=[String("a"), script()])


@forgery("catalogue: automatic action added")
def a_script_on_printing(pdf):
    pdf.Root.AA = Dictionary(WP=script())


@forgery("page 3: automatic action added")
def a_script_on_a_page(pdf):
    pdf.pages[2].obj.AA = Dictionary(O=script())


@forgery("catalogue: action (SetOCGState) added")
def a_layer_switched_on(pdf):
    layer(pdf, on=False)
    groups = pdf.Root.OCProperties.OCGs
    state = Array([Name.ON, groups[0]])
    pdf.Root.OpenAction = Dictionary(S=Name.SetOCGState, State=state)


@forgery("catalogue: form added: with Fields, XFA")
def an_xfa_form(pdf):
    xfa = pdf.make_stream(b"<xdp:xdp xmlns:xdp='http://ns.adobe.com/xdp/'/>")
    pdf.Root.AcroForm = Dictionary(Fields=[], XFA=xfa)
    pdf.Root.NeedsRendering = True


@forgery("catalogue: form added")
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


@forgery("attachment zzz: attachment added: “main.beancount”")
def a_second_ledger(pdf):
    attach(pdf, "main.beancount", "zzz")


@forgery("attachment main.beancount: attachment added: “main.beancount”")
def a_second_ledger_of_the_same_key(pdf):
    names = list(pdf.Root.Names.EmbeddedFiles.Names)
    at = [str(one) for one in names[::2]].index("main.beancount") * 2
    spec = pikepdf.AttachedFileSpec(pdf, b"other", filename="main.beancount").obj
    names[at + 2 : at + 2] = [String("main.beancount"), spec]
    pdf.Root.Names.EmbeddedFiles.Names = Array(names)


@forgery("attachment main.beancount: embedded file changed")
def another_ledger_for_other_readers(pdf):
    ledger(pdf).EF.F = ledger(pdf).EF.get("/UF", ledger(pdf).EF.F)
    ledger(pdf).EF.UF = ledger(pdf).EF.F
    ledger(pdf).EF.F = pdf.make_stream(b"other")


@forgery("attachment main.beancount: associated file changed: “other”")
def another_name_for_the_ledger(pdf):
    ledger(pdf).F = String("other")


@forgery("text read in place of what shows added: “9,999”")
def a_figure_read_aloud(pdf):
    first_tag(pdf).ActualText = String("9,999")


@forgery("text read in place of what shows added: “9,999”")
def a_picture_described(pdf):
    first_tag(pdf).Alt = String("9,999")


@forgery("catalogue: metadata changed")
def other_metadata(pdf):
    content = pdf.Root.Metadata.read_bytes()
    pdf.Root.Metadata = pdf.make_stream(content.replace(b"solvency", b"Big Four"))


@forgery("file: document information changed: “True and fair”")
def another_title(pdf):
    pdf.trailer.Info.Title = String("True and fair")


@forgery("outline changed: “True and fair”")
def another_outline(pdf):
    pdf.Root.Outlines.First.Title = String("True and fair")


@forgery("catalogue: page numbering added")
def other_page_numbers(pdf):
    pdf.Root.PageLabels = Dictionary(Nums=[0, Dictionary(S=Name.r)])


@forgery("catalogue: page mode added: /UseAttachments")
def attachments_shown_first(pdf):
    pdf.Root.PageMode = Name.UseAttachments


@forgery("viewer preferences added: True")
def a_viewer_without_its_bars(pdf):
    pdf.Root.ViewerPreferences.HideToolbar = True


@forgery("catalogue: language changed: “zz”")
def another_language(pdf):
    pdf.Root.Lang = String("zz")


@forgery("page 3: page box changed: 0 0 100 100")
def another_trim_box(pdf):
    pdf.pages[2].obj.TrimBox = Array([0, 0, 100, 100])


@forgery("page 3: page box added: 20")
def another_unit(pdf):
    pdf.pages[2].obj.UserUnit = 20


@forgery("catalogue: version added: /1.3")
def another_version_of_the_format(pdf):
    pdf.Root.Version = Name("/1.3")


@forgery("catalogue: portfolio added")
def a_portfolio(pdf):
    pdf.Root.Collection = Dictionary(View=Name.T, D=String("other"))


@forgery("catalogue: colour profile")
def no_colour_profile(pdf):
    pdf.Root.OutputIntents = Array()


@forgery("page 3: thumbnail added")
def another_thumbnail(pdf):
    pdf.pages[2].obj.Thumb = form(pdf)


@forgery("page 3: associated file added")
def a_file_of_a_page(pdf):
    spec = pikepdf.AttachedFileSpec(pdf, b"other", filename="true.beancount")
    pdf.pages[2].obj.AF = Array([spec.obj])


@forgery("catalogue: permissions added")
def permissions(pdf):
    pdf.Root.Perms = Dictionary(UR3=Dictionary(Type=Name.Sig))


@forgery("catalogue: target of a link added")
def another_base_of_links(pdf):
    pdf.Root.URI = Dictionary(Base=String("https://evil.example/"))


@forgery("page 3: private matter of an application added")
def private_matter(pdf):
    pdf.pages[2].obj.PieceInfo = Dictionary(X=Dictionary(Private=String("9,999")))
