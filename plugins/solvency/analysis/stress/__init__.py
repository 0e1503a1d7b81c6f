"""What does a holding really fetch, and where does the spiral start?"""

from __future__ import annotations
