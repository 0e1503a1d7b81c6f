"""The Case: everything a ledger says, typed and immutable."""

# Longer than 400 lines: the types of a case name one another.

from __future__ import annotations

import datetime
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING
from typing import ClassVar
from typing import NamedTuple

from solvency.ledger.vocabulary import CURRENCIES
from solvency.ledger.vocabulary import DEFAULT_PRICE_AGE
from solvency.ledger.vocabulary import ROOTS
from solvency.ledger.vocabulary import UNSAID
from solvency.ledger.vocabulary import UNTRACED
from solvency.ledger.vocabulary import price_age
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from beancount.core.data import Custom
    from beancount.core.data import Directive
    from beancount.core.data import Note

    from solvency.ledger.errors import LedgerError
    from solvency.ledger.subledger import Subledger
    from solvency.model.book import Book


#: Where flows stand within their day of which nobody says.
LAST_PLACE = 1_000_000
LAST_HOUR = datetime.time.max


class Place(NamedTuple):
    """Where in the case's files something is written."""

    file: str
    line: int


class Money(NamedTuple):
    """A number of units of a commodity."""

    number: Decimal
    commodity: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, company or class of people with books of its own."""

    name: str
    description: str
    place: Place
    role: str = "other"
    group: bool = False
    silo: str | None = None
    #: A related party of the group, against which a claim is no clean asset.
    related: bool = False
    #: The first day in the group, and the day at whose end it is out again.
    since: datetime.date | None = None
    until: datetime.date | None = None
    #: Days on which it joined the group (True) or left it, by `custom "membership"`.
    changes: tuple[tuple[datetime.date, bool], ...] = ()
    #: Everything else the author wrote: `zh:` and the like.
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)

    def within(self, day: datetime.date) -> bool:
        """Say whether it is in the group at the end of a day."""
        if not self.group:
            return False
        inside = (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )
        if not self.changes or day < self.changes[0][0]:
            return inside and (not self.changes or not self.changes[0][1])
        return [joined for when, joined in self.changes if when <= day][-1]

    @property
    def turns(self) -> frozenset[datetime.date]:
        """Return the days on which it may join or leave the group."""
        days = (self.since, self.until, *(day for day, _ in self.changes))
        return frozenset(day for day in days if day is not None)


@dataclass(frozen=True, slots=True)
class Account:
    """An account of one entity, with what its `open` says of it."""

    name: str
    #: Its kind: Assets, Liabilities, Equity, Income or Expenses, whatever the ledger
    #: calls the root.
    root: str
    entity: str
    opened: datetime.date
    place: Place
    closed: datetime.date | None = None
    currencies: frozenset[str] | None = None
    counterparty: str | None = None
    intercompany: bool = False
    #: Which claim and debt belong together, where their names do not say.
    pair: str | None = None
    term: str | None = None
    rank: str | None = None
    custody: bool = False
    liquidity: str | None = None
    pledged_to: str | None = None
    pledged_for: str | None = None
    stake_in: str | None = None
    #: The debt that a claim may be set off against when its debtor fails.
    set_off: str | None = None
    limit: Money | None = None
    recovery: Decimal | None = None
    recovery_low: Decimal | None = None
    recovery_high: Decimal | None = None
    #: Where the share comes from: an "outcome" is what a sale fetched, and no forecast.
    recovery_basis: str | None = field(default=None, metadata=UNSAID)
    #: Shares of what is untraced here that a recovery counts: low, central, high.
    untraced: tuple[Decimal, ...] = field(default=UNTRACED, metadata=UNSAID)
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)

    def is_open(self, day: datetime.date) -> bool:
        """Say whether the account may be posted to on a day, that it closes too."""
        return self.opened <= day and (self.closed is None or day <= self.closed)

    def admits(self, commodity: str) -> bool:
        """Say whether the account may hold a commodity."""
        return self.currencies is None or commodity in self.currencies

    @property
    def sign(self) -> int:
        """Return 1 of assets, which debits raise, and -1 of all else."""
        return 1 if self.root == "Assets" else -1

    @property
    def suspense(self) -> bool:
        """Say whether it is what nobody has settled: neither liquid, nor found."""
        return self.root == "Assets" and self.notes.get("suspense") in {"True", "TRUE"}

    @property
    def is_gift(self) -> bool:
        """Say whether what is spent in it brought nothing in return."""
        return self.root == "Expenses" and self.notes.get("gift") in {"True", "TRUE"}

    @property
    def is_claim(self) -> bool:
        """Say whether the account is one side of a claim between entities."""
        return (
            self.counterparty is not None
            and self.stake_in is None
            and self.root in {"Assets", "Liabilities"}
        )


@dataclass(frozen=True, slots=True)
class Measure:
    """A token's market depth or float as stated for a day (None: undated)."""

    since: datetime.date | None
    units: Decimal
    place: Place
    low: Decimal | None = None
    high: Decimal | None = None
    source: str | None = None
    basis: str = "stated"


@dataclass(frozen=True, slots=True)
class Commodity:
    """A currency, coin or token."""

    name: str
    title: str
    place: Place | None = None
    issuer: str | None = None
    liquidity: str | None = None
    #: The share of its price that a sale in haste costs, and its range.
    haircut: Decimal | None = None
    haircut_low: Decimal | None = None
    haircut_high: Decimal | None = None
    max_price_age: int = DEFAULT_PRICE_AGE
    #: True where the age that is said is the one it would have unsaid.
    usual_age_said: bool = field(default=False, metadata=UNSAID)
    #: Units whose sale halves the price, oldest statement first.
    depths: tuple[Measure, ...] = ()
    #: Units in free circulation, oldest statement first.
    floats: tuple[Measure, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def fetched(self) -> tuple[Decimal, Decimal, Decimal]:
        """Return what share of its price a sale in haste fetches: low, central, high.

        All of it where no haircut is stated.
        """
        central = self.haircut or Decimal()
        least = central if self.haircut_low is None else self.haircut_low
        most = central if self.haircut_high is None else self.haircut_high
        return 1 - most, 1 - central, 1 - least

    @property
    def traded(self) -> bool:
        """Return whether it is a security or a token: money has none of these."""
        sold = self.haircut is not None or bool(self.depths or self.floats)
        return sold or self.issuer is not None

    @property
    def thin(self) -> bool:
        """Return whether no market takes much of it at its price."""
        return self.liquidity == "illiquid" or bool(self.depths)

    @property
    def age_said(self) -> bool:
        """Say whether its author said how old its prices may be."""
        return self.usual_age_said or self.max_price_age != price_age(self.name)

    def depth(self, day: datetime.date) -> Measure | None:
        """Return the depth in force on a day."""
        return _in_force(self.depths, day)

    def floating(self, day: datetime.date) -> Measure | None:
        """Return the float in force on a day."""
        return _in_force(self.floats, day)


def _in_force(measures: tuple[Measure, ...], day: datetime.date) -> Measure | None:
    found = None
    for measure in measures:
        if measure.since is None or measure.since <= day:
            found = measure
    return found


@dataclass(frozen=True, slots=True)
class Source:
    """A publication, dated by the day from which the world could know it."""

    name: str
    title: str
    published: datetime.date
    grade: str
    place: Place
    publisher: str | None = None
    url: str | None = None
    mirror: str | None = None
    group: str | None = None
    sha256: str | None = None
    note: str | None = None
    #: The grade of what it relays, where a copy was read; its own is the copy's.
    origin: str | None = field(default=None, metadata=UNSAID)
    #: How much of its date is known, one of `DATED`.
    dated: str = field(default="day", metadata=UNSAID)
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def independence_group(self) -> str:
        """Return the group whose members count once."""
        return self.group or self.name

    @property
    def published_as_known(self) -> str:
        """Return as much of its date as is known, as ISO 8601 writes it."""
        digits = {"year": 4, "month": 7, "unknown": 0}.get(self.dated, 10)
        return self.published.isoformat()[:digits]


class Posting(NamedTuple):
    """One leg of a flow. Units are positive for a debit, negative for a credit."""

    account: str
    entity: str
    units: Decimal
    commodity: str
    #: What a unit was exchanged at, if it was.
    price: Money | None
    #: True for a leg the language added, not the author.
    added: bool


class Flow(NamedTuple):
    """A transaction, with the legs that make every entity balance."""

    # A NamedTuple, unlike its neighbours: a ledger has a hundred thousand of
    # these, and a frozen dataclass takes three times as long to make.
    id: str
    date: datetime.date
    payee: str | None
    narration: str
    postings: tuple[Posting, ...]
    #: Names of the declared sources it links.
    sources: tuple[str, ...]
    #: Names of its hypotheses; none for an established flow. It happens if any holds.
    hypotheses: frozenset[str]
    #: The source the written amount comes from; None for a plug.
    amount_from: str | None
    #: Of what states the amount: a remainder or an assumption has only one of its own.
    grade: str | None
    basis: str
    #: The day from which the flow could be known.
    known: datetime.date
    purpose: str | None
    #: Rows of the dossier it rests on.
    claim: tuple[str, ...]
    low: Decimal | None
    high: Decimal | None
    interval: Decimal
    driver: str | None
    #: Page, paragraph or minute, by source name; "" for no source in particular.
    locators: Mapping[str, str]
    #: Everything else the author wrote.
    notes: Mapping[str, str]
    place: Place
    #: Its clock time, where known.
    time: datetime.time | None = None
    #: The days between which it happened, where no source gives the day.
    earliest: datetime.date | None = None
    latest: datetime.date | None = None
    #: The id of the flow it cannot precede.
    after: str | None = None
    #: The observations or flows its amount was worked out from: it tests none.
    sized_by: tuple[str, ...] = ()
    #: The fact of which it is one of several bookings, and which of them.
    variant_of: str | None = None
    variant: str | None = None
    #: Its place among the flows of its day, where known.
    seq: int | None = None
    #: The grade whose spread its amount has where it has no range: its own, else that
    #: of its source, though that may not state it.
    lent_grade: str | None = None

    @property
    def ordered(self) -> bool:
        """Say whether its place within its day is known."""
        return self.seq is not None or self.time is not None

    @property
    def order(self) -> tuple[int, datetime.time]:
        """Return its place within its day; those of no known place come last."""
        return (
            LAST_PLACE if self.seq is None else self.seq,
            LAST_HOUR if self.time is None else self.time,
        )

    @property
    def established(self) -> bool:
        """Say whether the flow stands on no hypothesis."""
        return not self.hypotheses

    @property
    def amount(self) -> Money:
        """Return the central amount: the size of the first posting."""
        first = self.postings[0]
        return Money(abs(first.units), first.commodity)


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """An explanation that may or may not hold."""

    name: str
    title: str
    place: Place
    prior: Decimal
    excludes: frozenset[str] = frozenset()
    note: str | None = None
    notes: Mapping[str, str] = field(default_factory=dict)
    #: The observations or flows its size was worked out from: it tests none.
    sized_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """A set of hypotheses taken together."""

    name: str
    title: str
    hypotheses: frozenset[str]
    place: Place | None = None
    default: bool = False
    note: str | None = None
    #: The booking it takes of each fact that has several.
    variants: Mapping[str, str] = field(default_factory=dict, hash=False)
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Observation:
    """What a source says a balance was, or what moved over a period."""

    id: str
    date: datetime.date
    accounts: tuple[str, ...]
    #: None where only a bound is known.
    amount: Money
    source: str
    place: Place
    low: Decimal | None = None
    high: Decimal | None = None
    interval: Decimal | None = None
    since: datetime.date | None = None
    side: str = "net"
    mark: Money | None = None
    perimeter: str | None = None
    grade: str | None = None
    claim: tuple[str, ...] = ()
    locator: str | None = None
    allowed: bool = False  # Low and high are the author's, not the source's.
    counted: bool = False  # It counted what was there.
    excess: bool = False  # Of assets less debts.
    at_most: bool = False  # Others' may be among what it counted.
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def bound(self) -> str:
        """Return "at least" or "at most" where no more is stated than that."""
        if self.at_most or self.low is None is not self.high:
            return "at most"
        return "at least" if self.high is None is not self.low else ""

    @property
    def edge(self) -> Decimal:
        """Return what there is at least or at most, else the amount that is stated."""
        end = {"at least": self.low, "at most": self.high}.get(self.bound)
        return self.amount.number if end is None else end

    @property
    def is_most(self) -> bool:
        """Say whether what is stated is the most there was, be it a range or not."""
        return self.bound == "at most" or self.high == self.amount.number


@dataclass(frozen=True, slots=True)
class Invariant:
    """A test an entity, or the group, should pass."""

    name: str
    entity: str
    severity: str
    place: Place
    parameters: Mapping[str, object] = field(default_factory=dict)

    @property
    def intraday(self) -> bool:
        """Say whether it is tested after each movement, and not each day alone."""
        return self.parameters.get("intraday") is True


@dataclass(frozen=True, slots=True)
class Price:
    """What a unit of a commodity fetched on a day."""

    date: datetime.date
    commodity: str
    number: Decimal
    quote: str
    place: Place
    source: str | None = None
    #: True where beancount's own plugin took it from a flow, which has a source.
    traded: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something dated that tests and charts refer to."""

    date: datetime.date
    kind: str
    description: str
    notes: Mapping[str, str] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """What is assumed of all errors of a case together."""

    #: Degrees of freedom of their one unknown scale.
    scale: Decimal = Decimal(4)
    #: Correlation of the errors of one source.
    correlation: Decimal = Decimal("0.5")
    #: Prior of "something else", and the spread of its predictions as a share.
    alternative: tuple[Decimal, Decimal] | None = None


@dataclass(frozen=True)
class Case:
    """Everything a ledger says, for one scenario and one known-date.

    `flows` holds every flow of the ledger, of whatever hypothesis and date of
    publication; `selected` those of the scenario known by the known-date.
    """

    path: str
    title: str
    currency: str
    entities: Mapping[str, Entity]
    accounts: Mapping[str, Account]
    commodities: Mapping[str, Commodity]
    sources: Mapping[str, Source]
    flows: tuple[Flow, ...]
    hypotheses: Mapping[str, Hypothesis]
    scenarios: Mapping[str, Scenario]
    observations: tuple[Observation, ...]
    invariants: tuple[Invariant, ...]
    prices: tuple[Price, ...]
    events: tuple[Event, ...]
    #: Half-width of the 90% interval of an amount, relative to it, by grade.
    spreads: Mapping[str, Decimal]
    scenario: Scenario
    known: datetime.date | None
    #: The files the case is written in, the top one first.
    files: tuple[str, ...]
    #: Observations published after the known-date, which nothing may rest on.
    later: tuple[Observation, ...] = ()
    #: The booking that stands of each fact with several, unless a scenario says.
    variants: Mapping[str, str] = field(default_factory=dict)
    #: Where a broker's rounding may go, and up to how much, by entity.
    roundings: Mapping[str, tuple[str, Money]] = field(default_factory=dict)
    #: What the ledger calls each root.
    roots: Mapping[str, str] = field(
        default_factory=lambda: {root: root for root in ROOTS}
    )
    #: What is assumed of the errors of amounts and observations.
    uncertainty: Uncertainty = Uncertainty()
    #: The title in other languages, by their codes.
    titles: Mapping[str, str] = field(default_factory=dict)
    #: Accounts whose rows stay in files.
    subledgers: tuple[Subledger, ...] = ()
    #: The currency its books are kept in, where it is reported in another.
    functional: str | None = None
    #: Observations in that currency of days on which it has no rate: left out.
    unrated: tuple[Observation, ...] = ()
    errors: tuple[LedgerError, ...] = ()
    #: beancount's own entries, for those who hand them back to beancount.
    entries: Sequence[Directive] = field(default=(), repr=False, compare=False)
    #: Those of them that are asked for without the rest, which takes long to read:
    #: notes on rows of imported evidence, reviews, and hypotheses with their days.
    kept_entries: tuple[Note | Custom, ...] = field(
        default=(), repr=False, compare=False
    )
    #: The SHA-256 of each file as it was read, of a case as its files alone made it: no
    #: field, so that a changed copy has none.
    hashes: ClassVar[Mapping[str, str]] = MappingProxyType({})

    def takes(self, flow: Flow) -> bool:
        """Say whether a flow belongs to this scenario and was known by then."""
        if flow.variant_of is not None and flow.variant != self.scenario.variants.get(
            flow.variant_of, self.variants.get(flow.variant_of)
        ):
            return False
        return (
            not flow.hypotheses or bool(flow.hypotheses & self.scenario.hypotheses)
        ) and (self.known is None or flow.known <= self.known)

    @property
    def home(self) -> str:
        """Return the currency its books are kept in: the first operating currency."""
        return self.functional or self.currency

    def is_money(self, commodity: str) -> bool:
        """Say whether a commodity is a currency, whatever the case is reported in.

        What has an issuer, a haircut, a depth or a float is none, though its name be
        that of a currency somewhere: BND may be a bond.
        """
        if commodity == self.home:
            return True
        found = self.commodities.get(commodity)
        return commodity in CURRENCIES and not (found is not None and found.traded)

    @property
    def members(self) -> tuple[str, ...]:
        """Return the members of the group, or every entity where there is no group."""
        return self.group or tuple(self.entities)

    def grade_of(self, one: Observation) -> str:
        """Return an observation's grade: its own, else its source's."""
        return one.grade or self.sources[one.source].grade

    def liquidity_of(self, account: Account, commodity: str) -> str:
        """Return how soon what an account holds can be sold.

        As the account states, else as the commodity does, else money is liquid and
        all else less liquid. Money paid for shares is in the shares, and what fetches a
        share of its cost is something bought: carried in money they are illiquid where
        their account states nothing. What stands in suspense is held by nobody known.
        """
        if account.suspense:
            return "illiquid"
        money = self.is_money(commodity)
        fixed = account.recovery is not None and not account.is_claim
        if money and (account.stake_in is not None or fixed):
            return account.liquidity or "illiquid"
        found = self.commodities.get(commodity)
        stated = account.liquidity or (found.liquidity if found else None)
        return stated or ("liquid" if money else "less-liquid")

    @cached_property
    def selected(self) -> tuple[Flow, ...]:
        """Return the flows of this scenario known by the known-date."""
        return tuple(flow for flow in self.flows if self.takes(flow))

    @cached_property
    def by_id(self) -> Mapping[str, Flow]:
        """Return every flow by its id."""
        return {flow.id: flow for flow in self.flows}

    @cached_property
    def fingerprint(self) -> str:
        """Return the SHA-256 of the case's canonical form."""
        from solvency.ledger.fingerprint import fingerprint  # noqa: PLC0415 (hashing is asked for seldom)

        return fingerprint(self)

    @cached_property
    def flow_hashes(self) -> Mapping[str, str]:
        """Return what a review of each flow of the scenario has as its hash."""
        from solvency.ledger.fingerprint import of_flow  # noqa: PLC0415 (as above)

        return {flow.id: of_flow(flow) for flow in self.selected}

    @cached_property
    def reporting_date(self) -> datetime.date:
        """Return the day to report at: the petition, else the last flow."""
        petitions = [event.date for event in self.events if event.kind == "petition"]
        if petitions:
            return min(petitions)
        return max(flow.date for flow in self.selected or self.flows)

    @property
    def group(self) -> tuple[str, ...]:
        """Return the names of the entities that ever are consolidated."""
        return tuple(name for name, entity in self.entities.items() if entity.group)

    def group_at(self, day: datetime.date) -> tuple[str, ...]:
        """Return the names of the entities in the group at the end of a day."""
        return tuple(
            name for name, entity in self.entities.items() if entity.within(day)
        )

    @cached_property
    def turns(self) -> tuple[datetime.date, ...]:
        """Return the days on which who is in the group may change, in order."""
        found = {day for one in self.entities.values() for day in one.turns}
        return tuple(sorted(found))

    def counts(self) -> dict[str, int]:
        """Count what the case holds."""
        return {
            "entities": len(self.entities),
            "accounts": len(self.accounts),
            "sources": len(self.sources),
            "flows": len(self.flows),
            "established": sum(one.established for one in self.flows),
            "hypothesised": sum(not one.established for one in self.flows),
            "hypotheses": len(self.hypotheses),
            "scenarios": len(self.scenarios),
            "observations": len(self.observations),
            "invariants": len(self.invariants),
            "prices": len(self.prices),
            "plugs": sum(flow.basis == "plug" for flow in self.flows),
        }

    @wide()
    def book(self) -> Book:
        """Return the postings of this scenario as arrays."""
        from solvency.model.book import Book  # noqa: PLC0415 (the one public step from Case to Book)

        return Book.of(self)
