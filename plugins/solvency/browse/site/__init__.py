"""The pages as files: no server, no request to elsewhere, the same templates."""

from __future__ import annotations

from solvency.browse.site.made import Told
from solvency.browse.site.written import Saved
from solvency.browse.site.written import write_site

__all__ = ["Saved", "Told", "write_site"]
