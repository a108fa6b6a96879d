"""The lock: which alert rules a site has ever provisioned, and what each of them was.

`site.lock` lies beside `site.yaml` in git: a line a rule, its uid and the hash of what was generated, `-`
for one that is gone. A changed rule makes a running Grafana forget its state and so begins anew: the
line that changes here shows that somebody meant it. A rule that only vanished from the files would stay
in Grafana for ever: the lock knows the uids that it must delete.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import yaml

from collector.conventions import DEPLOY_ALERTING
from provisioning import files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME = "site.lock"

_HEADER = (
    "# Written by `quannet provision`; keep it in git. A line a rule: its uid, and the hash of what it was.\n"
)
_GONE = "-"


def uids(text: str) -> tuple[str, ...]:
    """Every rule that a lock knows, gone or not."""
    return tuple(sorted(_read(text)))


def advance(text: str, planned: Mapping[str, str]) -> str:
    """The lock after a plan was provisioned."""
    entries = dict.fromkeys(_read(text), _GONE) | rules(planned)
    return _HEADER + "".join(f"{uid} {entries[uid]}\n" for uid in sorted(entries))


def changes(folder: Path, planned: Mapping[str, str]) -> dict[str, str]:
    """What a plan does to rules that the lock knows: `new`, `changed` or `gone`, by uid."""
    path = folder / NAME
    before = _read(path.read_text("utf-8")) if path.exists() else {}
    after = rules(planned)
    found = {uid: "new" for uid in after if before.get(uid, _GONE) == _GONE}
    found |= {uid: "changed" for uid in after if uid not in found and before[uid] != after[uid]}
    found |= {uid: "gone" for uid, known in before.items() if known != _GONE and uid not in after}
    return dict(sorted(found.items()))


def write(folder: Path, planned: Mapping[str, str]) -> bool:
    """Bring a site folder's lock up to date; whether that changed it."""
    path = folder / NAME
    before = path.read_text("utf-8") if path.exists() else ""
    after = advance(before, planned)
    if after != before:
        files.write(path, after.encode(), files.PUBLIC)
    return after != before


def rules(planned: Mapping[str, str]) -> dict[str, str]:
    """The hash of each alert rule in a plan, by uid."""
    found = {}
    for path, text in planned.items():
        if not path.startswith(f"{DEPLOY_ALERTING}/"):
            continue
        for group in yaml.safe_load(text).get("groups") or []:
            for rule in group["rules"]:
                # Folder, group and interval too are part of what Grafana compares.
                whole = {**{key: group[key] for key in ("name", "folder", "interval")}, "rule": rule}
                content = json.dumps(whole, sort_keys=True, ensure_ascii=False)
                found[rule["uid"]] = hashlib.sha256(content.encode()).hexdigest()[:16]
    return found


def _read(text: str) -> dict[str, str]:
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return {line[0]: line[-1] for line in lines}
