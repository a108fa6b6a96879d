"""A Go template cut into its texts and the words of its actions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_BLANK = " \t\r\n"
_COMMENT = re.compile(r"/\*.*?\*/(?P<trim>[ \t\r\n]+-)?\}\}", re.DOTALL)
_WORD = re.compile(
    r"""(?P<space>[ \t\r\n]+)|(?P<field>\.[^\W\d]\w*)|(?P<variable>\$\w*)|(?P<text>"(?:\\.|[^"\\\n])*"|`[^`]*`)
    |(?P<char>'(?:\\.|[^'\\\n])')|(?P<number>[+-]?(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))
    |(?P<name>[^\W\d]\w*)|(?P<sign>:=|[=|(),.])""",
    re.VERBOSE,
)
_ENDS = frozenset(_BLANK + ".,|:)(=")  # what may stand right behind a name
_HEX = re.compile(r"[+-]?0[xX]")
_ESCAPED = re.compile(r"\\(?:x[0-9a-fA-F]{2}|[0-7]{3}|U[0-9a-fA-F]{8}|.)", re.DOTALL)


class TemplateError(ValueError):
    """Why a template cannot be read or expanded."""


@dataclass(frozen=True)
class Word:
    """`kind` is field, variable, literal or name, or the sign itself; `glued` is right behind the one before."""

    kind: str
    value: Any
    glued: bool = False


Piece = str | tuple[Word, ...]


def pieces(text: str) -> list[Piece]:
    """Texts and actions by turns; trim markers are done, comments gone."""
    found: list[Piece] = []
    at = trimmed = 0
    while True:
        start = text.find("{{", at)
        if start < 0:
            found.append(text[at:].lstrip(_BLANK) if trimmed else text[at:])
            return [piece for piece in found if piece]
        before = text[at:start].lstrip(_BLANK) if trimmed else text[at:start]
        at = start + 2
        if text[at : at + 1] == "-" and text[at + 1 : at + 2] in tuple(_BLANK):
            before, at = before.rstrip(_BLANK), at + 1
        found.append(before)
        at, trimmed, words = _action(text, at)
        if words is not None:
            found.append(words)


def _action(text: str, at: int) -> tuple[int, bool, tuple[Word, ...] | None]:
    """Where it ends, whether the text behind is trimmed, and its words; none for a comment."""
    first = at + len(text[at:]) - len(text[at:].lstrip(_BLANK))
    if text.startswith("/*", first):
        comment = _COMMENT.match(text, first)
        if comment is None:
            raise TemplateError("a comment is not closed by */}}")
        return comment.end(), comment["trim"] is not None, None
    words: list[Word] = []
    glued = False
    while True:
        if text.startswith("}}", at):
            if not words:
                raise TemplateError("an action is empty")
            return at + 2, False, tuple(words)
        match = _WORD.match(text, at)
        if match is None:
            raise TemplateError(
                f"{text[at]!r} has no meaning in an action"
                if at < len(text)
                else "an action is not closed by }}"
            )
        at = match.end()
        if match.lastgroup == "space":
            if text.startswith("-}}", at) and words:
                return at + 3, True, tuple(words)
            glued = False
            continue
        words.append(_word(match, glued))
        if match.lastgroup in {"field", "variable", "name", "number", "char"}:
            _bounded(text, at)
        glued = True


def _bounded(text: str, at: int) -> None:
    if at < len(text) and text[at] not in _ENDS and not text.startswith("}}", at):
        raise TemplateError(f"{text[at]!r} may not stand behind a name or a number")


def _word(match: re.Match[str], glued: bool) -> Word:  # noqa: FBT001 - handed through
    kind, text = str(match.lastgroup), match[0]
    if kind == "name" and text in _CONSTANTS:
        return Word("literal", _CONSTANTS[text], glued)
    if kind in _LITERALS:
        return Word("literal", _LITERALS[kind](text), glued)
    return Word(text if kind == "sign" else kind, text.removeprefix(".") if kind == "field" else text, glued)


def _number(text: str) -> int | float:
    """A constant with a point or an exponent is a float, any other an int: Go compares the two never."""
    try:
        if _HEX.match(text):
            return int(text, 16)
        if any(sign in text for sign in ".eE"):
            return float(text)
        octal = text.lstrip("+-")
        return int(text, 8) if len(octal) > 1 and octal[0] == "0" else int(text)
    except ValueError:
        raise TemplateError(f"{text!r} is no number") from None


def unquoted(text: str) -> str:
    """A quoted text of Go. JSON's escapes, and a few of Go's own."""

    def escaped(match: re.Match[str]) -> str:
        code = match[0][1:]
        if code[0] in "xU":
            return json.dumps(chr(int(code[1:], 16)))[1:-1]
        if len(code) == 3:
            return json.dumps(chr(int(code, 8)))[1:-1]
        return {"a": "\\u0007", "v": "\\u000b"}.get(code, match[0])

    try:
        words: str = json.loads(_ESCAPED.sub(escaped, text), strict=False)
    except (ValueError, OverflowError):
        raise TemplateError(f"{text} is no text to Go") from None
    return words


def _character(text: str) -> int:
    return ord(unquoted('"' + text[1:-1].replace("\\'", "'").replace('"', '\\"') + '"'))


def _text(text: str) -> str:
    return text[1:-1].replace("\r", "") if text[0] == "`" else unquoted(text)


_CONSTANTS = {"true": True, "false": False, "nil": None}
_LITERALS: dict[str, Callable[[str], Any]] = {"text": _text, "char": _character, "number": _number}
