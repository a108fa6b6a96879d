"""A site names its lists in site.yaml; its own lie beside it."""

from pathlib import Path

import pytest

from collector.problem import as_text
from provisioning import site
from provisioning.blocklists.site import sources
from provisioning.scaffold import init


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    init(tmp_path / "site")
    (tmp_path / "site" / "law").write_text("a.example\n")
    return tmp_path / "site"


def with_lists(folder: Path, text: str) -> str:
    path = folder / "site.yaml"
    path.write_text(path.read_text("utf-8").replace("blocklists: []", f"blocklists:\n{text}"), "utf-8")
    return as_text(problem for problem in site.load(folder)[1] if problem.check != "site/hours")


def test_a_list_and_the_sites_own_are_sources(folder):
    assert with_lists(folder, "  - {id: law, path: law, category: gambling, authority: true}") == ""
    (folder / "deny.txt").write_text("b.example\n")
    (folder / "allow.txt").write_text("c.example\n")
    loaded, _ = site.load(folder)
    deny, allow, law = sources(folder, loaded.settings)
    assert (deny.id, deny.authority, deny.own, deny.allow) == ("site-deny", True, True, False)
    assert (allow.id, allow.authority, allow.own, allow.allow) == ("site-allow", True, True, True)
    assert (law.id, law.authority, law.path, law.version) == ("law", True, folder / "law", "")


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("  - {id: law, path: gone, category: gambling}", "there is no file 'gone'"),
        ("  - {id: Law, path: law, category: gambling}", "'Law' is no id"),
        ("  - {id: law, path: law, category: Cờ bạc}", "'Cờ bạc' is no id"),
        ("  - {id: site-deny, path: law, category: gambling}", "the id 'site-deny' is that of another list"),
        (
            "  - {id: law, path: law, category: x}\n  - {id: law, path: law, category: x}",
            "the id 'law' is that",
        ),
        (
            "  - {id: law, path: law, category: x, format: csv}",
            "'csv' is none of the words known for 'format'",
        ),
        ("  - {id: law, path: law, catgory: x}", "'catgory' is no key here"),
    ],
)
def test_a_fault_of_the_section_is_told(folder, text, summary):
    told = with_lists(folder, text)
    assert summary in told
    assert "site.yaml:" in told
