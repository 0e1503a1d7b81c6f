"""Where the fonts are that paper and drawings are set in."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from solvency.figures.errors import ReportError

_PLEX = ("IBM Plex Sans", "fontpkg-ibm-plex-sans", "files")
_NOTO = ("Noto Sans SC", "justmytype-intl-cjk", "fonts/ofl/notosanssc")
#: The family, package and folder of each font, and its file's name.
FONTS = {
    "plex-sans.ttf": (_PLEX, "IBMPlexSans[wdth,wght].ttf"),
    "plex-sans-italic.ttf": (_PLEX, "IBMPlexSans-Italic[wdth,wght].ttf"),
    "noto-sans-sc.ttf": (_NOTO, "NotoSansSC[wght].ttf"),
}


def font_path(name: str) -> Path:
    """Return the file of a font the stylesheet names.

    Raises:
        ReportError: If the font's package is not installed, or lacks the file.
    """
    (family, package, folder), file = FONTS[name]
    try:
        home = files(package.replace("-", "_"))
    except ModuleNotFoundError:
        raise ReportError(
            f"the font {family} is missing: pip install {package}"
        ) from None
    path = Path(str(home)) / folder / file
    if not path.is_file():
        raise ReportError(f"the font file {file} is missing: reinstall {package}")
    return path
