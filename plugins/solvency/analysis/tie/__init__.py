"""Do the rows of a subledger agree with the account that controls them."""

from __future__ import annotations
