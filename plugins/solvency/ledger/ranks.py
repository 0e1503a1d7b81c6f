"""The ranks of debts: the order in which classes of creditors are paid.

`recover` pays each debt what secures it, and then rank after rank in this order.
"""

from __future__ import annotations

#: From the first to be paid to the last.
RANKS = ("secured", "priority", "customer", "unsecured", "subordinated", "equity")
