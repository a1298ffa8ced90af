"""Read from the source of the checks how a check can have ended when it gives a code: passed, failed or not made.

For `handbook` alone; verifying never comes here. What a code does to the verdict is not known here but in `policy`.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from verifier.codes import Code, Outcome
from verifier.key_lookup import KEY_ABSENT

_MAKERS = {outcome.value: outcome for outcome in Outcome}  # `failed(…)` makes a result of the outcome `failed`
_HERE = Path(__file__).parent
# A code that another module found travels to a check in a member of its answer.
_CARRIED_BY = {"problem": ("FoundKey", "_ListedKey"), "code": ("Unusable",)}
_SETS = {"KEY_ABSENT": KEY_ABSENT}


class UnclearOutcome(ValueError):
    """A check gives a code in a way that cannot be followed here; write it more plainly, or teach this module."""


def outcomes_by_code() -> dict[Code, tuple[Outcome, ...]]:
    """Return every outcome that each code is given with, in the order of `Outcome`.

    Raises:
        UnclearOutcome: a check gives a code in a way that cannot be followed.
    """
    found: dict[Code, set[Outcome]] = {code: set() for code in Code}
    for path in sorted((_HERE / "checks").glob("*.py")):
        for outcome, codes in _Module(path).results():
            for code in codes:
                found[code].add(outcome)
    return {code: tuple(outcome for outcome in Outcome if outcome in found[code]) for code in Code}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an expression stands: the names it can see, and what is known there about a carried code."""

    function: ast.FunctionDef
    possible: frozenset[Code] = frozenset(Code)


class _Module:
    """The functions and tables of one check."""

    def __init__(self, path: Path) -> None:
        tree = _parsed(path)
        self.name = path.stem
        self.functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self.tables = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }

    def results(self) -> Iterator[tuple[Outcome, set[Code]]]:
        """Yield the outcome and the codes of every place where a result is made."""
        for function in self.functions.values():
            for place, call in _calls(_Place(function), function.body):
                name = call.func.id if isinstance(call.func, ast.Name) else ""
                if name in _MAKERS:
                    codes = self._codes(call.args[1], place)
                    if not codes:
                        raise UnclearOutcome(f"checks/{self.name}.py:{call.lineno}: {ast.unparse(call)}")
                    yield _MAKERS[name], codes

    def _codes(self, value: ast.expr, place: _Place) -> set[Code]:
        match value:
            case ast.Attribute(value=ast.Name(id="Code"), attr=name):
                return {Code[name]}
            case ast.Attribute(attr=member) if member in _CARRIED_BY:
                return _carried(*_CARRIED_BY[member]) & place.possible
            case ast.IfExp(body=body, orelse=other):
                return self._codes(body, place) | self._codes(other, place)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=table), attr="get"), args=[_, default]):
                return _all_codes(self.tables[table]) | self._codes(default, place)
            case ast.Subscript(value=ast.Name(id=table)) if table in self.tables:
                return _all_codes(self.tables[table])
            case ast.Call(func=ast.Name(id=name)) if name in self.functions:
                return self._returned(name)
            case ast.Name(id=name):
                return self._named(name, place.function, value.lineno)
        return set()

    def _returned(self, name: str) -> set[Code]:
        function = self.functions[name]
        returned = (node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value)
        return set[Code]().union(*(self._codes(value, _Place(function)) for value in returned))

    def _named(self, name: str, function: ast.FunctionDef, line: int) -> set[Code]:
        """Follow a name to what was assigned to it before this line, or, for a parameter, to what callers give."""
        parameters = [argument.arg for argument in function.args.args]
        if name in parameters:
            at = parameters.index(name)
            given = [
                self._codes(call.args[at], place)
                for caller in self.functions.values()
                for place, call in _calls(_Place(caller), caller.body)
                if isinstance(call.func, ast.Name) and call.func.id == function.name
            ]
        else:
            given = [self._codes(value, _Place(function)) for value in _assigned(name, function.body, line)]
        return set[Code]().union(*given)


def _assigned(name: str, body: list[ast.stmt], line: int) -> list[ast.expr]:
    """Return what a name can have been given when this line is reached; a branch that leaves passes nothing on."""
    given: list[ast.expr] = []
    for statement in body:
        if statement.lineno > line:
            break
        if isinstance(statement, ast.Assign) and any(ast.unparse(target) == name for target in statement.targets):
            given = [statement.value]
        for block in _blocks(statement):
            inner = _assigned(name, block, line)
            if block[0].lineno <= line <= (block[-1].end_lineno or 0):
                return inner or given
            given = given if isinstance(block[-1], ast.Return | ast.Raise) else given + inner
    return given


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for _, value in ast.iter_fields(statement):
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            yield value
        elif isinstance(value, list):
            yield from (inner.body for inner in value if isinstance(inner, ast.ExceptHandler | ast.match_case))


def _calls(place: _Place, body: list[ast.stmt]) -> Iterator[tuple[_Place, ast.Call]]:
    """Yield every call with what is known where it stands: `if x in SET: return …` says the rest is not in SET."""
    for statement in body:
        match statement:
            case ast.If(test=ast.Compare(ops=[ast.In()], comparators=[ast.Name(id=name)])) if name in _SETS:
                yield from _calls(_Place(place.function, place.possible & _SETS[name]), statement.body)
                place = _Place(place.function, place.possible - _SETS[name])
                yield from _calls(place, statement.orelse)
            case _:
                yield from ((place, node) for node in ast.walk(statement) if isinstance(node, ast.Call))


def _carried(*carriers: str) -> set[Code]:
    """Return the codes that are put into answers of these kinds, wherever in the verifier; None is no code."""
    found: set[Code] = set()
    for path in (*_HERE.glob("*.py"), *_HERE.glob("checks/*.py")):
        for node in ast.walk(_parsed(path)):
            if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in carriers) or (
                isinstance(node, ast.ClassDef) and node.name in carriers
            ):
                found |= _all_codes(node)
    return found


@functools.cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _all_codes(node: ast.AST) -> set[Code]:
    return {
        Code[inner.attr]
        for inner in ast.walk(node)
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id == "Code"
    }
