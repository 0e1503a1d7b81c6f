"""How much of what is untraced do the hypotheses explain?"""

from __future__ import annotations
