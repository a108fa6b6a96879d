"""The language of Grafana's math expressions, read into a tree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

SYMBOLS = "!<>=&|+-*/%"
OPERATORS = frozenset({"!", "&&", "||", ">", "<", ">=", "<=", "==", "!=", "+", "-", "*", "**", "/", "%"})
_LEVELS = ("||", "&&", "== != > >= < <=", "+ -", "* / %", "**")  # each goes from the left, even the power
_LEVEL = {operator: level for level, operators in enumerate(_LEVELS) for operator in operators.split()}
OF_ONE = frozenset({"abs", "log", "is_nan", "is_inf", "is_null", "is_number", "round", "ceil", "floor"})
CONSTANTS = frozenset({"nan", "inf", "infn", "null"})
LENGTH, DEPTH = 300, 50  # of words, and of brackets in each other: Python's stack has an end, Go's has none


class MathError(ValueError):
    """What is wrong with an expression."""


@dataclass(frozen=True)
class Literal:
    value: float


@dataclass(frozen=True)
class Variable:
    ref: str


@dataclass(frozen=True)
class Unary:
    operator: str
    operand: Tree


@dataclass(frozen=True)
class Binary:
    operator: str
    left: Tree
    right: Tree


@dataclass(frozen=True)
class Call:
    """A function of one argument, or a constant without."""

    name: str
    argument: Tree | None


Tree = Literal | Variable | Unary | Binary | Call


class Token(NamedTuple):
    kind: str  # number, name, variable, or the operator or bracket itself; "" at the end
    text: str


def parse(text: str) -> Tree:
    """The tree of an expression. MathError where Grafana would refuse it."""
    return _Parser(list(tokens(text))).whole()


def variables(tree: Tree) -> list[str]:
    """The refs that an expression needs, each once, in the order they stand."""
    match tree:
        case Variable(ref):
            return [ref]
        case Unary(_, operand):
            return variables(operand)
        case Binary(_, left, right):
            return list(dict.fromkeys(variables(left) + variables(right)))
        case Call(_, argument) if argument is not None:
            return variables(argument)
    return []


def tokens(text: str) -> list[Token]:
    found, at = [], 0
    while at < len(text):
        sign = text[at]
        if sign.isspace():
            at += 1
            continue
        start = at
        if sign in SYMBOLS:  # a run of signs is one operator or none: `>-1` is a fault, `> -1` is not
            at = _run(text, at, lambda c: c in SYMBOLS)
            word = text[start:at]
            if word not in OPERATORS:
                raise MathError(f"{word!r} is no operator; put a space between two")
            found.append(Token(word, word))
        elif sign == "$":
            at, ref = _variable(text, at + 1)
            found.append(Token("variable", ref))
        elif sign in "0123456789.":
            at = _number_end(text, at)
            found.append(Token("number", text[start:at]))
        elif sign.isalpha():
            at = _run(text, at, lambda c: c.isalpha() or c == "_")
            found.append(Token("name", text[start:at]))
        elif sign in "()":
            at += 1
            found.append(Token(sign, sign))
        else:
            raise MathError(f"{sign!r} has no meaning here")
    if len(found) > LENGTH:
        raise MathError(f"an expression of {len(found)} words; this engine takes {LENGTH}")
    return [*found, Token("", "")]


def _run(text: str, at: int, wanted: Callable[[str], bool]) -> int:
    while at < len(text) and wanted(text[at]):
        at += 1
    return at


def _variable(text: str, at: int) -> tuple[int, str]:
    braced = text[at : at + 1] == "{"
    start = at + braced
    end = _run(text, start, lambda c: c == "_" or c.isalnum() or (braced and c.isspace()))
    if end == start:
        raise MathError("a `$` without the name of a query")
    if braced and text[end : end + 1] != "}":
        raise MathError("`${` without its `}`")
    return end + braced, text[start:end]


def _number_end(text: str, at: int) -> int:
    """As Go's scanner takes it; whether it is a number is seen later."""
    digits = "0123456789"
    if text[at] == "0" and text[at + 1 : at + 2] in {"x", "X"}:
        at, digits = at + 2, "0123456789abcdefABCDEF"
    at = _run(text, at, lambda c: c in digits)
    if text[at : at + 1] == ".":
        at = _run(text, at + 1, lambda c: c in digits)
    if text[at : at + 1] in {"e", "E"}:
        at += 1 + (text[at + 1 : at + 2] in {"+", "-"})
        at = _run(text, at, lambda c: c in "0123456789")
    return at


def number(text: str) -> float:
    """0x1f is hexadecimal and 017 octal, as in Go."""
    try:
        if text[:2] in {"0x", "0X"}:
            return float(int(text, 16))
        if len(text) > 1 and text[0] == "0" and not text.strip("01234567"):
            return float(int(text, 8))
        return float(text)
    except ValueError:
        raise MathError(f"{text!r} is no number") from None


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Tree:
        tree = self._level(0)
        if self._next.kind:
            raise MathError(f"{self._next.text!r} stands where the expression should end")
        return tree

    @property
    def _next(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _level(self, least: int) -> Tree:
        """A value and the operators behind it that bind at least that closely."""
        tree = self._operand()
        while (level := _LEVEL.get(self._next.kind, -1)) >= least:
            operator = self._take().text
            tree = Binary(operator, tree, self._level(level + 1))
        return tree

    def _operand(self) -> Tree:
        self._depth += 1
        if self._depth > DEPTH:
            raise MathError("too many brackets and signs within each other")
        try:
            return self._read(self._take())
        finally:
            self._depth -= 1

    def _read(self, token: Token) -> Tree:
        match token.kind:
            case "number":
                return Literal(number(token.text))
            case "variable":
                return Variable(token.text)
            case "name":
                return self._call(token.text)
            case "!" | "-":  # binds closer than any other: -2 ** 2 is 4
                return Unary(token.kind, self._operand())
            case "(":
                tree = self._level(0)
                self._expect(")")
                return tree
        self._at -= token.kind == ""
        raise MathError(
            f"{token.text!r} stands where a value should" if token.text else "the end comes early"
        )

    def _call(self, name: str) -> Tree:
        if name not in OF_ONE | CONSTANTS:
            raise MathError(
                f"there is no function {name!r}; write one of {', '.join(sorted(OF_ONE | CONSTANTS))}"
            )
        self._expect("(")
        argument = None if self._next.kind == ")" else self._level(0)
        self._expect(")")
        if (argument is None) is (name in OF_ONE):
            raise MathError(f"{name} takes {'one argument' if name in OF_ONE else 'no argument'}")
        return Call(name, argument)

    def _expect(self, kind: str) -> None:
        if self._take().kind != kind:
            raise MathError(f"a {kind!r} is missing")
