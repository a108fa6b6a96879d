"""An instance as people hear of it."""

from datetime import UTC, datetime

import pytest

from alerts.engine.rules import Entry, alert, compared
from alerts.engine.state import Instance, Phase

T0 = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
WORDS = {"a": "{{ $labels.venue }} {{ $labels.policy }} {{ $values.B }}", "b": "{{ .Labels.alertname }}"}
LABELS = (("alertname", "Too many games"), ("policy", "p"), ("venue", "yb-0012"))


@pytest.fixture(scope="module")
def entry(make):
    return Entry(*make(annotations=WORDS))


def told(entry, **more):
    instance = Instance(LABELS, Phase.ALERTING, T0, T0, T0, (("B", 90.0), ("C", 1.0)), fired=T0, **more)
    return dict(alert(entry, instance, None).annotations)


def test_annotations_see_the_querys_labels_and_grafanas_own_never_the_rules(entry):
    assert told(entry, query=(("venue", "yb-0012"),)) == {"a": "yb-0012 [no value] 90", "b": "Too many games"}


def test_an_instance_from_before_a_restart_of_an_older_version_shows_all_it_has(entry):
    assert told(entry) == {"a": "yb-0012 p 90", "b": "Too many games"}


def test_values_with_labels_of_their_own_show_these(make):
    entry = Entry(*make(annotations={"a": "{{ $values.B.Labels.pc }} {{ $values.C.Labels.pc }}"}))
    own = (("pc", "07"),)
    assert told(entry, query=own, apart=(("B", (("pc", "08"),)),)) == {"a": "08 07"}


def test_the_number_that_the_condition_judged_is_stored_where_it_is_one(entry):
    instance = Instance(LABELS, Phase.ALERTING, T0, T0, T0, (("B", 90.0), ("C", 1.0)))
    assert compared(entry, instance) == 90.0
    assert compared(entry, Instance(LABELS, Phase.ALERTING, T0, T0, T0, (("B", float("nan")),))) is None
    assert compared(None, instance) is None
