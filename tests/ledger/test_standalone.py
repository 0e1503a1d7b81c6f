"""The parts that serve any beancount user with several companies."""

from __future__ import annotations

from beancount import loader

COMPANIES = """
plugin "solvency.intercompany"
plugin "solvency.mirrors"
2020-01-01 open Assets:Mill:Bank
  limit: "mine to use as I like"
  term: 7
2020-01-01 open Assets:Mill:Owed:Shop
  counterparty: "Shop"
2020-01-01 open Liabilities:Shop:Owing:Mill
  counterparty: "Mill"
2020-01-01 open Assets:Shop:Bank
2020-01-01 open Assets:Purse
2020-01-01 open Expenses:Food
2020-01-02 * "No company's business"
  Assets:Purse   -1 EUR
  Expenses:Food   1 EUR
2020-01-03 * "A loan"
  Assets:Mill:Bank  -5 EUR
  Assets:Shop:Bank   5 EUR
"""


def test_legs_are_added_without_any_other_declaration():
    entries, errors, _ = loader.load_string(COMPANIES)
    assert not errors
    assert [str(p.units) for p in entries[-1].postings] == [
        "-5 EUR",
        "5 EUR",
        "5 EUR",
        "-5 EUR",
    ]
    assert len(entries[-2].postings) == 2


def test_errors_have_a_line_and_a_mend():
    text = COMPANIES.replace('counterparty: "Mill"', 'note: "none"')
    _, errors, _ = loader.load_string(text)
    assert [error.source["lineno"] for error in errors] == [17]
    assert "Liabilities:Shop:Payables:Mill" in errors[0].message


def test_a_claim_without_its_mirror_is_an_error():
    text = COMPANIES + (
        "2020-01-04 open Income:Mill:Sales\n"
        '2020-01-04 * "An invoice the shop has not booked"\n'
        "  Assets:Mill:Owed:Shop  9 EUR\n"
        "  Income:Mill:Sales     -9 EUR\n"
    )
    _, errors, _ = loader.load_string(text)
    assert [error.source["lineno"] for error in errors] == [21]
    assert errors[0].message.startswith("mirror: ")


def test_bean_check_shows_a_case_as_solvency_does(harbour):
    entries, errors, _ = loader.load_file(str(harbour))
    assert not errors
    added = [
        posting
        for entry in entries
        for posting in getattr(entry, "postings", ())
        if posting.meta.get("added")
    ]
    assert added
