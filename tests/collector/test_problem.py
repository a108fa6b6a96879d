"""Problems: what a tired person reads, in stable order, as text and as JSON."""

from collector.problem import Place, Problem, Severity, as_json, as_text, error, in_order

HOUR = error(
    "policy/hours",
    '"25:00" is no hour of a day',
    'write for example "22:00"',
    Place("site/site.yaml", 5, 10, "\t  open: 25:00", 5),
)
LATER = Problem("site/hours", Severity.WARNING, "no rule known", "", Place("site/site.yaml", 9))
OTHER = error("file/missing", "'id' is missing", "write `id: …`", Place("site/a.yaml", 12))


def test_a_problem_shows_the_line_its_marks_and_the_way_out():
    assert as_text([HOUR]) == (
        'error: "25:00" is no hour of a day (policy/hours)\n'
        "  --> site/site.yaml:5:10\n"
        "    5 | \t  open: 25:00\n"
        "      | \t        ^^^^^\n"
        '  = write for example "22:00"\n'
    )


def test_without_a_line_or_a_remedy_there_is_none():
    assert as_text([LATER]) == "warning: no rule known (site/hours)\n  --> site/site.yaml:9:1\n"


def test_problems_come_once_and_by_place_whatever_their_order():
    assert in_order([LATER, HOUR, OTHER, HOUR]) == [OTHER, HOUR, LATER]


def test_json_says_the_same():
    assert as_json([LATER]) == [
        {
            "check": "site/hours",
            "severity": "warning",
            "summary": "no rule known",
            "details": "",
            "path": "site/site.yaml",
            "line": 9,
            "column": 1,
        }
    ]
