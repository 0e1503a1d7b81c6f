"""The option that names a language to print in."""

from __future__ import annotations

from typing import Any

import click

from solvency.figures.formats import LANGUAGES


class Language(click.ParamType[str]):
    """A language there are words and formats for."""

    name = "language"

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:  # noqa: ARG002 (click's signature)
        """Show the languages where help names the option."""
        return f"[{'|'.join(LANGUAGES)}]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Refuse a language there is not, with those there are."""
        if value not in LANGUAGES:
            each = " ".join(f"--lang {one}" for one in LANGUAGES)
            hint = f" Ask for several one by one: {each}." if "," in str(value) else ""
            known = ", ".join(LANGUAGES)
            self.fail(f"no language {value!r}; there are: {known}.{hint}", param, ctx)
        return str(value)
