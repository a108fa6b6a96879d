"""The manual cannot lie: generated pages are current, every command has help, every link leads somewhere."""

import re
from pathlib import Path

import click
import pytest

import cli
from provisioning.manual import pages

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


def commands(group: click.Group, path: str = "quannet"):
    for name, command in group.commands.items():
        yield f"{path} {name}", command
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")


COMMANDS = dict(commands(cli.main))


@pytest.mark.parametrize("name", list(pages(cli.main)))
def test_a_generated_page_is_current(name):
    assert (ROOT / "docs" / name).read_text("utf-8") == pages(cli.main)[name], "run `make generate`"


@pytest.mark.parametrize("path", COMMANDS)
def test_a_command_says_what_it_does_and_so_does_each_option(path):
    command = COMMANDS[path]
    assert command.help
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{path} {option.name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page}: {target}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_commands_in_the_manual_exist(page):
    text = page.read_text("utf-8")
    for block in re.findall(r"```(?:sh|console)?\n(.*?)```", text, re.DOTALL):
        for words in re.findall(
            r"^(?:\$ )?(?:\.venv/bin/)?quannet ([a-z]+)((?: [a-z]+)?)", block, re.MULTILINE
        ):
            name = f"quannet {words[0]}"
            assert name in COMMANDS, f"{page}: {name}"
            if isinstance(COMMANDS[name], click.Group) and words[1]:
                assert name + words[1] in COMMANDS, f"{page}: {name}{words[1]}"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_make_targets_in_the_manual_exist(page):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"`make ([a-z-]+)", page.read_text("utf-8"))) <= targets
