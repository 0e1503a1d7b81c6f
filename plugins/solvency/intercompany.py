"""`plugin "solvency.intercompany"`: automatic intercompany legs, alone.

Any ledger of several companies can use it: accounts are Root:Company:..., and
`counterparty:` on an `open` says which company a receivable or payable is with.
"""

from __future__ import annotations

from solvency.ledger.standalone import intercompany

__plugins__ = ("intercompany",)
__all__ = ["intercompany"]
