"""The pages as files: no server, no request to elsewhere, the same templates."""

from __future__ import annotations

from solvency.browse.site.all_pages import Told
from solvency.browse.site.output import Saved
from solvency.browse.site.output import write_site

__all__ = ["Saved", "Told", "write_site"]
