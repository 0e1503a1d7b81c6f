"""What an error of a flow tells its author to write."""

from __future__ import annotations


def _flow(
    *keys: str, out: str = "Assets:FTX:Bank", into: str = "Equity:FTX:Shares"
) -> str:
    lines = "".join(f"  {key}\n" for key in keys)
    return f'2020-03-01 * "Paid" ^court\n{lines}  {out}  -3 USD\n  {into}  3 USD\n'


def _deposit(on: str) -> str:
    return _flow(f'on: "{on}"', out="Assets:Customers:Bank", into="Assets:FTX:Bank")


def test_an_account_nearly_named_by_on_is_suggested(ledger):
    line, rule, message = ledger.error(_deposit("Liabilities:FTX:Customer"))
    assert (line, rule) == (1, "on")
    assert "Liabilities:FTX:Customer, which is no account with" in message
    assert "If Liabilities:FTX:Customers is meant, write that" in message


def test_an_account_on_names_that_is_no_claim_needs_a_counterparty(ledger):
    _, rule, message = ledger.error(_deposit("Expenses:Zebra"))
    assert rule == "on"
    assert "Name an Assets or Liabilities account whose `open` has counterparty" in (
        message
    )


def test_a_locator_of_a_source_not_linked_says_what_to_add(ledger):
    _, rule, message = ledger.error(_flow('locator-paper: "page 4"'))
    assert rule == "locator"
    assert "places something in paper, which is no declared source it links" in message
    assert "^paper to its links" in message


SUPPOSED = """\
2020-01-01 custom "hypothesis" "paid" "Alameda paid"
  prior: 0.5
2020-01-01 open Assets:FTX:Vault{currencies}
{closed}
"""


def _supposed(currencies: str = "", closed: str = "") -> str:
    return SUPPOSED.format(currencies=currencies, closed=closed) + _flow(
        out="Assets:FTX:Vault"
    ).replace("^court", "^court #hypothesis-paid")


def test_a_supposed_flow_of_a_closed_account_is_an_error(ledger):
    # beancount never sees it: its hypothesis is in no scenario.
    _, rule, message = ledger.error(
        _supposed(closed="2020-02-01 close Assets:FTX:Vault")
    )
    assert rule == "account"
    assert "Assets:FTX:Vault is not open on 2020-03-01" in message
    assert "It is open from 2020-01-01 to 2020-02-01" in message


def test_a_supposed_flow_of_another_commodity_is_an_error(ledger):
    _, rule, message = ledger.error(_supposed(currencies=" EUR"))
    assert rule == "account"
    assert "Assets:FTX:Vault does not admit USD" in message
