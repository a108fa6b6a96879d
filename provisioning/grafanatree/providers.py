"""Dashboard providers: from which folder Grafana reads its boards, and into which of its own it puts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import AfterValidator, StrictBool, StrictInt
from pydantic.dataclasses import dataclass

from alerts.engine.dollars import interpolated
from alerts.engine.names import given
from alerts.engine.scalars import CAMEL, Expanded, Named, OrgId, Uid
from collector.conventions import DEPLOY_DASHBOARDS
from collector.document import parse_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from collector.document import Document, Key
    from collector.problem import Problem


def _folder_uid(text: str) -> str:
    if text == "general":
        raise ValueError("the uid 'general' is Grafana's own; write another, or leave it out")
    return text


def _some_time(seconds: int) -> int:
    if seconds < 1:
        raise ValueError(f"{seconds} is no interval; write for example 60")
    return seconds


def _ours(path: str) -> str:
    if not path.startswith("/") or not path.endswith(f"/{DEPLOY_DASHBOARDS}"):
        raise ValueError(
            f"no board of ours lies in {path!r}; write the deployment's folder and /{DEPLOY_DASHBOARDS}"
        )
    return path


@dataclass(config=CAMEL)
class Options:
    path: Annotated[Named, AfterValidator(_ours)]
    folders_from_files_structure: StrictBool = False


@dataclass(config=CAMEL)
class Provider:
    name: Named
    options: Options
    type: Literal["file"] = "file"
    org_id: OrgId = 1
    folder: Expanded = ""
    folder_uid: Annotated[Uid, AfterValidator(_folder_uid)] | None = None
    update_interval_seconds: Annotated[StrictInt, AfterValidator(_some_time)] = 10
    disable_deletion: StrictBool = False
    allow_ui_updates: StrictBool = False
    editable: StrictBool = False


@dataclass(config=CAMEL)
class ProvidersFile:
    api_version: Literal[1]  # without it Grafana takes the file for one of its oldest format
    providers: tuple[Provider, ...] = ()


def read(files: Mapping[str, str]) -> tuple[set[str], list[Problem]]:
    """The folders of all providers, and what is wrong in them."""
    documents: list[Document] = []
    found: list[tuple[Document, Key, Provider]] = []
    problems: list[Problem] = []
    for path, text in sorted(files.items()):
        parsed = parse_yaml(text, path, ProvidersFile)
        documents.append(parsed.document)
        problems += parsed.problems
        data = parsed.document.data if isinstance(parsed.document.data, dict) else {}
        said = {problem.place for problem in parsed.problems}
        problems += [p for p in interpolated(parsed.document, data, ()) if p.place not in said]
        for i, provider in enumerate(parsed.value.providers if parsed.value else ()):
            found.append((parsed.document, ("providers", i), provider))
    return given(documents, "providers", "folder"), [*problems, *_faults(found)]


def _faults(found: list[tuple[Document, Key, Provider]]) -> Iterator[Problem]:
    taken: dict[str, str] = {}
    for document, key, provider in found:
        if provider.name in taken:
            fault = f"the provider {provider.name!r} stands in {taken[provider.name]} too"
            yield document.problem(
                "grafana/provider", (*key, "name"), fault, "give each a name: its boards hang on it"
            )
        taken.setdefault(provider.name, str(document.place(*key, "name")))
        if provider.options.folders_from_files_structure and (provider.folder or provider.folder_uid):
            yield document.problem(
                "grafana/provider",
                (*key, "options", "foldersFromFilesStructure"),
                "folders come from the files and from `folder` at once, which Grafana refuses",
                "write one of them",
            )
