"""What is wrong in a site folder is said at once, with file, line, column and what to write."""

from __future__ import annotations

import pytest
from support import BASE, HERE, folder, said

from collector.problem import Severity
from provisioning import site
from provisioning.scaffold import EXAMPLE

BAD = sorted(path.name for path in (HERE / "bad").iterdir())


@pytest.mark.parametrize("fault", BAD)
def test_one_fault_is_said_in_these_words(fault, tmp_path):
    where = folder(tmp_path / "site", HERE / "bad" / fault)
    expected = HERE / "bad" / fault / "expected.txt"
    _, problems = site.load(where)
    assert said(problems, where) == expected.read_text("utf-8")
