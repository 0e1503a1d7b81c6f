from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageFont

from solvency.charts import text
from solvency.figures.fonts import font_path


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize(
    "words",
    ["Owed to customers", "1,204.5", "(0.3)", "Søren Ångström & Co.", "illi WM"],
)
def test_widths_are_the_fonts_own(words, bold):
    # FreeType lays the same font out by itself; it rounds each glyph to 1/64.
    font = ImageFont.truetype(
        str(font_path("plex-sans.ttf")), 1000, layout_engine=ImageFont.Layout.BASIC
    )
    font.set_variation_by_axes([600 if bold else 400, 100])
    assert text.width(words, 1000, bold=bold) == pytest.approx(
        font.getlength(words), rel=0.01
    )


def test_digits_are_of_one_width():
    assert len({text.width(digit) for digit in "0123456789"}) == 1


def test_a_chinese_character_is_one_em():
    assert text.width("客户资金", 10) == 40


def test_a_number_is_never_cut_short():
    assert text.whole("1,204.5", 20) == text.ELLIPSIS
    assert text.whole("1,204.5", 100) == "1,204.5"


@given(st.text(), st.floats(0, 300), st.booleans())
def test_what_fits_fits(words, room, bold):
    words = text.clean(words)
    fitted = text.fit(words, room, bold=bold)
    assert text.width(fitted, bold=bold) <= max(room, 0)
    assert fitted in (words, "") or fitted.endswith(text.ELLIPSIS)


@given(st.text(), st.floats(20, 300), st.integers(1, 4))
def test_lines_fit_and_lose_nothing_unsaid(words, room, lines):
    words = text.clean(words)
    found = text.wrap(words, room, lines)
    assert len(found) <= lines
    assert all(text.width(line) <= room for line in found)
    if not any(line.endswith(text.ELLIPSIS) for line in found):
        assert "".join("".join(found).split()) == "".join(words.split())


def test_lines_break_at_spaces_and_between_chinese_characters():
    assert text.wrap("Claims of other creditors", 70, 3) == (
        "Claims of other",
        "creditors",
    )
    # Ten ems to a line; the comma stays with what it closes.
    found = text.wrap("交易所欠客户的多于持有的,其余不明", 100, 3)
    assert found[0] == "交易所欠客户的多于持"


def test_what_xml_cannot_carry_is_left_out():
    assert text.clean("a\x00b\ud800 \u202ec\n d") == "ab c d"
