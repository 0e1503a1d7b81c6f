"""An engine whose sums wrap or float is refused before a row is added up."""

from __future__ import annotations

import pytest

from solvency.subledgers.duck import Duck
from solvency.subledgers.engine import OverflowedError
from solvency.subledgers.engine import guard
from solvency.subledgers.errors import RowsError


class Answering:
    """An engine that answers everything with one number."""

    name = "wrapping 1.0"

    def __init__(self, answer):
        self.answer = answer

    def run(self, sql):
        if self.answer is None:
            raise OverflowedError("too large")
        return [(self.answer,)]


def test_duckdb_passes_the_guard():
    engine = Duck(memory="200MB", threads=1)
    guard(engine)
    engine.close()


@pytest.mark.parametrize("answer", [-2, 2e38, 0])
def test_an_engine_that_answers_the_unanswerable_is_refused(answer):
    with pytest.raises(RowsError, match="cannot be relied on"):
        guard(Answering(answer))


def test_what_would_become_a_float_is_refused():
    from solvency.subledgers.engine import whole

    assert whole(10**38 - 1) == "9" * 38
    with pytest.raises(OverflowedError):
        whole(10**38)


def test_nothing_is_read_beyond_what_was_named(tmp_path):
    (tmp_path / "a.csv").write_text("a\n1\n", "utf-8")
    (tmp_path / "b.csv").write_text("a\n1\n", "utf-8")
    engine = Duck()
    engine.seal([str(tmp_path / "a.csv")])
    engine.view("rows", [str(tmp_path / "a.csv")])
    assert engine.run("SELECT count(*) FROM rows") == [(1,)]
    with pytest.raises(RowsError, match="disabled by configuration"):
        engine.run(f"SELECT * FROM read_csv('{tmp_path / 'b.csv'}')")
    with pytest.raises(RowsError, match="locked"):
        engine.run("SET enable_external_access = true")
    engine.close()


def test_too_little_memory_is_said():
    engine = Duck(memory="20MB", threads=1)
    engine.do("SET max_temp_directory_size = '1MB'")
    with pytest.raises(RowsError, match="not enough memory or disk"):
        engine.run("SELECT count(*) FROM (SELECT DISTINCT i FROM range(20000000) t(i))")
    engine.close()
