from __future__ import annotations

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "vectors"


@pytest.fixture(scope="session")
def published():
    def read(method):
        return json.loads((FOLDER / f"{method}.json").read_text(encoding="utf-8"))

    return read
