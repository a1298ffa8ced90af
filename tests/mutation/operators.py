"""Small changes to a module, one at a time: the mutants.

Left alone: annotations, decorators, docstrings and texts, and what only is for the type checker.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_NEGATED_BY_COMPARISON: Final = (ast.Eq, ast.NotEq, ast.Is, ast.IsNot, ast.In, ast.NotIn)

type Edit = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change to one module."""

    path: str
    line: int
    function: str
    operator: str
    before: str
    after: str
    source: str

    @property
    def key(self) -> str:
        """Return what names it in docs/mutation.md, also after lines were added above it."""
        return f"{self.path} {self.function}: {self.operator}: {self.before} -> {self.after}"


def mutants_of(path: str, source: str) -> Iterator[Mutant]:
    """Give every mutant of a module."""
    seen = set()
    count = sum(1 for _ in _changes(ast.parse(source)))
    for number in range(count):
        tree = ast.parse(source)
        change = next(change for at, change in enumerate(_changes(tree)) if at == number)
        before = _shown(change.node)
        change.edit()
        ast.fix_missing_locations(tree)
        mutated = ast.unparse(tree)
        if mutated in seen:
            continue
        seen.add(mutated)
        after = change.after or _shown(change.node)
        yield Mutant(path, change.line, change.function, change.operator, before, after, mutated)


@dataclass(frozen=True, slots=True)
class _Change:
    node: ast.AST
    line: int
    function: str
    operator: str
    edit: Edit
    after: str = ""


def _shown(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 110 else text[:107] + "..."


def _changes(tree: ast.Module) -> Iterator[_Change]:
    for node, parent, field, function in _walk(tree, "module"):
        for operator, edit, after in _edits(node, parent, field):
            # What replaces a statement is not the node itself, so the text after is given.
            shown = parent if isinstance(node, ast.Constant) and not isinstance(parent, ast.Module) else node
            yield _Change(shown, getattr(node, "lineno", 0), function, operator, edit, after)


type Visited = tuple[ast.AST, ast.AST, str, str]


def _walk(node: ast.AST, function: str) -> Iterator[Visited]:
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list", "type_params", "args"} and not isinstance(
            node, ast.Call
        ):
            if field == "args" and isinstance(node, ast.FunctionDef | ast.Lambda):
                yield from _defaults(node.args, function)
            continue
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, ast.AST) or _is_left_alone(item):
                continue
            inner = function
            if isinstance(item, ast.FunctionDef | ast.ClassDef):
                inner = item.name if function == "module" else f"{function}.{item.name}"
            yield item, node, field, inner
            yield from _walk(item, inner)


def _defaults(arguments: ast.arguments, function: str) -> Iterator[Visited]:
    for default in (*arguments.defaults, *arguments.kw_defaults):
        if default is not None:
            yield default, arguments, "defaults", function
            yield from _walk(default, function)


def _is_left_alone(node: ast.AST) -> bool:
    if isinstance(node, ast.Import | ast.ImportFrom | ast.TypeAlias):
        return True
    if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
        return True
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


type Found = tuple[str, Edit, str]


def _edits(node: ast.AST, parent: ast.AST, field: str) -> Iterator[Found]:
    yield from _edits_of_expression(node, parent)
    yield from _edits_of_statement(node, parent, field)


def _edits_of_expression(node: ast.AST, parent: ast.AST) -> Iterator[Found]:
    match node:
        case ast.comprehension():
            for at in range(len(node.ifs)):
                yield "drop filter", _deleting(node.ifs, at), ""
        case ast.Compare():
            yield from _compared(node)
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield "and/or", _setting(node, "op", other), ""
            for at in range(len(node.values)):
                yield f"drop operand {_shown(node.values[at])}", _deleting(node.values, at), ""
        case ast.UnaryOp(op=ast.Not()):
            yield "drop not", _replacing(parent, node, node.operand), _shown(node.operand)
        case ast.Constant():
            yield from _constants(node)  # shown with what stands around them
        case ast.Set() | ast.List() if len(node.elts) > 1:
            for at in range(len(node.elts)):
                yield f"drop element {_shown(node.elts[at])}", _deleting(node.elts, at), ""


def _edits_of_statement(node: ast.AST, parent: ast.AST, field: str) -> Iterator[Found]:
    match node:
        case ast.If() | ast.While() | ast.IfExp():
            yield from _negated(node)
        case ast.Raise():
            yield "remove raise", _replacing(parent, node, ast.Pass()), "pass"
        case ast.Expr(value=ast.Call() | ast.YieldFrom() | ast.Yield()):
            yield "remove statement", _replacing(parent, node, ast.Pass()), "pass"
        case ast.Return() if field == "body" and not isinstance(parent, ast.FunctionDef):
            yield "remove return", _replacing(parent, node, ast.Pass()), "pass"
        case ast.FunctionDef():
            yield from _early(node)


def _negated(node: ast.If | ast.While | ast.IfExp) -> Iterator[Found]:
    test = node.test
    by_comparison = isinstance(test, ast.Compare) and isinstance(test.ops[0], _NEGATED_BY_COMPARISON)
    by_not = isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
    if not by_comparison and not by_not:
        negation = ast.UnaryOp(ast.Not(), test)
        yield "negate condition", _setting(node, "test", negation), f"if {_shown(negation)}"


def _compared(node: ast.Compare) -> Iterator[Found]:
    for at, op in enumerate(node.ops):
        for other in _COMPARISONS[type(op)]:

            def edit(at: int = at, other: type[ast.cmpop] = other) -> None:
                node.ops[at] = other()

            yield "swap comparison", edit, ""


def _constants(node: ast.Constant) -> Iterator[Found]:
    value = node.value
    if isinstance(value, bool):
        yield "flip constant", _setting(node, "value", not value), ""
    elif isinstance(value, int | float):
        yield "constant + 1", _setting(node, "value", value + 1), ""
        yield "constant - 1", _setting(node, "value", value - 1), ""


def _early(node: ast.FunctionDef) -> Iterator[Found]:
    """Return before anything was done."""
    generates = any(isinstance(inner, ast.Yield | ast.YieldFrom) for inner in ast.walk(node))

    def edit() -> None:
        node.body = [ast.Return(None)]
        if generates:
            node.body.append(ast.Expr(ast.Yield()))

    yield "return early", edit, f"def {node.name}: return"


def _setting(node: ast.AST, name: str, value: object) -> Edit:
    return lambda: setattr(node, name, value)


def _deleting(items: list[ast.expr], at: int) -> Edit:
    return lambda: items.__delitem__(at)


def _replacing(parent: ast.AST, node: ast.AST, other: ast.AST) -> Edit:
    def edit() -> None:
        for field, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, field, other)
            elif isinstance(value, list):
                value[:] = [other if item is node else item for item in value]

    return edit
