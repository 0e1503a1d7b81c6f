"""What each word of a ledger is: one of the language, or somebody's name."""

from __future__ import annotations

from solvency.ledger import vocabulary
from solvency.ledger.ranks import RANKS


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


#: Keys whose value is a number, a day or a word of the language, and stays.
KEPT = _set(
    "role related since until custody liquidity recovery recovery-low"
    " recovery-high untraced untraced-low untraced-high term rank limit"
    " intercompany counted excess at-most grade severity low high error interval"
    " from side mark seq time earliest latest basis default traced prior"
    " halving float max-price-age haircut haircut-low haircut-high minimum"
    " maximum days inflow-cap runoff horizon stress level affiliates"
    " suspense expected found states trial-balance after-day own-rows control settled"
    " amount intraday recovery-basis origin dated"
)
#: Keys whose value is a name, or several with commas, and the kind of name.
NAMED = {
    **dict.fromkeys(
        _set("counterparty pledged-to for stake-in issuer other-side through"),
        "entity",
    ),
    **dict.fromkeys(_set("source amount-from traced-by"), "source"),
    **dict.fromkeys(_set("excludes hypotheses"), "hypothesis"),
    **dict.fromkeys(_set("id sized-by after"), "id"),
    **dict.fromkeys(_set("on set-off accounts owed"), "account"),
    **dict.fromkeys(_set("row after-row duplicate-of"), "row"),
    "silo": "silo",
    "group": "group",
    "pair": "pair",
    "purpose": "purpose",
    "driver": "driver",
    "variant-of": "variant",
    "variant": "variant",
    "variants": "variants",
    "claim": "claim",
    "class": "class",
    "commodity": "commodity",
    "name": "commodity-name",
    "publisher": "publisher",
}
#: Customs that hold numbers and words of the language alone.
PLAIN_CUSTOMS = _set("spread scale correlation alternative depth float")
#: Purposes and events that a test or the report means by these words.
PURPOSES = frozenset({"insiders"})
#: What a review may have found; another word of its author is text.
REVIEWS = frozenset({"approved", "rejected", "queried"})
EVENTS = frozenset({"petition", "attestation"})
OPTIONS = _set(
    "operating_currency tolerance_multiplier inferred_tolerance_default"
    " inferred_tolerance_multiplier booking_method name_assets"
    " name_liabilities name_equity name_income name_expenses"
)
#: Parts of accounts that name nobody, and so stay: a reader goes by them.
GENERIC = _set(
    "Bank Banks Cash Coins Tokens Token Custody Customers Deposits Deposit"
    " Loans Loan Receivables Receivable Payables Payable Claims Claim"
    " Secured Priority Customer Unsecured Subordinated Equity Shares Capital"
    " Wealth Opening Suspense Ventures Investments Pledged Collateral"
    " Spending Trading Wages Salaries Rent Gifts Fees Interest Rounding"
    " Impairment Gains Losses Loss Income Expenses Property Margin Wallet"
    " Exchange Inventory Equipment Sales Revenue Charges Operations"
    " Donations Granted Retained Reserves Treasury Repo Securities"
    " Segregated Fiat Crypto"
)
#: What stands in a ledger of whatever case, and so gives nobody away.
LANGUAGE = frozenset(
    word.casefold()
    for word in (
        *GENERIC,
        *KEPT,
        *NAMED,
        *OPTIONS,
        *PURPOSES,
        *EVENTS,
        *PLAIN_CUSTOMS,
        *vocabulary.ROOTS,
        *vocabulary.ROLES,
        *vocabulary.TERMS,
        *RANKS,
        *vocabulary.LIQUIDITIES,
        *vocabulary.BASES,
        *vocabulary.RECOVERY_BASES,
        *vocabulary.SIDES,
        *vocabulary.SEVERITIES,
        *vocabulary.CUSTOMS,
        *vocabulary.MEMBERSHIPS,
        *(part for one in vocabulary.INVARIANTS for part in (one, *one.split("-"))),
        *_set(
            "open close commodity price balance note custom event option plugin"
            " include pushtag poptag true false solvency redacted case text party"
            " title main part beancount market realisable clearing face nil group"
            " silo id source"
        ),
    )
)
