"""A lender beside the preamble, whose claims on Alameda legs may use."""

from __future__ import annotations

#: A lender, whose claims on Alameda are two: one in each direction.
LENDER = """
2020-01-01 custom "entity" "Lender" "A lender"
2020-01-01 open Assets:Lender:Cash
2020-01-01 open Assets:Lender:Loans:Alameda
  counterparty: "Alameda"
2020-01-01 open Liabilities:Alameda:Loans:Lender
  counterparty: "Lender"
"""
