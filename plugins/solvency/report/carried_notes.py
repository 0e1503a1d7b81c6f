"""Notes that a page leaves to the next one, kept where WeasyPrint would lose them."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def notes_carried() -> Iterator[None]:
    """See that each note is printed once, by its page or the next, in their order.

    A note with no room at the foot of its page goes to the next. WeasyPrint 70 loses it
    in two cases, and then a link to it stops the report: where a line has room only
    once notes before it have gone to the next page, its own notes go nowhere; and where
    a page is made again, for a page number that stands in it, it knows nothing of what
    the page before left to it in an earlier round.
    """
    from weasyprint.layout import block  # noqa: PLC0415 (0.9 s)
    from weasyprint.layout import page as pages  # noqa: PLC0415 (as above)

    line_box_layout, remake_page = block._linebox_layout, pages.remake_page  # noqa: SLF001 (they have no other name)

    def with_own_notes(context: Any, *given: Any) -> Any:
        made = line_box_layout(context, *given)
        abort, stop, _, _, new_notes, _ = made
        lines = given[3]
        if stop and not abort and lines and context.footnotes:
            for box in lines[-1].descendants():
                if box.footnote in context.footnotes:
                    context.footnotes.remove(box.footnote)
                    context.reported_footnotes.append(box.footnote)
                    new_notes.append(box.footnote)
        return made

    def with_those_left(index: int, context: Any, *given: Any) -> Any:
        known = vars(context)
        place = known.setdefault(
            "places", {n: i for i, n in enumerate(context.footnotes)}
        )
        left = known.setdefault("left", {})
        context.reported_footnotes = list(left.get(index, ()))
        page, resume_at = remake_page(index, context, *given)
        context.reported_footnotes.sort(key=place.__getitem__)
        now = tuple(context.reported_footnotes)
        if now != left.get(index + 1, ()) and (now or resume_at is not None):
            context.page_maker[index + 1][-1]["content_changed"] = True
        left[index + 1] = now
        return page, resume_at

    block._linebox_layout, pages.remake_page = with_own_notes, with_those_left  # noqa: SLF001
    try:
        yield
    finally:
        block._linebox_layout, pages.remake_page = line_box_layout, remake_page  # noqa: SLF001
