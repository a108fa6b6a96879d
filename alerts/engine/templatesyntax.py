"""Go's templates, as far as labels and annotations use them, read into a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alerts.engine.templatelex import TemplateError, Word, pieces

if TYPE_CHECKING:
    from collections.abc import Container, Sequence

    from alerts.engine.templatelex import Piece

DEPTH = 40  # of blocks and of brackets within each other
_NOT_HERE = frozenset({"define", "template", "block", "break", "continue"})
_CONTROLS = frozenset({"if", "with", "range"})


@dataclass(frozen=True)
class Literal:
    value: Any


@dataclass(frozen=True)
class Dot:
    """`.`, or fields of it."""

    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Variable:
    name: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Function:
    name: str


@dataclass(frozen=True)
class Pipeline:
    """Commands, each of which is given what the one before made; the last one's is put into the variables."""

    commands: tuple[tuple[Operand, ...], ...]
    variables: tuple[str, ...] = ()
    declares: bool = True


@dataclass(frozen=True)
class Bracket:
    """A pipeline in parentheses, and fields of what it makes."""

    pipeline: Pipeline
    fields: tuple[str, ...] = ()


Operand = Literal | Dot | Variable | Function | Bracket


@dataclass(frozen=True)
class Block:
    """if, with or range."""

    kind: str
    pipeline: Pipeline
    then: Tree
    otherwise: Tree


Tree = tuple[str | Pipeline | Block, ...]


def parse(text: str, functions: Container[str], variables: Sequence[str]) -> Tree:
    """TemplateError where Go would refuse it, or this engine does not know the form."""
    parser = _Parser(pieces(text), functions, variables)
    tree, end = parser.block(0)
    if end:
        raise TemplateError(f"{{{{ {end[0].value} }}}} without a beginning")
    return tree


class _Parser:
    def __init__(self, found: list[Piece], functions: Container[str], variables: Sequence[str]) -> None:
        self._pieces = found
        self._at = 0
        self._functions = functions
        self._variables = list(variables)

    def block(self, depth: int) -> tuple[Tree, tuple[Word, ...]]:
        """What stands up to an end or else, which is given too; nothing of it at the text's end."""
        if depth > DEPTH:
            raise TemplateError("too many blocks within each other")
        tree: list[str | Pipeline | Block] = []
        while self._at < len(self._pieces):
            piece = self._pieces[self._at]
            self._at += 1
            if isinstance(piece, str):
                tree.append(piece)
                continue
            word = piece[0].value if piece[0].kind == "name" else ""
            if word in {"end", "else"}:
                return tuple(tree), piece
            if word in _NOT_HERE:
                raise TemplateError(f"{{{{ {word} }}}} is not expanded here")
            tree.append(self._control(word, piece[1:], depth) if word in _CONTROLS else self._pipeline(piece))
        return tuple(tree), ()

    def _control(self, kind: str, words: tuple[Word, ...], depth: int) -> Block:
        outside = len(self._variables)
        pipeline = self._pipeline(words, ranges=kind == "range")
        then, end = self.block(depth + 1)
        otherwise: Tree = ()
        if end and end[0].value == "else":
            otherwise, end = self._else(kind, end[1:], depth)
        if not end:
            raise TemplateError(f"{{{{ {kind} }}}} without {{{{ end }}}}")
        if len(end) > 1 or end[0].value != "end":
            raise TemplateError(f"{{{{ {end[0].value} }}}} where {{{{ end }}}} should stand")
        del self._variables[outside:]
        return Block(kind, pipeline, then, otherwise)

    def _else(self, kind: str, words: tuple[Word, ...], depth: int) -> tuple[Tree, tuple[Word, ...]]:
        """`else`, or `else if` and `else with`, whose own end is that of all."""
        if not words:
            return self.block(depth + 1)
        if words[0].value != kind or kind == "range":
            raise TemplateError(f"{{{{ else {words[0].value} }}}} is not understood")
        return (self._control(kind, words[1:], depth + 1),), (Word("name", "end"),)

    def _pipeline(self, words: tuple[Word, ...], *, ranges: bool = False) -> Pipeline:
        reader = _Reader(words, self._functions, self._variables)
        pipeline = reader.pipeline(ranges=ranges)
        self._variables += pipeline.variables if pipeline.declares else ()
        return pipeline


class _Reader:
    """One action's words."""

    def __init__(self, words: tuple[Word, ...], functions: Container[str], variables: list[str]) -> None:
        self._words = words
        self._at = 0
        self._functions = functions
        self._variables = variables
        self._depth = 0

    def pipeline(self, *, ranges: bool = False) -> Pipeline:
        variables, declares = self._declaration(ranges=ranges)
        pipeline = Pipeline(self._commands(), variables, declares)
        if self._at < len(self._words):
            raise TemplateError(f"{self._words[self._at].value!r} has no meaning there")
        return pipeline

    def _declaration(self, *, ranges: bool) -> tuple[tuple[str, ...], bool]:
        kinds = [word.kind for word in self._words[:4]]
        if kinds[:2] in (["variable", ":="], ["variable", "="]):
            self._at = 2
        elif ranges and kinds in (["variable", ",", "variable", sign] for sign in (":=", "=")):
            self._at = 4
        else:
            return (), True
        names = tuple(word.value for word in self._words[: self._at] if word.kind == "variable")
        sign = kinds[self._at - 1]
        for name in names if sign == "=" else ():
            self._known(name)
        return names, sign == ":="

    def _commands(self) -> tuple[tuple[Operand, ...], ...]:
        self._depth += 1
        if self._depth > DEPTH:
            raise TemplateError("too many brackets within each other")
        commands: list[tuple[Operand, ...]] = []
        while True:
            commands.append(self._command(first=not commands))
            if self._kind() != "|":
                self._depth -= 1
                return tuple(commands)
            self._at += 1

    def _command(self, *, first: bool) -> tuple[Operand, ...]:
        operands: list[Operand] = []
        while self._kind() not in {"", "|", ")"}:
            if (
                operands
                and self._words[self._at].glued
                and self._words[self._at - 1].kind not in {")", "literal"}
            ):
                raise TemplateError(f"a space is missing before {self._words[self._at].value!r}")
            operands.append(self._operand())
        if not operands:
            raise TemplateError("a value is missing")
        if not first and (isinstance(operands[0], Literal) or operands[0] == Dot()):
            raise TemplateError("what stands behind | must be a function")
        if len(operands) > 1 and not isinstance(operands[0], Function):
            raise TemplateError("only a function takes arguments")
        if operands == [Literal(None)]:
            raise TemplateError("nil is no command")
        return tuple(operands)

    def _operand(self) -> Operand:
        word = self._words[self._at]
        self._at += 1
        match word.kind:
            case "literal":
                return Literal(word.value)
            case "field":
                return Dot((word.value, *self._fields()))
            case ".":
                return Dot()
            case "variable":
                self._known(word.value)
                return Variable(word.value, self._fields())
            case "name":
                if word.value not in self._functions:
                    raise TemplateError(f"there is no function {word.value!r}")
                return Function(word.value)
            case "(":
                inner = Pipeline(self._commands())
                if self._kind() != ")":
                    raise TemplateError("a bracket is not closed")
                self._at += 1
                return Bracket(inner, self._fields())
        raise TemplateError(f"{word.value!r} has no meaning there")

    def _fields(self) -> tuple[str, ...]:
        fields = []
        while self._kind() == "field" and self._words[self._at].glued:
            fields.append(self._words[self._at].value)
            self._at += 1
        return tuple(fields)

    def _known(self, name: str) -> None:
        if name not in self._variables:
            raise TemplateError(f"there is no variable {name!r}")

    def _kind(self) -> str:
        return self._words[self._at].kind if self._at < len(self._words) else ""
