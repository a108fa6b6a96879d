"""The table of cases: what happens in a province, and what presence says of each PC at each minute."""

from collections import defaultdict
from pathlib import Path

import pytest

CASES = Path(__file__).parents[1] / "cases" / "presence"
NAMES = sorted(path.stem for path in CASES.glob("*.yaml"))
ACCUSING = {"silent", "dark"}
HEARD = {"online", "blind", "cloned"}
WAITS = 3  # minutes


@pytest.mark.parametrize("name", NAMES)
def test_each_pc_gets_its_state_and_cause(tell, table_of, name):
    """As the file says; nobody but those whom it names is ever silent or dark; and nobody waits long."""
    story, table = tell(name), table_of(name)
    for row in story.case["expect"]:
        first, last = row["at"] if isinstance(row["at"], list) else (row["at"], row["at"])
        for key in story.who(row["who"]):
            for minute in range(first, last + 1):
                verdict = table[minute][key]
                said = f"{verdict.state}/{verdict.cause}"
                assert said == row["is"], f"{'/'.join(key)} at minute {minute}: {history(table, key)}"
    accused = {key for verdicts in table.values() for key, v in verdicts.items() if v.state in ACCUSING}
    assert accused == {key for text in story.case["accused"] for key in story.who(text)}
    assert longest_wait(table) <= WAITS


@pytest.mark.parametrize("name", NAMES)
def test_a_presence_that_is_restarted_again_and_again_says_the_same(tell, table_of, name):
    """What it must remember stands in the database, unless the story says what is forgotten and in whose favour."""
    story, table = tell(name), table_of(name)
    every = 1 if len(story.keys) < 500 else 4
    for minute, verdicts in story.play(restarted_each=every):
        for key, verdict in verdicts.items():
            always = table[minute][key]
            if {verdict.state, always.state} <= HEARD:
                continue
            if story.case.get("forgets"):
                assert verdict.state not in ACCUSING or verdict == always
            else:
                assert verdict == always, f"{'/'.join(key)} at minute {minute}"


def test_a_case_is_read_strictly(tell):
    with pytest.raises(AssertionError, match="is nobody"):
        tell(NAMES[0]).who("nowhere-1")


def history(table, key):
    runs = []
    for minute, verdicts in sorted(table.items()):
        said = f"{verdicts[key].state}/{verdicts[key].cause}"
        if not runs or runs[-1][1] != said:
            runs.append((minute, said))
    return ", ".join(f"{minute}: {said}" for minute, said in runs)


def longest_wait(table) -> int:
    waits, longest = defaultdict(int), 0
    for _, verdicts in sorted(table.items()):
        for key, verdict in verdicts.items():
            waits[key] = waits[key] + 1 if verdict.cause == "waiting" else 0
            longest = max(longest, waits[key])
    return longest
