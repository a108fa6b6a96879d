"""The command line as text: each script in tests/cli holds commands and all that a person then sees.

`$ quannet …` runs the command; `% …` is a line for the shell that prepares. Then follow stdout, stderr
behind `! `, and `[n]` where the exit code is not 0. `pytest --accept` writes what is seen into the scripts.
"""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli

SCRIPTS = sorted((Path(__file__).parent / "cli").glob("*.txt"))


def run(line: str) -> str:
    """What a person sees of one command."""
    kind, words = line[0], line[2:]
    if kind == "%":
        subprocess.run(words, shell=True, check=True, capture_output=True)
        return ""
    program, *arguments = shlex.split(words)
    assert program == "quannet"
    result = CliRunner().invoke(cli.main, arguments, prog_name="quannet", catch_exceptions=False)
    seen = result.stdout + "".join(f"! {text}\n" for text in result.stderr.splitlines())
    return seen + (f"[{result.exit_code}]\n" if result.exit_code else "")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_person_sees_what_the_script_says(path, tmp_path, monkeypatch, request):
    monkeypatch.chdir(tmp_path)
    text = path.read_text("utf-8")
    commands = re.findall(r"^[$%] .*$", text, re.MULTILINE)
    seen = "".join(f"{line}\n{run(line)}" for line in commands)
    if request.config.getoption("--accept"):
        path.write_text(seen, "utf-8")
    assert seen == text


def test_there_are_scripts():
    assert SCRIPTS
