"""Two sides of one transfer become one flow that cites both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.evidence.drafts import Draft
from solvency.evidence.drafts import suspense_of

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping

#: Days that the two rows of a transfer may be apart, where its mapping says nothing.
WINDOW = 5
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9/._-]{4,}[A-Za-z0-9]")
#: A reference that stands in both rows outweighs any day between them.
_REFERENCE = 4.0
_NAMED = 1.0
#: So many transfers with one payee say whose account the payee is.
_ENOUGH = 2
#: Last parts of accounts that many have.
_ANY = frozenset({"Bank", "Cash", "Wallet", "Exchange", "Account", "Current"})
#: A row that so many of the other side would match names none of them.
_MOST = 200


@dataclass(frozen=True)
class Own:
    """An account whose statements are in the case."""

    account: str
    entity: str
    number: str = ""
    known_as: tuple[str, ...] = ()
    #: The first and last day its statements cover.
    since: datetime.date | None = None
    until: datetime.date | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of the account itself, not of whose it is."""
        last = self.account.rpartition(":")[2]
        return self.known_as if last in _ANY else (*self.known_as, last)

    @property
    def title(self) -> str:
        """Return the name of whose account it is, as statements call it."""
        return self.known_as[0] if self.known_as else self.entity

    def numbered_in(self, draft: Draft) -> bool:
        """Say whether a row of another account gives this one's number."""
        if len(self.number) < 5:
            return False
        return self.number == draft.other or self.number in draft.bare

    def named_in(self, draft: Draft) -> bool:
        """Say whether a row of another account names this one, or whose it is."""
        text = draft.text.casefold()
        names = self.names
        if draft.own.account.split(":")[1] != self.entity:
            # Its own entity's name stands on most rows of a statement.
            names = (*names, self.entity)
        return any(
            name.casefold() in text
            and re.search(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", text)
            for name in names
            if len(name) >= 3
        )

    def covers(self, day: datetime.date) -> bool:
        """Say whether its statements cover a day."""
        return (
            self.since is not None
            and self.until is not None
            and self.since <= day <= self.until
        )


def matched(
    drafts: Iterable[Draft], owns: Mapping[str, Own], window: int
) -> tuple[list[Draft], list[tuple[Draft, Draft]]]:
    """Join the two sides of transfers between own accounts.

    Two rows are one transfer if their amounts are equal and opposite, their days no
    further apart than the window, and a reference stands in both, or one of them
    names the other's account or entity. The best pairs are taken first.

    Args:
        drafts: Flows; those no rule settled, or that a rule settles with an own
            account, are looked at.
        owns: The accounts whose statements there are, by name.
        window: Days.

    Returns:
        The flows, joined where they match; and the pairs that were joined.
    """
    listed = list(drafts)
    meant = {at: _meant(one, owns) for at, one in enumerate(listed)}
    paid: list[int] = []
    received: dict[tuple[str, str], list[int]] = {}
    for at, one in enumerate(listed):
        if not _open(one, owns):
            continue
        leg = one.own
        if leg.amount < 0:
            paid.append(at)
        elif leg.amount > 0:
            received.setdefault(
                (str(leg.amount.normalize()), leg.commodity), []
            ).append(at)
    pairs: list[tuple[float, int, int]] = []
    for out in paid:
        leg = listed[out].own
        several = received.get((str((-leg.amount).normalize()), leg.commodity), [])
        for into in several if len(several) <= _MOST else ():
            score = _score(listed, meant, out, into, window)
            if score > 0:
                pairs.append((score, out, into))
    pairs.sort(key=lambda one: (-one[0], one[1], one[2]))
    taken: set[int] = set()
    joined: dict[int, Draft] = {}
    for _, out, into in pairs:
        if out not in taken and into not in taken:
            taken |= {out, into}
            joined[out] = _joined(listed[out], listed[into], owns)
    both = [(listed[out], listed[into]) for _, out, into in pairs if out in joined]
    flows = [
        joined.get(at, one)
        for at, one in enumerate(listed)
        if at in joined or at not in taken
    ]
    payees = _payees(both)
    for at, one in enumerate(listed):
        if at not in taken and _open(one, owns):
            known = payees.get((one.own.account, one.payee.casefold()))
            _unmatched(one, meant[at] or ((owns[known],) if known else ()))
    return flows, both


def _payees(both: Iterable[tuple[Draft, Draft]]) -> dict[tuple[str, str], str]:
    """Return whose account a payee is, where several transfers to it were joined."""
    seen: dict[tuple[str, str], list[str]] = {}
    for paid, received in both:
        for one, other in ((paid, received), (received, paid)):
            if one.payee:
                key = one.own.account, one.payee.casefold()
                seen.setdefault(key, []).append(other.own.account)
    return {
        key: accounts[0]
        for key, accounts in seen.items()
        if len(accounts) >= _ENOUGH and len(set(accounts)) == 1
    }


def _open(draft: Draft, owns: Mapping[str, Own]) -> bool:
    """Say whether a row's other side is still looked for."""
    return (
        len(draft.legs) == 2
        and draft.own.account in owns
        and (
            draft.status in {"unmatched", "one-sided"} or draft.legs[1].account in owns
        )
    )


def _meant(draft: Draft, owns: Mapping[str, Own]) -> tuple[Own, ...]:
    """Return the own accounts a row may name as its other side.

    A number names one; the name of an entity all its accounts.
    """
    if draft.legs[1].account in owns:
        return (owns[draft.legs[1].account],)
    if draft.status == "settled":
        return ()
    others = [own for own in owns.values() if own.account != draft.own.account]
    numbered = [own for own in others if own.numbered_in(draft)]
    if numbered:
        return tuple(numbered)
    named = [own for own in others if own.named_in(draft)]
    entity = draft.own.account.split(":")[1]
    entities = {own.entity for own in named} - {entity}
    if entities:
        return tuple(own for own in others if own.entity in entities)
    return tuple(named)


def _score(
    listed: list[Draft],
    meant: Mapping[int, tuple[Own, ...]],
    out: int,
    into: int,
    window: int,
) -> float:
    """Return how well two rows fit as one transfer, nothing if they do not."""
    paid, received = listed[out], listed[into]
    if paid.own.account == received.own.account:
        return 0
    apart = abs((received.date - paid.date).days)
    if apart > window:
        return 0
    score = _REFERENCE if _tokens(paid) & _tokens(received) else 0.0
    for at, other in ((out, received), (into, paid)):
        if meant[at]:
            if all(own.account != other.own.account for own in meant[at]):
                return 0
            score += _NAMED
    return score - apart / 1000 if score else 0


def _tokens(draft: Draft) -> frozenset[str]:
    """Return the references in a row: words of five letters and more with digits."""
    found = {
        one.upper()
        for one in _TOKEN.findall(f"{draft.reference} {draft.text}")
        if sum(letter.isdigit() for letter in one) >= 4
    }
    return frozenset(found - {draft.other})


def _joined(paid: Draft, received: Draft, owns: Mapping[str, Own]) -> Draft:
    """Return one flow of both rows, paid to whose account received it."""
    first, last = sorted((paid.date, received.date))
    account = received.own.account
    return Draft(
        first,
        # On the other statement stands who paid.
        paid.payee or owns[account].title,
        paid.narration or received.narration,
        [paid.own, received.own._replace(account=account)],
        [*paid.rows, *received.rows],
        list(dict.fromkeys([*paid.sources, *received.sources])),
        [*paid.keys, *received.keys],
        "matched",
        purpose=paid.purpose or received.purpose,
        latest=last,
    )


def _unmatched(draft: Draft, others: tuple[Own, ...]) -> None:
    """Book what names an own account whose statement does not have it."""
    other = next((own for own in others if own.covers(draft.date)), None)
    if other is None:
        return
    leg = draft.legs[1]
    entity = draft.own.account.split(":")[1]
    side = other.entity if other.entity != entity else other.account.split(":")[-1]
    draft.legs[1] = leg._replace(account=f"{suspense_of(entity)}:{side}")
    draft.status = "one-sided"
