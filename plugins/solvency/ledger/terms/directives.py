"""Read the custom directives of the language: entities, sources, observations.

Each reader takes one directive into the declarations, or reports why it cannot.
"""

from __future__ import annotations

import hashlib
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from beancount.core.amount import Amount

from solvency.ledger import vocabulary as words
from solvency.ledger.case import Entity
from solvency.ledger.case import Hypothesis
from solvency.ledger.case import Measure
from solvency.ledger.case import Money
from solvency.ledger.case import Observation
from solvency.ledger.case import Scenario
from solvency.ledger.case import Source
from solvency.ledger.subledger import subledger
from solvency.ledger.terms import changes
from solvency.ledger.terms import invariants
from solvency.ledger.terms import uncertainty
from solvency.ledger.terms.metadata import Metadata
from solvency.ledger.terms.metadata import closest
from solvency.ledger.terms.metadata import place

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from typing import TypeAlias

    from beancount.core.data import Custom

    from solvency.ledger.terms.declarations import Declarations

    _Reader: TypeAlias = Callable[[Declarations, Custom, list[Any], Metadata], None]

#: How each custom directive is written, for the error that says so.
_FORMS = {
    "entity": '"Name" "Description"',
    "source": '"name" "Title"',
    "hypothesis": '"name" "What it says"',
    "scenario": '"name" "What it says"',
    "observation": "Assets:Entity:Account 1,000,000 USD",
    "invariant": '"customer-assets" "Entity"',
    "spread": '"C3" 0.15',
    "scale": "4",
    "correlation": '"source" 0.5',
    "alternative": "0.1, with error: 0.5",
    "depth": "20,000,000 TOKEN",
    "float": "130,000,000 TOKEN",
    "title": '"zh" "The case\'s title in that language"',
    "membership": '"Entity" "leaves"',
    "rename": '"OLD" "NEW" 1',
    "rounding": "Expenses:Entity:Rounding 0.01 USD",
    "subledger": 'Liabilities:Entity:Customers "customers/*.parquet"',
}


def read_custom(declared: Declarations, entry: Custom) -> None:
    """Take in one custom directive; those of others are left alone."""
    kind = entry.type
    if kind not in _READERS:
        meant = closest(kind, words.CUSTOMS)
        if meant is not None:
            declared.errors.add(
                "directive",
                entry,
                f'`custom "{kind}"` is no directive of the language',
                f'If `custom "{meant}"` is meant, write that',
            )
        return
    values = [value.value for value in entry.values or []]
    if not _fits(kind, values):
        declared.errors.add(
            "directive",
            entry,
            f"this {kind} is not written as the language has it",
            f'Write: {entry.date} custom "{kind}" {_FORMS[kind]}',
        )
        return
    meta = Metadata(entry, declared.errors, kind)
    _READERS[kind](declared, entry, values, meta)
    if kind != "invariant":
        meta.misspelt()


def _fits(kind: str, values: list[Any]) -> bool:
    """Say whether a custom directive has the values its kind takes."""
    if kind == "observation":
        *accounts, amount = values or [None]
        return (
            bool(accounts)
            and all(isinstance(account, str) for account in accounts)
            and isinstance(amount, Amount)
            and amount.number is not None
        )
    if kind == "rename":
        return (
            len(values) == 3
            and all(isinstance(value, str) for value in values[:2])
            and isinstance(values[2], Decimal)
        )
    if kind == "rounding":
        return (
            len(values) == 2
            and isinstance(values[0], str)
            and isinstance(values[1], Amount)
        )
    if kind in {"depth", "float"}:
        return len(values) == 1 and isinstance(values[0], Amount)
    if kind in {"scale", "alternative"}:
        return len(values) == 1 and isinstance(values[0], Decimal)
    if kind in {"spread", "correlation"}:
        return (
            len(values) == 2
            and isinstance(values[0], str)
            and isinstance(values[1], Decimal)
        )
    return len(values) == 2 and all(isinstance(value, str) for value in values)


def _entity(
    declared: Declarations, entry: Custom, values: list[Any], meta: Metadata
) -> None:
    name, description = values
    entity = Entity(
        name,
        description,
        place(entry),
        role=(role := meta.choice("role", words.ROLES) or "other"),
        group=meta.flag("group"),
        silo=meta.text("silo"),
        related=meta.flag("related") if "related" in meta.meta else role == "insider",
        since=meta.date("since"),
        until=meta.date("until"),
        notes=meta.rest(),
    )
    if declared.name("entity", name, entry):
        declared.entities[name] = entity


def _source(
    declared: Declarations, entry: Custom, values: list[Any], meta: Metadata
) -> None:
    name, title = values
    grade = meta.text("grade")
    if grade is None or not words.GRADE.fullmatch(grade):
        declared.errors.add(
            "grade",
            entry,
            f"the source {name} has no grade from A1 to F6"
            + ("" if grade is None else f', but "{grade}"'),
            'Write grade: "C3", say: kind A to F, then credibility 1 to 6',
        )
        grade = "F6"
    origin = meta.text("origin")
    if origin is not None and not words.GRADE.fullmatch(origin):
        declared.errors.add(
            "source",
            entry,
            f"the origin of {name} has no grade {origin}",
            'Write the grade of what the copy relays: origin: "A2", say',
        )
        origin = None
    source = Source(
        name,
        title,
        entry.date,
        grade,
        place(entry),
        **{
            key: meta.text(key)
            for key in ("publisher", "url", "mirror", "group", "sha256", "note")
        },
        origin=origin,
        dated=meta.choice("dated", words.DATED) or "day",
        notes=meta.rest(),
    )
    if declared.name("source", name, entry):
        declared.sources[name] = source


def _hypothesis(
    declared: Declarations, entry: Custom, values: list[Any], meta: Metadata
) -> None:
    name, title = values
    prior = meta.number("prior", "0", "1")
    hypothesis = Hypothesis(
        name,
        title,
        place(entry),
        prior=Decimal("0.5") if prior is None else prior,
        excludes=frozenset(meta.names("excludes")),
        note=meta.text("note"),
        sized_by=meta.names("sized-by"),
        notes=meta.rest(),
    )
    if declared.name("hypothesis", name, entry):
        declared.hypotheses[name] = hypothesis


def _scenario(
    declared: Declarations, entry: Custom, values: list[Any], meta: Metadata
) -> None:
    name, title = values
    scenario = Scenario(
        name,
        title,
        frozenset(meta.names("hypotheses")),
        place(entry),
        default=meta.flag("default"),
        variants=changes.variants(declared, entry, meta),
        note=meta.text("note"),
        notes=meta.rest(),
    )
    if declared.name("scenario", name, entry):
        declared.scenarios[name] = scenario


def _observation(
    declared: Declarations, entry: Custom, values: list[Any], meta: Metadata
) -> None:
    *accounts, amount = values
    bounds = _bounds(declared, entry, amount, meta)
    source = meta.text("source")
    since = meta.date("from")
    if bounds is None:
        return
    if source is None:
        declared.errors.add(
            "observation",
            entry,
            "no source says this",
            'Add source: "NAME", a declared source',
        )
        return
    if since is not None and since > entry.date:
        declared.errors.add(
            "observation",
            entry,
            f"the period starts on {since}, after the day it ends on, {entry.date}",
            "Write in `from:` the first day of the period, and date it by the last",
        )
        return
    observation = Observation(
        id=meta.text("id") or _observation_id(entry),
        date=entry.date,
        accounts=tuple(accounts),
        amount=Money(amount.number, amount.currency),
        source=source,
        place=place(entry),
        low=bounds[0],
        high=bounds[1],
        interval=meta.number("interval", "0", "1"),
        since=since,
        side=meta.choice("side", words.SIDES) or "net",
        mark=meta.money("mark"),
        perimeter=meta.text("perimeter"),
        grade=meta.text("grade"),
        claim=meta.names("claim"),
        locator=meta.text("locator"),
        allowed=meta.number("error", "0") is not None,
        counted=meta.flag("counted"),
        excess=meta.flag("excess"),
        at_most=meta.flag("at-most"),
        notes=meta.rest(),
    )
    if declared.name("observation", observation.id, entry):
        declared.observations.append(observation)


def _bounds(
    declared: Declarations, entry: Custom, amount: Amount, meta: Metadata
) -> tuple[Decimal | None, Decimal | None] | None:
    """Return an observation's low and high, or None if it is written wrongly."""
    low = meta.magnitude("low", amount.currency)
    high = meta.magnitude("high", amount.currency)
    error = meta.number("error", "0")
    number = amount.number
    assert number is not None  # noqa: S101 (_fits saw to it)
    short = number < 0 and meta.meta.get("excess") is True
    if short:
        # Of a shortage low and high are sizes, as everywhere.
        number = -number
    if number < 0:
        declared.errors.add(
            "observation",
            entry,
            "an observation states a size, and liabilities as positive amounts owed",
            f"Write {-number:,} {amount.currency}",
        )
        return None
    if low and meta.meta.get("at-most") is True:
        declared.errors.add(
            "observation",
            entry,
            "`at-most:` says that all of it may be others', so that the least is"
            f" nothing, and `low:` has {low:,}",
            "Take `low:` off; or, where the source states a least amount, take"
            " `at-most:` off and write `high:` beside `low:`",
        )
        return None
    if error is not None:
        low, high = number * max(1 - error, Decimal()), number * (1 + error)
    if (low is not None and low > number) or (high is not None and high < number):
        declared.errors.add(
            "amount-range",
            entry,
            f"the amount {number:,} is outside its low and high",
            "Make low <= amount <= high",
        )
        return None
    if short:
        return None if high is None else -high, None if low is None else -low
    return low, high


def _observation_id(entry: Custom) -> str:
    """Make a stable name from an observation's date and content."""
    content = "|".join(str(value.value) for value in entry.values)
    content += "|" + str(entry.meta.get("source")) + str(entry.meta.get("from"))
    return f"O-{entry.date:%Y%m%d}-{hashlib.sha256(content.encode()).hexdigest()[:6]}"


def _title(
    declared: Declarations, entry: Custom, values: list[Any], _: Metadata
) -> None:
    language, title = values
    if declared.name("title", language, entry):
        declared.titles[language] = title


def _measure(
    declared: Declarations, entry: Custom, values: list[Any], meta: Metadata
) -> None:
    amount = values[0]
    measure = Measure(
        entry.date,
        amount.number,
        place(entry),
        low=meta.magnitude("low", amount.currency),
        high=meta.magnitude("high", amount.currency),
        source=meta.text("source"),
        basis=meta.choice("basis", words.BASES) or "stated",
    )
    declared.measure(entry.type, amount.currency, entry, measure)


_READERS: Mapping[str, _Reader] = {
    "entity": _entity,
    "source": _source,
    "hypothesis": _hypothesis,
    "scenario": _scenario,
    "observation": _observation,
    "invariant": invariants.invariant,
    "spread": uncertainty.spread,
    "scale": uncertainty.scale,
    "correlation": uncertainty.correlation,
    "alternative": uncertainty.alternative,
    "depth": _measure,
    "float": _measure,
    "title": _title,
    "membership": changes.membership,
    "rename": changes.rename,
    "rounding": changes.rounding,
    "subledger": subledger,
}
