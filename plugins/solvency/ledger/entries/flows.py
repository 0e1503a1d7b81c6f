"""Read transactions into flows: legs, amounts and what the author says of them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from beancount.core.amount import Amount

from solvency.ledger import vocabulary as words
from solvency.ledger.case import Flow
from solvency.ledger.case import Place
from solvency.ledger.case import Posting
from solvency.ledger.entries.claim_accounts import Claims
from solvency.ledger.entries.claim_accounts import LegsError
from solvency.ledger.entries.flow_names import stable_name
from solvency.ledger.entries.legs import missing_legs
from solvency.ledger.entries.postings import UnopenedError
from solvency.ledger.entries.postings import imbalances
from solvency.ledger.entries.postings import postings_of
from solvency.ledger.refusals import refused
from solvency.ledger.terms.metadata import Metadata
from solvency.ledger.terms.metadata import closest
from solvency.ledger.terms.metadata import instead
from solvency.ledger.terms.metadata import place

if TYPE_CHECKING:
    from collections.abc import Collection

    from beancount.core.data import Transaction

    from solvency.ledger.case import Account
    from solvency.ledger.errors import Errors
    from solvency.ledger.terms.declarations import Declarations

_DEFAULT_INTERVAL = Decimal(words.DEFAULT_INTERVAL)


class FlowReader:
    """Turns transactions into flows, reporting every rule they break."""

    def __init__(
        self,
        declared: Declarations,
        errors: Errors,
        entities: Collection[str] | None = None,
    ) -> None:
        self.declared = declared
        self.errors = errors
        #: Those `through:` may name; by default the declared ones.
        self.entities = declared.entities if entities is None else entities
        self.claims = Claims.among(declared.accounts.values(), declared.roots)
        self.entity_of = {
            name: account.entity for name, account in declared.accounts.items()
        }
        self._claim_names = [
            name for name, account in declared.accounts.items() if account.is_claim
        ]
        self._ids: dict[str, Place] = {}

    def postings(self, transaction: Transaction) -> list[Posting] | None:
        """Return the postings with the legs they lack, or None if it is broken."""
        if not transaction.postings:
            if not refused(transaction):
                self.errors.add(
                    "flow", transaction, "it moves nothing", "Write its postings"
                )
            return None
        try:
            found = postings_of(transaction, self.entity_of)
        except UnopenedError:
            self._unopened(transaction)
            return None
        found += self._rounding(found)
        if not imbalances(found):
            return found
        try:
            legs = missing_legs(
                found,
                self.claims,
                transaction.date,
                self._hubs(transaction),
                self._named(transaction),
            )
        except LegsError as error:
            if not refused(transaction):
                self.errors.add(error.rule, transaction, error.wrong, error.mend)
            return None
        return found + legs

    def _rounding(self, postings: list[Posting]) -> list[Posting]:
        """Return what a broker rounded, where one entity's account takes that."""
        entity = postings[0].entity
        account, most = self.declared.roundings.get(entity, (None, None))
        if account is None or most is None:
            return []
        if any(posting.entity != entity for posting in postings):
            return []
        left = imbalances(postings).get(most.commodity, {}).get(entity)
        if left is None or abs(left) > most.number:
            return []
        return [Posting(account, entity, -left, most.commodity, None, added=True)]

    def _unopened(self, transaction: Transaction) -> None:
        for posting in transaction.postings:
            if posting.account not in self.entity_of:
                self.errors.add(
                    "account",
                    transaction,
                    f"the account {posting.account} is not open",
                    instead(
                        posting.account,
                        self.declared.accounts,
                        f"{transaction.date} open {posting.account}",
                    ),
                )

    def _idle(self, transaction: Transaction) -> None:
        """Report a path or a claim named for legs that are not added."""
        for key in ("through", "on"):
            if key in transaction.meta:
                self.errors.add(
                    key,
                    transaction,
                    f"`{key}:` does nothing here: every entity balances already, so no"
                    " leg is added",
                    f"Take `{key}:` out, or the legs written by hand",
                )

    def _hubs(self, transaction: Transaction) -> tuple[str, ...]:
        if "through" not in transaction.meta:
            return ()
        hubs = Metadata(transaction, self.errors, "flow").names("through")
        for hub in hubs:
            if hub not in self.entities:
                raise LegsError(
                    "through",
                    f"`through:` names {hub}, which is no declared entity",
                    instead(
                        hub,
                        self.entities,
                        f'{transaction.date} custom "entity" "{hub}" "..."',
                    ),
                )
        return hubs

    def _named(self, transaction: Transaction) -> tuple[Account, ...]:
        if "on" not in transaction.meta:
            return ()
        found = []
        for name in Metadata(transaction, self.errors, "flow").names("on"):
            account = self.declared.accounts.get(name)
            if account is None or not account.is_claim:
                meant = closest(name, self._claim_names)
                raise LegsError(
                    "on",
                    f"`on:` names {name}, which is no account with a counterparty",
                    f"If {meant} is meant, write that"
                    if meant
                    else "Name an Assets or Liabilities account whose `open` has"
                    " counterparty:",
                )
            found.append(account)
        return tuple(found)

    def check_open(self, transaction: Transaction, postings: list[Posting]) -> None:
        """Report accounts not open on the day, or that do not admit the commodity.

        beancount says so too of the flows it is given, without a mend; those of
        hypotheses outside the scenario it never sees.
        """
        accounts, day = self.declared.accounts, transaction.date
        for posting in postings:
            account = accounts[posting.account]
            if (
                account.opened <= day
                and account.closed is None
                and not account.currencies
            ):
                continue
            if not account.is_open(day):
                self.errors.add(
                    "account",
                    transaction,
                    f"the account {account.name} is not open on {day}",
                    f"It is open from {account.opened}"
                    + (f" to {account.closed}" if account.closed else "")
                    + ": change that, or the date",
                )
            elif not account.admits(posting.commodity):
                self.errors.add(
                    "account",
                    transaction,
                    f"the account {account.name} does not admit {posting.commodity}",
                    f"Add {posting.commodity} to its `open`",
                )

    def flow(
        self,
        transaction: Transaction,
        postings: list[Posting],
        hypotheses: frozenset[str],
        sources: tuple[str, ...],
    ) -> Flow:
        """Return the flow of a transaction that has all its legs."""
        meta = Metadata(transaction, self.errors, "flow")
        self._below(transaction)
        if len(postings) == len(transaction.postings):
            self._idle(transaction)
        amount_from = self._amount_from(meta, sources)
        grade = lent = self._grade(meta)
        basis = meta.choice("basis", words.BASES) or "stated"
        known = transaction.date
        if amount_from is not None:
            source = self.declared.sources[amount_from]
            known, lent = source.published, grade or source.grade
        if basis not in words.UNSTATED:
            grade = lent
        low, high = self._range(transaction, postings[0])
        return Flow(
            id=self._id(transaction, meta),
            date=transaction.date,
            payee=transaction.payee,
            narration=transaction.narration or "",
            postings=tuple(postings),
            sources=sources,
            hypotheses=hypotheses,
            amount_from=amount_from,
            grade=grade,
            basis=basis,
            lent_grade=lent,
            known=known,
            purpose=meta.text("purpose"),
            claim=meta.names("claim"),
            low=low,
            high=high,
            interval=meta.number("interval", "0.01", "1") or _DEFAULT_INTERVAL,
            driver=meta.text("driver"),
            locators=self._locators(meta, sources),
            seq=self._seq(meta),
            notes=meta.rest("low", "high", "through", "on"),
            place=place(transaction),
            **self._when(transaction, meta),
            sized_by=meta.names("sized-by"),
            variant_of=meta.text("variant-of"),
            variant=meta.text("variant"),
        )

    def _seq(self, meta: Metadata) -> int | None:
        """Return a flow's place within its day; a number, or digits in quotes."""
        written = meta.meta.get("seq")
        if not isinstance(written, str) or not written.isdecimal():
            number = meta.number("seq")
            return None if number is None else int(number)
        meta.text("seq")
        return int(written)

    def _below(self, transaction: Transaction) -> None:
        """Report keys of a flow that stand below a posting, and so are of that."""
        for posting in transaction.postings:
            if posting.meta is None or len(posting.meta) < 3:
                continue
            for key in sorted(words.KEYS["flow"] & posting.meta.keys()):
                self.errors.add(
                    "metadata",
                    transaction,
                    f"`{key}:` stands below the posting to {posting.account}, where it"
                    " means nothing",
                    "Write it above the first posting",
                )

    def _when(self, transaction: Transaction, meta: Metadata) -> dict[str, Any]:
        """Return what is known of a flow's day and hour beside its date."""
        earliest, latest = meta.date("earliest"), meta.date("latest")
        day = transaction.date
        if (earliest and earliest > day) or (latest and latest < day):
            self.errors.add(
                "date-range",
                transaction,
                f"its date {day} is outside the days from {earliest or 'any'} to"
                f" {latest or 'any'}",
                "Make earliest <= date <= latest",
            )
            earliest = latest = None
        return {
            "time": meta.clock("time"),
            "earliest": earliest,
            "latest": latest,
            "after": meta.text("after"),
        }

    def _locators(self, meta: Metadata, sources: tuple[str, ...]) -> dict[str, str]:
        found = meta.prefixed("locator")
        for name in found:
            if name and name not in sources:
                self.errors.add(
                    "locator",
                    meta.entry,
                    f"`locator-{name}:` places something in {name}, which is no"
                    " declared source it links",
                    instead(name, sources, f"^{name} to its links"),
                )
        return found

    def _amount_from(self, meta: Metadata, sources: tuple[str, ...]) -> str | None:
        name = meta.text("amount-from")
        if name is None or name in sources:
            return name or (sources[0] if sources else None)
        self.errors.add(
            "amount-from",
            meta.entry,
            f"`amount-from:` names {name}, which is no declared source it links",
            instead(name, sources, f"^{name} to its links"),
        )
        return sources[0] if sources else None

    def _grade(self, meta: Metadata) -> str | None:
        value = meta.text("grade")
        if value is None or words.GRADE.fullmatch(value):
            return value
        self.errors.add(
            "grade",
            meta.entry,
            f'`grade: "{value}"` is no grade from A1 to F6',
            'Write a kind A to F, then credibility 1 to 6, as in grade: "C3"',
        )
        return None

    def _range(
        self, transaction: Transaction, first: Posting
    ) -> tuple[Decimal | None, Decimal | None]:
        """Return low and high, checked against the first posting."""
        meta = transaction.meta
        if "low" not in meta and "high" not in meta:
            return None, None
        bounds: list[Decimal | None] = []
        central = abs(first.units)
        for key in ("low", "high"):
            value = meta.get(key)
            if value is None:
                bounds.append(None)
            elif isinstance(value, Amount) and value.currency == first.commodity:
                bounds.append(value.number)
            else:
                self.errors.add(
                    "amount-range",
                    transaction,
                    f"`{key}:` should be an amount in {first.commodity}, the commodity"
                    f" of the first posting, not {value}",
                    f"Write {key}: {central:,} {first.commodity}",
                )
                return None, None
        low, high = bounds
        if (low is not None and not 0 <= low <= central) or (
            high is not None and high < central
        ):
            self.errors.add(
                "amount-range",
                transaction,
                f"the amount {central:,} {first.commodity} is outside its range from"
                f" {'nil' if low is None else f'{low:,}'} to"
                f" {'no end' if high is None else f'{high:,}'}",
                "Make 0 <= low <= amount <= high; both are magnitudes, without sign",
            )
            return None, None
        return low, high

    def _id(self, transaction: Transaction, meta: Metadata) -> str:
        name = meta.text("id")
        if name is None:
            name = self._unused(stable_name(transaction))
        elif not words.IDENTIFIER.fullmatch(name):
            self.errors.add(
                "id",
                transaction,
                f'`id: "{name}"` is no name',
                "Use letters, digits, dots and hyphens",
            )
        elif name in self._ids:
            first = self._ids[name]
            self.errors.add(
                "id",
                transaction,
                f"the id {name} is taken by {first.file}:{first.line}",
                "Give each flow its own",
            )
        self._ids.setdefault(name, place(transaction))
        return name

    def _unused(self, name: str) -> str:
        twin, count = name, 1
        while twin in self._ids:
            count += 1
            twin = f"{name}-{count}"
        return twin
