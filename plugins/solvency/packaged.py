"""Find the folders that travel with the package: the cases and the report kinds."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def packaged(name: str) -> Path:
    """Return `ledgers` or `reports`: inside an installed package, or the checkout.

    Raises:
        FileNotFoundError: The installation lacks the folder.
    """
    for folder in (_PACKAGE / name, _PACKAGE.parents[1] / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"this installation lacks its {name} folder: reinstall")
