"""What a flow is called, how sure its amount is, and what it was worth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.exhibits.money_only import has_tokens
from solvency.figures.words import capital
from solvency.model import worth as worth_of
from solvency.model.prices import Missing
from solvency.model.worth import amount_worth

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from decimal import Decimal

    from solvency.exhibits.setting import Setting
    from solvency.figures.formats import Locale
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting
    from solvency.model.prices import Quote


def posting_worth(setting: Setting, flow: Flow, posting: Posting) -> Decimal | None:
    """Return what a posting was worth on its day; None without a price."""
    return worth_of.posting_worth(setting.book.prices, flow, posting)


def beside_money(setting: Setting) -> str:
    """Return what of tokens and pledges a sum of flows holds, in words; "" if none."""
    case = setting.case
    tokens = has_tokens(case)
    pledges = any(
        case.accounts[one.account].pledged_to is not None
        for flow in case.selected
        for one in flow.postings
    )
    if tokens and pledges:
        return setting.text("tokens and pledges")
    if tokens:
        return setting.text("tokens")
    return setting.text("pledges") if pledges else ""


def kind_moved(setting: Setting, flow: Flow) -> str:
    """Return what a flow moved: pledges, tokens, or money with all other coins.

    A pledge is what goes into or out of an account that is pledged. Of the rest it
    goes by the commodity that the flow's amount is in.
    """
    case = setting.case
    if any(case.accounts[x.account].pledged_to is not None for x in flow.postings):
        return "pledges"
    moved = case.commodities.get(flow.postings[0].commodity)
    return "tokens" if moved is not None and moved.traded else "money"


def grades(setting: Setting, flows: Iterable[str]) -> dict[str, int]:
    """Count flows by the letter of their grade, best first."""
    counts: dict[str, int] = {}
    for name in flows:
        letter = (setting.case.by_id[name].grade or "?")[:1]
        counts[letter] = counts.get(letter, 0) + 1
    return dict(sorted(counts.items()))


def told(setting: Setting, flow: Flow) -> str:
    """Return what happened: who the flow was with, then its narration.

    Nothing is put before a narration that begins with the counterparty's name.
    """
    who, what = setting.locale.named(flow.payee or ""), flow.narration
    if not who or what.casefold().startswith(who.casefold()):
        return what
    return f"{who}{setting.text(': ')}{what}" if what else who


def words(setting: Setting, label: str) -> str:
    """Return a source or use in words."""
    if label in setting.case.entities:
        return setting.text(label)
    return heading(setting.locale, label)


def purpose_words(locale: Locale, purpose: str) -> str:
    """Return a purpose as it stands in a sentence; one a case invents as it is.

    Args:
        locale: The language.
        purpose: The purpose as the ledger writes it: `buy-back`, `Ventures`.
    """
    spaced = purpose.replace("-", " ")
    # In capitals a word may be a heading of something else.
    known = spaced.lower()
    found = locale.text(known)
    return found if found != known else locale.text(spaced)


def heading(locale: Locale, purpose: str) -> str:
    """Return a purpose as it stands alone, with a capital.

    Args:
        locale: The language.
        purpose: The purpose as the ledger writes it.
    """
    found = purpose_words(locale, purpose)
    return capital(found)


def quote(setting: Setting, commodity: str, day: datetime.date) -> Quote | None:
    """Return the price a commodity is valued at on a day, if one is young enough."""
    found = setting.book.prices.at(commodity, day)
    return None if isinstance(found, Missing) else found


def worth(setting: Setting, flow: Flow) -> Decimal | None:
    """Return a flow's central amount in the case's currency, None if unpriced."""
    return amount_worth(setting.book.prices, flow)
