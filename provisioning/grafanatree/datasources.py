"""Data sources as Grafana provisions them; an InfluxDB asked in InfluxQL is the only kind that is generated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import AfterValidator, Field, StrictBool, StrictInt
from pydantic.dataclasses import dataclass

from alerts.engine.dollars import interpolated, secret_file
from alerts.engine.names import given
from alerts.engine.scalars import CAMEL, Named, OrgId, Uid
from collector.document import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from collector.document import Document, Key
    from collector.problem import Problem

_JSON: dict[str, type] = {
    "dbName": str,
    "httpMode": str,
    "version": str,
    "timeInterval": str,
    "maxSeries": int,
    "tlsAuth": bool,
    "tlsAuthWithCACert": bool,
    "tlsSkipVerify": bool,
}
_SECRET = {"password", "basicAuthPassword", "tlsCACert", "tlsClientCert", "tlsClientKey"}
_HEADER_NAME = re.compile(r"httpHeaderName([1-9][0-9]*)")
_HEADER_VALUE = re.compile(r"httpHeaderValue([1-9][0-9]*)")
_SHOWN = {str: "a text", bool: "true or false", int: "a whole number"}


def _url(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError(f"{text!r} is no address of a database; write http://127.0.0.1:8086")
    return text


@dataclass(config=CAMEL)
class Datasource:
    """Without a uid Grafana would make one of the name: rules and boards could not name it."""

    name: Named
    type: Literal["influxdb"]
    uid: Uid
    url: Annotated[Named, AfterValidator(_url)]
    json_data: dict[str, Any]
    org_id: OrgId = 1
    access: Literal["proxy"] = "proxy"
    user: Named | None = None
    database: Named | None = None
    basic_auth: StrictBool = False
    basic_auth_user: Named | None = None
    with_credentials: StrictBool = False
    is_default: StrictBool = False
    editable: StrictBool = False
    version: StrictInt = 1
    # Texts as they stand: what Grafana reads from files is not for us to read.
    secure_json_data: dict[str, str] = Field(default_factory=dict)
    correlations: list[Any] = Field(default_factory=list)


@dataclass(config=CAMEL)
class GoneSource:
    name: Named
    org_id: OrgId = 1


@dataclass(config=CAMEL)
class SourcesFile:
    api_version: Literal[1]  # without it Grafana takes the file for one of its oldest format
    datasources: tuple[Datasource, ...] = ()
    delete_datasources: tuple[GoneSource, ...] = ()
    prune: StrictBool = False


def read(files: Mapping[str, str]) -> tuple[set[str], list[Problem]]:
    """The uids of all sources, and what is wrong in them."""
    documents: list[Document] = []
    problems: list[Problem] = []
    taken: dict[tuple[str, object], str] = {}
    for path, text in sorted(files.items()):
        parsed = parse_yaml(text, path, SourcesFile)
        documents.append(parsed.document)
        problems += parsed.problems
        said = {problem.place for problem in parsed.problems}
        problems += [p for p in _dollars(parsed.document) if p.place not in said]
        for i, source in enumerate(parsed.value.datasources if parsed.value else ()):
            problems += _faults(parsed.document, ("datasources", i), source)
            problems += _taken(parsed.document, ("datasources", i), source, taken)
    return given(documents, "datasources", "uid"), problems


def _dollars(document: Document) -> Iterator[Problem]:
    """Every field is interpolated; a secret is what must be read from a file, and nothing else may."""
    data = document.data if isinstance(document.data, dict) else {}
    yield from interpolated(document, data, ())


def _taken(
    document: Document, key: Key, source: Datasource, taken: dict[tuple[str, object], str]
) -> Iterator[Problem]:
    facts: list[tuple[str, object, str]] = [("name", (source.org_id, source.name), source.name)]
    facts.append(("uid", source.uid, source.uid))
    if source.is_default:
        facts.append(("isDefault", source.org_id, "the default"))
    for name, what, shown in facts:
        place = (*key, name)
        if (name, what) in taken:
            fault = f"{shown!r} is taken, in {taken[name, what]}"
            yield document.problem("grafana/datasource", place, fault, "give each one of its own")
        taken.setdefault((name, what), str(document.place(*place)))


def _faults(document: Document, key: Key, source: Datasource) -> Iterator[Problem]:
    for name, fault, remedy in (*_json_faults(source), *_pair_faults(source)):
        yield document.problem("grafana/datasource", (*key, "jsonData", name), fault, remedy)
    for name, text in source.secure_json_data.items():
        place = (*key, "secureJsonData", name)
        if name not in _SECRET and not _HEADER_VALUE.fullmatch(name):
            fault = f"{name!r} is no secret of a data source"
            yield document.problem("grafana/datasource", place, fault, "remove it: Grafana would not use it")
        if not secret_file(text):
            yield document.problem(
                "grafana/secret",
                place,
                "a secret is written out, or comes from the environment",
                "name the file that holds it: `$__file{/run/secrets/…}`",
            )


def _json_faults(source: Datasource) -> Iterator[tuple[str, str, str]]:
    for name, value in source.json_data.items():
        wanted = str if _HEADER_NAME.fullmatch(name) else _JSON.get(name)
        if wanted is None:
            yield name, f"{name!r} is no key of jsonData", "remove it: Grafana would ignore it"
        elif not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            yield name, f"{value!r} is not {_SHOWN[wanted]}", f"write {_SHOWN[wanted]}"
    if not source.json_data.get("dbName"):
        yield "dbName", "'dbName' is missing: Grafana would ask no database", "write `dbName: quannet`"
    if str(source.json_data.get("httpMode", "GET")) not in {"GET", "POST"}:
        yield "httpMode", f"{source.json_data['httpMode']!r} is no way to ask", "write GET or POST"
    if source.json_data.get("version", "InfluxQL") != "InfluxQL":
        yield "version", "our queries are InfluxQL, and this would send another language", "write InfluxQL"
    every = source.json_data.get("timeInterval")
    if isinstance(every, str) and not re.fullmatch(r"[1-9][0-9]*(ms|s|m|h|d)", every):
        yield "timeInterval", f"{every!r} is no interval", "write for example 1m"


def _pair_faults(source: Datasource) -> Iterator[tuple[str, str, str]]:
    """A header needs its name and its value, under one number."""
    names = {m[1] for name in source.json_data if (m := _HEADER_NAME.fullmatch(name))}
    values = {m[1] for name in source.secure_json_data if (m := _HEADER_VALUE.fullmatch(name))}
    for number in sorted(names - values):
        name = f"httpHeaderName{number}"
        yield name, f"{name} has no value", f"write secureJsonData.httpHeaderValue{number}"
    for number in sorted(values - names):
        yield (
            "httpHeaderName1",
            f"httpHeaderValue{number} has no name",
            f"write jsonData.httpHeaderName{number}",
        )
