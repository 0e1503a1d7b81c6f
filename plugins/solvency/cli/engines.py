"""The options of commands that have rows added up by an engine."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from solvency.subledgers.engine_choice import DUCKDB

Function = Callable[..., Any]


def on_engine(function: Function) -> Function:
    """Give a command its --engine and --memory."""

    @click.option(
        "--engine",
        default=DUCKDB,
        show_default=True,
        metavar="NAME",
        help="What adds the rows up: duckdb, or a Spark cluster, spark://HOST:PORT.",
    )
    @click.option(
        "--memory",
        metavar="SIZE",
        help="What DuckDB may take before it spills to disk, as 4GB. Default: four"
        " fifths of the machine's.",
    )
    @functools.wraps(function)
    def with_engine(**options: Any) -> Any:
        return function(**options)

    return with_engine
