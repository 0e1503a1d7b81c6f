"""Charts and tables look as they did: pixel by pixel, but for one in a thousand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PIL import Image
from PIL import ImageDraw
from report import pictures

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def drawn() -> dict[str, Image.Image]:
    return dict(pictures.drawn())


def test_each_looks_as_it_did(drawn: dict[str, Image.Image], tmp_path: Path) -> None:
    kept = {path.stem: path for path in pictures.FOLDER.glob("*.png")}
    assert drawn.keys() == kept.keys()
    changed = {}
    for name, picture in drawn.items():
        share = pictures.apart(picture, Image.open(kept[name]))
        if share > pictures.APART:
            picture.save(tmp_path / f"{name}.png")
            changed[name] = f"{share:.2%} of it: see {tmp_path / name}.png"
    assert changed == {}


def test_a_word_more_is_seen(drawn: dict[str, Image.Image]) -> None:
    before = drawn["waterfall"].convert("L")
    after = before.copy()
    # A word of twenty by ten pixels on a chart of half a thousand by two hundred.
    ImageDraw.Draw(after).rectangle((5, 5, 24, 14), fill=0)
    assert pictures.apart(before, before) == 0
    assert pictures.apart(before, after) > pictures.APART


def test_another_size_is_another_picture() -> None:
    assert pictures.apart(Image.new("L", (9, 9)), Image.new("L", (9, 8))) == 1
