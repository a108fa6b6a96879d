"""Files that a person writes (YAML, CSV), read with the place of every value, checked against a model.

The model is a pydantic one; its complaints become Problems with file, line, column and what to write,
all of them at once. An unknown key is always a fault: a misspelt setting must not be lost in silence.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
from dataclasses import dataclass, field, fields, is_dataclass
from datetime import date
from types import UnionType
from typing import TYPE_CHECKING, Any, Generic, TypeVar, Union, get_args, get_origin, get_type_hints

import yaml
from pydantic import TypeAdapter, ValidationError

from collector.problem import Place, Problem, error

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic_core import ErrorDetails

Key = tuple[str | int, ...]
Model = TypeVar("Model")

# Marks the place of a mapping's key itself, beside that of its value.
KEY = "\0key"

MAX_BYTES = 8 * 1024 * 1024


class _Loader(yaml.SafeLoader):
    """YAML 1.2's plain scalars. Those of 1.1 turn 22:00 into 1320, `no` into false and 04273 into 2235."""


_Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in (
    ("null", r"~|null|", ["~", "n", ""]),
    ("bool", r"true|false", list("tf")),
    ("int", r"-?(?:0|[1-9][0-9]*)", list("-0123456789")),
    ("float", r"-?(?:0|[1-9][0-9]*)\.[0-9]+", list("-0123456789")),
    ("timestamp", r"[0-9]{4}-[0-9]{2}-[0-9]{2}", list("0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(rf"(?:{_pattern})\Z"), _first)
_SCALARS = _Loader("")


@dataclass(frozen=True)
class Document:
    """What a file holds; `places` maps a path of keys and indexes to where its value stands."""

    path: str
    data: Any
    places: dict[Key, Place] = field(default_factory=dict)

    def place(self, *key: str | int) -> Place:
        """Where a value stands, or the nearest thing around it."""
        for length in range(len(key), -1, -1):
            found = self.places.get(tuple(key[:length]))
            if found is not None:
                return found
        return Place(self.path)

    def problem(self, check: str, key: Key, summary: str, details: str) -> Problem:
        return error(check, summary, details, self.place(*key))


@dataclass(frozen=True)
class Read(Generic[Model]):
    """A checked file: its value, or None and the problems."""

    document: Document
    value: Model | None
    problems: list[Problem]


def read_yaml(path: Path, shown: str, model: type[Model]) -> Read[Model]:
    """A YAML file as a value of `model`; `shown` is the path as messages give it."""
    text, problems = _text(path, shown)
    if text is None:
        return Read(Document(shown, None), None, problems)
    return parse_yaml(text, shown, model)


def parse_yaml(text: str, shown: str, model: type[Model]) -> Read[Model]:
    """The same of a text that is at hand."""
    lines = text.splitlines()
    try:
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = Place(shown) if mark is None else _place(shown, lines, mark.line, mark.column, 1)
        summary = f"not YAML: {fault.problem or fault}"
        return Read(
            Document(shown, None), None, [error("file/syntax", summary, "see https://yaml.org", place)]
        )
    except yaml.YAMLError as fault:
        return Read(
            Document(shown, None), None, [error("file/syntax", f"not YAML: {fault}", "", Place(shown))]
        )
    document = Document(shown, None)
    problems: list[Problem] = []
    data = None if node is None else _construct(node, (), document, lines, problems)
    document = Document(shown, data, document.places)
    value, more = check(document, model)
    said = {problem.place for problem in problems}
    problems += [problem for problem in more if problem.place not in said]
    return Read(document, None if problems else value, problems)


def read_csv(path: Path, shown: str, model: type[Model]) -> Read[list[Model]]:
    """A CSV file with a header line as one value of `model` a row. An empty cell is an absent one."""
    text, problems = _text(path, shown)
    if text is None:
        return Read(Document(shown, None), None, problems)
    lines = text.splitlines()
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    places: dict[Key, Place] = {}
    rows: list[dict[str, str]] = []
    try:
        header = [name.strip() for name in next(reader, [])]
        faults = _header_problems(shown, lines, header, model)
        if faults:
            return Read(Document(shown, None), None, faults)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            line = reader.line_num
            if len(cells) != len(header):
                summary = f"{len(cells)} cells where the header has {len(header)}"
                place = _place(shown, lines, line - 1, 0, 1)
                problems.append(error("file/csv", summary, "quote a cell that holds a comma", place))
                continue
            column = 0
            places[(len(rows),)] = _place(shown, lines, line - 1, 0, 1)
            for name, cell in zip(header, cells, strict=True):
                places[(len(rows), name)] = _place(shown, lines, line - 1, column, len(cell) or 1)
                quoted = lines[line - 1][column : column + 1] == '"'
                column += len(cell) + 1 + (2 + cell.count('"') if quoted else 0)
            rows.append({n: c.strip() for n, c in zip(header, cells, strict=True) if c.strip()})
    except csv.Error as fault:
        place = _place(shown, lines, reader.line_num - 1, 0, 1)
        problems.append(
            error("file/csv", f"not CSV: {fault}", 'one record a line, fields quoted with "', place)
        )
    document = Document(shown, rows, places)
    value, more = check(document, list[model])  # type: ignore[valid-type] # a type made at run time
    problems += more
    return Read(document, None if problems else value, problems)


def check(document: Document, model: Any) -> tuple[Any, list[Problem]]:
    """The document's data as a value of `model`, or None and the problems."""
    try:
        return TypeAdapter(model).validate_python(document.data), []
    except ValidationError as fault:
        return None, [_problem(document, model, detail) for detail in fault.errors()]


def _header_problems(shown: str, lines: list[str], header: list[str], model: Any) -> list[Problem]:
    """A column that is missing or unknown, said once and not in each row."""
    known = {
        f.alias or name: f.is_required() for name, f in getattr(model, "__pydantic_fields__", {}).items()
    }
    problems: list[Problem] = []
    column = 0
    for i, name in enumerate(header):
        place = _place(shown, lines, 0, column, len(name))
        column += len(name) + 1
        if name in header[:i]:
            problems.append(error("file/csv", f"the column {name!r} stands twice", "keep one of them", place))
        elif known and name not in known:
            close = difflib.get_close_matches(name, known, 1)
            remedy = "remove it" + (f", or did you mean {close[0]!r}?" if close else "")
            problems.append(error("file/unknown-key", f"{name!r} is no column here", remedy, place))
    for name, required in known.items():
        if required and name not in header:
            place = _place(shown, lines, 0, 0, 1)
            problems.append(
                error("file/missing", f"the column {name!r} is missing", "add it to the first line", place)
            )
    return problems


def _text(path: Path, shown: str) -> tuple[str | None, list[Problem]]:
    try:
        if path.stat().st_size > MAX_BYTES:
            summary = f"larger than {MAX_BYTES} bytes"
            return None, [
                error("file/size", summary, "split it or leave out what is not needed", Place(shown))
            ]
        return path.read_bytes().decode("utf-8-sig"), []
    except UnicodeDecodeError as fault:
        line = path.read_bytes()[: fault.start].count(b"\n") + 1
        return None, [
            error("file/encoding", f"not UTF-8: {fault.reason}", "save it as UTF-8", Place(shown, line))
        ]
    except OSError as fault:
        summary = f"cannot be read: {fault.strerror}"
        return None, [error("file/read", summary, "`quannet init DIR` writes every file", Place(shown))]


def _place(path: str, lines: list[str], line: int, column: int, width: int) -> Place:
    source = lines[line] if 0 <= line < len(lines) else ""
    return Place(path, line + 1, column + 1, source, max(1, min(width, len(source) - column)))


def _construct(
    node: yaml.Node, key: Key, document: Document, lines: list[str], problems: list[Problem]
) -> Any:
    mark, end = node.start_mark, node.end_mark
    width = end.column - mark.column if end.line == mark.line else len(lines[mark.line]) - mark.column
    if mark.line < len(lines):
        document.places[key] = _place(document.path, lines, mark.line, mark.column, width)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for name, value in node.value:
            word = str(name.value)
            if word in found:
                at = _place(document.path, lines, name.start_mark.line, name.start_mark.column, len(word))
                problems.append(error("file/key", f"{word!r} stands twice", "keep one of them", at))
            found[word] = _construct(value, (*key, word), document, lines, problems)
            # A complaint about the key itself (unknown, missing value) points at the key.
            document.places[(*key, word, KEY)] = _place(
                document.path, lines, name.start_mark.line, name.start_mark.column, len(word)
            )
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, (*key, i), document, lines, problems) for i, item in enumerate(node.value)]
    try:
        return _SCALARS.construct_object(node)
    except (ValueError, yaml.YAMLError) as fault:  # a date such as 2024-13-45, a tag such as !!python/name
        remedy = "write for example 2024-12-25" if node.tag.endswith(":timestamp") else "write a plain text"
        problems.append(
            error("file/value", f"{str(node.value)[:80]!r}: {fault}", remedy, document.place(*key))
        )
        return None


_CHECKS = {"unexpected_keyword_argument": "unknown_key", "value_error": "value", "literal_error": "word"}
_REMEDIES = {
    "missing": ("{name!r} is missing", "write `{name}: …`"),
    "unexpected_keyword_argument": ("{name!r} is no key here", "remove it{near}"),
    "string_type": ("{given} is not a text", "put it in quotes"),
    "int_type": ("{given} is not a whole number", "write for example 12"),
    "int_parsing": ("{given} is not a whole number", "write for example 12"),
    "float_parsing": ("{given} is not a number", "write for example 21.7"),
    "bool_parsing": ("{given} is neither true nor false", "write true or false"),
    "list_type": ("{given} is not a list", "write `[a, b]`, or one item a line behind a dash"),
    "tuple_type": ("{given} is not a list", "write `[a, b]`, or one item a line behind a dash"),
    "bool_type": ("{given} is neither true nor false", "write true or false"),
    "greater_than": ("{name}: {given} is too small", "write a number greater than 0"),
    "dict_type": ("{given} is not a mapping", "write `key: value`"),
    "dataclass_type": ("{given} is not a mapping", "write `key: value`"),
    "model_type": ("{given} is not a mapping", "write `key: value`"),
    "date_from_datetime_parsing": ("{given} is not a date", "write for example 2024-12-25"),
    "date_parsing": ("{given} is not a date", "write for example 2024-12-25"),
    "date_type": ("{given} is not a date", "write for example 2024-12-25"),
}


def _problem(document: Document, model: Any, detail: ErrorDetails) -> Problem:
    kind = detail["type"]
    steps = (
        KEY if step == "[key]" else step for step in detail["loc"]
    )  # pydantic's word for a mapping's own key
    key = tuple(k for k in steps if isinstance(k, int) or not k.startswith(("function-", "tagged-")))
    around = key[:-2] if key[-1:] == (KEY,) else key
    name = next((step for step in reversed(around) if isinstance(step, str)), "")  # of a list, not an index
    summary, remedy = _REMEDIES.get(kind, ("{name}: {message}", ""))
    message = str(detail["msg"]).removeprefix("Value error, ")
    given = _given(detail["input"])
    near = _near(model, key) if kind == "unexpected_keyword_argument" else ""
    if kind == "literal_error":
        summary, remedy = "{given} is none of the words known for {name!r}", "write {message}"
        message = str(detail.get("ctx", {}).get("expected", ""))
    elif kind == "value_error" and "; " in message:  # our own validators write "what is wrong; what to write"
        message, _, remedy = message.partition("; ")
        summary, remedy = "{message}", remedy.replace("{", "{{").replace("}", "}}")
    elif kind == "dataclass_type":
        summary = "nothing stands here" if detail["input"] is None else summary
        remedy = (_wanted(model, key) or remedy).replace("{", "{{").replace("}", "}}")
    fill = {"name": name, "given": given, "message": message, "near": near}
    place = document.place(*key)
    if kind == "unexpected_keyword_argument":
        place = document.place(*key, KEY)
    return error(
        f"file/{_CHECKS.get(kind, kind).replace('_', '-')}",
        summary.format(**fill),
        remedy.format(**fill),
        place,
    )


def _given(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return str(value) if isinstance(value, date) else repr(value)[:80]


def _near(model: Any, key: Key) -> str:
    """`, or did you mean …` where the model has a name much like an unknown key's."""
    for step in key[:-1]:
        model = _inside(model, step)
    close = difflib.get_close_matches(str(key[-1]), _names(model), 1)
    return f", or did you mean {close[0]!r}?" if close else ""


def _wanted(model: Any, key: Key) -> str:
    """What must stand in a mapping, where the model says."""
    for step in key:
        model = _inside(model, step)
    found = getattr(model, "__pydantic_fields__", {})
    names = [f"{f.alias or name}: …" for name, f in found.items() if f.is_required()]
    return f"write `{{{', '.join(names)}}}`" if names else ""


def _names(model: Any) -> list[str]:
    """The keys of a model, or of all that may stand in its place, as a person writes them."""
    if not is_dataclass(model):
        parts = get_args(model) if get_origin(model) in {Union, UnionType} else ()
        return [name for part in parts for name in _names(part)]
    found = getattr(model, "__pydantic_fields__", {})
    return [getattr(found.get(f.name), "alias", None) or f.name for f in fields(model)]


def _inside(model: Any, step: str | int) -> Any:
    """The type of a part of `model`; None where the model does not say."""
    if is_dataclass(model) and isinstance(model, type):
        own = {
            getattr(f, "alias", None): name for name, f in getattr(model, "__pydantic_fields__", {}).items()
        }
        hint = get_type_hints(model).get(own.get(str(step), str(step)))
        parts = [part for part in get_args(hint) if part is not type(None)]
        # `X | None` is entered as X.
        return parts[0] if get_origin(hint) in {Union, UnionType} and len(parts) == 1 else hint
    return next((part for part in reversed(get_args(model)) if part is not Ellipsis), None)
