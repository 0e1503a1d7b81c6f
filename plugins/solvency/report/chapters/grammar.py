"""What a chapter may say to Jinja: names, figures, conditions, short loops.

A chapter may come from a stranger, inside a PDF. What is not listed here is refused
before anything of it runs: no macros, no includes, no products, no joined text. So a
chapter ends, in time and memory that grow with its length.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jinja2 import TemplateSyntaxError
from jinja2 import nodes
from jinja2.ext import Extension

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2.parser import Parser

#: How deep loops may stand in one another.
_DEEPEST = 2
_ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.For,
    nodes.Assign,
    nodes.Name,
    nodes.NSRef,
    nodes.Const,
    nodes.Tuple,
    nodes.List,
    nodes.Pair,
    nodes.Keyword,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Call,
    nodes.CallBlock,
    nodes.Filter,
    nodes.Test,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Add,
    nodes.Sub,
    nodes.Div,
    nodes.Neg,
    nodes.CondExpr,
)
_COMPARISONS = {
    "eq": "=",
    "ne": "\N{NOT EQUAL TO}",
    "lt": "<",
    "lteq": "\N{LESS-THAN OR EQUAL TO}",
    "gt": ">",
    "gteq": "\N{GREATER-THAN OR EQUAL TO}",
    "in": "in",
    "notin": "not in",
}
#: The function that a sentence's condition is handed to.
HELD = "_held"
#: The function that counts what loops go through.
COUNTED = "_counted"
_TAG = re.compile(r"\{%-?\s*holds\s+(.*?)\s*-?%\}", re.DOTALL)


class Holds(Extension):
    """`{% holds CONDITION %} a sentence {% endholds %}`."""

    tags = {"holds"}  # noqa: RUF012 (jinja2 declares it so)

    def parse(self, parser: Parser) -> nodes.Node:
        """Return the block that prints its sentence if its condition holds."""
        line = next(parser.stream).lineno
        condition = parser.parse_expression()
        body = parser.parse_statements(("name:endholds",), drop_needle=True)
        call = nodes.Call(
            nodes.Name(HELD, "load", lineno=line),
            [
                condition,
                nodes.Const(line, lineno=line),
                nodes.List(list(_compared(condition)), lineno=line),
            ],
            [],
            None,
            None,
            lineno=line,
        )
        return nodes.CallBlock(call, [], [], body, lineno=line)


def _compared(condition: nodes.Expr) -> Iterator[nodes.Expr]:
    """Yield what a condition compares, and how, to say it where it fails."""
    if isinstance(condition, nodes.Compare):
        line = condition.lineno
        yield condition.expr
        for operand in condition.ops:
            word = _COMPARISONS.get(operand.op, operand.op)
            yield nodes.Const(f"\x00{word}", lineno=line)
            yield operand.expr
    elif isinstance(condition, nodes.And | nodes.Or):
        word = "and" if isinstance(condition, nodes.And) else "or"
        yield from _compared(condition.left)
        yield nodes.Const(f"\x00{word}", lineno=condition.lineno)
        yield from _compared(condition.right)
    elif isinstance(condition, nodes.Not):
        yield nodes.Const("\x00not", lineno=condition.lineno)
        yield from _compared(condition.node)
    else:
        yield condition


def conditions(source: str) -> dict[int, str]:
    """Return the text of each condition of a chapter by the line it begins on."""
    return {
        source.count("\n", 0, found.start()) + 1: " ".join(found[1].split())
        for found in _TAG.finditer(source)
    }


def check(template: nodes.Template, name: str) -> None:
    """Refuse what a chapter may not say, and count what its loops go through.

    Raises:
        TemplateSyntaxError: It says something else.
    """
    _check(template, name, 0)


def _check(node: nodes.Node, name: str, depth: int) -> None:
    if not isinstance(node, _ALLOWED):
        what = type(node).__name__.lower()
        raise TemplateSyntaxError(
            f"a chapter has no use for {what}: it may name, compare, add, subtract,"
            " divide, ask and go through a list",
            node.lineno or 1,
            name,
        )
    if isinstance(node, nodes.For):
        if node.recursive or depth >= _DEEPEST:
            raise TemplateSyntaxError(
                "a list within a list within a list", node.lineno, name
            )
        depth += 1
    for child in node.iter_child_nodes():
        _check(child, name, depth)
    if isinstance(node, nodes.For):
        counted = nodes.Name(COUNTED, "load", lineno=node.lineno)
        node.iter = nodes.Call(counted, [node.iter], [], None, None, lineno=node.lineno)
