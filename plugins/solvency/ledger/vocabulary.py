"""The words the ledger language fixes: roles, ranks, terms, bases, invariants."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.extensions import offered

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The kinds of account, each by beancount's name of its root.
ROOTS = ("Assets", "Liabilities", "Equity", "Income", "Expenses")
ROLES = (
    "exchange",
    "broker",
    "bank",
    "clearing-house",
    "custodian",
    "fund",
    "holding",
    "trading-firm",
    "company",
    "customers",
    "lender",
    "investor",
    "insider",
    "trustee",
    "other",
)
MEMBERSHIPS = ("joins", "leaves")
TERMS = ("demand", "callable", "term")
#: What somebody found who reviewed a flow.
REVIEWS = ("approved", "questioned", "rejected")
LIQUIDITIES = ("liquid", "less-liquid", "illiquid")
BASES = ("stated", "derived", "residual", "assumed", "plug", "subledger")
#: Those of amounts that no source states: they have no source's grade.
UNSTATED = frozenset({"residual", "assumed", "plug"})
RECOVERY_BASES = ("outcome", "stated", "derived", "assumed")
SIDES = ("in", "out", "net")
SEVERITIES = ("breach", "warning")

#: A source's kind A to F, then how far it is confirmed, 1 to 6.
GRADE = re.compile(r"[A-F][1-6]")
#: Names of flows: what every table, JSON and page calls them by.
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

#: What every invariant may have beside its parameters.
OF_EVERY_INVARIANT = frozenset({"severity", "note", "source"})
#: Each invariant and the parameters it takes, in metadata.
INVARIANTS: dict[str, frozenset[str]] = {
    name: OF_EVERY_INVARIANT | frozenset(parameters.split())
    for name, parameters in {
        "customer-assets": "minimum",
        "customer-assets-clean": "minimum",
        "segregation": "accounts owed class",
        "clean-ratio": "minimum",
        "overdraft-limit": "limit counterparty",
        "collateral-coverage": "minimum",
        "pledged-once": "",
        "own-token-collateral": "maximum",
        "holding-against-float": "maximum commodity",
        "holding-against-depth": "minimum commodity",
        "loan-to-value": "maximum",
        "related-party-exposure": "maximum",
        "house-and-customer-apart": "",
        "house-outlay": "purpose",
        "liquidity-coverage": "minimum days inflow-cap runoff",
        "mirrors": "",
        "liabilities-recognised": "",
        "price-coverage": "",
        "attestation-borrowing": "days maximum",
        "conservation": "",
        "balance-sheet": "basis affiliates",
        "ability-to-pay": "runoff",
        "adequate-capital": "horizon stress level",
    }.items()
}


#: Tests of what there is at any moment, that `intraday: TRUE` asks after each movement.
INTRADAY = frozenset(
    {
        "customer-assets",
        "customer-assets-clean",
        "segregation",
        "overdraft-limit",
        "collateral-coverage",
    }
)


def invariants() -> dict[str, frozenset[str]]:
    """Return every invariant there is with its parameters, other packages' last."""
    return INVARIANTS | {
        name: OF_EVERY_INVARIANT | frozenset(added(name))
        for name in offered("solvency.invariants")
        if name not in INVARIANTS
    }


def added(name: str) -> Mapping[str, Decimal | None]:
    """Return the parameters of an invariant another package adds, with defaults."""
    parameters: Mapping[str, Decimal | None] = (
        offered("solvency.invariants")[name].load().parameters
    )
    return parameters


#: The longest time that is counted in days, a century.
MOST_DAYS = "36525"
#: The greatest age of a price that may be asked for, in days.
MOST_AGE = "999999"
#: Parameters that are numbers, with the least and the most they may be.
NUMBERS: dict[str, tuple[str, str | None]] = {
    "minimum": ("0", None),
    "maximum": ("0", None),
    "days": ("1", MOST_DAYS),
    "inflow-cap": ("0", "1"),
    "runoff": ("0", "1"),
    "horizon": ("1", MOST_DAYS),
    "stress": ("0.001", None),
    "level": ("0", "1"),
}
#: Parameters that are one of a few words.
CHOICES = {
    "basis": ("market", "clean", "realisable"),
    "affiliates": ("clearing", "face", "nil"),
}

#: The custom directives of the language.
CUSTOMS = (
    "entity",
    "source",
    "hypothesis",
    "scenario",
    "observation",
    "invariant",
    "spread",
    "scale",
    "correlation",
    "alternative",
    "depth",
    "float",
    "title",
    "membership",
    "rename",
    "rounding",
    "subledger",
)

#: The keys of the language, by what carries them. One that stands elsewhere means
#: nothing there, and is an error; what is no key of the language is the author's own.
KEYS: dict[str, frozenset[str]] = {
    kind: frozenset(keys.split())
    for kind, keys in {
        "entity": "role related group silo since until",
        "account": "counterparty intercompany pair term rank custody liquidity"
        " pledged-to for stake-in limit recovery recovery-low recovery-high"
        " recovery-basis set-off untraced untraced-low untraced-high",
        "commodity": "name issuer liquidity halving float max-price-age haircut"
        " haircut-low haircut-high",
        "source": "grade origin publisher url mirror group sha256 dated",
        "hypothesis": "prior excludes sized-by settled-by",
        "scenario": "hypotheses default variants",
        "observation": "source low high error interval from side mark perimeter grade"
        " id row counted excess at-most settled-by",
        "flow": "id amount-from grade basis purpose seq time earliest latest"
        " after sized-by variant-of variant default row low high interval driver"
        " through on settled-by",
        "price": "source",
        "event": "",
        "spread": "",
        "scale": "",
        "correlation": "",
        "alternative": "error",
        "title": "",
        "depth": "low high source basis",
        "float": "low high source basis",
        "membership": "",
        "rename": "source",
        "rounding": "",
        "subledger": "source mapping day party commodity units order scale sign"
        " time-zone until parties control other root root-at",
    }.items()
}
#: How much of a source's date is known: its day, or no more than month or year; the
#: first day of a series; or nothing, the date being set so that it comes late enough.
DATED = ("day", "month", "year", "from", "unknown")
#: Keys that anything may carry.
ANYWHERE = frozenset({"note", "locator", "claim"})

DEFAULT_INTERVAL = "0.90"
DEFAULT_PRICE_AGE = 31
#: Days for which a rate of exchange is good: money is quoted every working day.
CURRENCY_PRICE_AGE = 7
#: The currencies of ISO 4217, and the yuan as it trades outside China.
_CODES = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL"
    " BSD BTN BWP BYN BZD CAD CDF CHF CLF CLP CNH CNY COP CRC CUP CVE CZK DJF DKK DOP"
    " DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF"
    " IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP"
    " LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN"
    " NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR"
    " SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD"
    " TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWL"
)
CURRENCIES = frozenset(_CODES.split())


#: Coins that are told from shares and goods by their names, where nothing says so.
_COINS = (
    "AAVE ADA ALGO APT ARB ATOM AVAX BCH BNB BSV BTC BUSD DAI DASH DOGE DOT EOS ETC ETH"
    " FIL FTM GUSD HBAR ICP LINK LTC LUNA LUNC MATIC NEAR OP PAX PEPE SHIB SOL STETH"
    " SUI TON TRX TUSD UNI USDC USDD USDP USDT UST USTC VET WBTC WETH XBT XLM XMR XRP"
    " XTZ ZEC"
)
COINS = frozenset(_COINS.split())


def price_age(commodity: str) -> int:
    """Return for how many days a price is good where its commodity says nothing."""
    return CURRENCY_PRICE_AGE if commodity in CURRENCIES else DEFAULT_PRICE_AGE


#: What a recovery counts of what is untraced: nothing, nothing, and the whole.
UNTRACED = (Decimal(0), Decimal(0), Decimal(1))
#: Marks a field that a fingerprint leaves out where it has its default.
UNSAID = {"unsaid": True}
