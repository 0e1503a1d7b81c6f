"""Ledgers by the grammar of the language, most of them plausible, some of them not."""

from __future__ import annotations

import itertools

from hypothesis import strategies as st

MEMBERS = ("Alpha", "Beta", "Gamma-1")
OUTSIDE = ("Customers", "Lender", "Owner")
COINS = ("USD", "BTC", "TOK", "EUR")
SOURCES = ("paper", "court", "leak")
HYPOTHESES = ("lost", "spent")
DAY = "2021-01-01"

#: One of these in place of what a key asks for: of the wrong type, huge, tiny,
#: unknown, empty, or text that is hard to print.
ODD = (
    "TRUE",
    "FALSE",
    "NULL",
    "",
    '""',
    '"?"',
    "5",
    "-1",
    "0",
    "0.00",
    "1e5",
    "5 BTC",
    "-5 USD",
    "0 USD",
    "1.5",
    "0001-01-01",
    "9999-12-31",
    "2021-02-30",
    "Assets:Alpha:Bank",
    "#lost",
    "^paper",
    "BTC",
    "99999999999999999999999999999999999999999 USD",
    "0.000000000000000000000000000000000000000001",
    "0.000000000000000000000000000000000000000001 USD",
    "(3 - 3) * 2 USD",
    '"\u202eevil \u0627\u0644\u0639\u0631\u0628\u064a\u0629"',
    '"\x07bell \x1b[31mred"',
    '"\U0001f4a5 \ufeff \u200b"',
    '"<script>{{ 7 * 7 }}</script>"',
    '"a\nb"',
    '"' + "long " * 400 + '"',
)
NUMBERS = (
    *("1", "100", "2,000", "5,000,000", "0.01", "333.33", "-40", "1234567.891"),
    *("0", "-0.00", "1.000000000000000001", "99999999999999999999999"),
)
DAYS = (
    *("2021-01-05", "2021-03-31", "2021-06-30", "2021-06-30", "2021-12-31"),
    *("2022-02-28", "2020-02-29", "0001-01-01", "9999-12-31"),
)

#: What each key of an `open` may say when it is right.
OPENS = {
    "term": ('"demand"', '"callable"', '"term"'),
    "rank": ('"customer"', '"secured"', '"priority"', '"unsecured"', '"subordinated"'),
    "custody": ("TRUE",),
    "liquidity": ('"liquid"', '"less-liquid"', '"illiquid"'),
    "recovery": ("0.6", "0", "1"),
    "recovery-low": ("0.1",),
    "recovery-high": ("0.9",),
    "limit": ("100 USD",),
    "intercompany": ("TRUE",),
    "pledged-to": ('"Lender"', '"Beta"'),
    "for": ('"Alpha"',),
    "stake-in": ('"Beta"',),
    "set-off": ('"Liabilities:Alpha:Customers"',),
    "pair": ('"interest"',),
    "untraced": ("0.5",),
}
FLOWS = {
    "id": ('"F-1"', '"F-2"', '"F-3"', '"F-4"', '"F-5"'),
    "low": ("1 USD", "0 USD", "1 BTC", "90 USD"),
    "high": ("9,000,000 USD", "200 BTC"),
    "interval": ("0.9", "0.5", "1"),
    "driver": ('"market"',),
    "basis": ('"stated"', '"derived"', '"residual"', '"assumed"', '"plug"'),
    "purpose": ('"ventures"', '"insiders"'),
    "seq": ("1", "2"),
    "time": ('"12:30"',),
    "earliest": ("2021-01-01",),
    "latest": ("2021-12-31",),
    "after": ('"F-1"',),
    "through": ('"Alpha"', '"Beta"', '"Alpha, Beta"'),
    "on": ("Liabilities:Beta:Payables:Alpha",),
    "claim": ('"W1, W2"',),
    "amount-from": ('"paper"',),
    "locator": ('"page 3"',),
    "locator-paper": ('"page 4"',),
    "grade": ('"A1"', '"C3"'),
    "sized-by": ('"F-1"',),
    "variant-of": ('"repo"',),
    "variant": ('"sale"', '"loan"'),
    "row": ('"statement.csv:15"',),
}
COMMODITIES = {
    "issuer": ('"Alpha"',),
    "liquidity": ('"illiquid"', '"liquid"'),
    "halving": ("20,000 COIN",),
    "float": ("100,000 COIN",),
    "max-price-age": ("95", "1", "4000"),
    "haircut": ("0.2",),
    "name": ('"A token"',),
}
OBSERVATIONS = {
    "low": ("1 USD",),
    "high": ("9,000,000 USD",),
    "error": ("0.05",),
    "interval": ("0.9",),
    "from": ("2021-01-01", "2020-12-31"),
    "side": ('"in"', '"out"', '"net"'),
    "mark": ("3 USD",),
    "perimeter": ('"all of it"',),
    "excess": ("TRUE",),
    "counted": ("TRUE",),
    "grade": ('"B2"',),
}
#: What a flow may say of itself wherever it goes.
PLAIN = {
    key: FLOWS[key]
    for key in (
        *("interval", "driver", "purpose", "seq", "time", "earliest", "latest"),
        *("claim", "locator", "grade", "row"),
    )
}
TESTS = (
    *("ability-to-pay", "adequate-capital", "attestation-borrowing"),
    *("balance-sheet", "clean-ratio", "collateral-coverage"),
    *("conservation", "customer-assets", "customer-assets-clean"),
    *("holding-against-depth", "holding-against-float", "house-and-customer-apart"),
    *("house-outlay", "liabilities-recognised", "liquidity-coverage"),
    *("loan-to-value", "mirrors", "overdraft-limit"),
    *("own-token-collateral", "pledged-once", "price-coverage"),
    *("related-party-exposure",),
    "no-such-test",
)
PARAMETERS = {
    "minimum": ("1.0", "0"),
    "maximum": ("0.5",),
    "severity": ('"breach"', '"warning"'),
    "commodity": ('"TOK"', '"BTC"'),
    "intraday": ("TRUE",),
    "days": ("30",),
}


class _Writer:
    """Draws the parts of one ledger, right but for a few."""

    def __init__(self, draw, faults):
        self._draw = draw
        self.faults = faults
        self.lines = []

    def pick(self, choices):
        return self._draw(st.sampled_from(choices))

    def rarely(self, one_in):
        return self._draw(st.integers(1, one_in)) == one_in

    def add(self, line):
        # Now and then something is missing altogether.
        if not (self.faults and self.rarely(400)):
            self.lines.append(line)

    def day(self):
        return self.pick(DAYS if self.faults else DAYS[:5])

    def number(self):
        return self.pick(NUMBERS if self.faults else NUMBERS[:6])

    def keys(self, table, most=3, coin="USD"):
        for key in self._draw(
            st.lists(st.sampled_from(tuple(table)), max_size=most, unique=True)
        ):
            wrong = self.faults and self.rarely(12)
            said = self.pick(ODD if wrong else table[key])
            self.add(f"  {key}: {said}".replace("COIN", coin))


def _entities(writer):
    for name in (*MEMBERS, *OUTSIDE):
        role = {"Customers": "customers", "Lender": "lender", "Owner": "insider"}
        writer.add(f'{DAY} custom "entity" "{name}" "{name} Ltd"')
        writer.add(f'  role: "{role.get(name, "exchange")}"')
        if name in MEMBERS:
            writer.add("  group: TRUE")
            if writer.rarely(2):
                writer.add(f'  silo: "{writer.pick(("East", "West"))}"')


def _accounts(writer):
    for name in (*MEMBERS, *OUTSIDE):
        for account in (f"Assets:{name}:Bank", f"Assets:{name}:Coins"):
            writer.add(f"{DAY} open {account}")
            if writer.rarely(3):
                writer.keys(OPENS, 2)
        writer.add(f"{DAY} open Equity:{name}:Own")
        writer.add(f"{DAY} open Expenses:{name}:Costs")
    names = ("Customers", "Lender", *MEMBERS, "Owner")
    for creditor, debtor in itertools.combinations(names, 2):
        if writer.rarely(40):
            continue
        writer.add(f"{DAY} open Assets:{creditor}:Receivables:{debtor}")
        writer.add(f'  counterparty: "{debtor}"')
        kept = "Customers" if creditor == "Customers" else f"Payables:{creditor}"
        writer.add(f"{DAY} open Liabilities:{debtor}:{kept}")
        writer.add(f'  counterparty: "{creditor}"')
        if creditor == "Customers":
            writer.add('  rank: "customer"')
        if writer.rarely(4):
            writer.keys({"term": OPENS["term"], "rank": OPENS["rank"]}, 2)


def _evidence(writer):
    for name in SOURCES:
        writer.add(f'{writer.day()} custom "source" "{name}" "The {name}"')
        writer.add('  publisher: "A press"')
        writer.add(f'  grade: "{writer.pick(("A1", "B2", "C3", "D4", "F6"))}"')
        if writer.rarely(4):
            writer.add(f'  group: "{writer.pick(("one", "two"))}"')
    for name in HYPOTHESES:
        writer.add(f'{DAY} custom "hypothesis" "{name}" "It was {name}"')
        if writer.rarely(2):
            writer.add(f"  prior: {writer.pick(('0.5', '0.1', '0.999', '0', '1'))}")
        if name == "spent" and writer.rarely(5):
            writer.add('  excludes: "lost"')
    if writer.rarely(2):
        writer.add(f'{DAY} custom "scenario" "some" "Some"')
        writer.add(f'  hypotheses: "{writer.pick(("lost", "lost, spent", "spent"))}"')
        writer.add(f"  default: {writer.pick(('TRUE', 'FALSE'))}")
    if writer.rarely(2):
        grade, spread = writer.pick(("A1", "C3")), writer.pick(("0", "0.2", "0.9"))
        writer.add(f'{DAY} custom "spread" "{grade}" {spread}')


def _coins(writer):
    for coin in COINS[1:]:
        writer.add(f"{DAY} commodity {coin}")
        writer.keys(COMMODITIES, 2, coin)
        for day in sorted({writer.day() for _ in range(writer.pick((0, 1, 2, 3)))}):
            writer.add(f"{day} price {coin} {writer.number()} USD")
            writer.add('  source: "paper"')
    if writer.rarely(3):
        kind = writer.pick(("depth", "float"))
        writer.add(f'{writer.day()} custom "{kind}" {writer.number()} TOK')
        writer.keys({"low": ("1 TOK",), "high": ("900,000 TOK")})
        writer.keys({"source": ('"paper"',), "basis": ('"assumed"',)})


def _flow(writer):
    guess = writer.rarely(3)
    tag = f" #{writer.pick(HYPOTHESES)}" if guess else ""
    links = "" if writer.rarely(15) else f" ^{writer.pick(SOURCES)}"
    flag = "!" if guess else "*"
    writer.add(f'{writer.day()} {flag} "Payee" "Something moved"{links}{tag}')
    if writer.faults:
        writer.keys(FLOWS, 2)
    else:
        writer.keys(PLAIN, 3)
    names = (*MEMBERS, *OUTSIDE)
    giver, taker = writer.pick(names), writer.pick(names)
    number, coin = writer.number(), writer.pick(COINS)
    size = number.lstrip("-")
    source = writer.pick(("Assets:{}:Bank", "Assets:{}:Coins", "Equity:{}:Own"))
    target = writer.pick(("Assets:{}:Bank", "Assets:{}:Coins", "Expenses:{}:Costs"))
    price = writer.pick(("", "", " @ 2 USD", " @@ 7 USD", " {3 USD}"))
    price = "" if coin == "USD" else price
    writer.add(f"  {source.format(giver)}  -{size} {coin}{price}")
    writer.add(f"  {target.format(taker)}  {size} {coin}{price}")


def _observed(writer):
    for _ in range(writer.pick((0, 0, 1, 3))):
        account = writer.pick(
            (
                "Assets:Alpha:Bank",
                "Assets:Beta",
                "Assets:Alpha:Coins Assets:Beta:Coins",
                "Liabilities:Alpha:Customers",
                "Assets:Alpha:Receivables:Beta",
            )
        )
        number, coin = writer.number(), writer.pick(("USD", "USD", "BTC"))
        writer.add(f'{writer.day()} custom "observation" {account} {number} {coin}')
        writer.add(f'  source: "{writer.pick(SOURCES)}"')
        writer.keys(OBSERVATIONS, 2)
    for _ in range(writer.pick((0, 1, 2))):
        entity = writer.pick((*MEMBERS, "group"))
        writer.add(f'{DAY} custom "invariant" "{writer.pick(TESTS)}" "{entity}"')
        writer.keys(PARAMETERS, 2)
    if writer.rarely(3):
        kind = writer.pick(("petition", "attestation", "plan", "x"))
        writer.add(f'{writer.day()} event "{kind}" "Alpha"')
    if writer.rarely(10):
        directive = writer.pick(
            (
                'custom "scale" 4',
                'custom "correlation" "source" 0.5',
                'custom "alternative" 0.1',
                'custom "rename" "TOK" "NEW" 1',
                'custom "rounding" Expenses:Alpha:Costs 0.01 USD',
                'custom "membership" "Beta" "leaves"',
                'custom "entity"',
                'custom "nothing" 1 TRUE 2021-01-01',
                "close Assets:Alpha:Bank",
                "balance Assets:Alpha:Bank 1 USD",
                "pad Assets:Alpha:Bank Equity:Alpha:Own",
                'note Assets:Alpha:Bank "noted"',
                'document Assets:Alpha:Bank "none.pdf"',
                'query "all" "select account"',
            )
        )
        writer.add(f"{writer.day()} {directive}")


@st.composite
def ledger_texts(draw):
    """Draw the text of a ledger."""
    writer = _Writer(draw, faults=draw(st.booleans()))
    currency = "EUR" if writer.rarely(20) else "USD"
    writer.add('option "title" "A case"')
    writer.add(f'option "operating_currency" "{currency}"')
    writer.add('option "tolerance_multiplier" "0"')
    writer.add('plugin "solvency"')
    parts = (_entities, _accounts, _evidence, _coins)
    for part in parts:
        if not writer.rarely(40):
            part(writer)
    for _ in range(writer.pick((0, 1, 3, 6))):
        _flow(writer)
    _observed(writer)
    return "\n".join(writer.lines) + "\n"
