"""The form to add or change a source and a flow: its fields, and what is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.browse.edit.entry import written
from solvency.browse.language import listed
from solvency.browse.language import say
from solvency.ledger.vocabulary import BASES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.browse.view import View
    from solvency.ledger.case import Flow


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of the form: its key, its label, what is written, and what may be."""

    key: str
    label: str
    value: str = ""
    kind: str = "text"
    choices: tuple[str, ...] = ()
    hint: str = ""


@dataclass(frozen=True, slots=True)
class EntryForm:
    """A form: what it is of, its name if it is there already, and its fields."""

    kind: str
    name: str
    title: str
    fields: tuple[FormField, ...]
    said: str = ""
    #: What it does not change, above the fields.
    note: str = ""


def form_of(view: View, page: str) -> EntryForm | None:
    """Return the form of a page, where files may be changed; None without one."""
    if not view.edit:
        return None
    if page == "evidence":
        return EntryForm(
            "source", "", say("Add a source"), _source_fields({}, new=True)
        )
    if page == "flows":
        return EntryForm(
            "flow", "", say("Add a flow"), _flow_fields(view, {}, new=True)
        )
    if page not in {"source", "flow"}:
        return None
    title = say("Change this source") if page == "source" else say("Change this flow")
    try:
        found = written(view.study.case, page, view.asked.pick)
    except (ValueError, LookupError) as error:
        said = say("Not by this form: %(why)s.", why=str(error.args[0]))
        return EntryForm(page, view.asked.pick, title, (), said)
    fields = (
        _source_fields(found, new=False)
        if page == "source"
        else _flow_fields(view, found, new=False)
    )
    note = _fixed(view.study.case.by_id[view.asked.pick]) if page == "flow" else ""
    return EntryForm(page, view.asked.pick, title, fields, note=note)


def _fixed(flow: Flow) -> str:
    """Say what of a flow the form leaves as it is, its accounts by name."""
    accounts = dict.fromkeys(one.account for one in flow.postings if not one.added)
    return say(
        "Its accounts stay as they are: %(accounts)s. Those, its name, prices, the rows"
        " it cites and the hypotheses it holds under are changed in the editor.",
        accounts=listed(accounts),
    )


def _source_fields(values: Mapping[str, str], *, new: bool) -> tuple[FormField, ...]:
    name = (FormField("name", say("Name"), kind="required"),) if new else ()
    get = values.get
    return (
        *name,
        FormField("date", say("Published"), get("date", ""), "date"),
        FormField("title", say("Title"), get("title", ""), "required"),
        FormField("publisher", say("Publisher"), get("publisher", "")),
        FormField("url", say("Address"), get("url", ""), "url"),
        FormField(
            "grade",
            say("Grade"),
            get("grade", ""),
            "required",
            hint=say(
                "A to F for what kind of source it is, A records of courts, and 1 to 6"
                " for how far others confirm it, 1 fully: B2"
            ),
        ),
        FormField("note", say("Note"), get("note", "")),
    )


def _flow_fields(
    view: View, values: Mapping[str, str], *, new: bool
) -> tuple[FormField, ...]:
    accounts = tuple(view.case.accounts)
    sources = tuple(view.case.sources)
    get = values.get
    both = (
        (
            FormField("from", say("From account"), kind="required", choices=accounts),
            FormField("to", say("To account"), kind="required", choices=accounts),
        )
        if new
        else ()
    )
    name = (FormField("name", say("Name"), kind="required"),) if new else ()
    amount = FormField("amount", say("Amount, with its commodity"), get("amount", ""))
    return (
        *name,
        FormField("date", say("Date"), get("date", ""), "date"),
        FormField("payee", say("Who"), get("payee", "")),
        FormField("title", say("What happened"), get("title", ""), "required"),
        FormField("sources", say("Sources"), get("sources", ""), choices=sources),
        FormField(
            "through",
            say("Through (in whose name)"),
            get("through", ""),
            choices=tuple(view.case.entities),
        ),
        FormField(
            "purpose",
            say("Purpose"),
            get("purpose", ""),
            choices=tuple(sorted({x.purpose for x in view.case.flows if x.purpose})),
        ),
        FormField(
            "basis",
            say("Where its amount comes from"),
            get("basis", ""),
            choices=BASES,
            hint=say("One of: %(names)s", names=listed(BASES)),
        ),
        FormField("locator", say("Passage"), get("locator", "")),
        *both,
        *((amount,) if new or get("amount") else ()),
        *(FormField(key, label, get(key, "")) for key, label in _bounds()),
        FormField("note", say("Note"), get("note", "")),
    )


def _bounds() -> tuple[tuple[str, str], ...]:
    return (("low", say("Low")), ("high", say("High")))
