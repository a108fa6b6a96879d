"""The world in small and its stories, for all tests of presence."""

import importlib.util
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).parent
CASES = HERE.parent / "cases" / "presence"


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"presence_{name}", HERE / f"{name}.py")
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)  # dataclasses look themselves up
    spec.loader.exec_module(module)
    return module


world, story = load("world"), load("story")


@pytest.fixture(scope="session")
def tell():
    """A case by its name, with its world."""
    return lambda name: story.Story(CASES / f"{name}.yaml", world.World)


@pytest.fixture(scope="session")
def table_of(tell):
    """Of a case, each minute's verdicts."""
    return cache(lambda name: dict(tell(name).play()))
