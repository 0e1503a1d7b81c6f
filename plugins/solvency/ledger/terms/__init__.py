"""What a ledger declares: its directives, their keys and the rules of both."""
