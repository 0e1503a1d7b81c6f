"""A kind of report from elsewhere: its templates read what is shown, and no more."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from solvency.figures.errors import ReportError
from solvency.report import pages

if TYPE_CHECKING:
    from pathlib import Path

    from solvency.report.document import Report


def shown(report: Report, folder: Path, template: str) -> str:
    (folder / "report.html").write_text(template)
    kind = replace(report.kind, folder=folder, styles=())
    return pages.html(replace(report, kind=kind))


@pytest.mark.parametrize(
    "template",
    [
        "{{ self.__init__.__globals__ }}",
        "{{ report.kind.folder.joinpath('OUT').write_text('x') }}",
        "{{ (report.kind.folder | attr('joinpath'))('OUT').touch() }}",
        "{{ report.case.book().units.tofile('OUT') }}",
        "{{ report.case.book() }}",
        "{{ report.locale.catalogue.add_fallback(1) }}",
        "{{ report.figures.__func__.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.system('touch OUT') }}",
        "{{ '{0.__class__.__mro__}'.format(report) }}",
        "{{ ''.__class__.__mro__ }}",
        "{% set _ = report.case.entities.update({}) %}",
        '{% include "/etc/passwd" %}',
        '{% include "../../etc/passwd" %}',
        '{% import "../../../etc/passwd" as x %}',
    ],
)
def test_a_template_reaches_nothing_else(
    template: str, report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReportError, match="template"):
        shown(report, tmp_path, template)
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_what_is_shown_can_be_read(report: Report, tmp_path: Path) -> None:
    template = (
        "{{ report.case.currency }} {{ report.dated.strftime('%Y') }}"
        " {{ report.sections[0].title | length > 0 }} {{ 'ab'.rfind('b') }}"
    )
    assert shown(report, tmp_path, template) == "USD 2021 True 1"


def test_a_stylesheet_is_in_the_kinds_folder(report: Report, tmp_path: Path) -> None:
    (tmp_path / "style").mkdir()
    (tmp_path / "secret.css").write_text("secret")
    kind = replace(report.kind, folder=tmp_path)
    for name in ("../secret.css", "/etc/passwd", "../../../../etc/passwd"):
        with pytest.raises(ReportError, match="there is no such file"):
            pages.stylesheet(replace(report, kind=kind), name)
