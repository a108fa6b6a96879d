"""The whole tree that is generated for Grafana, read strictly: Grafana ignores a misspelt key and dies of others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from alerts.engine import reader
from collector.conventions import (
    DEPLOY_ALERTING,
    DEPLOY_DASHBOARDS,
    DEPLOY_DATASOURCES,
    DEPLOY_PROVIDERS,
)
from collector.problem import Place, error, in_order
from provisioning import plan
from provisioning.grafanatree import boards, datasources, providers, references

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from collector.problem import Problem
    from provisioning.site import Site

ROOT = "grafana"
_YAML = (".yaml", ".yml")
# What Grafana reads of each folder.
FOLDERS = {
    DEPLOY_ALERTING: reader.SUFFIXES,
    DEPLOY_DATASOURCES: _YAML,
    DEPLOY_PROVIDERS: _YAML,
    DEPLOY_DASHBOARDS: (".json",),
}


def problems(files: Mapping[str, str]) -> list[Problem]:
    """Everything that is wrong in the files below `grafana/`, by their paths in a deployment; others are not looked at."""
    inside = {
        folder: {
            path: text
            for path, text in files.items()
            if PurePosixPath(path).parent == folder and path.endswith(suffixes)
        }
        for folder, suffixes in FOLDERS.items()
    }
    alerting, found = reader.parse(inside[DEPLOY_ALERTING])
    uids, faults = datasources.read(inside[DEPLOY_DATASOURCES])
    found += faults
    folders, faults = providers.read(inside[DEPLOY_PROVIDERS])
    found += faults
    pages, faults = boards.read(inside[DEPLOY_DASHBOARDS])
    found += faults
    found += references.faults(alerting, uids, folders, pages)
    found += _unread(files)
    return in_order(found)


def of_site(site: Site) -> list[Problem]:
    """What is wrong in the tree that a site would generate: nobody but quannet can have put it there."""
    return [
        replace(
            problem,
            summary=f"in a generated file: {problem.summary}",
            details=f"{problem.details} (a fault of quannet or of a policy: this file is generated)",
        )
        for problem in problems(plan.plan(site))
    ]


def of_deployment(deploy: Path) -> list[Problem]:
    """What is wrong in a tree that was written. OSError where there is none."""
    return [
        replace(problem, place=replace(problem.place, path=str(deploy / problem.place.path)))
        for problem in problems(load(deploy))
    ]


def load(deploy: Path) -> dict[str, str]:
    """Every file of a deployment that is meant for Grafana. OSError where there is none."""
    if not (deploy / ROOT).is_dir():
        raise FileNotFoundError(f"{deploy} holds no folder `{ROOT}`; write it with `quannet provision`")
    paths = sorted(path for path in (deploy / ROOT).rglob("*") if path.is_file())
    return {path.relative_to(deploy).as_posix(): path.read_text("utf-8", "replace") for path in paths}


def _unread(files: Mapping[str, str]) -> Iterator[Problem]:
    """Files that Grafana passes over, in silence or with a word in its log."""
    for path in files:
        at = PurePosixPath(path)
        if at.parts[0] != ROOT:
            continue
        suffixes = FOLDERS.get(at.parent)
        if suffixes is None or not path.endswith(suffixes):
            reads = f"{', '.join(suffixes)} here" if suffixes else "no folder of this name"
            yield error(
                "grafana/file",
                f"Grafana does not read this file: it reads {reads}",
                "move it or take it away",
                Place(path),
            )
