"""Names that stand twice in a folder of alerting files, and what is both written and deleted there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from alerts.engine import gotemplates
from alerts.engine.names import given

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from alerts.engine.files import AlertingFile
    from collector.document import Document, Key
    from collector.problem import Problem

_CLOSED = "close each action by `}}` and each block by `{{ end }}`"
# What Grafana itself defines.
BUILT_IN = {
    "default.title",
    "default.message",
    "__subject",
    "__text_alert_list",
    "__text_values_list",
    "webhook.default.payload",
}


def faults(
    files: Sequence[tuple[Document, AlertingFile]], documents: Sequence[Document]
) -> Iterator[Problem]:
    """`documents` are those of all files, with faults elsewhere or not."""
    yield from _names_once(files)
    yield from _gone_and_there(files)
    yield from _templates(files, documents)


def _names_once(files: Sequence[tuple[Document, AlertingFile]]) -> Iterator[Problem]:
    taken: dict[tuple[str, str], str] = {}
    for document, content in files:
        named = [("mute time", "muteTimes", i, time.name) for i, time in enumerate(content.mute_times)]
        named += [("template", "templates", i, words.name) for i, words in enumerate(content.templates)]
        for what, section, i, name in named:
            key = (section, i, "name")
            if (what, name) in taken:
                fault = f"the {what} {name!r} stands in {taken[what, name]} too"
                yield document.problem("grafana/name", key, fault, "keep one: the last replaces the others")
            taken.setdefault((what, name), str(document.place(*key)))


def _gone_and_there(files: Sequence[tuple[Document, AlertingFile]]) -> Iterator[Problem]:
    """Grafana deletes after it has written: what stands in both lists ends deleted."""
    there: dict[str, set[object]] = {
        "deleteRules": {rule.uid for _, c in files for group in c.groups for rule in group.rules},
        "deleteContactPoints": {
            r.uid for _, c in files for point in c.contact_points for r in point.receivers
        },
        "deleteMuteTimes": {time.name for _, c in files for time in c.mute_times},
        "deleteTemplates": {words.name for _, c in files for words in c.templates},
        "resetPolicies": {root.org_id for _, c in files for root in c.policies},
    }
    for document, content in files:
        for section, place, name in _deleted(content):
            if name in there[section]:
                yield document.problem(
                    "grafana/deleted",
                    place,
                    f"{name!r} is written in these files and deleted too: it would end deleted",
                    f"take it out of `{section}`",
                )


def _deleted(content: AlertingFile) -> Iterator[tuple[str, Key, object]]:
    for i, one in enumerate(content.delete_rules):
        yield "deleteRules", ("deleteRules", i, "uid"), one.uid
    for i, one in enumerate(content.delete_contact_points):
        yield "deleteContactPoints", ("deleteContactPoints", i, "uid"), one.uid
    for i, named in enumerate(content.delete_mute_times):
        yield "deleteMuteTimes", ("deleteMuteTimes", i, "name"), named.name
    for i, named in enumerate(content.delete_templates):
        yield "deleteTemplates", ("deleteTemplates", i, "name"), named.name
    for i, org in enumerate(content.reset_policies):
        yield "resetPolicies", ("resetPolicies", i), org


def _templates(
    files: Sequence[tuple[Document, AlertingFile]], documents: Sequence[Document]
) -> Iterator[Problem]:
    """Each must parse, and a contact point may use only what is defined."""
    defined = BUILT_IN | given(documents, "templates", "name")
    for text in given(documents, "templates", "template"):
        defined |= gotemplates.defined(text)
    for document, content in files:
        for i, words in enumerate(content.templates):
            for fault in gotemplates.faults(words.template):
                yield document.problem("grafana/template", ("templates", i, "template"), fault, _CLOSED)
    for document, content in files:
        for i, point in enumerate(content.contact_points):
            for j, receiver in enumerate(point.receivers):
                for name, text in receiver.settings.items():
                    place = ("contactPoints", i, "receivers", j, "settings", name)
                    for fault, remedy in _setting_faults(text, defined):
                        yield document.problem("grafana/template", place, fault, remedy)


def _setting_faults(text: object, defined: set[str]) -> Iterator[tuple[str, str]]:
    if not isinstance(text, str) or "{{" not in text:
        return
    yield from ((fault, _CLOSED) for fault in gotemplates.faults(text))
    known = defined | gotemplates.defined(text)
    for name in gotemplates.used(text):
        if name not in known:
            yield f"no template is named {name!r}", f"write one of {', '.join(sorted(known))}"
