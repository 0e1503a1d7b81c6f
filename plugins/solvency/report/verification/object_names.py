"""The names of what a PDF is made of, as a list of alterations gives them."""

from __future__ import annotations

from typing import Any

import pikepdf

#: How much of anything is shown.
_SHOWN = 80
_BOXES = ("MediaBox", "CropBox", "TrimBox", "BleedBox", "ArtBox", "UserUnit", "Rotate")
#: What each key of a dictionary leads to.
_NOUNS = {
    **dict.fromkeys(_BOXES, "page box"),
    "A": "action",
    "AA": "automatic action",
    "AcroForm": "form",
    "ActualText": "text read in place of what shows",
    "AF": "associated file",
    "Alt": "text read in place of what shows",
    "Annots": "annotation",
    "AP": "appearance",
    "CharProcs": "glyphs of a font",
    "Collection": "portfolio",
    "Contents": "content",
    "Dest": "target of a link",
    "Dests": "target of a link",
    "DSS": "evidence for signatures",
    "E": "text read in place of what shows",
    "EF": "embedded file",
    "EmbeddedFiles": "attachment",
    "Encoding": "encoding of a font",
    "Encrypt": "encryption",
    "Extensions": "extension",
    "ExtGState": "graphics state",
    "Font": "font",
    "FontFile2": "glyphs of a font",
    "FontFile3": "glyphs of a font",
    "Group": "transparency group",
    "ID": "identifier of the file",
    "Info": "document information",
    "JavaScript": "JavaScript",
    "JS": "JavaScript",
    "Lang": "language",
    "Legal": "legal attestation",
    "Metadata": "metadata",
    "NeedsRendering": "XFA form",
    "OC": "layer",
    "OCProperties": "layer",
    "OpenAction": "action on opening",
    "Outlines": "outline",
    "OutputIntents": "colour profile",
    "PageLabels": "page numbering",
    "PageLayout": "page layout",
    "PageMode": "page mode",
    "Pattern": "pattern",
    "Perms": "permissions",
    "PieceInfo": "private matter of an application",
    "Properties": "layer or property list",
    "Rect": "place of an annotation",
    "Resources": "resources",
    "SMask": "transparency mask",
    "StructTreeRoot": "tags",
    "Thumb": "thumbnail",
    "ToUnicode": "text of a font",
    "URI": "target of a link",
    "Version": "version",
    "ViewerPreferences": "viewer preferences",
    "W": "widths of a font",
    "Widths": "widths of a font",
    "XFA": "XFA form",
    "XObject": "picture or form drawn",
}


def noun(path: str, thing: object) -> str:
    """Return what stands at a path.

    Args:
        path: The keys that lead to it, each after a slash.
        thing: What is there.
    """
    if isinstance(thing, pikepdf.Dictionary):
        action = thing.get("/S")
        if isinstance(action, pikepdf.Name) and _leads(thing):
            return f"action ({str(action)[1:][:30]})"
        subtype = thing.get("/Subtype")
        if thing.get("/Type") == pikepdf.Name.Annot or "/Rect" in thing:
            return f"annotation ({str(subtype)[1:][:30]})"
    if "/EF/" in path:
        return "embedded file"
    for key in reversed(path.split("/")):
        if key in _NOUNS:
            return _NOUNS[key]
    return path.rsplit("/", 1)[-1] or "object"


def _leads(thing: pikepdf.Dictionary) -> bool:
    """Say whether a dictionary with an /S is an action, not a tag or a style."""
    return thing.get("/Type") == pikepdf.Name.Action or any(
        key in thing for key in ("/JS", "/URI", "/F", "/D", "/State", "/N", "/Win")
    )


def told(thing: Any) -> str:
    """Return what a thing says or is, short and printable."""
    if isinstance(thing, pikepdf.Stream):
        return f"{len(thing.read_raw_bytes()):,} bytes"
    if isinstance(thing, pikepdf.Dictionary):
        for key in ("/JS", "/URI", "/Contents", "/F", "/UF", "/T", "/Title", "/A"):
            inner = thing.get(key)
            if isinstance(inner, pikepdf.Dictionary):
                return told(inner)
            if isinstance(inner, pikepdf.String):
                return f"“{_printable(str(inner))}”"
        return f"with {_printable(', '.join(key[1:] for key in sorted(thing.keys())))}"
    if isinstance(thing, pikepdf.Array):
        first = [thing[n] for n in range(min(6, len(thing)))]
        shown = [told(one) for one in first if _is_scalar(one)]
        more = len(thing) - len(shown)
        return " ".join(shown) + (f" and {more} more" if more and shown else "") or (
            f"{len(thing)} entries"
        )
    if isinstance(thing, pikepdf.String):
        text = str(thing)
        if sum(not c.isprintable() for c in text) * 5 > len(text):
            return bytes(thing)[:16].hex()
        return f"“{_printable(text)}”"
    return _printable(str(thing))


def _is_scalar(thing: object) -> bool:
    return not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array)


def _printable(text: str) -> str:
    shown = "".join(c if c.isprintable() else " " for c in text[: _SHOWN + 1])
    return shown if len(text) <= _SHOWN else f"{shown[:_SHOWN]}…"
