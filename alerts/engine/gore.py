"""Go's regular expressions (RE2) by Python's: the same language where both have it, refused where they differ."""

from __future__ import annotations

import functools
import re
import warnings

_NAME = re.compile(r"\$(?:\$|([A-Za-z0-9_]+)|\{([A-Za-z0-9_]+)\})")
_POSIX = {
    "alnum": "A-Za-z0-9", "alpha": "A-Za-z", "digit": "0-9", "lower": "a-z", "upper": "A-Z", "space": r"\s",
    "word": r"\w", "xdigit": "0-9A-Fa-f", "punct": r"!-/:-@\[-`{-~",
}  # fmt: skip
_REFUSED = re.compile(r"\(\?(?:=|!|<=|<!|>|\(|#|P=)|[*+?}]\+|\\[1-9ZG]")
_TOKEN = re.compile(r"\\.|\[\[:(?P<posix>\w+):\]|\[:(?P<inner>\w+):\]|\$|\[|\]|.", re.DOTALL)


@functools.lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """ValueError where Go, or this translation, does not take it."""
    refused = _REFUSED.search(pattern)
    if refused is not None:
        raise ValueError(f"{refused[0]!r} is not understood in the regular expression {pattern!r}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # `[[` and `--` in a class are meant as they stand
            return re.compile(_translated(pattern), re.ASCII)
    except (re.error, RecursionError, OverflowError) as fault:
        raise ValueError(f"the regular expression {pattern!r}: {fault}") from None


def replace_all(pattern: str, by: str, text: str) -> str:
    """`$1` and `${name}` are groups; `$1x` is the group named 1x, and a group that is not there is empty."""
    done, at, last = [], 0, -1
    for match in compiled(pattern).finditer(text):
        if match.start() == match.end() == last:
            continue  # Go finds nothing empty right behind a match
        done += [text[at : match.start()], _expanded(by, match)]
        at = last = match.end()
    return "".join([*done, text[at:]])


def _expanded(by: str, match: re.Match[str]) -> str:
    def group(name: re.Match[str]) -> str:
        word = name[1] or name[2]
        if word is None:
            return "$"
        try:
            return match[int(word) if word.isdigit() else word] or ""
        except IndexError:
            return ""

    return _NAME.sub(group, by)


def _translated(pattern: str) -> str:
    r"""Python's `$` also stands before a last newline; `[[:alpha:]]` and `\z` it does not have."""
    parts, inside = [], False
    for token in _TOKEN.finditer(pattern):
        word = token[0]
        posix = token["posix"] or token["inner"]
        if posix is not None:
            if posix not in _POSIX:
                raise ValueError(f"{word!r} is no class of characters")
            parts.append(("[" if token["posix"] else "") + _POSIX[posix])
            inside = inside or bool(token["posix"])
        elif word == r"\z" or (word == "$" and not inside):
            parts.append(r"\Z")
        else:
            inside = (word == "[" or inside) and word != "]"
            parts.append(word)
    return "".join(parts)
