"""`quannet rules`: policies, and the alert rules that they become; a command a file."""

from __future__ import annotations

import click

from provisioning.commands.rules import backtest, explain, lint, listing, new, play


@click.group()
def rules() -> None:
    """Policies, and the alert rules that they become."""


for _command in (
    listing.rules_list,
    new.rules_new,
    explain.rules_explain,
    lint.rules_lint,
    play.rules_test,
    backtest.rules_backtest,
):
    rules.add_command(_command)
