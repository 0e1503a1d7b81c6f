"""A ledger as text: which files are read, and what a stranger's may not do."""
