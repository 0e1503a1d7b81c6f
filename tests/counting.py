"""A small group that failed, for tests of what was counted.

The books at the petition, 11 November 2022 (BTC at 10, THIN at 2, OWN at 5 dollars):

    FTX      Bank 100    Wallet 6 BTC (60), 40 dollars
    Alameda  Bank 500    Coins 4 BTC (40)    Thin 10 THIN (20)    Own 8 OWN (40)
             Stakes 30

On 20 November Alameda's Bank pays 50 for costs and buys 1 BTC for 10.
"""

from __future__ import annotations

BOOKS = """
2020-01-01 commodity BTC
  max-price-age: 400
2020-01-01 commodity THIN
  halving: 5 THIN
  max-price-age: 400
2020-01-01 commodity OWN
  issuer: "FTX"
  max-price-age: 400
2022-10-01 price BTC 10 USD
  source: "court"
2022-10-01 price THIN 2 USD
  source: "court"
2022-10-01 price OWN 5 USD
  source: "court"
2020-01-01 open Assets:FTX:Wallet
  custody: TRUE
2020-01-01 open Assets:Alameda:Thin
2020-01-01 open Assets:Alameda:Own
2020-01-01 open Assets:Alameda:Stakes
  liquidity: "illiquid"
2020-01-01 custom "source" "examiner" "What was there"
  grade: "A1"
2023-03-01 custom "source" "later" "What was there, once more"
  grade: "A1"
2022-11-11 event "petition" "FTX"
2022-10-01 * "What FTX has" ^court
  id: "ftx"
  Assets:FTX:Bank     100 USD
  Assets:FTX:Wallet   6 BTC
  Assets:FTX:Wallet   40 USD
  Equity:FTX:Shares  -140 USD
  Equity:FTX:Shares  -6 BTC
2022-10-01 * "What Alameda has" ^court
  id: "alameda"
  Assets:Alameda:Bank     500 USD
  Assets:Alameda:Coins   4 BTC
  Assets:Alameda:Thin     10 THIN
  Assets:Alameda:Own      8 OWN
  Assets:Alameda:Stakes   30 USD
  Equity:Alameda:Shares  -530 USD
  Equity:Alameda:Shares  -4 BTC
  Equity:Alameda:Shares  -10 THIN
  Equity:Alameda:Shares  -8 OWN
2022-11-20 * "Costs" ^court
  id: "costs"
  Assets:Alameda:Bank   -50 USD
  Expenses:Alameda:Costs 50 USD
2022-11-20 * "A coin" ^court
  id: "coin"
  Assets:Alameda:Coins  1 BTC @ 10 USD
  Assets:Alameda:Bank  -10 USD
"""


def counted(
    name: str, accounts: str, amount: str, day: str = "2022-11-11", **more: str
) -> str:
    """Write a count."""
    keys = {"source": '"examiner"', "counted": "TRUE", **more}
    return (
        f'\n{day} custom "observation" {accounts} {amount}\n  id: "{name}"\n'
        + "".join(f"  {key}: {value}\n" for key, value in keys.items())
    )
