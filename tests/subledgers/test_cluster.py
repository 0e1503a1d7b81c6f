"""Spark on two workers answers as DuckDB does, to the digit; make test-cluster."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

import pytest
from cluster import cluster

pytestmark = pytest.mark.long

#: Questions that both engines answer.
QUESTIONS = [
    ["tie"],
    ["ask", "owed"],
    ["ask", "negative"],
    ["ask", "preferences"],
    ["ask", "distribution", "--rule", "pro-rata"],
    ["ask", "distribution", "--rule", "rising-tide"],
    ["ask", "pooled", "--commodity", "BTC", "--own", "42"],
    ["prove", "--key", "proof.key", "--party", "42"],
    ["ask", "sample", "--size", "20", "--seed", "a"],
]


def answer(arguments, ledger, *engine):
    # The small compiler alone: a question is over before the large one pays.
    java = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    ran = subprocess.run(
        [
            sys.executable,
            "-c",
            "from solvency.cli import main; main(prog_name='solvency')",
            *arguments,
            "--json",
            *engine,
            str(ledger),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ledger.parent,
        env={
            **os.environ,
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SOLVENCY_PARTITIONS": "2",
            "JDK_JAVA_OPTIONS": java,
        },
    )
    assert ran.returncode in {0, 1}, ran.stderr[-2000:]
    found = json.loads(ran.stdout)
    found.pop("engine")
    return found


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    pytest.importorskip("pyspark")
    pytest.importorskip("sqlglot")
    if shutil.which("java") is None:
        pytest.skip("there is no Java; make test-cluster installs it")
    with cluster(tmp_path_factory.mktemp("cluster")) as found:
        yield found


@pytest.mark.parametrize("arguments", QUESTIONS, ids=" ".join)
def test_spark_answers_as_duckdb_does(address, ledgers, arguments):
    ledger = ledgers / "exchange" / "main.beancount"
    on_spark = answer(arguments, ledger, "--engine", address)
    assert on_spark == answer(arguments, ledger)
