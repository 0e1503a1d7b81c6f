"""Where templates run: they read what a report shows, and call next to nothing.

A kind of report may come from elsewhere. jinja2's sandbox keeps templates from
Python's insides; this one also keeps them from what a report leads to, such as paths
and arrays, which can read and write files.
"""

from __future__ import annotations

import datetime
from typing import Any

from jinja2.runtime import LoopContext
from jinja2.runtime import Macro
from jinja2.runtime import TemplateReference
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

#: What templates may look into besides the program's own classes.
_READ = (
    str,
    int,
    tuple,
    list,
    dict,
    datetime.date,
    LoopContext,
    Namespace,
    TemplateReference,
)


#: Where the things are defined whose methods a template may call: none of them
#: writes, reads a file or runs anything.
_PRINTED = (
    "solvency.report.",
    "solvency.exhibits.",
    "solvency.figures.figure",
    "solvency.figures.formats",
    "solvency.figures.table",
)


class Sandbox(ImmutableSandboxedEnvironment):
    """Templates' environment, by what is allowed rather than by what is not."""

    def __init__(self, *args: Any, **options: Any) -> None:
        """Begin as jinja2 does."""
        super().__init__(*args, **options)
        # Names are asked a hundred thousand times of some hundred kinds of things.
        self._safe: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Allow what the program's own things and plain values have."""
        # jinja2 decides by the kind of a thing and the name, as this does.
        key = type(obj), attr
        if (found := self._safe.get(key)) is None:
            known = isinstance(obj, _READ) or _is_ours(obj, "solvency.")
            found = known and super().is_safe_attribute(obj, attr, value)
            self._safe[key] = found
        return found

    def is_safe_callable(self, obj: Any) -> bool:
        """Allow macros, jinja2's own functions, and methods of what is printed."""
        owner = getattr(obj, "__self__", None)
        return (
            isinstance(obj, Macro | LoopContext)
            or any(obj is one for one in self.globals.values())
            or isinstance(owner, str | datetime.date | LoopContext)
            or _is_ours(owner, *_PRINTED)
        ) and super().is_safe_callable(obj)


def _is_ours(thing: object, *packages: str) -> bool:
    return type(thing).__module__.startswith(packages)
