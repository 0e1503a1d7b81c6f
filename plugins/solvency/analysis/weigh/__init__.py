"""Which hypotheses do the observations favour, alone and together?"""

from __future__ import annotations
