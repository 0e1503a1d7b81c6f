"""What each class would be paid: with nothing of what is untraced, and with all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.recover.estate import ENDS
from solvency.analysis.recover.variations import classes
from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.recover.estates import called
from solvency.exhibits.recover.estates import share_paid
from solvency.exhibits.recover.payments import WAYS
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import settled
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.analysis.recover.recover import Class
    from solvency.analysis.recover.recover import Recovery
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure


def ranged(setting: Setting) -> Table | None:
    """Return the range of each class without and with what is untraced.

    None where nothing is untraced, or nothing can be shared out.
    """
    study = setting.study
    if study.varied is None or not study.varied.untraced:
        return None
    found = study.varied.untraced
    text = setting.text
    named = {
        "without": (
            text("Without it, low"),
            text("Without it, central"),
            text("Without it, high"),
        ),
        "with": (
            text("With all of it, low"),
            text("With all of it, central"),
            text("With all of it, high"),
        ),
    }
    return Table(
        key="recovery-untraced",
        title=text("What each class would be paid, without and with what is untraced"),
        unit=(text("Share of claims; all debts cleared together"),),
        head=text("Class"),
        width=56,
        columns=tuple(
            Column(f"{name}-{end}", heading, width=20, current=end == "central")
            for name, headings in named.items()
            for end, heading in zip(ENDS, headings, strict=True)
        ),
        rows=tuple(_rows(setting, found)),
        notes=(
            (
                text(
                    "Without it: what is in the books and was not found pays nobody."
                    " With all of it: it is found, and fetches what its account would."
                    " Otherwise low, central and high are as in the statement of"
                    " affairs."
                ),
            ),
        ),
    )


def _rows(setting: Setting, found: Mapping[str, Recovery]) -> Iterator[Row]:
    for way, label in WAYS.items():
        shares = {name: _by_class(one, way) for name, one in found.items()}
        yield Row(f"untraced:{way}", (setting.text(label),), kind="group")
        for key, one in shares["without"].items():
            cells = tuple(
                varied_rate(setting, name, way, each[key], end)
                for name, each in shares.items()
                for end in ENDS
            )
            yield Row(
                f"untraced:{way}:{one.entity}:{one.rank}",
                called(setting, one),
                cells,
                indent=1,
            )


def _by_class(found: Recovery, way: str) -> dict[tuple[str, str], Class]:
    return {(one.entity, one.rank): one for one in classes(found, way)}


def varied_rate(setting: Setting, name: str, way: str, one: Class, end: str) -> Figure:
    """Return what share a class is paid, with or without what is untraced."""
    paid = {"low": one.low, "central": one.paid, "high": one.high}[end]
    share = setting.share(
        f"recovery:{name}-untraced:{way}:{one.entity}:{one.rank}:{end}",
        share_paid(paid, one.claims),
        formula="paid over claims",
    )
    sources = (*settled(setting).sources, *setting.counted)
    return entry(share, flows=setting.moved, named=NAMED, sources=sources)
