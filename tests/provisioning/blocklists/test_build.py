"""A build takes what is good, keeps what was good, and says what became of each source."""

import json
from pathlib import Path

import pytest

from collector.agent.blocklist import List
from collector.lineprotocol import encode
from collector.problem import Severity
from provisioning.blocklists.build import as_json, build, header_of, points, read_state
from provisioning.blocklists.source import ALLOW, DENY, Source


def write(path: Path, names: list[str], claimed: int | None = None) -> Path:
    head = "" if claimed is None else f"# Entries: {claimed}\n"
    path.write_text(head + "".join(f"{name}\n" for name in names))
    return path


def many(count: int, letter: str = "n") -> list[str]:
    return [f"{letter}{i}.example" for i in range(count)]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "srv" / "list"


@pytest.fixture
def law(tmp_path: Path) -> Source:
    return Source("law", write(tmp_path / "law", ["law.example"]), "prohibited", authority=True)


@pytest.fixture
def hints(tmp_path: Path) -> Source:
    return Source("hints", write(tmp_path / "hints", many(100), 100), "gambling", licence="MIT")


BROKEN = {
    "empty": b"",
    "html": b"<!DOCTYPE html><p>n1.example",
    "truncated": b"# Entries: 100\nn1.example\nn2.exa",
    "shrunk": b"n1.example\nn2.example\n",
    "format": b"404: Not Found",
}


@pytest.mark.parametrize("reason", [*BROKEN, "missing"])
def test_a_refused_source_stays_as_it_was_while_the_others_go_on(reason, out, law, hints):
    build([law, hints], out)
    if reason == "missing":
        hints.path.unlink()
    else:
        hints.path.write_bytes(BROKEN[reason])
    write(law.path, ["law.example", "new.example"])
    report = build([law, hints], out)
    compiled = List.open(out)
    assert compiled.match("n99.example").group.source == "hints"
    assert compiled.match("new.example").group.grade == "violation"
    assert (Severity.ERROR, f"blocklist/{reason}") in {(p.severity, p.check) for p in report.problems}
    assert [(r.source, r.domains, r.refused, r.reason) for r in report.rows] == [
        ("law", 2, False, ""),
        ("hints", 100, True, reason),
    ]
    assert read_state(out) == report.rows


def test_a_source_that_is_mended_is_taken_again(out, hints):
    build([hints], out)
    good = hints.path.read_bytes()
    hints.path.write_bytes(b"")
    assert build([hints], out).rows[0].refused
    hints.path.write_bytes(good)
    assert not build([hints], out).rows[0].refused


def test_where_nothing_is_good_the_old_list_stands(out, law):
    law.path.write_bytes(b"<html>")
    report = build([law], out)
    assert report.compiled is None
    assert not out.exists()
    assert {p.check for p in report.problems} == {"blocklist/html", "blocklist/empty"}
    assert as_json(report)["domains"] == 0


def test_a_source_that_was_never_good_adds_nothing(out, law, hints):
    hints.path.write_bytes(b"")
    report = build([law, hints], out)
    assert report.rows[1].domains == 0
    assert header_of(out).domains == (1, 0)


def test_a_shrink_is_meant_once_the_kept_copy_is_removed(out, hints):
    build([hints], out)
    write(hints.path, many(30))
    assert build([hints], out).rows[0].reason == "shrunk"
    (out.parent / "list.sources" / "hints").unlink()
    assert build([hints], out).rows[0].refused is False
    assert header_of(out).domains == (30,)


def test_a_shrink_by_a_third_is_taken_with_a_warning(out, hints):
    build([hints], out)
    write(hints.path, many(67))
    report = build([hints], out)
    assert [p.severity for p in report.problems] == [Severity.WARNING]
    assert header_of(out).domains == (67,)


def test_a_second_build_writes_nothing(out, law, hints):
    build([law, hints], out)
    before = {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in out.parent.rglob("*")}
    build([law, hints], out)
    assert {path: (path.stat().st_mtime_ns, path.stat().st_ino) for path in out.parent.rglob("*")} == before


def own(folder: Path, allow: str, deny: str) -> list[Source]:
    (folder / "allow.txt").write_text(allow)
    (folder / "deny.txt").write_text(deny)
    return [
        Source(DENY, folder / "deny.txt", "prohibited", True, "site", format="domains", own=True),
        Source(
            ALLOW, folder / "allow.txt", "prohibited", True, "site", format="domains", own=True, allow=True
        ),
    ]


def test_the_sites_own_lists_deny_and_free(out, hints, tmp_path):
    report = build([*own(tmp_path, "n1.example\n", "own.example\n"), hints], out)
    compiled = List.open(out)
    assert compiled.match("www.own.example").group.grade == "violation"
    assert compiled.match("n1.example") is None
    assert [row.domains for row in report.rows] == [1, 1, 100]
    assert report.problems == ()


def test_an_empty_own_list_is_no_fault(out, hints, tmp_path):
    assert build([*own(tmp_path, "", "# nothing yet\n"), hints], out).problems == ()


def test_every_line_of_an_own_list_is_meant(out, tmp_path):
    report = build(own(tmp_path, "", "own.example\nhttps://a.example/choi\n"), out)
    (problem,) = report.problems
    assert problem.place.line == 2
    assert "path" in problem.summary


def test_a_name_both_denied_and_freed_is_told(out, tmp_path):
    report = build(own(tmp_path, "example.test\n", "a.example.test\nb.example\n"), out)
    (problem,) = report.problems
    assert problem.check == "blocklist/contradiction"
    assert "a.example.test" in problem.summary


def test_the_report_counts_what_was_refused_and_repeated(out, tmp_path):
    path = write(tmp_path / "x", ["a.example", "A.EXAMPLE.", "10.0.0.1", "bóng-đá.vn", "xn--bng--8na8hpj.vn"])
    values = as_json(build([Source("x", path, "gambling")], out))
    assert values["domains"] == 2
    assert values["repeats"] == 2
    assert values["refused"] == {"address": 1}
    assert values["sources"][0]["examples"] == [{"reason": "address", "line": 3, "text": "10.0.0.1"}]
    assert json.dumps(values)


def test_what_became_of_each_source_is_a_point_that_a_rule_can_read(tmp_path, influx):
    good, page = tmp_path / "good", tmp_path / "page"
    good.write_text("danh-bac.example\n")
    page.write_text("<!DOCTYPE html><html></html>\n")
    report = build([Source("good", good, "gambling"), Source("page", page, "gambling")], tmp_path / "list")
    influx.write([encode(point) for point in points(report, 1_772_463_610)])
    found = {
        s.tags["source"]: s.rows[0][1:]
        for s in influx.query("SELECT domains, refused FROM blocklist GROUP BY source")
    }
    assert found == {"good": (1, 0), "page": (0, 1)}
