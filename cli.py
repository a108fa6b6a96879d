"""The command `quannet`: every command of provisioning/commands, and the pages of the manual made of them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from collector.logs import FORMS, configure
from provisioning.commands import (
    audit,
    blocklist,
    boards,
    doctor,
    keeping,
    letters,
    rules,
    seal,
    services,
    simulate,
    site,
    trial,
)
from provisioning.commands.common import FAULTS, folder

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS: tuple[click.Command, ...] = (
    site.init,
    site.check,
    site.provision,
    site.credentials,
    keeping.database,
    seal.seal,
    services.ingest,
    services.presence,
    services.watch,
    services.preview,
    keeping.summarise,
    audit.audit,
    letters.deadletter,
    rules.rules,
    boards.dashboards,
    blocklist.blocklist,
    simulate.simulate,
    doctor.doctor,
    trial.demo,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quannet")
@click.option(
    "--log", type=click.Choice(FORMS), default="text", help="How a process logs on stderr (default: text)."
)
@click.pass_context
def main(ctx: click.Context, log: str) -> None:
    """Supervise a province's public Internet access points and public game points.

    Exit codes: 0 clean, 1 problems found or a test failed, 2 wrong usage, 3 could not judge.
    """
    configure(log, command=ctx.invoked_subcommand or "")


for _command in COMMANDS:
    main.add_command(_command)


@main.command(hidden=True)
@click.option("--out", type=folder, required=True, help="The folder docs/.")
@click.option("--check", "only_check", is_flag=True, help="Exit 1 if a page would change; write nothing.")
def manual(out: Path, only_check: bool) -> None:
    """Write the generated pages of the manual: schema, command line, schemas for editors."""
    from provisioning.manual import pages

    changed = {name: text for name, text in pages(main).items() if _differs(out / name, text)}
    for name, text in changed.items():
        if not only_check:
            (out / name).parent.mkdir(exist_ok=True)
            (out / name).write_text(text, "utf-8")
        click.echo(out / name)
    sys.exit(FAULTS if changed and only_check else 0)


def _differs(path: Path, text: str) -> bool:
    return not path.exists() or path.read_text("utf-8") != text


if __name__ == "__main__":
    main()
