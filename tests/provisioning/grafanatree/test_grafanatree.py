"""One fault in a tree that is otherwise right is one problem, with its place and its remedy."""

import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.problem import as_text
from provisioning import grafanatree

BASE = Path(__file__).parent / "base"
ALERTING = "grafana/provisioning/alerting/"
RULES, POINTS, POLICIES = (f"{ALERTING}{name}.yaml" for name in ("rules", "contact-points", "policies"))
TIMES, TEMPLATES = f"{ALERTING}mute-times.yaml", f"{ALERTING}templates.yaml"
SOURCES = "grafana/provisioning/datasources/quannet.yaml"
PROVIDERS = "grafana/provisioning/dashboards/quannet.yaml"
VENUE = "grafana/dashboards/quannet-venue.json"
PROVINCE = "grafana/dashboards/quannet-province.json"


@pytest.fixture(scope="module")
def base():
    return grafanatree.load(BASE)


def edited(files, path, old, new):
    assert files[path].count(old) == 1, (path, old, files[path].count(old))
    return files | {path: files[path].replace(old, new)}


CASES = [
    # --- rules: keys, types, uids, titles, durations (grafana.md 1.5) ---------------------------------
    (RULES, "    for: 5m", "    For: 5m", "'For' is no key here"),
    (RULES, "    for: 5m", "    grafana_alert: {}\n    for: 5m", "'grafana_alert' is no key here"),
    (RULES, "    for: 5m", "    for: 5x", "'5x' is no duration"),
    (RULES, "    for: 5m", "    for: 300", "300 is no text"),
    (RULES, "keepFiringFor: 2m", "keepFiringFor: -2m", "'-2m' is no duration"),
    (RULES, "interval: 1m", "interval: 15s", "no multiple of 10 seconds"),
    (RULES, "interval: 1m", "interval: 0s", "no multiple of 10 seconds"),
    (RULES, "orgId: 1\n", "orgId: 0\n", "no organisation has the number 0"),
    (RULES, "apiVersion: 1", "apiVersion: 2", "Grafana knows no apiVersion 2"),
    (RULES, "  folder: quannet\n", "", "'folder' is missing"),
    (RULES, "uid: policy-after-hours", f"uid: {'x' * 41}", "is no uid"),
    (RULES, "uid: policy-after-hours", "uid: policy.after", "is no uid"),
    (RULES, "uid: policy-after-hours", "uid: policy-site", "the uid 'policy-site' is taken"),
    (RULES, "title: Chơi ngoài giờ", f"title: {'ế' * 64}", "a name of 192 bytes"),
    (RULES, "title: Chơi ngoài giờ", "title: Truy cập trang cấm", "the title 'Truy cập trang cấm' is taken"),
    (RULES, "noDataState: OK", "noDataState: Ok", "none of the words known for 'noDataState'"),
    (RULES, "execErrState: KeepLast", "execErrState: NoData", "none of the words known"),
    (RULES, "isPaused: false", "isPaused: 'no'", "neither true nor false"),
    (RULES, "    isPaused: false", "    missing_series_evals_to_resolve: 0", "greater than 0"),
    (
        RULES,
        "    isPaused: false",
        "    notification_settings: {receiver: x}",
        "goes past the notification policy",
    ),
    (RULES, "    isPaused: false", "    record: {metric: x}", "raises no alert"),
    # --- queries and expressions (2, 3) ---------------------------------------------------------------
    (
        RULES,
        "condition: C\n    data:\n    - refId: A\n      datasourceUid: quannet-i",
        "condition: D\n    data:\n    - refId: A\n      datasourceUid: quannet-i",
        "no query or expression is 'D'",
    ),
    (RULES, "    - refId: B\n", "    - refId: A\n", "'A' stands twice", 3),
    (RULES, "from: 129", "from: '129'", "is not a whole number"),
    (RULES, "from: 129, to: 10", "from: 10, to: 129", "needs a time range"),
    (RULES, "rawQuery: true\n", "rawQuery: false\n", "from its visual keys"),
    (RULES, "resultFormat: time_series", "resultFormat: table", "cannot read a table"),
    (
        RULES,
        "        rawQuery: true\n",
        "        rawQuery: true\n        tz: Asia/Ho_Chi_Minh\n",
        "is of the visual editor",
    ),
    (
        RULES,
        "        rawQuery: true\n",
        "        rawQuery: true\n        querry: x\n",
        "'querry' is no key of a model",
    ),
    (RULES, "$timeFilter AND", "$$timeFilter AND", "`$$` would stay two"),
    (RULES, "$timeFilter AND", "$__timeFilter AND", "'$__timeFilter' is no macro of a rule"),
    (RULES, "$timeFilter AND", "time > ${from} AND", "is no macro of a rule"),
    (RULES, 'sum("play")', 'sum("play") FROM "x"; SELECT sum("play")', "the first statement alone"),
    (RULES, 'GROUP BY "venue", "pc"', "GROUP BY time($__interval)", "without `intervalMs`"),
    (RULES, "        refId: A\n", "        refId: B\n", "the model is 'B', and its node 'A'"),
    (
        RULES,
        "datasource: {type: influxdb, uid: quannet-influxdb}",
        "datasource: {type: influxdb, uid: other}",
        "the model asks 'other'",
    ),
    (RULES, "mode: dropNN", "mode: strict", "strict"),
    (RULES, "reducer: last", "reducer: latest", "latest"),
    (RULES, "expression: A, reducer", "expression: Z, reducer", "'Z' names no query"),
    (RULES, "type: gte, params: [60]", "type: gte, params: ['60']", "not texts"),
    (RULES, "type: gte, params: [60]", "type: above, params: [60]", "above"),
    (RULES, "expression: $A > 3", "expression: $A >", "cannot read"),
    # --- references -----------------------------------------------------------------------------------
    (
        RULES,
        "datasourceUid: quannet-daily",
        "datasourceUid: quannet-weekly",
        "no data source has the uid 'quannet-weekly'",
    ),
    (RULES, "folder: quannet", "folder: Quannet", "the rules' folder 'Quannet' is none of the boards'"),
    (
        RULES,
        "__dashboardUid__: quannet-venue",
        "__dashboardUid__: quannet-pc",
        "no board has the uid 'quannet-pc'",
    ),
    (RULES, "__panelId__: '2'", "__panelId__: '9'", "the board 'quannet-venue' has no panel 9"),
    (RULES, "__panelId__: '2'", "__panelId__: two", "'two' is no panel's id"),
    (RULES, "      __panelId__: '2'\n", "", "without __panelId__ links to nothing"),
    (
        RULES,
        "    isPaused: false",
        "    dashboardUid: quannet-venue\n    panelId: 4",
        "say other than the annotations",
    ),
    # --- labels, annotations, dollars (1.2, 5) --------------------------------------------------------
    (RULES, "$$labels.venue", "$labels.venue", "would read '$labels' as a variable", 2),
    (RULES, "policy: after-hours\n", "policy: after$hours\n", "write a literal dollar as `$$`"),
    (RULES, "policy: after-hours\n", "policy: $__env{POLICY}\n", "read by Grafana only"),
    (RULES, "$$labels.venue", "$$values.B", "prints a value"),
    (RULES, "{{ $$labels.venue }}", "{{ $$labels.venue", "label 'where'"),
    (RULES, "where: ", "__grafana_receiver__: ", "refuses a label '__grafana_receiver__'"),
    (RULES, "{{ $labels.pc }}", "{{ $$labels.pc }}", "`$$` would stay two", 2),
    (RULES, "{{ $labels.pc }}", "${pc}", "keep the two signs apart"),
    (RULES, "{{ $labels.pc }}", "{{ $label.pc }}", "annotation 'summary'"),
    (RULES, "{{ $labels.pc }}", "{{ shout $labels.pc }}", "annotation 'summary'"),
    # --- contact points (6.1) -------------------------------------------------------------------------
    (POINTS, "name: inspectors\n", "name: ''\n", "is empty", 2),
    (POINTS, "uid: inspectors-zalo", "uid: inspectors-mail", "the uid 'inspectors-mail' is taken"),
    (POINTS, "uid: inspectors-zalo", "uid: inspectors zalo", "is no uid"),
    (POINTS, "  - uid: inspectors-zalo\n    type: webhook", "  - type: webhook", "'uid' is missing"),
    (POINTS, "type: webhook", "type: zalo", "none of the ways that we write"),
    (POINTS, "settings: {addresses: c@laocai.example}", "settings: {}", "is empty"),
    (POINTS, "      singleEmail: true", "      singleEMail: true", "'singleEMail' is no setting of email"),
    (POINTS, "      singleEmail: true", "      singleEmail: 'yes'", "is not true or false"),
    (POINTS, "{addresses: c@laocai.example}", "{singleEmail: true}", "'addresses' is missing"),
    (POINTS, "b@laocai.example", "b.laocai.example", "'b.laocai.example' is no address"),
    (POINTS, "httpMethod: POST", "httpMethod: GET", "cannot be called by 'GET'"),
    (POINTS, "      httpMethod: POST\n", "      username: x\n", "at once are an error"),
    (POINTS, "      httpMethod: POST\n", "      headers: {Cookie: x}\n", "refuses a header 'Cookie'"),
    (POINTS, "$__file{/run/secrets/relay}", "s3cret", "a secret is written out"),
    (POINTS, "$__file{/run/secrets/relay}", "$__env{RELAY}", "a secret is written out, or comes from"),
    (POINTS, "secret: '$__file{/run/secrets/hmac}', ", "", "'secret' is missing"),
    (POINTS, "header: X-Signature", "headr: X-Signature", "'headr' is no setting of hmacConfig"),
    (POINTS, "range $$k, $$v", "range $k, $$v", "write a literal dollar as `$$`"),
    (
        POINTS,
        '{{ template "quannet.subject" . }}',
        '{{ template "quannet.title" . }}',
        "no template is named 'quannet.title'",
    ),
    (POINTS, "{{ $$v }}{{ end }}", "{{ $$v }}", "`range` is not ended"),
    # --- notification policy (6.2) --------------------------------------------------------------------
    (POLICIES, "- receiver: inspectors\n", "- receiver: nobody\n", "no contact point is named 'nobody'"),
    (POLICIES, "- receiver: inspectors\n  group_by", "- group_by", "the root names no contact point"),
    (
        POLICIES,
        "  - receiver: administrators\n",
        "  - receiver: admins\n",
        "no contact point is named 'admins'",
    ),
    (
        POLICIES,
        "  routes:\n  - receiver",
        "  object_matchers: [[a, '=', b]]\n  routes:\n  - receiver",
        "the root takes every alert",
    ),
    (
        POLICIES,
        "  routes:\n  - receiver",
        "  mute_time_intervals: [night]\n  routes:\n  - receiver",
        "may have no `mute_time_intervals`",
    ),
    (
        POLICIES,
        "  routes:\n  - receiver",
        "  continue: true\n  routes:\n  - receiver",
        "may have no `continue`",
    ),
    (POLICIES, "[policy, venue]", "[policy, policy]", "'policy' stands twice"),
    (POLICIES, "[policy, venue]", "['...', venue]", "groups by all labels"),
    (POLICIES, "group_interval: 5m", "group_interval: 0s", "may not be 0"),
    (POLICIES, "group_interval: 5m", "group_interval: 5", "5 is no text"),
    (
        POLICIES,
        "    mute_time_intervals: [night]",
        "    mute_time_intervals: [nights]",
        "no mute time is named 'nights'",
    ),
    (
        POLICIES,
        "active_time_intervals: [night]",
        "active_time_intervals: [day]",
        "no mute time is named 'day'",
    ),
    (
        POLICIES,
        "    mute_time_intervals: [night]",
        "    mute_timings: [night]",
        "'mute_timings' is no key here",
    ),
    (POLICIES, "[audience, '=', administrator]", "[audience, administrator]", "is no matcher"),
    (POLICIES, "'info|hint'", "'info|(hint'", "is no regular expression"),
    (POLICIES, "[audience, '=', administrator]", "[audience, '=', $admin]", "write a literal dollar"),
    (POLICIES, "apiVersion: 1\n", "apiVersion: 1\nresetPolicies: [1]\n", "it would end deleted"),
    # --- mute times, templates, deletions (1.5, 6.3) --------------------------------------------------
    (TIMES, "'24:00'", "'08:00'", "across midnight write two entries"),
    (TIMES, "monday:friday", "saturday:sunday", "write two ranges"),
    (TIMES, "Asia/Ho_Chi_Minh", "Asia/Hanoi", "is no time zone"),
    (TIMES, "    weekdays:", "    weekday:", "'weekday' is no key here"),
    (TIMES, "- {name: noon}", "- {name: night}", "'night' is written in these files and deleted too"),
    (TIMES, "deleteMuteTimes:", "deleteMuteTime:", "'deleteMuteTime' is no key here"),
    (RULES, "uid: policy-old", "uid: policy-site", "'policy-site' is written in these files and deleted too"),
    (
        POINTS,
        "apiVersion: 1\n",
        "apiVersion: 1\ndeleteContactPoints: [{uid: administrators-mail}]\n",
        "deleted too",
    ),
    (TEMPLATES, "apiVersion: 1\n", "apiVersion: 1\ndeleteTemplates: [{name: quannet}]\n", "deleted too"),
    (
        TEMPLATES,
        "Đã kết thúc{{ end }}{{ end }}",
        "Đã kết thúc{{ end }}",
        "`define` stands inside `define`",
        2,
    ),
    (TEMPLATES, "{{ $a.Labels.pc }}", "{{ $a.Labels.pc", "not closed", 2),
    (TEMPLATES, "range $i", "range $$i", "`$$` would stay two"),
    (TEMPLATES, "- name: quannet\n", "- title: x\n  name: quannet\n", "'title' is no key here"),
    # --- data sources (1.3) ---------------------------------------------------------------------------
    (SOURCES, "apiVersion: 1\n", "", "'apiVersion' is missing"),
    (SOURCES, "  uid: quannet-daily\n", "", "'uid' is missing", 3),
    (SOURCES, "uid: quannet-influxdb", "uid: quannet influxdb", "is no uid", 3),
    (SOURCES, "uid: quannet-daily", "uid: quannet-influxdb", "'quannet-influxdb' is taken", 3),
    (SOURCES, "name: quannet daily", "name: quannet", "'quannet' is taken"),
    (
        SOURCES,
        "  uid: quannet-daily\n",
        "  uid: quannet-daily\n  isDefault: true\n",
        "'the default' is taken",
    ),
    (SOURCES, "access: proxy", "access: direct", "none of the words known for 'access'"),
    (
        SOURCES,
        "type: influxdb\n  uid: quannet-daily",
        "type: influx\n  uid: quannet-daily",
        "none of the words known",
    ),
    (SOURCES, "  isDefault: true\n", "  isDefault: true\n  password: x\n", "'password' is no key here"),
    (SOURCES, "    httpMode: GET", "    httpMode: PUT", "'PUT' is no way to ask"),
    (SOURCES, "    httpMode: GET", "    httpmode: GET", "'httpmode' is no key of jsonData"),
    (SOURCES, "version: InfluxQL", "version: Flux", "write InfluxQL"),
    (SOURCES, "timeInterval: 1m", "timeInterval: minute", "'minute' is no interval"),
    (SOURCES, "    dbName: quannet\n", "", "'dbName' is missing"),
    (SOURCES, "quannet$$daily", "quannet$daily", "would read '$daily' as a variable"),
    (SOURCES, "Token $__file{/run/secrets/influx}", "Token abcdef", "a secret is written out"),
    (SOURCES, "httpHeaderValue1:", "httpHeaderValue2:", "has no", 2),
    (SOURCES, "httpHeaderValue1:", "token:", "'token' is no secret of a data source", 2),
    # --- providers (1.4) ------------------------------------------------------------------------------
    (PROVIDERS, "apiVersion: 1\n", "", "'apiVersion' is missing"),
    (PROVIDERS, "type: file", "type: folder", "none of the words known for 'type'"),
    (PROVIDERS, "  folder: quannet\n", "  folder: quannet\n  folderUid: general\n", "Grafana's own"),
    (PROVIDERS, "  updateIntervalSeconds: 60\n", "  updateInterval: 60\n", "'updateInterval' is no key here"),
    (PROVIDERS, "updateIntervalSeconds: 60", "updateIntervalSeconds: 0", "is no interval"),
    (PROVIDERS, "/etc/quannet/grafana/dashboards", "/etc/quannet/boards", "no board of ours lies in"),
    (PROVIDERS, "    path:", "    foldersFromFilesStructure: true\n    path:", "which Grafana refuses"),
    # --- boards (1.4, 7) ------------------------------------------------------------------------------
    (VENUE, '"uid": "quannet-venue",', "", "None is no uid"),
    (VENUE, '"uid": "quannet-venue"', '"uid": "quannet-province"', "is that of", 2),
    (VENUE, '"title": "Một điểm"', '"title": "Toàn tỉnh"', "the title 'Toàn tỉnh' is that of"),
    (VENUE, '"title": "Một điểm"', '"title": " "', "without a title"),
    (VENUE, '"id": null', '"id": 7', "the database's to give"),
    (VENUE, '"schemaVersion": 41', '"schemaVersion": 12', "its migrations"),
    (VENUE, '"refresh": "30s"', '"refresh": "30"', "'30' is no interval"),
    (VENUE, '"refresh": "30s"', '"style": "dark"', "'style' is no key of a dashboard"),
    (VENUE, '"id": 3', '"id": 2', "the id 2 is that of"),
    (VENUE, '"id": 4', '"id": "4"', "'4' is no id of a panel"),
    (VENUE, '"w": 18, "x": 6', '"w": 18, "x": 8', "does not fit in 24 columns"),
    (VENUE, '"w": 18, "x": 6', '"w": 18, "x": 5', "lies on another one"),
    (VENUE, '"w": 18, "x": 6', '"w": 18.5, "x": 5', "in whole numbers"),
    (VENUE, '"type": "table"', '"type": "table-old"', "no panel is of the type"),
    (VENUE, '"type": "table"', '"type": "table", "nullPointMode": 1', "'nullPointMode' is no key of a panel"),
    (VENUE, '"collapsed": true', '"collapsed": false', "an open row holds no panels"),
    (VENUE, '"value": null', '"value": 0', "the first step begins at 0"),
    (VENUE, '"value": 10', '"value": "10"', "steps do not rise"),
    (
        VENUE,
        '"uid": "quannet-daily"',
        '"uid": "quannet-weekly"',
        "no data source has the uid 'quannet-weekly'",
    ),
    (VENUE, '"type": "query"', '"type": "querry"', "no variable is of the type 'querry'"),
    (VENUE, '"name": "venue"', '"name": "the venue"', "is no name of a variable"),
    (VENUE, '"refresh": "30s",', '"refresh": "30s"', "not JSON"),
]


def test_the_base_has_no_fault(base):
    assert as_text(grafanatree.problems(base)) == ""


@pytest.mark.parametrize("case", CASES, ids=[f"{i:03} {case[3]}" for i, case in enumerate(CASES)])
def test_one_fault_is_said_with_its_place_and_remedy(base, case):
    """The last of a case is how many problems it makes, where what hangs on the fault is said too."""
    path, old, new, words, *count = case
    problems = grafanatree.problems(edited(base, path, old, new))
    text = as_text(problems)
    assert words in text, text
    assert all(problem.details for problem in problems), text
    assert any(
        words in problem.summary + problem.details and problem.place.path == path for problem in problems
    ), text
    assert len(problems) == (count[0] if count else 1), text


def test_all_faults_of_a_tree_are_said_at_once(base):
    broken = edited(base, RULES, "for: 5m", "for: 5x")
    broken = edited(broken, RULES, "noDataState: OK", "noDataState: Ok")
    broken = edited(broken, VENUE, '"id": null', '"id": 7')
    broken = edited(broken, SOURCES, "quannet$$daily", "quannet$daily")
    assert [problem.place.path for problem in grafanatree.problems(broken)] == [VENUE, RULES, RULES, SOURCES]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("grafana/provisioning/alerting/rules.yaml.bak", "it reads .yaml, .yml, .json here"),
        ("grafana/provisioning/alerting/more/rules.yaml", "no folder of this name"),
        ("grafana/provisioning/datasources/old.json", "it reads .yaml, .yml here"),
        ("grafana/dashboards/venue.yaml", "it reads .json here"),
    ],
)
def test_a_file_that_grafana_would_pass_over_is_said(base, path, words):
    (problem,) = grafanatree.problems(base | {path: "x"})
    assert (problem.place.path, words in problem.summary) == (path, True)


def test_what_is_not_for_grafana_is_not_looked_at(base):
    assert grafanatree.problems(base | {"systemd/quannet-watch.service": "["}) == []


def places(value, key=()):
    yield key
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in inside:
        yield from places(inner, (*key, step))


FILES = grafanatree.load(BASE)
PLACES = [(path, key) for path, text in sorted(FILES.items()) for key in places(yaml.safe_load(text)) if key]
STRANGE = (None, 5, -1.5, True, "", "x", [], [1], ["a", ["b"]], {}, {"a": 1})


@settings(max_examples=150)
@given(st.sampled_from(PLACES), st.sampled_from(STRANGE))
def test_whatever_stands_somewhere_is_judged_and_not_fallen_over(place, value):
    path, key = place
    data = yaml.safe_load(FILES[path])
    inside = data
    for step in key[:-1]:
        inside = inside[step]
    inside[key[-1]] = value
    text = json.dumps(data) if path.endswith(".json") else yaml.safe_dump(data)
    assert all(problem.summary for problem in grafanatree.problems(FILES | {path: text}))


def test_a_written_tree_is_read_with_its_own_paths(base, tmp_path):
    for path, text in edited(base, RULES, "for: 5m", "for: 5x").items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    (problem,) = grafanatree.of_deployment(tmp_path)
    assert problem.place.path == str(tmp_path / RULES)
    with pytest.raises(FileNotFoundError, match="quannet provision"):
        grafanatree.of_deployment(tmp_path / "nowhere")


def test_what_a_site_generates_is_without_fault(good_site):
    assert grafanatree.of_site(good_site()) == []
