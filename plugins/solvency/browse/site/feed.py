"""What changed from version to version of a case, as an Atom feed of its site.

No clock has a say: an entry is dated by the last day on which a source of its version
was published, and named by the fingerprints of the two versions.
"""

from __future__ import annotations

import datetime
import itertools
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from solvency.analysis.diff.changes import changes
from solvency.browse.language import TAGS
from solvency.browse.language import listed
from solvency.browse.language import many
from solvency.browse.language import say
from solvency.browse.language import spoken
from solvency.figures.formats import NOT_FOUND
from solvency.figures.formats import shorten
from solvency.inert import written_out
from solvency.ledger.case import Flow
from solvency.report.language import case_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.analysis.diff.changes import Change
    from solvency.browse.view import View
    from solvency.ledger.case import Case

NAME = "feed.xml"
_ATOM = "http://www.w3.org/2005/Atom"
_XHTML = "http://www.w3.org/1999/xhtml"
#: What became of a thing, in words.
_HOW = {
    "added": "%(kind)s added",
    "removed": "%(kind)s removed",
    "changed": "%(kind)s changed",
}
#: The most changes an entry lists; the rest are counted.
_MOST = 200
#: The most characters of a field that is told before and after.
_LONGEST = 120


def feed(view: View, earlier: tuple[Case, ...], url: str = "") -> str:
    """Return the feed, newest first.

    Args:
        view: What the site shows: the newest version.
        earlier: The versions before it, oldest first.
        url: The address the site is published at; links are relative without one.
    """
    case = view.case
    versions = (*(case_in(one, view.lang) for one in earlier), case)
    address = f"{url.rstrip('/')}/" if url else ""
    root = ET.Element("feed", {"xmlns": _ATOM, "xml:lang": TAGS[view.lang]})
    name = case.title or say("Case")
    _put(root, "title", say("%(case)s: what changed", case=name))
    _put(root, "id", _urn(versions[0].fingerprint))
    _put(root, "updated", _moment(_newest(versions)))
    author = ET.SubElement(root, "author")
    _put(author, "name", name)
    ET.SubElement(root, "link", {"rel": "self", "href": address + NAME})
    ET.SubElement(root, "link", {"href": address + view.page("where")})
    pairs = list(itertools.pairwise(versions))
    for at, (before, after) in reversed(list(enumerate(pairs))):
        root.append(_entry(view, before, after, versions[: at + 2], address))
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _entry(
    view: View, before: Case, after: Case, until: tuple[Case, ...], address: str
) -> ET.Element:
    """Return what one version has that the version before it has not."""
    found = changes(before, after)
    entry = ET.Element("entry")
    _put(entry, "title", _title(found))
    _put(entry, "id", _urn(f"{before.fingerprint}:{after.fingerprint}"))
    _put(entry, "updated", _moment(_newest(until)))
    ET.SubElement(entry, "link", {"href": address + view.page("where")})
    content = ET.SubElement(entry, "content", {"type": "xhtml"})
    inside = ET.SubElement(content, "div", {"xmlns": _XHTML})
    rows = ET.SubElement(inside, "ul")
    for one in found[:_MOST]:
        _line(ET.SubElement(rows, "li"), view, one, address)
    if len(found) > _MOST:
        more = many(
            "and %(count)s change more",
            "and %(count)s changes more",
            len(found) - _MOST,
        )
        _put(inside, "p", more)
    _put(inside, "p", say("fingerprint") + " " + after.fingerprint)
    return entry


def _title(found: tuple[Change, ...]) -> str:
    """Say how many things were added, removed and changed."""
    if not found:
        return say("Nothing differs")
    hows = [one.how for one in found]
    told = {
        "added": "%(count)s added",
        "removed": "%(count)s removed",
        "changed": "%(count)s changed",
    }
    return listed(
        say(message, count=f"{hows.count(how):,}")
        for how, message in told.items()
        if how in hows
    )


def _line(row: ET.Element, view: View, one: Change, address: str) -> None:
    """Write one change: what it is of, with its page, and its fields."""
    row.text = say(_HOW[one.how], kind=say(one.kind.capitalize())) + spoken().text(": ")
    where = _page(view, one)
    name = ET.SubElement(row, "a", {"href": address + where}) if where else None
    thing = one.before if one.after is None else one.after
    told = ""
    if isinstance(thing, Flow):
        told = " ".join(filter(None, (str(thing.date), thing.payee, thing.narration)))
    told = " ".join(filter(None, (told, *(_field(*field) for field in one.fields))))
    told = written_out(f" {told}" if told else "")
    if name is None:
        row.text += written_out(one.id) + told
    else:
        name.text, name.tail = written_out(one.id), told


def _field(name: str, before: str, after: str) -> str:
    """Return a field before and after, in a line."""
    old, new = (shorten(text, _LONGEST) or NOT_FOUND for text in (before, after))
    return f"[{name}{spoken().text(': ')}{old} → {new}]"


def _page(view: View, one: Change) -> str:
    """Return the page of what changed, if the newest version has it."""
    case = view.case
    if one.kind == "flow" and one.id in case.by_id:
        return view.page("flow", pick=one.id)
    if one.kind == "source" and one.id in case.sources:
        return view.page("source", pick=one.id)
    if one.kind == "hypothesis" and one.id in case.hypotheses:
        return view.page("hypotheses", f"hypothesis-{one.id}")
    if one.kind == "entity" and one.id in case.entities:
        return view.page("group", entity=one.id)
    return ""


def _newest(versions: tuple[Case, ...]) -> datetime.date:
    """Return the last day on which a source of some versions was published."""
    return max(_days(versions), default=datetime.date(1970, 1, 1))


def _days(versions: tuple[Case, ...]) -> Iterator[datetime.date]:
    for case in versions:
        yield from (one.published for one in case.sources.values())


def _moment(day: datetime.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _urn(name: str) -> str:
    return f"urn:solvency:{name}"


def _put(parent: ET.Element, tag: str, text: str) -> None:
    ET.SubElement(parent, tag).text = written_out(text)
