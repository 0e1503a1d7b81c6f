"""What `solvency export` writes, as bytes."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

import solvency
from solvency.analysis.export import sql
from solvency.analysis.export.money import COLUMNS
from solvency.analysis.export.money import exported
from solvency.analysis.export.tables import tables

if TYPE_CHECKING:
    from solvency.ledger.case import Case


def _about(case: Case) -> dict[str, str]:
    return {
        "title": case.title,
        "fingerprint": case.fingerprint,
        "scenario": case.scenario.name,
        "known": str(case.known or ""),
        "currency": case.currency,
        "reporting_date": str(case.reporting_date),
        "program": f"solvency {solvency.__version__}",
    }


def database(case: Case) -> bytes:
    """Return a file of DuckDB."""
    return sql.database(tables(case, case.book()), _about(case))


def parquet(case: Case) -> dict[str, bytes]:
    """Return a file of Parquet a table, by its name."""
    return sql.parquet(tables(case, case.book()), _about(case))


def entities(case: Case, dataset: str | None) -> dict[str, bytes]:
    """Return FollowTheMoney's entities and statements, by the files' names."""
    name = dataset or Path(case.path).resolve().parent.name
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "case"
    found = exported(case, case.book(), slug)
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, dialect=csv.unix_dialect)
    writer.writeheader()
    writer.writerows(found.statements())
    if found.left_out:
        said = f"{found.left_out:,} flows are no payment from one party to another"
        click.echo(said, err=True)
    return {
        "entities.ftm.json": found.as_json(),
        "statements.csv": out.getvalue().encode("utf-8"),
    }
