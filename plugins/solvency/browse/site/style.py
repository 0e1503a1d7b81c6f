"""The style of pages that no server gives out, with the letters they are set in."""

from __future__ import annotations

import base64
from importlib.resources import files


def style() -> str:
    """Return the style of a page of a site."""
    folder = files("solvency.browse") / "templates"
    names = ("site.css", "style.css")
    return _fonts() + "".join(
        (folder / name).read_text(encoding="utf-8") for name in names
    )


def _fonts() -> str:
    """Return the letters Fava's pages are set in, which drawings are measured for.

    They stand in the style itself: a browser may load no font from a disk.
    """
    found = []
    folder = files("fava") / "static"
    for weight in (400, 500):
        start = f"fira-sans-latin-{weight}-normal-"
        for one in folder.iterdir():
            if one.name.startswith(start) and one.name.endswith(".woff2"):
                letters = base64.b64encode(one.read_bytes()).decode("ascii")
                found.append(
                    f'@font-face {{ font-family: "Fira Sans"; font-weight: {weight};'
                    f' src: url("data:font/woff2;base64,{letters}") format("woff2"); }}'
                )
    return "".join(f"{one}\n" for one in found)
