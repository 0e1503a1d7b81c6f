"""What every section is built from: case, book, dates, language, numbering."""

from __future__ import annotations

import datetime
from collections import Counter
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.citations import Notes
from solvency.exhibits.drawings import look
from solvency.exhibits.evidence.dossier import claimed
from solvency.exhibits.flows import worth
from solvency.exhibits.money_only import english
from solvency.figures import formats
from solvency.figures.figure import COUNT
from solvency.figures.figure import OWN
from solvency.figures.figure import SHARE
from solvency.figures.figure import Figure
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.figure import anchor
from solvency.figures.first_names import DatedNames
from solvency.figures.first_names import all_of
from solvency.figures.remark import said
from solvency.figures.remark import sentence
from solvency.figures.words import capital
from solvency.figures.words import say
from solvency.model.consolidation import group_sheet
from solvency.model.contributions import Parts
from solvency.model.counting.found import found
from solvency.model.valuation import Valuation
from solvency.wide import exact
from solvency.wide import stepped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.analysis.study import Study
    from solvency.charts import Look
    from solvency.evidence.open_items import OpenItem
    from solvency.exhibits.evidence.dossier import Claimed
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.figures.formats import Locale
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting
    from solvency.model.book import Book
    from solvency.model.consolidation import GroupSheet
    from solvency.model.counting.found import Found

#: Beyond this many flows the largest are printed and all are attached.
MOST_FLOWS = 250


@dataclass(frozen=True)
class Setting:
    """One report's case, and how its amounts are printed."""

    case: Case
    book: Book
    dates: tuple[datetime.date, ...]
    locale: Locale
    notes: Notes
    study: Study
    scale: int = 0
    places: int = 0
    #: The entities whose books are shown, where they are not the group's.
    of: tuple[str, ...] = ()
    #: Whether figures keep what they rest on; a screen of numbers needs none of it.
    resting: bool = True
    # Filled as days are asked for: sections share them.
    _sheets: dict[datetime.date, GroupSheet] = field(default_factory=dict)
    _holdings: dict[datetime.date, Valuation] = field(default_factory=dict)
    _parts: dict[datetime.date, Parts] = field(default_factory=dict)
    _found: dict[datetime.date, Found] = field(default_factory=dict)
    _of: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    _moving: dict[tuple[str, ...], DatedNames] = field(default_factory=dict)

    def text(self, message: str, **values: object) -> str:
        """Return a message in the report's language."""
        return self.locale.text(message, **values)

    def capital(self, message: str) -> str:
        """Return a message with a capital first letter, the others as they are."""
        found = self.locale.text(message)
        return capital(found)

    def remark(self, words: str, *, capital: bool = False) -> str:
        """Return what an analysis remarks in the report's language.

        Args:
            words: The remark.
            capital: Begin it with a capital.
        """
        tell = sentence if capital else said
        return tell(self.locale, words, self.case.currency)

    @property
    def unit(self) -> str:
        """Return the name of the unit of money tables."""
        return formats.unit_label(self.case.currency, self.scale, self.locale)

    @cached_property
    def inside(self) -> tuple[str, ...]:
        """Return the entities whose books are printed: those asked, the group, all."""
        return self.of or self.case.members

    @cached_property
    def flows(self) -> tuple[Flow, ...]:
        """Return every flow known by the known-date, of whatever hypothesis."""
        known = self.case.known
        return tuple(
            sorted(
                (f for f in self.case.flows if known is None or f.known <= known),
                key=lambda flow: (flow.date, flow.id),
            )
        )

    @cached_property
    def dossier(self) -> Mapping[str, Claimed]:
        """Return the rows of evidence the case keeps beside its ledger, by id."""
        return claimed(self.case, self.locale.lang)

    @cached_property
    def printed(self) -> tuple[Flow, ...]:
        """Return the flows whose evidence is printed: all, or the largest of many."""
        if len(self.flows) <= MOST_FLOWS:
            return self.flows
        largest = sorted(self.flows, key=lambda f: (-(worth(self, f) or 0), f.id))
        kept = {flow.id for flow in largest[:MOST_FLOWS]}
        return tuple(flow for flow in self.flows if flow.id in kept)

    @cached_property
    def listed(self) -> frozenset[str]:
        """Return the ids of the flows whose evidence is printed."""
        return frozenset(flow.id for flow in self.printed)

    @cached_property
    def taken(self) -> frozenset[str]:
        """Return the ids of the flows this scenario takes."""
        return frozenset(flow.id for flow in self.case.selected)

    @cached_property
    def movements(self) -> Mapping[str, tuple[tuple[Flow, Posting], ...]]:
        """Return what moved on each account in this scenario, oldest first."""
        found: dict[str, list[tuple[Flow, Posting]]] = defaultdict(list)
        for flow in self.flows:
            if flow.id in self.taken:
                for posting in flow.postings:
                    found[posting.account].append((flow, posting))
        return {account: tuple(moves) for account, moves in sorted(found.items())}

    @cached_property
    def open_items(self) -> tuple[OpenItem, ...]:
        """Return what of the imported evidence is open."""
        from solvency.evidence.open_items import standing  # noqa: PLC0415 (asked for seldom)

        return standing(self.case)

    def sheet(self, day: datetime.date) -> GroupSheet:
        """Return the balance sheets of the entities printed, and them as one."""
        if day not in self._sheets:
            self._sheets[day] = group_sheet(self.book, self.inside, day)
        return self._sheets[day]

    def holdings(self, day: datetime.date) -> Valuation:
        """Return what every account held on a day, and its value at market."""
        if day not in self._holdings:
            self._holdings[day] = Valuation(self.book, day, "market")
        return self._holdings[day]

    def parts(self, day: datetime.date) -> Parts:
        """Return what flows have in the balances of a day, at market."""
        if day not in self._parts:
            self._parts[day] = Parts(self.book, day, valuation=self.holdings(day))
        return self._parts[day]

    def found(self, day: datetime.date) -> Found:
        """Return what was counted of the entities printed on a day, at market."""
        if day not in self._found:
            self._found[day] = found(self.book.counts, day, "market", self.inside)
        return self._found[day]

    @cached_property
    def counted(self) -> tuple[str, ...]:
        """Return the sources of the counts that speak of the last day.

        What clearing pays rests on all of them.
        """
        speaking = self.book.counts.speaking(self.at)
        return tuple(dict.fromkeys(one.seen.source for one in speaking))

    @cached_property
    def moved(self) -> Any:
        """Return the ids of all flows of this scenario by the last day, in order."""
        return all_of(flow.id for flow in self.book.flows if flow.date <= self.at)

    @cached_property
    def booked(self) -> Any:
        """Return the ids of all flows of this scenario, in order."""
        return all_of(flow.id for flow in self.book.flows)

    def money(self, key: str, value: Decimal | None, **rest: Any) -> Figure:
        """Return an amount of the case's currency as this report's tables print it.

        What is left of quotients that cancel, each of which was cut off, is nothing.
        """
        if value and not exact(value) and not stepped(value):
            value = Decimal()
        return Figure(
            key=key,
            value=value,
            unit=self.case.currency,
            scale=self.scale,
            places=self.places,
            scenario=self.case.scenario.name,
            **rest,
        )

    def units(self, key: str, value: Decimal | None, unit: str, **rest: Any) -> Figure:
        """Return a number of units of a commodity, written out in full."""
        places = 0
        if value is not None:
            exponent = value.normalize().as_tuple().exponent
            places = max(0, -exponent) if isinstance(exponent, int) else 0
            if places == 1 and self.case.is_money(unit):
                places = 2  # cents are two digits
        return Figure(
            key=key,
            value=value,
            unit=unit,
            # Eight decimals are a coin's smallest part; more is noise on paper.
            places=min(places, 8),
            scenario=self.case.scenario.name,
            **rest,
        )

    def own(self, key: str, value: Decimal | None, **rest: Any) -> Figure:
        """Return an amount whose flows have an entry of their own in the appendix.

        Nothing rests on nothing: an amount of zero has no entry.
        """
        return self.money(key, value, target=OWN if value else "", **rest)

    def share(self, key: str, value: Decimal | float | None, **rest: Any) -> Figure:
        """Return a share of one, printed as a percentage."""
        if isinstance(value, float):
            value = Decimal(f"{value:.6f}")
        return Figure(
            key=key, value=value, unit=SHARE, scenario=self.case.scenario.name, **rest
        )

    def say(self, message: str, **pieces: Piece | Prose) -> Prose:
        """Return a sentence in the report's language with figures in it."""
        return say(self.locale, message, **pieces)

    def say_many(
        self, one: str, many: str, count: Figure, **pieces: Piece | Prose
    ) -> Prose:
        """Return a sentence about a number of things, which stands at `%(count)s`."""
        message = self.locale.plural(one, many, int(count.value or 0))
        return say(self.locale, message, count=count, **pieces)

    def look(self, key: str, amounts: Iterable[Decimal], **rest: Any) -> Look:
        """Return how a chart of amounts of money looks."""
        unit = self.case.currency
        return look(key, amounts, unit, self.locale, beside=self.scale, **rest)

    @property
    def at(self) -> datetime.date:
        """Return the day of what is stated as at a day: the last reported."""
        return self.dates[-1]

    def count(self, key: str, value: int, **rest: Any) -> Figure:
        """Return a number of things."""
        rest = {"formula": "count", **rest}
        return Figure(key=key, value=Decimal(value), unit=COUNT, **rest)

    def account_ref(self, name: str) -> Ref | Said:
        """Return a link to an account's register, or its name if it has none."""
        if name in self.registered:
            return about("account", name)
        return Said(name)

    @cached_property
    def registered(self) -> frozenset[str]:
        """Return the accounts whose registers the report prints."""
        inside = set(self.inside)
        moved = {one.account for flow in self.case.selected for one in flow.postings}
        accounts = self.case.accounts
        return frozenset(name for name in moved if accounts[name].entity in inside)

    def register(self, account: str, commodity: str = "") -> str:
        """Return the id of an account's register, or of that of one commodity."""
        held = {posting.commodity for _, posting in self.movements.get(account, ())}
        first = min(held, key=lambda one: (one != self.case.currency, one), default="")
        if commodity in {"", first}:
            return anchor("account", account)
        return anchor("account", f"{account}:{commodity}")

    def flow_ref(self, flow_id: str) -> Ref:
        """Return a link to a flow's evidence."""
        return about("flow", flow_id)

    def flows_by(self, entities: tuple[str, ...]) -> tuple[str, ...]:
        """Return the ids of the flows that entities took part in by the last day."""
        if entities not in self._of:
            self._of[entities] = tuple(
                flow.id
                for flow in self.case.selected
                if flow.date <= self.at
                and any(posting.entity in entities for posting in flow.postings)
            )
        return self._of[entities]

    def sources_of(self, accounts: tuple[str, ...], day: datetime.date) -> Any:
        """Return the names of the sources the flows of accounts rest on by a day."""
        moved = (x for one in accounts for x, _ in self.movements.get(one, ()))
        names = (name for x in moved if x.date <= day for name in x.sources)
        return tuple(dict.fromkeys(names))

    def flows_of(self, accounts: tuple[str, ...], day: datetime.date) -> Any:
        """Return the ids of the flows that moved accounts by a day, once for all."""
        if accounts not in self._moving:
            self._moving[accounts] = DatedNames(
                (flow.id, flow.date)
                for account in accounts
                for flow, _ in self.movements.get(account, ())
            )
        return self._moving[accounts].until(day)


def setting_of(
    case: Case,
    book: Book,
    days: tuple[datetime.date, ...],
    locale: formats.Locale,
    study: Study,
    of: tuple[str, ...] = (),
) -> Setting:
    """Return a setting that prints amounts by the largest balance of its days."""
    plain = Setting(case, book, days, locale, Notes(case.sources), study, of=of)
    moved = (flow.postings[0] for flow in case.selected)
    amounts = [one.units for one in moved if one.commodity == case.currency]
    scale, places = formats.fitting(amounts)
    if scale < formats.LARGEST:
        # Balances may be larger: sheets of many flows are made where they are asked.
        sheets = [plain.sheet(day) for day in days]
        amounts += [x.amount for one in sheets for y in one.columns for x in y.lines]
        scale, places = formats.fitting(amounts)
    return replace(plain, scale=scale, places=places)


def of_answers(book: Book, at: datetime.date, **answers: Any) -> Setting:
    """Return a setting in English whose study has answers already.

    Args:
        book: The Book.
        at: The day of what is stated as at a day.
        answers: What analyses found, by their names in the study.
    """
    from solvency.analysis.study import Study  # noqa: PLC0415 (a report brings its own)

    study = Study(book.case, book, at)
    vars(study).update(answers)
    return setting_of(book.case, book, (at,), english(book.case), study)


def default_dates(case: Case) -> tuple[datetime.date, ...]:
    """Return the reporting date, and the day before it that is most spoken of.

    Args:
        case: The case; its reporting date is the petition, else the last flow.

    Returns:
        One day or two, oldest first. The other day is the one, at least a month
        before the reporting date, with the most observations of balances.
    """
    last = case.reporting_date
    month = datetime.timedelta(days=31)
    spoken = Counter(
        one.date
        for one in case.observations
        if one.since is None and last - one.date >= month
    )
    if not spoken:
        return (last,)
    most = max(spoken.values())
    return (max(day for day, count in spoken.items() if count == most), last)
