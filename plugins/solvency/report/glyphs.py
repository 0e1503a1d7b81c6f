"""What to say of characters that no font here has: where they stand, and the remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.figures.fonts import has_font
from solvency.figures.writing_systems import script_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.ledger.case import Case

#: Characters shown of those that share a remedy.
_SHOWN = 5
_OTHER = "no package of fonts is known for it; docs/report-kinds.md says how to add one"


def warnings(case: Case, boxes: Iterable[str]) -> tuple[str, ...]:
    """Say of each script where a box stands for it, and which package writes it.

    Args:
        case: The case that was printed.
        boxes: The characters.

    Returns:
        A sentence for each remedy, naming the first thing of the ledger that has
        such a character.
    """
    by_remedy: dict[str, list[str]] = {}
    for one in boxes:
        script = script_of(one)
        known = script is not None and not has_font(script)
        remedy = f"pip install {script.package}" if script and known else _OTHER
        by_remedy.setdefault(remedy, []).append(one)
    return tuple(
        f"no font here has {_listed(some)}, first in {_first(case, some)}: a box is"
        f" printed; {remedy}"
        for remedy, some in by_remedy.items()
    )


def _listed(characters: Sequence[str]) -> str:
    shown = ", ".join(f'"{one}" (U+{ord(one):04X})' for one in characters[:_SHOWN])
    more = len(characters) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _first(case: Case, characters: Sequence[str]) -> str:
    """Return the first thing of a ledger whose words have any of some characters."""
    sought = frozenset(characters)
    for what, words in _said(case):
        if not sought.isdisjoint(words):
            return what
    return "the pages"


def _said(case: Case) -> Iterator[tuple[str, str]]:
    """Yield what the ledger calls things, each with what says so."""
    for flow in case.flows:
        words = (flow.payee or "", flow.narration, *flow.notes.values())
        place = f"{flow.place.file}:{flow.place.line}"
        yield f"flow {flow.id} ({place})", " ".join(words)
    yield "the title", " ".join((case.title, *case.titles.values()))
    for entity in case.entities.values():
        words = (entity.name, entity.description, *entity.notes.values())
        yield f"entity {entity.name}", " ".join(words)
    for source in case.sources.values():
        words = (source.title, source.publisher or "", source.note or "")
        yield f"source {source.name}", " ".join((*words, *source.notes.values()))
    for name, account in case.accounts.items():
        yield f"account {name}", " ".join((name, *account.notes.values()))
    for one in case.hypotheses.values():
        yield f"hypothesis {one.name}", " ".join((one.title, one.note or ""))
    for scenario in case.scenarios.values():
        said = (scenario.title, scenario.note or "")
        yield f"scenario {scenario.name}", " ".join(said)
    for seen in case.observations:
        yield (
            f"observation {seen.id}",
            " ".join((seen.perimeter or "", *seen.notes.values())),
        )
    for event in case.events:
        yield f"the event of {event.date}", event.description
