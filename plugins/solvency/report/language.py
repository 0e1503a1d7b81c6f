"""The language of a report: its catalogue, and the case's own words in it.

Messages of templates and sections are in `reports/locale/LANG/LC_MESSAGES`, read
from their `.po` as they stand. What the author of a case wrote is in the case:
each directive may carry its words in another language under that language's code
(`zh:`), and what it says under a key under `zh-KEY:` (`zh-note:`).
"""

from __future__ import annotations

import gettext
import io
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from solvency.report.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from solvency.ledger.case import Case

#: The language the messages themselves are in.
OWN = "en"


@cache
def catalogue(folder: Path, lang: str) -> gettext.NullTranslations:
    """Return the messages of a language; none where they are the templates' own.

    Args:
        folder: The folder of report kinds, with `locale` in it.
        lang: The language.

    Raises:
        ReportError: If the catalogue is missing or broken.
    """
    if lang == OWN:
        return gettext.NullTranslations()
    # Half a second to import, which English need not pay.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import PoFileError  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    path = folder / "locale" / lang / "LC_MESSAGES" / "solvency.po"
    compiled = io.BytesIO()
    try:
        with path.open("rb") as file:
            write_mo(compiled, read_po(file, locale=lang, abort_invalid=True))
    except (OSError, PoFileError, ValueError) as error:
        raise ReportError(f"the catalogue {lang}/{path.name}: {error}") from None
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def case_in(case: Case, lang: str) -> Case:
    """Return a case whose titles, narrations and notes are in a language.

    What has no words in the language keeps those it has. Names, amounts and the
    fingerprint stay: it is the same case.

    Args:
        case: The case as it was read.
        lang: The language.
    """
    if lang == OWN:
        return case

    def said(thing: Mapping[str, str], own: str) -> str:
        return thing.get(lang) or own

    def note(thing: Mapping[str, str], own: str | None) -> str | None:
        return thing.get(f"{lang}-note") or own

    found = replace(
        case,
        title=said(case.titles, case.title),
        entities={
            name: replace(one, description=said(one.notes, one.description))
            for name, one in case.entities.items()
        },
        commodities={
            name: replace(one, title=said(one.notes, one.title))
            for name, one in case.commodities.items()
        },
        sources={
            name: replace(
                one,
                title=said(one.notes, one.title),
                note=note(one.notes, one.note),
            )
            for name, one in case.sources.items()
        },
        flows=tuple(
            one._replace(
                narration=said(one.notes, one.narration),
                payee=one.notes.get(f"{lang}-payee") or one.payee,
            )
            for one in case.flows
        ),
        hypotheses={
            name: replace(
                one,
                title=said(one.notes, one.title),
                note=note(one.notes, one.note),
            )
            for name, one in case.hypotheses.items()
        },
        scenarios={
            name: replace(
                one,
                title=said(one.notes, one.title),
                note=note(one.notes, one.note),
            )
            for name, one in case.scenarios.items()
        },
        observations=tuple(
            replace(one, perimeter=one.notes.get(lang) or one.perimeter)
            for one in case.observations
        ),
        events=tuple(
            replace(one, description=said(one.notes, one.description))
            for one in case.events
        ),
    )
    scenario = found.scenarios.get(case.scenario.name, case.scenario)
    found = replace(found, scenario=scenario)
    # The fingerprint is of what was read, not of what is printed.
    found.__dict__["fingerprint"] = case.fingerprint
    return found


def names_in(case: Case, lang: str) -> dict[str, str]:
    """Return the names of a case that print otherwise in a language.

    An entity and its silo print by `zh-name:` and `zh-silo:`, an account by its
    `zh:` where a table leaves out root and entity. The full name of an account
    stays, since that is what one looks up in the ledger.

    Args:
        case: The case.
        lang: The language.
    """
    if lang == OWN:
        return {}
    names: dict[str, str] = {}
    for account in case.accounts.values():
        if lang in account.notes:
            names[", ".join(account.name.split(":")[2:])] = account.notes[lang]
    for entity in case.entities.values():
        if entity.silo and f"{lang}-silo" in entity.notes:
            names[entity.silo] = entity.notes[f"{lang}-silo"]
    for entity in case.entities.values():
        if f"{lang}-name" in entity.notes:
            names[entity.name] = entity.notes[f"{lang}-name"]
    return names
