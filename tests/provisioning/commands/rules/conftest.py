"""A new site folder, and the command line on it."""

import pytest
from click.testing import CliRunner

import cli
from provisioning import scaffold


@pytest.fixture
def site(tmp_path):
    scaffold.init(tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture
def run(site):
    """Runs `quannet rules …` on the site; the result has stdout, stderr and exit_code."""

    def rules(*words, **options):
        command, *rest = words
        return CliRunner().invoke(
            cli.main, ["rules", command, "--site", str(site), *rest], catch_exceptions=False, **options
        )

    return rules
