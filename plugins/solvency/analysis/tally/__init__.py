"""How much of what is missing do the hypotheses explain?"""

from __future__ import annotations
