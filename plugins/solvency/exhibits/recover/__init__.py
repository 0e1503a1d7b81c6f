"""What there is to share out, for whom, and what each receives."""

from __future__ import annotations
