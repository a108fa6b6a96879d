"""What one part of the tree says of another: data sources, folders, boards and panels that must be there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine.rulefaults import BOARD, PANEL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.engine.files import AlertingFile, RuleFile
    from collector.document import Document, Key
    from collector.problem import Problem
    from provisioning.grafanatree.boards import Page


def faults(
    alerting: Sequence[tuple[Document, AlertingFile]],
    uids: set[str],
    folders: set[str],
    pages: Sequence[Page],
) -> Iterator[Problem]:
    """`uids` are those of the data sources, `folders` those that the boards are put into."""
    panels: dict[str | None, frozenset[int]] = {page.uid: page.panels for page in pages}
    for document, content in alerting:
        for i, group in enumerate(content.groups):
            key: Key = ("groups", i)
            if folders and group.folder not in folders:
                yield document.problem(
                    "grafana/folder",
                    (*key, "folder"),
                    f"the rules' folder {group.folder!r} is none of the boards': Grafana would make another",
                    f"write {' or '.join(sorted(folders))}",
                )
            for j, rule in enumerate(group.rules):
                yield from _rule_faults(document, (*key, "rules", j), rule, uids, panels)
    for page in pages:
        for place, uid in page.sources:
            if uid not in uids:
                yield page.document.problem("grafana/datasource", place, *_no_source(uid, uids))


def _rule_faults(
    document: Document, key: Key, rule: RuleFile, uids: set[str], panels: dict[str | None, frozenset[int]]
) -> Iterator[Problem]:
    for k, node in enumerate(rule.data):
        if not node.is_expression and node.datasource_uid not in uids:
            place = (*key, "data", k, "datasourceUid")
            yield document.problem("grafana/datasource", place, *_no_source(node.datasource_uid, uids))
    board, panel = rule.annotations.get(BOARD), rule.annotations.get(PANEL, "")
    if board is None or None in panels:  # of a file that cannot be read the board may be
        return
    if board not in panels:
        yield document.problem(
            "grafana/panel",
            (*key, "annotations", BOARD),
            f"no board has the uid {board!r}",
            f"write one of {', '.join(sorted(map(str, panels)))}",
        )
    elif panel.isdecimal() and int(panel) not in panels[board]:
        yield document.problem(
            "grafana/panel",
            (*key, "annotations", PANEL),
            f"the board {board!r} has no panel {panel}",
            "write the id of one of its panels",
        )


def _no_source(uid: str, uids: set[str]) -> tuple[str, str]:
    return f"no data source has the uid {uid!r}", f"write {' or '.join(sorted(uids)) or 'that of one'}"
