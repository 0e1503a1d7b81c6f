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
from jinja2.visitor import NodeTransformer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Environment
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
#: The function that counts what a list has.
LISTED = "_listed"
#: Marks that stand for things in a text, and characters that show as nothing.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufeff\ufff9-\uffff\ud800-\udfff\ue000-\uf8ff\U000e0000-\U0010ffff]"
)


class Holds(Extension):
    """`{% holds CONDITION %} a sentence {% endholds %}`."""

    tags = {"holds"}  # noqa: RUF012 (jinja2 declares it so)

    def parse(self, parser: Parser) -> nodes.Node:
        """Return the block that prints its sentence if its condition holds."""
        line = next(parser.stream).lineno
        # Several may begin on one line: each is known by its place in the chapter.
        number: int = getattr(parser, "held", 0)
        parser.held = number + 1  # type: ignore[attr-defined]  # ours alone
        condition = parser.parse_expression()
        body = parser.parse_statements(("name:endholds",), drop_needle=True)
        call = nodes.Call(
            nodes.Name(HELD, "load", lineno=line),
            [
                condition,
                nodes.Const(line, lineno=line),
                nodes.Const(number, lineno=line),
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


def unseen(text: str) -> bool:
    """Say whether a text has a character that shows as nothing, or stands for more."""
    return bool(_UNSEEN.search(text))


def conditions(environment: Environment, source: str) -> list[str]:
    """Return the text of each condition of a chapter, in order."""
    found: list[str] = []
    words: list[str] | None = None
    for _, kind, value in environment.lex(source):
        if kind == "block_begin":
            words = []
        elif kind == "block_end" and words is not None:
            said = "".join(words).split()
            if said[:1] == ["holds"]:
                found.append(" ".join(said[1:]))
            words = None
        elif words is not None:
            words.append(value)
    return found


def check(template: nodes.Template, name: str) -> None:
    """Refuse what a chapter may not say, and count what it goes through and lists.

    Raises:
        TemplateSyntaxError: It says something else.
    """
    _check(template, name, 0)
    _Counting().visit(template)


def strings(template: nodes.Template) -> frozenset[str]:
    """Return the strings a chapter writes between quotes."""
    return frozenset(
        one.value
        for one in template.find_all(nodes.Const)
        if isinstance(one.value, str)
    )


class _Counting(NodeTransformer):
    """Puts a count round each list, and round what each loop goes through."""

    def visit_List(self, node: nodes.List) -> nodes.Node:  # noqa: N802 (jinja2's name)
        """Count what a list has."""
        self.generic_visit(node)
        return _call(LISTED, node, node.lineno)

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802 (as above)
        """Count what a tuple has, unless names are set by it."""
        self.generic_visit(node)
        return _call(LISTED, node, node.lineno) if node.ctx == "load" else node

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802 (as above)
        """Count what a loop goes through, and the text that each round prints."""
        text = sum(map(_text_of, (*node.body, *node.else_)))
        self.generic_visit(node)
        weight = nodes.Const(text, lineno=node.lineno)
        node.iter = _call(COUNTED, node.iter, node.lineno, weight)
        return node


def _call(name: str, inner: nodes.Node, line: int, *rest: nodes.Expr) -> nodes.Call:
    function = nodes.Name(name, "load", lineno=line)
    return nodes.Call(function, [inner, *rest], [], None, None, lineno=line)


def _text_of(node: nodes.Node) -> int:
    """Return the characters of text below a node, loops within it left out."""
    if isinstance(node, nodes.TemplateData):
        return len(node.data)
    # Jinja puts a string that is printed in its place once, before any round.
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return len(node.value)
    if isinstance(node, nodes.For):
        return 0
    return sum(map(_text_of, node.iter_child_nodes()))


def _check(node: nodes.Node, name: str, depth: int) -> None:
    if not isinstance(node, _ALLOWED):
        what = type(node).__name__.lower()
        raise TemplateSyntaxError(
            f"a chapter has no use for {what}: it may name, compare, add, subtract,"
            " divide, ask and go through a list",
            node.lineno or 1,
            name,
        )
    words = node.value if isinstance(node, nodes.Const) else None
    # The condition of a sentence is taken apart with a mark of our own.
    if isinstance(words, str) and unseen(words.removeprefix("\x00")):
        raise TemplateSyntaxError(
            "a character that nobody sees, or of no script: remove it",
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
