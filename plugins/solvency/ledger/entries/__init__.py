"""What a ledger books: flows, their legs and postings, claims and mirrors."""
