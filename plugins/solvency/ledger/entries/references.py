"""What flows say of one another: order, size, and rival bookings of one fact."""

from __future__ import annotations

from typing import TYPE_CHECKING

from beancount.core import data

from solvency.ledger.terms.metadata import closest
from solvency.ledger.vocabulary import REVIEWS

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence
    from typing import Any

    from solvency.ledger.case import Flow
    from solvency.ledger.errors import Errors
    from solvency.ledger.terms.declarations import Declarations


def standing_variants(
    entries: Iterable[data.Directive], errors: Errors
) -> dict[str, str]:
    """Return the booking that stands of each fact with several: the default one."""
    bookings: dict[str, dict[str, list[data.Transaction]]] = {}
    defaults: dict[str, set[str]] = {}
    for entry in entries:
        if type(entry) is not data.Transaction:
            continue
        fact, name = entry.meta.get("variant-of"), entry.meta.get("variant")
        if fact is None and name is None:
            continue
        if not isinstance(fact, str) or not isinstance(name, str):
            errors.add(
                "variant",
                entry,
                "a rival booking says of which fact, and which it is",
                'Write both: variant-of: "FACT" and variant: "BOOKING"',
            )
            continue
        bookings.setdefault(fact, {}).setdefault(name, []).append(entry)
        if entry.meta.get("default") is True:
            defaults.setdefault(fact, set()).add(name)
    found = {}
    for fact, rivals in bookings.items():
        first = next(iter(rivals.values()))[0]
        chosen = sorted(defaults.get(fact, ()))
        if len(chosen) != 1:
            errors.add(
                "variant",
                first,
                f"of the bookings of {fact} ({', '.join(rivals)})"
                f" {'none is' if not chosen else 'several are'} the default",
                "Write default: TRUE on the flows of one",
            )
        found[fact] = chosen[0] if chosen else next(iter(rivals))
    return found


def chosen(
    transaction: data.Transaction,
    standing: Mapping[str, str],
    instead: Mapping[str, str],
) -> bool:
    """Say whether a transaction is of the booking that stands, or of no rivals."""
    fact = transaction.meta.get("variant-of")
    if fact is None:
        return True
    return bool(
        transaction.meta.get("variant") == instead.get(fact, standing.get(fact))
    )


def check_references(
    flows: Sequence[Flow],
    declared: Declarations,
    standing: Mapping[str, str],
    errors: Errors,
) -> None:
    """Report flows that name flows, observations or bookings there are not."""
    days = {flow.id: flow.date for flow in flows}
    sizes = {*days, *(one.id for one in declared.observations)}
    for flow in flows:
        at = {"filename": flow.place.file, "lineno": flow.place.line}
        before = days.get(flow.after or "")
        if before is not None and before > (flow.latest or flow.date):
            errors.add(
                "after",
                None,
                f"{flow.id} cannot precede {flow.after}, of {before}",
                "Change its date, or `latest:`, or take `after:` out",
                at=at,
            )
        if flow.after:
            _named("after", flow.id, (flow.after,), days, errors, at)
        _named("sized-by", flow.id, flow.sized_by, sizes, errors, at)
    for one in declared.hypotheses.values():
        at = {"filename": one.place.file, "lineno": one.place.line}
        _named("sized-by", one.name, one.sized_by, sizes, errors, at)
    booked = {(flow.variant_of, flow.variant) for flow in flows}
    for scenario in declared.scenarios.values():
        for fact, name in scenario.variants.items():
            if (fact, name) not in booked:
                errors.add(
                    "variant",
                    declared.written["scenario", scenario.name],
                    f"the scenario {scenario.name} takes {name} of {fact}, which no"
                    " flow is",
                    "Name what flows say in variant-of: and variant:; facts with"
                    f" rivals are {', '.join(sorted(standing)) or 'none'}",
                )


def check_reviews(
    entries: Iterable[data.Directive], flows: Sequence[Flow], errors: Errors
) -> None:
    """Report reviews that name no flow, or do not say what they found."""
    known = {flow.id for flow in flows}
    for entry in entries:
        if not isinstance(entry, data.Custom) or entry.type != "review":
            continue
        values = [one.value for one in entry.values or ()]
        if len(values) != 2 or not all(isinstance(one, str) for one in values):
            errors.add(
                "review",
                entry,
                "a review names a flow and what was found of it",
                'Write custom "review" "FLOW" "approved"',
            )
        elif values[1] not in REVIEWS:
            meant = closest(values[1], REVIEWS)
            errors.add(
                "review",
                entry,
                f"a review says {values[1]!r:.40} of {values[0]}",
                f"If {meant} is meant, write that"
                if meant
                else f"Write one of {', '.join(REVIEWS)}",
            )
        elif values[0] not in known:
            meant = closest(values[0], known)
            errors.add(
                "review",
                entry,
                f"a review is of {values[0]}, which there is not",
                f"If {meant} is meant, write that"
                if meant
                else "Name a flow by its id, or take the review out",
            )


def _named(
    key: str,
    of: str,
    names: Iterable[str],
    known: Collection[str],
    errors: Errors,
    at: dict[str, Any],
) -> None:
    """Report what a key names that there is not."""
    for name in names:
        if name not in known:
            meant = closest(name, known)
            errors.add(
                key,
                None,
                f"`{key}:` of {of} names {name}, which there is not",
                f"If {meant} is meant, write that"
                if meant
                else "Name a flow by its id",
                at=at,
            )
