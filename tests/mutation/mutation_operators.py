"""What can be wrong in a module, one thing at a time: every small change of it that a test should notice."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Change = Callable[[ast.AST], ast.AST | None]
"""Changes a copy of a node; returns the node to put in its place, None to take the statement out."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: at which lines of the file (from 1), what it is in words, and the module's text with it."""

    first_line: int
    last_line: int
    change: str
    source: str


def mutants_of(source: str) -> Iterator[Mutant]:
    """Yield every mutant of a module, in the order of its lines."""
    tree = ast.parse(source)
    before = ast.unparse(tree)
    for number, node in enumerate(list(_judged(tree))):
        for words, change in _changes_of(node):
            mutated = copy.deepcopy(tree)
            twin = list(_judged(mutated))[number]
            text = ast.unparse(_Put(twin, change(twin)).visit(mutated))
            if text != before:
                line = getattr(node, "lineno", 1)
                yield Mutant(line, getattr(node, "end_lineno", line), f"{_short(node)}: {words}", text)


def _judged(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that decide something: no annotations, no texts, nothing that only type checkers read."""
    for name, value in ast.iter_fields(tree):
        if name in {"annotation", "returns", "decorator_list", "bases"} or isinstance(tree, ast.JoinedStr):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_for_types(child):
                yield child
                yield from _judged(child)


def _is_for_types(node: ast.AST) -> bool:
    guarded = isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return guarded or docstring or isinstance(node, ast.Import | ast.ImportFrom)


def _changes_of(node: ast.AST) -> Iterator[tuple[str, Change]]:
    yield from _changes_of_logic(node)
    yield from _changes_of_values(node)


def _changes_of_logic(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in _OTHER_COMPARISON:
            other = _OTHER_COMPARISON[type(operator)]
            yield f"{other.__name__} in place of {type(operator).__name__}", _with(ops=[other()])
        case ast.BoolOp():
            other_way = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield f"{type(other_way).__name__} in place of {type(node.op).__name__}", _with(op=other_way)
            for at in range(len(node.values)):
                yield f"without {_short(node.values[at])}", _without_operand(at)
        case ast.UnaryOp(op=ast.Not()):
            yield "without not", lambda twin: twin.operand  # type: ignore[attr-defined]  # the twin of a UnaryOp
        case ast.If(test=test) | ast.IfExp(test=test) | ast.While(test=test) if isinstance(test, _PLAIN):
            yield "the condition negated", _negated_test
        case ast.comprehension(ifs=[_, *_]):
            for at in range(len(node.ifs)):
                yield f"without if {_short(node.ifs[at])}", _without_filter(at)


def _changes_of_values(node: ast.AST) -> Iterator[tuple[str, Change]]:
    match node:
        case ast.Constant(value=bool(truth)):
            yield str(not truth), _with(value=not truth)
        case ast.Constant(value=int(number)):
            yield str(number + 1), _with(value=number + 1)
        case ast.BinOp(op=ast.Add() | ast.Sub()) if not _is_text(node):
            other_sign = ast.Sub() if isinstance(node.op, ast.Add) else ast.Add()
            yield f"{type(other_sign).__name__} in place of {type(node.op).__name__}", _with(op=other_sign)
        case ast.Expr(value=ast.Call() | ast.Await()) | ast.Raise():
            yield "left out", lambda _twin: None


_OTHER_COMPARISON: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_PLAIN = (ast.Name, ast.Call, ast.Attribute, ast.NamedExpr, ast.Subscript)


def _is_text(node: ast.BinOp) -> bool:
    sides = (node.left, node.right)
    return any(
        isinstance(s, ast.JoinedStr) or (isinstance(s, ast.Constant) and isinstance(s.value, str)) for s in sides
    )


def _with(**fields: object) -> Change:
    def change(twin: ast.AST) -> ast.AST:
        for name, value in fields.items():
            setattr(twin, name, value)
        return twin

    return change


def _without_operand(at: int) -> Change:
    def change(twin: ast.AST) -> ast.AST:
        assert isinstance(twin, ast.BoolOp)
        del twin.values[at]
        return twin.values[0] if len(twin.values) == 1 else twin

    return change


def _without_filter(at: int) -> Change:
    def change(twin: ast.AST) -> ast.AST:
        assert isinstance(twin, ast.comprehension)
        del twin.ifs[at]
        return twin

    return change


def _negated_test(twin: ast.AST) -> ast.AST:
    assert isinstance(twin, ast.If | ast.IfExp | ast.While)
    twin.test = ast.UnaryOp(ast.Not(), twin.test)
    return twin


def _short(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:59]}…"


class _Put(ast.NodeTransformer):
    """Puts one node in the place of another; in the place of a statement that is left out, `pass`."""

    def __init__(self, old: ast.AST, new: ast.AST | None) -> None:
        self._old = old
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        if node is not self._old:
            return super().generic_visit(node)
        return ast.copy_location(ast.Pass(), node) if self._new is None else self._new
