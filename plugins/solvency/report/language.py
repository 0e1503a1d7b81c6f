"""The language of a report: its catalogue, and the case's own words in it.

Messages of templates and sections are in `reports/locale/LANG/LC_MESSAGES`, read
from their `.po` as they stand. What the author of a case wrote is in the case:
each directive may carry its words in another language under that language's code
(`zh:`), and what it says under a key under `zh-KEY:` (`zh-note:`).
"""

from __future__ import annotations

import gettext
import io
import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from solvency.figures.errors import ReportError
from solvency.figures.formats import FIRST_LANGUAGE
from solvency.figures.words import capital

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from solvency.ledger.case import Case

#: What stands between pieces that templates put together, in full width.
_FULL_WIDTH = str.maketrans(",;:.", "，；：。")
_JOINED = {", ", ": ", "; "}
#: Marks that follow something, begin a list, or close a sentence.
_MARKS = re.compile(r"^([,;:.])(?=\s|$)\s*|(?<=[\u3400-\u9fff）”])([,;:.])(?=\s|$)\s*")
#: Parentheses around words, and around a figure or link of its own in a line.
_WORDS = re.compile(r" ?\(([^()]*[\u3400-\u9fff][^()]*)\)")
#: A unit or code after words; a number in them is negative, and stays.
_CODES = re.compile(r"((?:^|(?<=[\u3400-\u9fff”])) ?)\(([A-Za-z][^()]*)\)")
#: A space before a parenthesis that is in full width already.
_WIDE_OPENS = re.compile(r"[ \n]+(?=（)")
_OPENS = re.compile(r" ?\($")
_CLOSES = re.compile(r"^\)")
#: A space that templates set between pieces, where the language has none.
_SPACE = re.compile(r"(?<=[，。；：、\uff01\uff1f）])[ \n]+(?=\S)")
_AFTER = re.compile(r"^[ \n]+(?=[\u3400-\u9fff，。；：、）])")
_BEFORE = re.compile(r"(?<=[\u3400-\u9fff，。；：、])[ \n]+$")
#: Only what has some of these is set as Chinese is.
_HAN = re.compile("[\u3400-\u9fff]")
#: What stands in a line of text, as figures and days do.
_INLINE = {"a", "span", "strong", "time"}


@cache
def catalogue(folder: Path, lang: str) -> gettext.NullTranslations:
    """Return the messages of a language; none where they are the templates' own.

    Args:
        folder: The folder of report kinds, with `locale` in it.
        lang: The language.

    Raises:
        ReportError: If the catalogue is missing or broken.
    """
    if lang == FIRST_LANGUAGE:
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
    if lang == FIRST_LANGUAGE:
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
                publisher=one.notes.get(f"{lang}-publisher") or one.publisher,
            )
            for name, one in case.sources.items()
        },
        flows=tuple(
            one._replace(
                narration=said(one.notes, one.narration),
                payee=one.notes.get(f"{lang}-payee") or one.payee,
                locators={
                    source: one.notes.get(f"{lang}-locator{source and '-'}{source}", at)
                    for source, at in one.locators.items()
                },
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
    if any(getattr(one, "type", "") == "review" for one in case.kept_entries):
        found.__dict__["flow_hashes"] = case.flow_hashes
    return found


def names_in(case: Case, lang: str) -> dict[str, str]:
    """Return the names of a case that print otherwise in a language.

    An entity and its silo print by `zh-name:` and `zh-silo:`, a hypothesis in a chart
    by `zh-name:`, a kind of event by `zh-kind:`.

    Args:
        case: The case.
        lang: The language.
    """
    if lang == FIRST_LANGUAGE:
        return {}
    # Study are of the case as it was read, and hand on its titles.
    written = (
        *((one.title, one.notes) for one in case.hypotheses.values()),
        *((one.title, one.notes) for one in case.scenarios.values()),
        *((one.title, one.notes) for one in case.sources.values()),
        *((one.narration, one.notes) for one in case.flows),
        *((one.perimeter, one.notes) for one in case.observations),
        *((one.description, one.notes) for one in case.events),
    )
    names = {own: notes[lang] for own, notes in written if own and lang in notes}
    for event in case.events:
        if f"{lang}-kind" in event.notes:
            kind = event.kind.replace("-", " ")
            names |= dict.fromkeys((kind, capital(kind)), event.notes[f"{lang}-kind"])
    for one in case.hypotheses.values():
        if f"{lang}-name" in one.notes:
            spaced = one.name.replace("-", " ")
            names |= dict.fromkeys((one.name, spaced), one.notes[f"{lang}-name"])
    for entity in case.entities.values():
        if entity.silo and f"{lang}-silo" in entity.notes:
            names[entity.silo] = entity.notes[f"{lang}-silo"]
    for entity in case.entities.values():
        # Its own where it has no other: marks round it are the language's.
        names[entity.name] = entity.notes.get(f"{lang}-name", entity.name)
    return names


def accounts_in(case: Case, lang: str) -> dict[str, str]:
    """Return what accounts are called in a language by their `zh:`.

    That is for tables which leave out root and entity. Elsewhere the full name
    stays, since it is what one looks up in the ledger.

    Args:
        case: The case.
        lang: The language.
    """
    found: dict[str, str] = {}
    for name, account in case.accounts.items():
        words = account.notes.get(lang, "")
        # What is written `Loans: Genesis` names the account above too.
        while words:
            found.setdefault(name, words)
            name, words = name.rpartition(":")[0], words.rpartition("：")[0]  # noqa: PLW2901
    return found


def punctuate(root: Element, lang: str) -> None:
    """Set the marks between words and figures as the language does.

    Templates join figures and messages by ASCII marks. What the ledger says
    (`said`) is left as its author wrote it.

    Args:
        root: A report's document, changed in place.
        lang: Its language.
    """
    if lang != "zh":
        return
    for element in root.iter():
        if element.tag in {"style", "title"}:
            continue
        said = "said" in element.get("class", "")
        # What begins with a mark was joined on by a section.
        if element.text and (not said or element.text[:2] in _JOINED):
            element.text = _full_width(element.text, before=_runs_on(element[:1]))
        for n, child in enumerate(element, 1):
            following = element[n : n + 1]
            if child.tail == ", " and [one.tag for one in following] == ["time"]:
                # A day says when; it is no second thing of a list.
                child.tail = "，"
            elif child.tail == " " and (child.text or "").endswith("："):
                # The mark has its own space.
                child.tail = ""
            elif child.tail:
                child.tail = _full_width(
                    child.tail,
                    after=_runs_on([child]),
                    before=_runs_on(following),
                )


def marked(text: str, lang: str, *, within: bool = False) -> str:
    """Return a line of a page with its marks as the language sets them.

    Args:
        text: Words and figures put together with ASCII marks.
        lang: The language.
        within: It stands in a line of that language, and is set so in any case.
    """
    if lang != "zh" or not (within or _HAN.search(text)):
        return text
    return _full_width(text)


def _runs_on(elements: list[Element]) -> bool:
    """Say whether an element is words or a figure in a line, not a mark in a box."""
    return any(
        one.tag in _INLINE
        and not {"mark", "grade", "letter", "n"} & set(one.get("class", "").split())
        for one in elements
    )


def _code(found: re.Match[str], *, after: bool) -> str:
    """Set a code in parentheses in full width, if words or a figure come before it."""
    begins = found.start() == 0
    return f"（{found[2]}）" if after or not begins else found[0]


def _full_width(text: str, *, after: bool = False, before: bool = False) -> str:
    """Set marks in full width, and no space `after` or `before` what runs on."""
    if text == ", ":
        return "、"
    text = _WORDS.sub(r"（\1）", text)
    text = _CODES.sub(lambda found: _code(found, after=after), text)
    text = _WIDE_OPENS.sub("", text)
    text = _CLOSES.sub("）", text) if after else text
    text = _OPENS.sub("（", text) if before else text
    text = _MARKS.sub(lambda found: found[0].strip().translate(_FULL_WIDTH), text)
    text = _SPACE.sub("", text)
    text = _AFTER.sub("", text) if after else text
    return _BEFORE.sub("", text) if before else text
