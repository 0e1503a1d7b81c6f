"""The charts as WeasyPrint and a browser show them."""

from __future__ import annotations

import json
import logging
import shutil
import subprocess
from dataclasses import replace
from html import unescape

import pypdfium2
import pytest
from charts import gallery

from solvency.charts import DARK
from solvency.figures.fonts import font_path

_FACES = """@font-face{font-family:"Report Sans";src:url("%s");font-weight:100 700}"""
_MEASURE = """
document.fonts.load('600 10px "Report Sans"').then(() => document.fonts.ready)
.then(() => {
  const found = [];
  for (const svg of document.querySelectorAll('svg')) {
    const name = svg.querySelector('title').textContent;
    const box = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].map(t => {
      const b = t.getBoundingClientRect();
      // The line's box is taller than its ink.
      const cut = b.height * 0.16;
      const upright = {t: b.top + cut, b: b.bottom - cut};
      return {s: t.textContent, l: b.left, r: b.right, ...upright};
    });
    texts.forEach((a, i) => {
      if (a.l < box.left - 1 || a.r > box.right + 1) found.push([name, 'outside', a.s]);
      for (const b of texts.slice(i + 1))
        if (a.l + 1 < b.r && b.l + 1 < a.r && a.t < b.b && b.t < a.b)
          found.push([name, a.s, b.s]);
    });
  }
  const loaded = document.fonts.check('10px "Report Sans"');
  const count = document.querySelectorAll('text').length;
  document.body.textContent = JSON.stringify({loaded, count, found});
});
"""


def _drawn() -> dict[str, str]:
    charts = gallery.drawings(gallery.EN)
    dark = gallery.drawings(replace(gallery.EN, palette=DARK, prefix="dark"))
    narrow = gallery.drawings(replace(gallery.EN, width=360, prefix="narrow"))
    charts |= {f"dark-{name}": svg for name, svg in dark.items()}
    return charts | {f"narrow-{name}": svg for name, svg in narrow.items()}


def test_weasyprint_draws_them_without_complaint(caplog):
    weasyprint = pytest.importorskip("weasyprint")
    charts = _drawn()
    face = _FACES % font_path("plex-sans.ttf").as_uri()
    # WeasyPrint knows no range of weights.
    face = face.replace("100 700", "400") + face.replace("100 700", "600")
    html = "".join(f"<div>{svg}</div>" for svg in charts.values())
    style = face + "@page{size:190mm 200mm;margin:8mm}div{break-after:page}"
    with caplog.at_level(logging.WARNING):
        pdf = weasyprint.HTML(string=f"<style>{style}</style>{html}").write_pdf()
    assert not caplog.records
    document = pypdfium2.PdfDocument(pdf)
    assert len(document) == len(charts)
    for page in document:
        words = page.get_textpage().get_text_range()
        assert words.strip()
        picture = page.render(scale=1).to_pil().convert("L")
        assert picture.getextrema()[0] < 100
    document.close()


def test_a_browser_sets_no_label_on_another(tmp_path):
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("needs Chromium")
    face = _FACES % font_path("plex-sans.ttf").as_uri()
    html = "".join(f"<div>{svg}</div>" for svg in _drawn().values())
    page = tmp_path / "charts.html"
    page.write_text(
        f'<!doctype html><meta charset="utf-8"><style>{face}</style>'
        f"<body>{html}<script>{_MEASURE}</script>",
        encoding="utf-8",
    )
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    flags += [f"--user-data-dir={tmp_path}/profile", "--virtual-time-budget=8000"]
    done = subprocess.run(
        [chromium, *flags, "--dump-dom", page.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    body = done.stdout.split("<body>", 1)[1].split("</body>", 1)[0]
    said = json.loads(unescape(body))
    assert said["loaded"]
    assert said["count"] > 300
    assert said["found"] == []
