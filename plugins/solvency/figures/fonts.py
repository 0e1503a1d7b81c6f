"""Where the fonts are that paper and drawings are set in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.extensions import offered
from solvency.figures.errors import ReportError
from solvency.figures.writing_systems import SCRIPTS

if TYPE_CHECKING:
    from solvency.figures.writing_systems import Script

_PLEX = ("IBM Plex Sans", "fontpkg-ibm-plex-sans", "files")
_NOTO = ("Noto Sans SC", "justmytype-intl-cjk", "fonts/ofl/notosanssc")
#: The family, package and folder of each font, and its file's name.
FONTS = {
    "plex-sans.ttf": (_PLEX, "IBMPlexSans[wdth,wght].ttf"),
    "plex-sans-italic.ttf": (_PLEX, "IBMPlexSans-Italic[wdth,wght].ttf"),
    "noto-sans-sc.ttf": (_NOTO, "NotoSansSC[wght].ttf"),
}
#: What the name of a font begins with that another package adds.
_OFFERED = "offered-"
_SUFFIXES = frozenset({".ttf", ".otf"})
#: The scripts whose fonts are asked for by name only where a text has them.
_ADDED = {one.asset: one for one in SCRIPTS.values()}


def is_font(name: str) -> bool:
    """Say whether a stylesheet may ask for a name."""
    return name in FONTS or name in _ADDED or name in offered_fonts()


def offered_fonts() -> dict[str, Path]:
    """Return the fonts other packages add, by the name a stylesheet asks for.

    Raises:
        ReportError: If such a package is broken, or has no font.
    """
    found = {}
    for name, one in offered("solvency.fonts").items():
        try:
            home = Path(str(files(one.value)))
        except ModuleNotFoundError:
            raise ReportError(f"the fonts {name}: no package {one.value}") from None
        fonts = sorted(p for p in home.glob("*") if p.suffix.lower() in _SUFFIXES)
        if not fonts:
            raise ReportError(f"the fonts {name}: {one.value} has no *.ttf or *.otf")
        found[f"{_OFFERED}{name}.ttf"] = fonts[0]
    return found


def font_path(name: str) -> Path:
    """Return the file of a font the stylesheet names.

    Raises:
        ReportError: If the font's package is not installed, or lacks the file.
    """
    if name.startswith(_OFFERED):
        return offered_fonts()[name]
    if name in FONTS:
        (family, package, folder), file = FONTS[name]
    else:
        added = _ADDED[name]
        family, package = added.family, added.package
        folder, file = f"fonts/ofl/{added.folder}", "*.ttf"
    try:
        home = files(package.replace("-", "_"))
    except ModuleNotFoundError:
        raise ReportError(
            f"the font {family} is missing: pip install {package}"
        ) from None
    place = Path(str(home)) / folder
    found = sorted(place.glob(file)) if file.startswith("*") else [place / file]
    if not found or not found[0].is_file():
        raise ReportError(f"the font {family} is missing: reinstall {package}")
    return found[0]


def has_font(script: Script) -> bool:
    """Say whether the package of a script's font is installed."""
    try:
        font_path(script.asset)
    except ReportError:
        return False
    return True
