"""A read template carried out, as Go's text/template does it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alerts.engine.gotext import MISSING, Missing, kind, show
from alerts.engine.templatefuncs import FUNCTIONS, Captured, Function, LabelMap, MisuseError, of_address
from alerts.engine.templatelex import TemplateError
from alerts.engine.templatesyntax import Block, Bracket, Dot, Literal, Pipeline, Variable
from alerts.engine.templatesyntax import Function as Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from alerts.engine.templatesyntax import Operand, Tree

_BASIC = frozenset({"bool", "int", "float64", "string"})
_BRANCHING = frozenset({"and", "or"})  # they do not look at what comes after the answer
COMPARING = frozenset({"eq", "ne", "lt", "le", "gt", "ge", "not"})
KNOWN = frozenset(FUNCTIONS) | _BRANCHING | COMPARING | {"externalURL", "pathPrefix"}
VARIABLES = ("$", "$labels", "$values", "$value")


@dataclass(frozen=True)
class Data:
    """What `.` is at the beginning, under the names that Grafana gives."""

    Labels: LabelMap
    Values: Mapping[str, Captured]
    Value: str

    def __str__(self) -> str:
        return f"{{{self.Labels} {show(dict(self.Values))} {self.Value}}}"


def run(tree: Tree, data: Data, external_url: str = "") -> str:
    """TemplateError where Go would give up."""
    functions = {**FUNCTIONS, **of_address(external_url)}
    names = dict(zip(VARIABLES, (data, data.Labels, data.Values, data.Value), strict=True))
    return "".join(_Run(functions, names).block(tree, data))


def truth(value: Any) -> bool:
    """A number but 0, a text or map that is not empty, and any captured value, whatever its number."""
    return isinstance(value, Captured | Data) or (not isinstance(value, Missing) and bool(value))


class _Run:
    def __init__(self, functions: Mapping[str, Function], names: dict[str, Any]) -> None:
        self._functions = functions
        self._names = [names]

    def block(self, tree: Tree, dot: Any) -> Iterator[str]:
        self._names.append({})
        for part in tree:
            if isinstance(part, str):
                yield part
            elif isinstance(part, Pipeline):
                value = self._pipeline(part, dot)
                if not part.variables:
                    yield "<no value>" if value is MISSING or value is None else show(value)
            else:
                yield from self._control(part, dot)
        self._names.pop()

    def _control(self, block: Block, dot: Any) -> Iterator[str]:
        self._names.append({})
        value = self._pipeline(block.pipeline, dot, put=block.kind != "range")
        if block.kind == "range":
            yield from self._range(block, value, dot)
        elif truth(value):
            yield from self.block(block.then, value if block.kind == "with" else dot)
        else:
            yield from self.block(block.otherwise, dot)
        self._names.pop()

    def _range(self, block: Block, value: Any, dot: Any) -> Iterator[str]:
        if value is MISSING or value is None:
            value = {}
        if not isinstance(value, dict | list):
            raise MisuseError(f"range cannot go over {kind(value)}")
        pairs = sorted(value.items()) if isinstance(value, dict) else list(enumerate(value))
        if not pairs:
            yield from self.block(block.otherwise, dot)
        for key, item in pairs:
            variables = block.pipeline.variables
            for name, given in zip(variables, (key, item) if len(variables) == 2 else (item,), strict=False):
                self._put(name, given, declares=block.pipeline.declares)
            yield from self.block(block.then, item)

    def _pipeline(self, pipeline: Pipeline, dot: Any, *, put: bool = True) -> Any:
        value: tuple[Any, ...] = ()
        for command in pipeline.commands:
            value = (self._command(command, dot, value),)
        for name in pipeline.variables if put else ():
            self._put(name, value[0], declares=pipeline.declares)
        return value[0]

    def _put(self, name: str, value: Any, *, declares: bool) -> None:
        if declares:
            self._names[-1][name] = value
            return
        next(names for names in reversed(self._names) if name in names)[name] = value

    def _command(self, command: tuple[Operand, ...], dot: Any, last: tuple[Any, ...]) -> Any:
        first = command[0]
        if not isinstance(first, Name):
            if last:
                raise MisuseError("what stands behind | is no function")
            return self._operand(first, dot)
        if first.name in _BRANCHING:
            return self._branch(first.name, command[1:], dot, last)
        arguments = [*(self._operand(operand, dot) for operand in command[1:]), *last]
        if first.name in COMPARING:
            return compare(first.name, arguments)
        # An untyped nothing is nil to a function.
        given = [None if a is MISSING and first.name.startswith("print") else a for a in arguments]
        return self._functions[first.name](first.name, given)

    def _branch(self, name: str, operands: tuple[Operand, ...], dot: Any, last: tuple[Any, ...]) -> Any:
        if not operands and not last:
            raise MisuseError(f"{name} takes at least 1 argument")
        value: Any = None
        for operand in operands:
            value = self._operand(operand, dot)
            if truth(value) is (name == "or"):
                return value
        return last[0] if last else value

    def _operand(self, operand: Operand, dot: Any) -> Any:
        match operand:
            case Literal(value):
                return value
            case Dot(fields):
                return _fields(dot, fields)
            case Variable(name, fields):
                found = next(names[name] for names in reversed(self._names) if name in names)
                return _fields(found, fields)
            case Bracket(pipeline, fields):
                return _fields(self._pipeline(pipeline, dot), fields)
            case Name():
                return self._command((operand,), dot, ())


def _fields(value: Any, fields: tuple[str, ...]) -> Any:
    for field in fields:
        if value is MISSING:  # a key of nothing is nothing
            return MISSING
        if isinstance(value, dict):
            value = value.get(field, MISSING)
        elif isinstance(value, Captured | Data) and field in value.__dataclass_fields__:
            value = getattr(value, field)
        else:
            raise MisuseError(f"there is no {field!r} in {kind(value)}")
    return value


def compare(name: str, arguments: list[Any]) -> bool:
    """Go compares like with like only: a value with 3.0, never with 3."""
    if name == "not":
        if len(arguments) != 1:
            raise MisuseError("not takes 1 argument")
        return not truth(arguments[0])
    if len(arguments) < 2 or (len(arguments) > 2 and name != "eq"):
        raise MisuseError(f"{name} takes 2 arguments, not {len(arguments)}")
    first = arguments[0]
    if name in {"eq", "ne"}:
        return any(_equal(first, other) for other in arguments[1:]) is (name == "eq")
    second = arguments[1]
    if kind(first) not in _BASIC - {"bool"} or kind(second) not in _BASIC - {"bool"}:
        wrong = TemplateError if MISSING in (first, second) else MisuseError
        raise wrong(f"{name} cannot compare {kind(first)} and {kind(second)}")
    _alike(first, second)
    return bool(
        {"lt": first < second, "le": first <= second, "gt": first > second, "ge": first >= second}[name]
    )


def _equal(one: Any, other: Any) -> bool:
    if kind(one) == kind(other) == "<nil>":
        return True
    if "<nil>" in (kind(one), kind(other)):
        return False
    _alike(one, other)
    if kind(one) not in _BASIC:
        raise MisuseError(f"{kind(one)} cannot be compared")
    return bool(one == other)


def _alike(one: Any, other: Any) -> None:
    if kind(one) != kind(other):
        hint = "; write 3.0 for 3" if {kind(one), kind(other)} == {"int", "float64"} else ""
        raise MisuseError(f"{kind(one)} and {kind(other)} cannot be compared{hint}")
