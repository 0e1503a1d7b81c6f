"""Compare what two reports carry and how their pages look: a step of a check.

Each page is compared as it reads, as it looks on screen and as it prints, with its
annotations and without them.
"""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from solvency.report.attachments import FIGURES
from solvency.report.pdf import Placed
from solvency.report.verification import contents
from solvency.report.verification.pages import LOOKS
from solvency.report.verification.pages import opened
from solvency.report.verification.verdict import Difference

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.report.verification.pages import Printed

#: How much of a differing text is shown.
_SHOWN = 80
#: Words of a page that are compared one by one; no page of ours has as many.
_MOST_WORDS = 20_000


def step(asked: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    """Compare a report with what should be.

    Args:
        asked: `given` and `made`, the PDFs; `record` as the given one has it;
            `attachments`, `places`, `exhibits` and `fingerprint` as made.
        tell: Called with each page.

    Returns:
        The `differences`.
    """
    with contents.opened(Path(asked["given"])) as document:
        found = contents.attachments(document)
    expected = {
        name: Path(path).read_bytes() for name, path in asked["attachments"].items()
    }
    differences = [
        *_recorded(asked["record"], expected, asked["fingerprint"]),
        *_attachments(found, expected),
        *_pages(asked, tell),
    ]
    return {"differences": [asdict(one) for one in differences]}


def _recorded(
    record: Mapping[str, Any], expected: Mapping[str, bytes], fingerprint: str
) -> Iterator[Difference]:
    """Compare the fingerprint and the files' hashes with those of the ledger inside."""
    if record["fingerprint"] != fingerprint:
        said = str(record["fingerprint"])
        yield Difference("fingerprint", "", None, (), said, fingerprint)
    right = json.loads(expected[FIGURES])["files"]
    for name in sorted({*record["files"], *right}):
        hashes = [
            f"SHA-256 {x[name]}" if name in x else "" for x in (record["files"], right)
        ]
        if hashes[0] != hashes[1]:
            yield Difference("attachment", name, None, (), *hashes)


def _attachments(
    found: Mapping[str, list[bytes]], expected: Mapping[str, bytes]
) -> Iterator[Difference]:
    """Compare what is inside with what should be, byte for byte.

    What is there besides is the business of the comparison of structure.
    """
    for name, right in sorted(expected.items()):
        attached = found.get(name, [])
        if right in attached:
            continue
        one = attached[0] if attached else None
        if name == FIGURES and one is not None:
            said, given = json.loads(one), json.loads(right)
            listed = tuple(_figures(said, given))
            yield from listed
            hashed = said["files"] != given["files"]
            if listed or hashed or said["fingerprint"] != given["fingerprint"]:
                continue
        yield Difference("attachment", name, None, (), *_first(one, right))


def _figures(found: Any, right: Any) -> Iterator[Difference]:
    """Compare the figures attached with those the ledger gives, one by one."""
    ours = {one["key"]: one for one in right["figures"]}
    theirs = {one["key"]: one for one in found["figures"]}
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        one, two = theirs.get(key), ours.get(key)
        if one == two:
            continue
        exhibits = tuple(two["exhibits"]) if two else ()
        if one is None or two is None or one.get("printed") != two["printed"]:
            shown = [str(x.get("printed"))[:_SHOWN] if x else "" for x in (one, two)]
        else:
            part = next(k for k in {**two, **one} if one.get(k) != two.get(k))
            shown = [f"{part} {json.dumps(x.get(part))[:_SHOWN]}" for x in (one, two)]
        yield Difference("attached figure", str(key), None, exhibits, *shown)


def _first(found: bytes | None, right: bytes) -> tuple[str, str]:
    """Return the first lines in which two files differ."""
    if found is None:
        return "", "it"
    pairs = zip((*found.splitlines(), b""), (*right.splitlines(), b""), strict=False)
    for number, (one, two) in enumerate(pairs, 1):
        if one != two:
            texts = [line.decode(errors="replace")[:_SHOWN] for line in (one, two)]
            return f"line {number} “{texts[0]}”", f"line {number} “{texts[1]}”"
    return f"{len(found)} bytes", f"{len(right)} bytes"


def _pages(
    asked: Mapping[str, Any], tell: Callable[[str], None]
) -> Iterator[Difference]:
    """Compare each page's size, text, and what it looks like."""
    places = json.loads(Path(asked["places"]).read_bytes())
    exhibits = {key: tuple(value) for key, value in asked["exhibits"].items()}
    with opened(Path(asked["given"])) as given, opened(Path(asked["made"])) as made:
        if len(given) != len(made):
            yield Difference("pages", "", None, (), str(len(given)), str(len(made)))
        for number in range(min(len(given), len(made))):
            tell(f"page {number + 1}")
            sizes = given.size(number), made.size(number)
            if sizes[0] != sizes[1]:
                # Not drawn: it may be as large as a field.
                shown = [f"{width:g} by {height:g} points" for width, height in sizes]
                yield Difference("page", "size", number + 1, (), *shown)
                continue
            one, two = given.text(number), made.text(number)
            if one != two:
                wrong = tuple(
                    _on_page(given, number, map(Placed._make, places[number]), exhibits)
                )
                yield from wrong
                yield from _words(number, one, two, known=bool(wrong))
            else:
                yield from _looks(given, made, number)


def _looks(given: Printed, made: Printed, number: int) -> Iterator[Difference]:
    """Compare how a page looks, on screen and in print."""
    for look in LOOKS:
        pictures = [
            hashlib.sha256(one.picture(number, look)).digest() for one in (given, made)
        ]
        if pictures[0] != pictures[1]:
            yield Difference(
                "picture",
                look.name,
                number + 1,
                (),
                "the page looks otherwise than its text reads",
                "another picture",
            )
            return


def _on_page(
    given: Printed,
    number: int,
    places: Iterator[Placed],
    exhibits: Mapping[str, tuple[int, ...]],
) -> Iterator[Difference]:
    """Compare each figure of a page with what stands in its place."""
    for place in places:
        found = given.at(number, place)
        if found != " ".join(place.text.split()):
            yield Difference(
                "figure",
                place.key,
                number + 1,
                exhibits.get(place.key, ()),
                found[:_SHOWN],
                place.text,
            )


def _words(number: int, one: str, two: str, *, known: bool) -> Iterator[Difference]:
    """Return where a page's words differ, unless its figures say it already."""
    found, right = one.split(), two.split()
    if len(found) > _MOST_WORDS:
        counts = [f"{len(words)} words" for words in (found, right)]
        yield Difference("text", "", number + 1, (), *counts)
        return
    matcher = difflib.SequenceMatcher(None, found, right, autojunk=False)
    changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    for _, i, j, k, m in changes:
        shown = " ".join(found[i:j])[:_SHOWN], " ".join(right[k:m])[:_SHOWN]
        if not known or not any(c.isdigit() for text in shown for c in text):
            yield Difference("text", "", number + 1, (), *(f"“{s}”" for s in shown))
    if not changes and not known:
        yield Difference("text", "", number + 1, (), "spaced otherwise", "other space")
