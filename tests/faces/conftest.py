from __future__ import annotations

import fcntl
import os

import pytest
from faces.catalogue import faces
from faces.freeze import freeze


def pytest_addoption(parser):
    parser.addoption(
        "--faces-update",
        action="store_true",
        help="write faces.txt anew from what the program shows",
    )


@pytest.fixture(scope="session")
def frozen(tmp_path_factory):
    """The quick faces, every digit of them, made once for all processes of a run."""
    base = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        base = base.parent
    out, done = base / "faces", base / "faces.done"
    with (base / "faces.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            failed = freeze(out, [face for face in faces() if face.quick], exact=True)
            done.write_text("\n".join(failed), encoding="utf-8")
    assert not done.read_text(encoding="utf-8")
    return out
