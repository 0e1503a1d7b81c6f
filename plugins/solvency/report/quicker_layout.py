"""What WeasyPrint works out again for each piece of a page, worked out once.

None of it changes a page: a style without percentages gives a box the same lengths
whatever the box stands in, pieces of text by the ten thousand share a dozen fonts, and
most of what a PDF is written of is a number or a name.
"""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

#: Lengths that may be shares of what a box stands in.
_LENGTHS = (
    *(f"{what}_{x}" for what in ("margin", "padding") for x in ("left", "right")),
    *(f"{what}_{x}" for what in ("margin", "padding") for x in ("top", "bottom")),
    *(f"{bound}{side}" for side in ("width", "height") for bound in ("", "min_")),
    *("max_width", "max_height"),
)
_BORDERS = tuple(f"border_{x}_width" for x in ("top", "right", "bottom", "left"))
_FLOATS = frozenset({"left", "right", "inline-start", "inline-end", "footnote"})
_FONT = (
    "font_style",
    "font_stretch",
    "font_weight",
    "font_size",
    "font_variant_caps",
    "font_variation_settings",
)


@contextlib.contextmanager
def laid_out_quicker() -> Iterator[None]:
    """Keep what WeasyPrint 70 asks of styles and fonts, and write plain things fast."""
    import pydyf  # noqa: PLC0415 (comes with WeasyPrint)
    from weasyprint.formatting_structure import boxes  # noqa: PLC0415 (0.9 s)
    from weasyprint.layout import percent  # noqa: PLC0415 (as above)
    from weasyprint.text import line_break  # noqa: PLC0415 (as above)

    changed: list[tuple[Any, str, Any]] = [
        (line_break, "get_font_description", _fonts(line_break.get_font_description)),
        (pydyf, "_to_bytes", _bytes(pydyf._to_bytes)),  # noqa: SLF001 (it has no other name)
        (boxes.Box, "is_in_normal_flow", _is_in_normal_flow),
    ]
    theirs, ours = percent.resolve_percentages, _lengths(percent.resolve_percentages)
    changed += [
        (module, "resolve_percentages", ours)
        for name, module in sorted(sys.modules.items())
        if name.startswith("weasyprint.layout")
        and getattr(module, "resolve_percentages", None) is theirs
    ]
    before = [(where, name, getattr(where, name)) for where, name, _ in changed]
    for where, name, new in changed:
        setattr(where, name, new)
    try:
        yield
    finally:
        for where, name, old in before:
            setattr(where, name, old)


def _is_in_normal_flow(box: Any) -> bool:
    """Say whether a box is in normal flow, in one look at its style."""
    style = box.style
    position = style["position"]
    return (
        style["float"] not in _FLOATS
        and position not in ("absolute", "fixed")
        and position[0] not in ("running()", "note()")
    )


def _lengths(theirs: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """Return what gives boxes their lengths, those of plain styles found once."""
    # Styles by the ten thousand have the same few lengths.
    kept: dict[str, Any] = {}

    def resolved(box: Any, containing_block: Any) -> None:
        style = box.style
        known = vars(style).get("plain_lengths")
        if known is None:
            known = _plain(style)
            known = style.plain_lengths = kept.setdefault(repr(known), known)
        lengths, borders = known
        if not lengths:
            theirs(box, containing_block)
            return
        box.__dict__.update(lengths)
        for name, width in borders:
            # Of cells whose borders are joined these are found beforehand.
            if not hasattr(box, name):
                setattr(box, name, width)

    return resolved


def _plain(style: Any) -> tuple[Mapping[str, Any], tuple[tuple[str, Any], ...]]:
    """Return the lengths that a style gives each of its boxes; none where they differ.

    Beside them the widths of borders, where a box may have others already.
    """
    found: dict[str, Any] = {}
    if style["box_sizing"] != "content-box":
        return {}, ()
    for name in _LENGTHS:
        value = style[name]
        if value is not None and value != "auto":
            if getattr(value, "unit", "%") == "%":
                return {}, ()
            value = value.value
        elif value == "auto" and name.startswith("min_"):
            value = 0
        found[name] = value
    borders = tuple((name, style[name]) for name in _BORDERS)
    if style["border_collapse"] == "collapse":
        return found, borders
    return {**found, **dict(borders)}, ()


def _fonts(theirs: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Return what describes the font of a style, each description made once."""
    made: dict[tuple[Any, ...], Any] = {}

    def described(style: Any) -> Any:
        key = (tuple(style["font_family"]), *map(style.__getitem__, _FONT))
        found = made.get(key)
        if found is None:
            found = made[key] = theirs(style)
        return found

    return described


def _bytes(theirs: Callable[[Any], bytes]) -> Callable[[Any], bytes]:
    """Return what writes a thing of a PDF, most things by their very type."""

    def written(item: Any) -> bytes:
        kind = type(item)
        if kind is bytes:
            return item  # type: ignore[no-any-return]  # it is bytes
        if kind is str:
            return item.encode("ascii")  # type: ignore[no-any-return]  # as above
        if kind is int:
            return b"%d" % item
        return theirs(item)

    return written
