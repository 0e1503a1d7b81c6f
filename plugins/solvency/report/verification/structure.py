"""Compare two PDFs as graphs of objects, from the catalogue down: a step of a check.

What the given file has that the one made again has not, or has otherwise, is named.
Numbers of objects, their order and how streams are packed do not count.
"""

from __future__ import annotations

from collections import deque
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import pikepdf

from solvency.report.verification import additions
from solvency.report.verification import contents
from solvency.report.verification.alignment import aligned
from solvency.report.verification.envelope import MOST_STEPS
from solvency.report.verification.envelope import around
from solvency.report.verification.envelope import plain
from solvency.report.verification.object_names import noun
from solvency.report.verification.object_names import told
from solvency.report.verification.pages import NotOursError
from solvency.report.verification.revisions import OtherwiseError
from solvency.report.verification.revisions import states
from solvency.report.verification.verdict import Alteration

if TYPE_CHECKING:
    from collections.abc import Callable

#: Alterations named; what comes after them is not looked at.
_MOST_NAMED = 500
#: Bytes a stream may come to when it is compared.
_MOST_BYTES = 256 * 2**20
_PACKING = {"/Length", "/Filter", "/DecodeParms"}
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")
_TREES = ("/Names", "/Nums")
#: Entries of a trailer that are compared otherwise, or say where its table stands.
_AROUND = {"/Info", "/Root", "/Size", "/Prev", "/W", "/Index", "/Type", *_PACKING}
_AT_CATALOGUE = {
    "/DSS": additions.is_evidence,
    "/Extensions": additions.is_extension,
    "/Version": additions.is_version,
}


def step(asked: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    """Compare the structure of two files.

    Args:
        asked: `given` and `made`, the PDFs; `ends`, how many bytes of the given file
            to take, once for each of its states to compare. Of a file that begins
            with the report, the states behind it are compared too.
        tell: Not called.

    Returns:
        The `alterations` of all states.
    """
    del tell
    content = Path(asked["given"]).read_bytes()
    made = Path(asked["made"]).read_bytes()
    found: dict[Alteration, None] = {}
    ends = set(asked["ends"])
    if content.startswith(made):
        try:
            ends.update(states(content, made))
        except OtherwiseError as error:
            found[Alteration("file", "revision", "", f"it has {error}", "")] = None
    for end in sorted(ends):
        try:
            found |= dict.fromkeys(alterations(content[:end], made))
        except NotOursError as error:
            said = f"{error} up to byte {end:,}, where a state of it ends"
            found[Alteration("file", "revision", "", said, "")] = None
    return {"alterations": [asdict(one) for one in found]}


def alterations(given: bytes, made: bytes) -> list[Alteration]:
    """Return what one PDF has otherwise than another."""
    with contents.opened(given) as one, contents.opened(made) as two:
        walk = _Walk(one, two)
        walk.run()
        found = [*walk.found, *around(given, made, one)]
        # What shows or does something first; what any program changes that saves last.
        return sorted(found, key=lambda one: (one.where == "file", one.signing))


class _Walk:
    """A walk through two graphs at once."""

    def __init__(self, given: pikepdf.Pdf, made: pikepdf.Pdf) -> None:
        self.given = given
        self.made = made
        self.found: list[Alteration] = []
        self._steps = 0
        self._seen: set[tuple[tuple[int, int], tuple[int, int]]] = set()
        self._waiting: deque[tuple[str, str, Any, Any]] = deque()
        self._pages = [
            {page.obj.objgen: n for n, page in enumerate(document.pages, 1)}
            for document in (given, made)
        ]
        self._plain = additions.fields(given)

    def run(self) -> None:
        """Walk from the trailer to the end, or until too much is found."""
        trailers = self.given.trailer, self.made.trailer
        keys = {key for one in trailers for key in one.keys()}  # noqa: SIM118 (no dictionary of Python's)
        for key in sorted(keys - _AROUND):
            self._entry("file", "", key, *(one.get(key) for one in trailers))
        self._information(*(one.get("/Info") for one in trailers))
        self._waiting.append(("catalogue", "", self.given.Root, self.made.Root))
        for number, (one, two) in enumerate(
            zip(self.given.pages, self.made.pages, strict=False), 1
        ):
            self._page(number, one.obj, two.obj)
        while self._waiting and len(self.found) < _MOST_NAMED:
            self._steps += 1
            if self._steps > MOST_STEPS:
                break
            self._compare(*self._waiting.popleft())
        if self._waiting:
            more = Alteration("file", "more", "", "not compared to its end", "")
            self.found.append(more)

    def _name(
        self, where: str, path: str, one: Any, two: Any, *, signing: bool = False
    ) -> None:
        """Note that something is otherwise; None stands for nothing."""
        what = noun(path, two if one is None else one)
        shown = ["" if x is None else told(x) for x in (one, two)]
        if shown[0] == shown[1]:
            shown[0] += " (other ones)"
        self.found.append(
            Alteration(where, what, path or "/", shown[0], shown[1], signing)
        )

    def _entry(self, where: str, path: str, key: str, one: Any, two: Any) -> None:
        """Compare an entry of a dictionary, which either may lack."""
        if one is None and two is None:
            return
        path = (path + key)[-200:]
        if one is None or two is None:
            self._name(
                where, path, one, two, signing=self._is_signing(where, path, one)
            )
        elif key == "/ID" and where == "file":
            if one != two:
                signing = additions.is_identifier(one, two)
                self._name(where, path, one, two, signing=signing)
        else:
            self._waiting.append((where, path, one, two))

    def _is_signing(self, where: str, path: str, one: Any) -> bool:
        if where != "catalogue":
            return False
        if path == "/AcroForm":
            return additions.is_form(one, self._plain)
        check = _AT_CATALOGUE.get(path)
        return check is not None and one is not None and check(one)

    def _information(self, one: Any, two: Any) -> None:
        """Compare the document information, of which a signer changes two entries."""
        dictionaries = [x for x in (one, two) if isinstance(x, pikepdf.Dictionary)]
        if len(dictionaries) < 2:
            self._entry("file", "", "/Info", one, two)
            return
        for key in sorted({*one.keys(), *two.keys()}):
            pair = one.get(key), two.get(key)
            if None not in pair and _same(*pair):
                continue
            signing = None not in pair and additions.is_information(key, *pair)
            self._name("file", f"/Info{key}", *pair, signing=signing)
        self._seen.add((one.objgen, two.objgen))

    def _compare(self, where: str, path: str, one: Any, two: Any) -> None:
        if isinstance(one, pikepdf.Stream) and isinstance(two, pikepdf.Stream):
            if self._is_new(one, two):
                self._stream(where, path, one, two)
        elif isinstance(one, pikepdf.Dictionary) and isinstance(
            two, pikepdf.Dictionary
        ):
            if self._is_new(one, two):
                self._dictionary(where, path, one, two)
        elif isinstance(one, pikepdf.Array) and isinstance(two, pikepdf.Array):
            if _is_short(one) and _is_short(two):
                if len(one) != len(two) or not all(map(_same, one, two)):
                    self._name(where, path, one, two)
            elif self._is_new(one, two):
                self._array(where, path, list(one), list(two))
        elif not _same(one, two):
            self._name(where, path, one, two)

    def _is_new(self, one: Any, two: Any) -> bool:
        """Say whether a pair is to be compared still, and note that it is."""
        numbers = [
            pages.get(x.objgen)
            for pages, x in zip(self._pages, (one, two), strict=True)
        ]
        if numbers != [None, None]:
            if numbers[0] != numbers[1]:
                self._other_page(numbers)
            return False
        if not one.is_indirect or not two.is_indirect:
            return True
        pair = (one.objgen, two.objgen)
        if pair in self._seen:
            return False
        self._seen.add(pair)
        return True

    def _other_page(self, numbers: list[int | None]) -> None:
        shown = [f"page {n}" if n else "no page" for n in numbers]
        one = Alteration("file", "reference to a page", "", shown[0], shown[1])
        if one not in self.found:
            self.found.append(one)

    def _dictionary(
        self, where: str, path: str, one: Any, two: Any, skipped: set[str] | None = None
    ) -> None:
        for key in _TREES:
            # In what the program writes it is one, and of one node.
            if isinstance(two.get(key), pikepdf.Array):
                self._tree(where, path, key, one, two)
                skipped = {*(skipped or ()), key, "/Kids"}
        for key in sorted({*one.keys(), *two.keys()} - (skipped or set())):
            self._entry(where, path, key, one.get(key), two.get(key))

    def _tree(self, where: str, path: str, key: str, one: Any, two: Any) -> None:
        """Compare a tree of names or numbers, however it is cut into nodes."""
        if "/Kids" in one:
            said = "cut into nodes", "one node"
            self.found.append(Alteration(where, "tree of names", path, *said))
        own = one.get(key)
        if isinstance(own, pikepdf.Array) and len(own) % 2:
            self._name(where, path, own[-1], None)
        flat = [contents.pairs(x, key) for x in (one, two)]
        names = [[_exact(name) for name, _ in x] for x in flat]
        embedded = path.endswith("/EmbeddedFiles")
        for i, j in aligned(*names):
            if i is not None and j is not None and names[0][i] != names[1][j]:
                pairs: tuple[tuple[int | None, int | None], ...] = (
                    (i, None),
                    (None, j),
                )
            else:
                pairs = ((i, j),)
            for k, m in pairs:
                name = flat[1][m][0] if k is None and m is not None else flat[0][k][0]  # type: ignore[index]  # one of them is there
                place = f"attachment {plain(name)}" if embedded else where
                found = None if k is None else flat[0][k][1]
                right = None if m is None else flat[1][m][1]
                self._entry(place, path, "", found, right)

    def _array(self, where: str, path: str, one: list[Any], two: list[Any]) -> None:
        shallow = (
            [
                [self._shallow(n, x) for x in things]
                for n, things in enumerate((one, two))
            ]
            if len(one) != len(two)
            else [range(len(one)), range(len(two))]
        )
        for i, j in aligned(*shallow):
            found = None if i is None else one[i]
            right = None if j is None else two[j]
            place = where
            if isinstance(found, pikepdf.Dictionary) and path.endswith("/AF"):
                place = f"attachment {plain(found.get('/UF', found.get('/F', '')))}"
            self._entry(place, path, "", found, right)

    def _shallow(self, side: int, thing: Any) -> object:
        """Return what tells a thing from its neighbours without looking into it."""
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            page = self._pages[side].get(thing.objgen)
            return page or tuple(
                (key, told(thing[key]))
                for key in sorted(thing.keys())
                if not isinstance(thing[key], pikepdf.Dictionary | pikepdf.Stream)
                and key not in {"/Length", "/P", "/Parent", "/StructParent"}
            )
        return told(thing)

    def _stream(self, where: str, path: str, one: Any, two: Any) -> None:
        streams = [contents.decoded(x, _MOST_BYTES) for x in (one, two)]
        if None in streams:
            streams = [x.read_raw_bytes() for x in (one, two)]
            for key in ("/Filter", "/DecodeParms"):
                self._entry(where, path, key, one.get(key), two.get(key))
        if streams[0] != streams[1]:
            shown = [f"{len(x or b''):,} bytes" for x in streams]
            if shown[0] == shown[1]:
                shown[0] += " (other ones)"
            self.found.append(
                Alteration(where, noun(path, one), path, shown[0], shown[1])
            )
        self._dictionary(where, path, one, two, _PACKING)

    def _page(self, number: int, one: Any, two: Any) -> None:
        """Compare a page, with what it inherits from the tree of pages."""
        where = f"page {number}"
        entries = [_effective(x) for x in (one, two)]
        widgets = entries[0].get("/Annots")
        if isinstance(widgets, pikepdf.Array):
            other = entries[1].get("/Annots")
            right = list(other) if isinstance(other, pikepdf.Array) else []
            kept = additions.without(widgets, self._plain)
            if len(kept) != len(widgets):
                path = "/Annots"
                for widget in widgets:
                    if additions.without([widget], self._plain) == []:
                        self._name(where, path, widget, None, signing=True)
            self._array(where, "/Annots", kept, right)
            del entries[0]["/Annots"]
            entries[1].pop("/Annots", None)
        for key in sorted({*entries[0], *entries[1]}):
            self._entry(where, "", key, entries[0].get(key), entries[1].get(key))


def _effective(page: Any) -> dict[str, Any]:
    found = dict(page.items())
    parent = page.get("/Parent")
    for _ in range(50):
        if not isinstance(parent, pikepdf.Dictionary):
            break
        for key in _INHERITED:
            if key in parent and key not in found:
                found[key] = parent[key]
        parent = parent.get("/Parent")
    return found


def _is_short(array: Any) -> bool:
    """Say whether an array is a few plain values, as a box or a colour is."""
    return len(array) <= 8 and not any(
        isinstance(one, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array)
        for one in array
    )


def _exact(name: Any) -> object:
    return bytes(name) if isinstance(name, pikepdf.String) else str(name)


def _same(one: Any, two: Any) -> bool:
    if isinstance(one, pikepdf.String) and isinstance(two, pikepdf.String):
        return bytes(one) == bytes(two)
    if type(one) is not type(two) or isinstance(
        one, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array
    ):
        return False
    return bool(one == two)
