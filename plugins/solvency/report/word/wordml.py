"""Elements of WordprocessingML, and runs of text in one format."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree import ElementTree as ET

#: The prefixes that elements are written with, and what they stand for.
NAMES = {
    "xmlns:w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "xmlns:r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "xmlns:wp": "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing",
    "xmlns:a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "xmlns:pic": "http://schemas.openxmlformats.org/drawingml/2006/picture",
}


def w(name: str, /, *inside: ET.Element, **attributes: object) -> ET.Element:
    """Return an element of the main vocabulary.

    Args:
        name: Its name without the prefix.
        inside: What it holds, in order.
        attributes: Its attributes without the prefix.
    """
    made = ET.Element(
        f"w:{name}", {f"w:{key}": str(value) for key, value in attributes.items()}
    )
    made.extend(inside)
    return made


def within(element: ET.Element, *names: str) -> ET.Element | None:
    """Return what an element has inside, by the names that lead there, or None."""
    found = element
    for name in names:
        inside = [one for one in found if one.tag == f"w:{name}"]
        if not inside:
            return None
        found = inside[0]
    return found


def written(root: ET.Element) -> bytes:
    """Return a root as a document of its own, its prefixes declared."""
    for name, space in NAMES.items():
        root.set(name, space)
    return bytes(ET.tostring(root, encoding="UTF-8", xml_declaration=True))


@dataclass(frozen=True, slots=True)
class Ink:
    """How a run of text looks beside its paragraph.

    Attributes:
        style: A character style.
        colour: Six digits, or none for the style's.
        dotted: Marked by dots, as Chinese is where English is slanted.
    """

    style: str = ""
    bold: bool = False
    slanted: bool = False
    dotted: bool = False
    colour: str = ""
    leftward: bool = False

    def properties(self) -> ET.Element | None:
        """Return the properties of a run, in the order the schema has them."""
        made = w("rPr")
        if self.style:
            made.append(w("rStyle", val=self.style))
        if self.bold:
            made.extend((w("b"), w("bCs")))
        if self.slanted:
            made.extend((w("i"), w("iCs")))
        if self.colour:
            made.append(w("color", val=self.colour))
        if self.leftward:
            made.append(w("rtl"))
        if self.dotted:
            made.append(w("em", val="dot"))
        return made if len(made) else None


PLAIN = Ink()


def run(*inside: ET.Element, ink: Ink = PLAIN) -> ET.Element:
    """Return a run with a format."""
    made = w("r")
    properties = ink.properties()
    if properties is not None:
        made.append(properties)
    made.extend(inside)
    return made


def words(text: str) -> ET.Element:
    """Return text as it stands, its spaces kept."""
    made = ET.Element("w:t", {"xml:space": "preserve"})
    made.text = text
    return made


def field(code: str, shown: str, ink: Ink = PLAIN) -> list[ET.Element]:
    """Return a field: Word works out its code, and shows a text until it does.

    Args:
        code: What Word is asked for.
        shown: What stands there before.
        ink: How it looks.
    """
    asked = ET.Element("w:instrText", {"xml:space": "preserve"})
    asked.text = f" {code} "
    return [
        run(w("fldChar", fldCharType="begin"), ink=ink),
        run(asked, ink=ink),
        run(w("fldChar", fldCharType="separate"), ink=ink),
        run(words(shown), ink=ink),
        run(w("fldChar", fldCharType="end"), ink=ink),
    ]


def paragraph(
    style: str, *inside: ET.Element, more: tuple[ET.Element, ...] = ()
) -> ET.Element:
    """Return a paragraph.

    Args:
        style: The style of the paragraph.
        inside: Its runs and what stands between them.
        more: Properties beside the style, in the order the schema has them.
    """
    return w("p", w("pPr", w("pStyle", val=style), *more), *inside)
