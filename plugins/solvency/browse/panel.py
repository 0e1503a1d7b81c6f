"""What every number of a page rests on: the document its panel is drawn from.

It is what `solvency explain` says of a figure, for all figures of one page at once:
each flow and each source stands in it once, and figures name them.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.blocks import safe_address
from solvency.browse.entry import passages
from solvency.browse.entry.basis import STATED
from solvency.browse.entry.basis import meaning
from solvency.browse.language import day_said
from solvency.browse.language import phrase
from solvency.browse.language import spoken
from solvency.browse.language import unit_said
from solvency.exhibits.section import Ground
from solvency.exhibits.section import Section
from solvency.exhibits.section import figures_in
from solvency.exhibits.section import keyed
from solvency.figures.figure import SHARE
from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Figure
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.formats import published
from solvency.ledger.asked_scenario import taken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.browse.study import Later
    from solvency.exhibits.evidence.dossier import Claimed
    from solvency.exhibits.explain import Explanation
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.figures.table import Table
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Source

#: What rests on nothing beside what its figures name.
NO_GROUND = Ground()


@dataclass
class OnPage:
    """The figures a page prints, as it is built."""

    sections: list[Section] = field(default_factory=list)
    #: Its tables and drawings: the place of each and its caption.
    exhibits: dict[str, str] = field(default_factory=dict)
    #: What exhibits of its tests are built from.
    setting: Setting | None = None
    #: Whether what figures rest on is asked for: points of drawings have it then alone.
    opened: bool = False
    #: Whether its figures are of an account that `explain` does not answer for.
    elsewhere: bool = False
    #: Long computations still at work when the page was built, and what each said then.
    at_work: list[tuple[Later[Any], str]] = field(default_factory=list)

    def table(self, table: Table, ground: Ground = NO_GROUND) -> None:
        """Keep the figures of an exhibit, with what they rest on beside their own."""
        self.sections.append(Section(table.key, table.title, (table,), ground=ground))

    def figures(self) -> dict[str, Figure]:
        """Return the figures by key."""
        return keyed(
            figure
            for one in self.sections
            for figure in figures_in((one.tables, one.values))
        )

    def figure(self, figure: Figure, ground: Ground = NO_GROUND) -> str:
        """Keep one figure; return its key."""
        values = {"figure": figure}
        self.sections.append(Section(figure.key, "", values=values, ground=ground))
        return figure.key


def resting(
    case: Case,
    register: OnPage,
    dossier: Mapping[str, Claimed],
    notes: Mapping[tuple[str, str], list[Any]] | None = None,
    *,
    things: bool = True,
) -> dict[str, Any]:
    """Return what the figures of a page rest on.

    Args:
        case: The case.
        register: The figures the page printed.
        dossier: The rows of evidence flows cite, by id.
        notes: Notes of readers, by the kind and name of what they are on.
        things: Add the flows and sources themselves.

    Returns:
        `flows` and `sources` by their names, `figures` by key: as `explain --json`
        has them, but for flows and sources, which are named with their part, and
        `asked`, the key as a shell takes it where `explain` answers for it, which it
        does with `options`.
    """
    from solvency.exhibits.explain.explain import explained  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.explain.explain import sizes  # noqa: PLC0415 (as above)
    from solvency.exhibits.explain.search import answered  # noqa: PLC0415 (as above)
    from solvency.exhibits.rests import rests  # noqa: PLC0415 (as above)
    from solvency.model.prices import Prices  # noqa: PLC0415 (as above)

    known = register.figures()
    base = rests(case, register.sections)
    size = sizes(case, Prices(case))
    figures = {
        key: {
            **_figure(explained(case, figure, base[key], size=size)),
            "asked": shlex.quote(key)
            if not register.elsewhere and answered(case, key)
            else "",
            "notes": (notes or {}).get(("figure", key), []),
        }
        for key, figure in known.items()
        if figure.value is not None
    }
    found: dict[str, Any] = {
        "fingerprint": case.fingerprint,
        "scenario": case.scenario.name,
        "options": options(case),
        "currency": case.currency,
        "figures": figures,
    }
    if things:
        found["flows"] = {
            one.id: {
                **flow(case, one, dossier),
                "notes": (notes or {}).get(("flow", one.id), []),
            }
            for one in case.flows
        }
        found["sources"] = {one.name: source(one) for one in case.sources.values()}
    return found


def options(case: Case) -> str:
    """Return the options that show the same at the terminal."""
    names = taken(case)
    if case.scenario.name in case.scenarios or not names:
        words = [f"--scenario {shlex.quote(case.scenario.name)}"]
    else:
        words = [f"--hypothesis {shlex.quote(','.join(names))}"]
    if case.known:
        words.append(f"--known {case.known}")
    return " ".join(words)


def source(one: Source) -> dict[str, object]:
    """Return a source as a panel draws it."""
    from solvency.exhibits.explain.answer import Carried  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.explain.document import of_source  # noqa: PLC0415 (as above)

    found = of_source(Carried(one, None))
    mirror = safe_address(one.mirror)
    if one.dated != "day":
        found["published"] = published(one.published, one.dated, spoken())
    return {**found, "url": safe_address(one.url), "mirror": mirror}


def flow(case: Case, one: Flow, dossier: Mapping[str, Claimed]) -> dict[str, object]:
    """Return a flow as a panel draws it: as `explain` has it, and what it lacks."""
    from solvency.exhibits.explain.document import of_flow  # noqa: PLC0415 (brings in SciPy)

    noted = passages.of_flow(one, dossier)
    written = of_flow(one)
    del written["locators"]
    return {
        **written,
        "basis": phrase(one.basis) if one.basis else "",
        "means": meaning(one.basis),
        "states": one.basis in STATED,
        "note": one.notes.get(f"{spoken().lang}-note", one.notes.get("note", "")),
        "payee": one.payee or "",
        "grade": one.grade or "",
        "amount": one.amount.number,
        "commodity": one.amount.commodity,
        "taken": case.takes(one),
        "passages": {name: words for name, words in noted.of.items() if words},
        "apart": noted.apart,
    }


def _figure(found: Explanation) -> dict[str, object]:
    """Return what a figure rests on, its flows and sources by name."""
    from solvency.exhibits.explain.document import of_figures  # noqa: PLC0415 (brings in SciPy)

    figure = found.figure
    assert figure is not None  # noqa: S101 (as `explained` makes it)
    return {
        "name": found.name,
        "value": found.value,
        "unit": found.unit,
        "formula": phrase(figure.formula),
        "basis": phrase(figure.basis) if figure.basis else "",
        "sum": found.sum,
        "flows": [[one.flow.id, one.part] for one in found.flows],
        "figures": of_figures(found),
        "sources": [[one.source.name, one.carries] for one in found.sources],
        "printed": printed(figure),
        "worked": _pieces(figure.worked),
    }


def printed(figure: Figure) -> str:
    """Return a figure as a panel heads it, with its unit: at the scale of its parts."""
    if figure.unit in {"", SHARE} or figure.prose:
        return figure.text(spoken())
    whole = replace(figure, scale=0, places=0) if figure.scale else figure
    return f"{whole.text(spoken())} {unit_said(figure.unit)}"


def _pieces(prose: Prose) -> list[dict[str, str]]:
    """Return how a figure is worked out: words, figures and things by name."""
    from solvency.report.language import marked  # noqa: PLC0415 (brings in SciPy)

    found: list[dict[str, str]] = []
    for at, piece in enumerate(prose):
        if isinstance(piece, Figure):
            after = "".join(map(_words, prose[at + 1 : at + 3]))
            named = after.startswith(f" {piece.unit}")
            text = piece.text(spoken()) if piece.unit and named else printed(piece)
            found.append({"figure": piece.key, "text": text})
        elif isinstance(piece, Ref) and piece.kind in {"flow", "source"}:
            found.append({piece.kind: piece.name, "text": piece.name})
        elif isinstance(piece, Ref):
            found.append({"text": spoken().named(piece.label)})
        elif isinstance(piece, Day):
            found.append({"text": day_said(piece.date)})
        elif isinstance(piece, Exhibit):
            continue
        else:
            text = piece if isinstance(piece, str) else piece.text
            found.append(
                {"text": marked(spoken().named(text), spoken().lang, within=True)}
            )
    return found


def _words(piece: Piece) -> str:
    """Return a piece of prose as text, where it is words."""
    if isinstance(piece, Said):
        return piece.text
    return piece if isinstance(piece, str) else ""


def counted(key: str, value: int, formula: str, **rest: tuple[str, ...]) -> Figure:
    """Return a number of things, with the flows or sources that are counted."""
    return Figure(
        key=key,
        value=Decimal(value),
        formula=formula,
        flows=rest.get("flows", ()),
        sources=rest.get("sources", ()),
    )
