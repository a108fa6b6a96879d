"""What came of scenarios: for a person, as JSON, and as JUnit's XML for whatever shows tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from collector.problem import as_json as problems_as_json

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from junitparser import JUnitXml

    from alerts.difference import Fires
    from alerts.scenario import Report, Result
    from alerts.story import Contains, Firing


def by_case(results: Sequence[Result]) -> Iterator[tuple[str, str, list[Result]]]:
    """Policy and name of each case, and what came of its times."""
    cases: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        cases.setdefault((result.policy, result.case), []).append(result)
    for (policy, case), own in cases.items():
        yield policy, case, own


def as_text(results: Sequence[Result]) -> str:
    """A line a case; for a failed one what was expected, what fired, and when."""
    lines = []
    for policy, case, own in by_case(results):
        failed = [result for result in own if not result.passed]
        times = "1 time" if len(own) == 1 else f"{len(own)} times"
        lines.append(f"{'FAIL' if failed else 'ok'}: {policy}: {case} ({times})")
        lines += [result.difference for result in failed]
    return "".join(line + "\n" for line in lines)


def as_json(report: Report) -> dict[str, Any]:
    return {
        "passed": report.passed,
        "problems": problems_as_json(report.problems),
        "results": [
            {
                "policy": result.policy,
                "case": result.case,
                "at": result.at.isoformat(),
                "passed": result.passed,
                "expected": [_wanted(want) for want in result.expected],
                "got": [_fires(fires) for fires in result.got],
                "difference": result.difference.splitlines(),
            }
            for result in report.results
        ],
    }


def as_junit(report: Report) -> JUnitXml:
    """A suite a policy, a test a case; a fault of a file is an error of a suite of its own."""
    from junitparser import Error, Failure, JUnitXml, TestCase, TestSuite

    suites: dict[str, TestSuite] = {}
    for problem in report.problems:
        case = TestCase(str(problem.place), classname="files")
        case.result = [Error(f"{problem.summary}; {problem.details}", problem.check)]
        suites.setdefault("files", TestSuite("files")).add_testcase(case)
    for policy, name, own in by_case(report.results):
        case = TestCase(name, classname=policy)
        failed = [result.difference for result in own if not result.passed]
        if failed:
            failure = Failure(f"{len(failed)} of {len(own)} times are not as expected", "difference")
            failure.text = "\n".join(failed)
            case.result = [failure]
        suites.setdefault(policy, TestSuite(policy)).add_testcase(case)
    xml = JUnitXml("quannet rules test")
    for suite in suites.values():
        suite.update_statistics()  # type: ignore[no-untyped-call] # the library has no types
        xml.add_testsuite(suite)
    xml.update_statistics()  # type: ignore[no-untyped-call] # likewise
    return xml


def _wanted(want: Firing) -> dict[str, Any]:
    found: dict[str, Any] = dict(want.labels)
    if want.value is not None:
        found["value"] = want.value
    if want.annotations:
        found["annotations"] = {name: _words(words) for name, words in want.annotations.items()}
    return found


def _words(words: str | Contains) -> Any:
    return words if isinstance(words, str) else {"contains": words.contains}


def _fires(fires: Fires) -> dict[str, Any]:
    return {**fires.labels, "value": fires.value, "annotations": dict(fires.annotations)}
