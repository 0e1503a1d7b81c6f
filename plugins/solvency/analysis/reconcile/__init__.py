"""Can the claims of a case all be true, and if not, which is suspect?"""

from __future__ import annotations
