"""What the program shows of two small cases is what faces.txt says it shows.

A change of output that is meant is accepted by

    python -m pytest tests/faces/test_faces.py --faces-update

To see what changed, freeze both states and compare them: see freeze.py.
"""

from __future__ import annotations

from pathlib import Path

from faces.freeze import hashes

LIST = Path(__file__).with_name("faces.txt")


def _read():
    lines = LIST.read_text(encoding="utf-8").splitlines()
    marks = ("<<<<<<<", "=======", ">>>>>>>")
    assert not any(line.startswith(marks) for line in lines), (
        "faces.txt has lines in conflict: run this test with --faces-update"
    )
    return dict(reversed(line.split("  ", 1)) for line in lines)


def test_the_faces_are_as_they_were(frozen, request):
    now = hashes(frozen)
    if request.config.getoption("--faces-update", default=False):
        text = "".join(f"{now[name]}  {name}\n" for name in sorted(now))
        LIST.write_text(text, encoding="utf-8")
        return
    before = _read()
    changed = [
        f"{'new' if name not in before else 'gone' if name not in now else 'changed'}"
        f"  {name}"
        for name in sorted({*before, *now})
        if before.get(name) != now.get(name)
    ]
    assert not changed, "\n".join(
        [
            f"{len(changed)} of {len(now)} faces differ from faces.txt",
            *changed,
            "If that is meant, run this test with --faces-update.",
        ]
    )
