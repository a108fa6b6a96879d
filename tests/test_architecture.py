"""Who may import whom: the layers of the house, and what may run on somebody's gaming PC."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("collector", "alerts", "dashboards", "provisioning")
# The ground floor imports nothing of ours but itself; all may import it.
GROUND = {
    f"collector.{name}"
    for name in (
        "clock",
        "conventions",
        "deploy",
        "document",
        "hours",
        "influx",
        "influxql",
        "lineprotocol",
        "problem",
        "roster",
        "schema",
        "supervised",
        "texts",
        "vitals",
        "wire",
    )
}
# Of the ground floor, what needs the server's libraries and stays off a PC.
SERVER_ONLY = {
    f"collector.{name}" for name in ("deploy", "document", "influx", "roster", "supervised", "vitals")
}
ON_A_PC = {"psutil", "paho"} | set(sys.stdlib_module_names)
# What an extra brings to a PC, each behind one module that does without.
EXTRAS = {"collector.agent.packets.cipher": {"cryptography"}}


def modules() -> dict[str, Path]:
    found = {"cli": ROOT / "cli.py"}
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imports(path: Path) -> set[str]:
    """Every module that a file names in an import, wherever it stands, as far as it is a module."""
    named: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            assert node.module is not None
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            named |= {name if name in MODULES else node.module for name in whole}
    return named


def ours(name: str) -> bool:
    return name.split(".", maxsplit=1)[0] in {*PACKAGES, "cli"}


def inside(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def on_ground(name: str) -> bool:
    return any(inside(name, ground) for ground in GROUND)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_imports_only_what_its_floor_allows(module):
    for name in filter(ours, imports(MODULES[module])):
        assert name != "cli", f"{module} imports cli"
        if on_ground(module):
            assert on_ground(name) or name == "collector", f"{module} is ground floor and imports {name}"
        elif inside(module, "collector.agent"):
            allowed = on_ground(name) and not any(inside(name, s) for s in SERVER_ONLY)
            assert allowed or inside(name, "collector.agent"), f"{module} runs on a PC and imports {name}"
        elif inside(module, "collector"):
            assert inside(name, "collector"), f"{module} imports {name}"
        elif inside(module, "alerts") or inside(module, "dashboards"):
            own = module.split(".")[0]
            assert on_ground(name) or inside(name, own), f"{module} imports {name}"


@pytest.mark.parametrize(
    "module",
    [m for m in MODULES if inside(m, "collector.agent")]
    + sorted(m for m in MODULES if on_ground(m) and not any(inside(m, s) for s in SERVER_ONLY)),
)
def test_a_gaming_pc_needs_only_the_standard_library_psutil_and_paho(module):
    strange = (
        {name.split(".")[0] for name in imports(MODULES[module]) if not ours(name)} - ON_A_PC - {"__future__"}
    )
    assert strange == EXTRAS.get(module, set())


def test_only_the_kit_sees_grafanalib():
    users = {
        module for module, path in MODULES.items() if any(inside(n, "grafanalib") for n in imports(path))
    }
    assert users == {"dashboards.kit"}


@pytest.mark.parametrize("module", MODULES)
def test_a_module_says_in_one_docstring_what_it_holds_and_stays_small(module):
    text = MODULES[module].read_text("utf-8")
    assert ast.get_docstring(ast.parse(text)), f"{module} has no docstring"
    assert text.count("\n") <= 400, f"{module} is longer than 400 lines"


def test_the_top_level_is_fixed():
    made = {"__pycache__", "build", "dist"}
    files = {
        p.name for p in ROOT.iterdir() if not p.name.startswith(".") and not p.name.endswith(".egg-info")
    }
    assert files - made <= {
        *PACKAGES,
        "tests",
        "docs",
        "benchmarks",
        "cli.py",
        "Makefile",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "pyproject.toml",
        "requirements.lock",
    }
