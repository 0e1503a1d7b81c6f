"""Notes of readers: kept as text beside the case, shown with what they are on."""

from __future__ import annotations

import json
import os
import shutil

import pytest
from click.testing import CliRunner
from fava_site import Site

from solvency.cli import main
from solvency.ledger.files.notes import notes_of

LEFT = "walk:group:2022-01-20:left"


@pytest.fixture
def case(harbour, tmp_path):
    """Harbour in a folder of its own, which notes may be written into."""
    return shutil.copy(harbour, tmp_path / "main.beancount")


def _send(made, on, text, **headers):
    return made.http.post(
        made.path("where") + "note",
        json={"on": on, "text": text},
        headers=headers or None,
    )


def _rests(made, page, **query):
    return made.http.get(made.path(page) + "rests", query_string=query).get_json()


def _explained(case, name):
    done = CliRunner().invoke(main, ["explain", name, str(case), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)["notes"]


def test_a_note_is_kept_as_text_and_shown_with_the_flow(site, case):
    made = site(case, edit=True)
    before = made.get("flow", pick="deposits")
    assert "Is this all" not in before
    reply = _send(made, "flow deposits", "Is this all?\r\n<b>Ask</b> the bank.")
    assert reply.status_code == 200
    path = case.parent / "notes/flow-deposits-1.txt"
    head, _, body = path.read_text().partition("\n\n")
    assert head.startswith("on: flow deposits\ndate: ")
    assert body == "Is this all?\n<b>Ask</b> the bank.\n"
    assert reply.get_json()["file"] == "notes/flow-deposits-1.txt"
    # The page is not the one built before; what the note says is text.
    after = made.get("flow", pick="deposits")
    assert "Is this all?\n&lt;b&gt;Ask&lt;/b&gt; the bank." in after
    (note,) = _rests(made, "flow", pick="deposits")["flows"]["deposits"]["notes"]
    assert note["text"] == "Is this all?\n<b>Ask</b> the bank."
    # A second note has a file of its own.
    assert _send(made, "flow deposits", "More.").status_code == 200
    assert len(_explained(case, "deposits")) == 2


def test_a_note_on_a_figure_is_shown_on_its_page_and_by_explain(site, case):
    made = site(case, edit=True)
    assert _send(made, f"figure {LEFT}", "Ask about this.").status_code == 200
    assert "Ask about this." in made.get("where")
    assert "Ask about this." not in made.get("evidence")
    (note,) = _rests(made, "where")["figures"][LEFT]["notes"]
    assert note["text"] == "Ask about this."
    (same,) = _explained(case, LEFT)
    assert same == note
    done = CliRunner().invoke(main, ["explain", LEFT, str(case)])
    assert "note notes/figure-walk-group-2022-01-20-left-1.txt" in done.output
    assert done.output.rstrip().endswith("  Ask about this.")


def test_a_file_written_by_hand_is_shown_and_a_wrong_one_named(site, case):
    made = site(case)
    made.get("source", pick="gazette")
    folder = case.parent / "notes"
    folder.mkdir()
    (folder / "mine.txt").write_text("on: source gazette\n\nAnonymous \u202etxet.\n")
    (folder / "wrong.txt").write_text("Just words.\n")
    (folder / "bell.txt").write_bytes(b"on: flow deposits\n\n\x07ring\n")
    html = made.get("source", pick="gazette")
    # A mark that would reorder the line is written out.
    assert "Anonymous \\u202etxet." in html
    assert "notes/wrong.txt: a note begins with" in html
    assert "notes/bell.txt: it holds the control character U+0007" in html
    # Read-only: shown, and no field for another.
    assert "data-note" not in html
    assert _explained(case, "gazette")[0]["file"] == "notes/mine.txt"


def test_only_regular_files_of_the_case_are_read(case, tmp_path_factory):
    away = tmp_path_factory.mktemp("away")
    (away / "secret.txt").write_text("on: flow deposits\n\nSecret.\n")
    folder = case.parent / "notes"
    folder.mkdir()
    os.mkfifo(folder / "pipe.txt")
    (folder / "link.txt").symlink_to(away / "secret.txt")
    (folder / "folder.txt").mkdir()
    assert notes_of(str(case)) == ((), ())
    shutil.rmtree(folder)
    folder.symlink_to(away)
    assert notes_of(str(case)) == ((), ())


def test_nothing_is_written_outside_the_case(site, case, tmp_path_factory):
    away = tmp_path_factory.mktemp("away")
    (case.parent / "notes").symlink_to(away)
    reply = _send(site(case, edit=True), "flow deposits", "Out.")
    assert reply.status_code == 400
    assert "leads out of the folder" in reply.get_json()["error"]
    assert not list(away.iterdir())


def test_a_folder_that_cannot_be_made_is_said(site, case):
    (case.parent / "notes").write_text("a file stands where the folder would be")
    reply = _send(site(case, edit=True), "flow deposits", "Words.")
    assert reply.status_code == 400
    assert "notes cannot be written" in reply.get_json()["error"]


@pytest.mark.parametrize(
    ("on", "text", "status"),
    [
        ("flow nothing", "Words.", 400),
        ("source ../../x", "Words.", 400),
        ("account Assets:Desk:Bank", "Words.", 400),
        ("figure", "Words.", 400),
        ("figure a\nb", "Words.", 400),
        ("flow deposits", "  ", 400),
        ("flow deposits", "x" * 4_001, 400),
        ("flow deposits", "\x1b[2J", 400),
    ],
)
def test_what_is_no_note_is_refused(site, case, on, text, status):
    assert _send(site(case, edit=True), on, text).status_code == status
    assert not (case.parent / "notes").exists()


def test_a_figure_with_a_name_of_a_path_stays_in_its_folder(site, case):
    assert _send(site(case, edit=True), "figure ../../x", "Words.").status_code == 200
    assert [one.name for one in (case.parent / "notes").iterdir()] == [
        "figure-..-..-x-1.txt"
    ]


def test_reading_alone_writes_nothing(site, case):
    made = site(case)
    assert _send(made, "flow deposits", "Words.").status_code == 401
    edit = site(case, edit=True)
    got = edit.http.get(
        edit.path("where") + "note", query_string={"on": "flow deposits"}
    )
    assert got.status_code == 404
    away = _send(edit, "flow deposits", "Words.", Origin="https://example.org")
    assert away.status_code == 403
    form = edit.http.post(
        edit.path("where") + "note", data={"on": "flow deposits", "text": "Words."}
    )
    assert form.status_code == 415
    assert not (case.parent / "notes").exists()


def test_a_site_shows_no_note(case, tmp_path):
    made = Site(case, edit=True)
    assert _send(made, "flow deposits", "A private remark.").status_code == 200
    done = CliRunner().invoke(main, ["site", str(tmp_path / "out"), str(case)])
    assert done.exit_code == 0, done.output
    for path in (tmp_path / "out").rglob("*"):
        assert path.is_dir() or b"A private remark." not in path.read_bytes()
