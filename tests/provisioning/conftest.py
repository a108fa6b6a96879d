"""Site folders for tests: the small base of this folder, with some of its files replaced."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from collector.problem import as_text
from provisioning import site

HERE = Path(__file__).parent


@pytest.fixture
def site_folder(tmp_path):
    """A function that makes the base's copy; a change is (file, old text, new text), each found once."""

    def make(*changes, overlay=None):
        target = tmp_path / "site"
        shutil.copytree(HERE / "base", target)
        for path in [] if overlay is None else overlay.iterdir():
            if path.name != "expected.txt":
                shutil.copyfile(path, target / path.name)
        for name, old, new in changes:
            text = (target / name).read_text("utf-8")
            assert text.count(old) == 1, (name, old)
            (target / name).write_text(text.replace(old, new), "utf-8")
        return target

    return make


@pytest.fixture
def good_site(site_folder):
    """A function that makes and loads a site which must be without errors."""

    def load(*changes):
        found, problems = site.load(site_folder(*changes))
        assert found is not None, as_text(problems)
        return found

    return load
