"""The findings: one page of numbered sentences, each with its exhibits."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.check.segregation import covers
from solvency.exhibits.check.segregation import missing_worked
from solvency.exhibits.findings.books import cover
from solvency.exhibits.findings.books import hollow
from solvency.exhibits.findings.books import insolvent
from solvency.exhibits.findings.books import recovered
from solvency.exhibits.findings.books import tokens
from solvency.exhibits.findings.books import uses
from solvency.exhibits.findings.books import whose
from solvency.exhibits.findings.claims import contradictions
from solvency.exhibits.findings.claims import explanations
from solvency.exhibits.findings.claims import tallied
from solvency.exhibits.kit import apart
from solvency.exhibits.kit import grade_of
from solvency.exhibits.layout import Section
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import weighed
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Said
from solvency.figures.figure import figures_of
from solvency.figures.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.exhibits.findings.finding import Found
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.ledger.case import Flow


#: Findings of one kind, the largest first: all kinds together fit on a page.
_EACH = 2


@dataclass(frozen=True, slots=True)
class Key:
    """One of the few figures at the head of the page."""

    figure: Figure
    caption: Prose


def findings(setting: Setting) -> Section | None:
    """Build the page of findings; each is left out where the case has no such thing."""
    # A draft is for a look, and these take most of the analyses' time.
    long = () if setting.draft else (contradictions, explanations, tallied)
    quick = (cover, uses, whose, insolvent, hollow, tokens)
    each = [tuple(say(setting)) for say in (*quick, *long, recovered)]
    found = tuple(one for some in each for one in some[:_EACH])
    more = sum(len(some) for some in each) - len(found)
    if not found:
        return None
    return Section(
        "findings",
        setting.text("Findings"),
        values={
            "findings": found,
            "numbers": tuple(
                setting.count(f"finding:{name}", n)
                for n, name in enumerate(apart(map(_about, found)), 1)
            ),
            "more": setting.say_many(
                "%(count)s more of the same kind stands in the exhibits named.",
                "%(count)s more of the same kinds stand in the exhibits named.",
                setting.count("findings:more", more, flows=setting.moved),
            )
            if more
            else (),
            "keys": tuple(_keys(setting)),
            "at": setting.at,
            "draft": setting.draft,
        },
        ground=weighed(setting),
    )


def _about(one: Found) -> str:
    """Name a finding by the first figure it tells, else by the first exhibit."""
    figure = next(figures_of(one.text), None)
    return figure.key if figure else "".join(x.key for x in one.exhibits[:1])


def _whose(setting: Setting, entities: Iterable[str]) -> Prose:
    """Say whose customers are counted together, where there are several."""
    names = [(Said(name),) for name in entities]
    if len(names) < 2:
        return ()
    return setting.say(": %(names)s together", names=listed(setting.locale, names))


def _keys(setting: Setting) -> Iterator[Key]:
    found = covers(setting)
    owed = sum((one[0].value or Decimal() for one in found.values()), Decimal())
    if owed:
        held = sum(
            (min(one[0].value or Decimal(), one[1].value or Decimal()))
            for one in found.values()
        )
        missing = setting.own(
            "key:missing",
            owed - held,
            prose=True,
            **missing_worked(setting, owed - held),
        )
        missed = setting.say("missing of what customers were owed")
        yield Key(missing, (*missed, *_whose(setting, found)))
        worked: list[Piece] = []
        for entity, (due, have, _, _) in found.items():
            worked += ["; "] if worked else []
            worked += setting.say(
                "%(who)s %(one)s over %(other)s", who=Said(entity), one=have, other=due
            )
        ratio = setting.share(
            "key:held", held / owed, formula="held over owed", worked=tuple(worked)
        )
        kept = setting.say("of customers' claims held for them")
        yield Key(entry(ratio), (*kept, *_whose(setting, found)))
    recovery = setting.study.recovery
    if recovery is not None:
        customers = [one for one in recovery.classes if one.rank == "customer"]
        claims = sum((one.claims for one in customers), Decimal())
        if claims:
            least = sum((one.low for one in customers), Decimal()) / claims
            parts: list[Piece] = []
            for one in customers:
                low = f"key:low:{one.entity}"
                parts += ["; "] if parts else []
                parts += setting.say(
                    "%(who)s %(one)s over %(other)s",
                    who=Said(one.entity),
                    one=setting.money(f"{low}:paid", one.low, formula="paid"),
                    other=setting.money(f"{low}:due", one.claims, formula="due"),
                )
            share = setting.share(
                "key:low",
                least,
                formula="low estimate over claims",
                worked=(*parts, " (", Exhibit("recovery"), ")"),
            )
            central = setting.share(
                "key:central",
                sum((one.paid for one in customers), Decimal()) / claims,
                formula="paid over claims",
                target="recovery",
            )
            paid = setting.say(
                "of customers' claims paid, low estimate; central %(central)s",
                central=central,
            )
            yield Key(entry(share), paid)
    case = setting.case
    first = [flow for flow in case.selected if grade_of(setting, flow)[:1] == "A"]
    share = setting.share(
        "key:grade",
        Decimal(len(first)) / len(case.selected),
        formula="flows of grade A",
        target="grades",
    )
    caption = setting.say(
        "of flows rest on grade A: court records, audited or on-chain, also as relayed"
    )
    if any(source.origin for source in case.sources.values()):
        relayed = sum(_origin(setting, flow) == "A" for flow in case.selected)
        caption = setting.say(
            "of flows rest on grade A as read: court records, audited or on-chain;"
            " %(origin)s relay such an origin, most of them in a copy",
            origin=setting.share(
                "key:origin",
                Decimal(relayed) / len(case.selected),
                formula="flows whose origin is of grade A",
                target="grades",
            ),
        )
    yield Key(share, caption)


def _origin(setting: Setting, flow: Flow) -> str:
    """Return the kind of the source of a flow's amount, before it was copied."""
    source = setting.case.sources.get(flow.amount_from or "")
    origin = source.origin if source is not None else None
    return (origin or grade_of(setting, flow))[:1]
