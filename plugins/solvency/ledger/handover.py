"""Hand over what the plugin read to those who show a ledger that is loaded already.

Fava loads the ledger by itself, and the plugin reads all of a case while it does.
Reading it again for our own pages would double what an edit costs. So the plugin
keeps its last reading of each file, once somebody expects it, beside the options it
was given: they are the one object that the loader hands to the plugin and to Fava
alike, so that a reading is never taken for that of another load.
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from beancount.core import data

from solvency.ledger.errors import Errors
from solvency.ledger.errors import ours
from solvency.ledger.files.source import UnreadableError
from solvency.ledger.files.source import content_of
from solvency.ledger.files.trust import check_file
from solvency.ledger.files.trust import inside

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from solvency.ledger.case import Case
    from solvency.ledger.reading import Reading

#: What beancount ignores in an included file, and a full load refuses.
_HIDDEN = re.compile(r'^\s*(?:plugin|option)\s+"', re.MULTILINE)


class Kept(NamedTuple):
    """One run of the plugin."""

    options: Mapping[str, Any]
    reading: Reading
    known: datetime.date | None


class Loaded(NamedTuple):
    """What a load of the ledger came to, as Fava has it."""

    options: Mapping[str, Any]
    entries: Sequence[Any]
    faults: Sequence[Any]


#: The last run on each file; None while nobody expects any.
_kept: dict[str, Kept] | None = None


def expect() -> None:
    """Have the plugin keep what it reads from now on."""
    global _kept  # noqa: PLW0603 (one for the program, as the plugin itself)
    if _kept is None:
        _kept = {}


def keep(
    options: Mapping[str, Any], reading: Reading, known: datetime.date | None
) -> None:
    """Keep a run of the plugin, if anybody expects it."""
    if _kept is None and _on_its_way(reading.entries):
        expect()
    if _kept is not None:
        _kept[str(options.get("filename"))] = Kept(options, reading, known)


def _on_its_way(entries: Iterable[data.Directive]) -> bool:
    """Say whether Fava loads a ledger whose pages of ours it asks for afterwards."""
    return "fava.core" in sys.modules and any(
        type(entry) is data.Custom
        and entry.type == "fava-extension"
        and entry.values
        and str(entry.values[0].value).startswith("solvency.")
        for entry in entries
    )


def handed(
    loaded: Loaded,
    scenario: str | None,
    known: datetime.date | None,
    *,
    trust: bool,
) -> Case | None:
    """Return the case of a load, as loading it again would give it.

    Args:
        loaded: What the load came to.
        scenario: The scenario; default the one it was loaded in.
        known: The known-date; default the one it was loaded with.
        trust: Allow what a stranger's ledger may not ask for.

    Returns:
        The case; its `entries` are those of the load, whatever the scenario. None
        where only a load of its own can tell: the plugin did not run, the ledger
        asks for what needs trust, or another scenario could break what beancount
        itself asserts.
    """
    from solvency.ledger.reading import case_of  # noqa: PLC0415 (which keeps here)
    from solvency.ledger.reading import choose_scenario  # noqa: PLC0415 (as above)

    kept = (_kept or {}).get(str(loaded.options.get("filename")))
    if kept is None or kept.options is not loaded.options:
        return None
    if not trust and _needs_trust(loaded):
        return None
    reading, errors = kept.reading, Errors()
    chosen = reading.scenario
    if scenario is not None:
        chosen = choose_scenario(reading.declared, scenario, loaded.options, errors)
    known = known or kept.known
    same = chosen == reading.scenario and known == kept.known
    if errors or not (same or _asserts_nothing(loaded)):
        return None
    case = case_of(reading, loaded.options, known)
    return replace(
        case,
        scenario=chosen,
        errors=ours(loaded.faults, top=str(loaded.options.get("filename"))),
        entries=tuple(
            # What the plugin tells Fava is no part of the ledger.
            entry
            for entry in loaded.entries
            if not (type(entry) is data.Event and entry.meta.get("added"))
        ),
        kept_entries=kept_entries(loaded.entries),
        files=files_of(case),
    )


def files_of(case: Case) -> tuple[str, ...]:
    """Return the files of a case, the top one first."""
    return tuple(sorted(case.files, key=lambda name: (name != case.path, name)))


def kept_entries(
    entries: Iterable[data.Directive],
) -> tuple[data.Note | data.Custom, ...]:
    """Return notes on rows of imported evidence, reviews and hypotheses."""
    return tuple(
        entry
        for entry in entries
        if (type(entry) is data.Note and "row" in entry.meta)
        or (type(entry) is data.Custom and entry.type in {"review", "hypothesis"})
    )


def _asserts_nothing(loaded: Loaded) -> bool:
    """Say whether beancount finds the same faults in every scenario."""
    foreign = (
        name
        for name, _ in loaded.options["plugin"]
        if name != "solvency" and not name.startswith("solvency.")
    )
    asserted = (entry for entry in loaded.entries if type(entry) is data.Balance)
    return next(foreign, None) is None and next(asserted, None) is None


def _needs_trust(loaded: Loaded) -> bool:
    """Say whether a ledger asks for what a stranger's may not have."""
    top = str(loaded.options["filename"])
    errors = Errors()
    check_file(top, loaded.entries, loaded.options, errors, top=top)
    if errors:
        return True
    for name in loaded.options["include"]:
        if name == top:
            continue
        if not inside(name, top):
            return True
        try:
            hidden = _HIDDEN.search(content_of(name).decode())
        except UnreadableError:
            return True
        if hidden:
            return True
    return False
