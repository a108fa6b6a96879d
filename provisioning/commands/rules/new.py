"""`quannet rules new`: a policy, its scenario and its page, begun from the example of a kind."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from collector.problem import Severity, as_text
from provisioning.commands.common import FAULTS, read_site, site_option

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from alerts.draft import Draft
    from provisioning.site import Site

CONDITION = "NAME=TEXT[|TEXT], NAME>=N, NAME<=N, NAME>N or NAME<N"
# What a new policy cannot do without: asked on a terminal where no option says it.
ASKED = {
    "id": "Id, small letters and hyphens",
    "title_vi": "Title in Vietnamese",
    "title_en": "Title in English",
    "basis_vi": "Legal basis in Vietnamese",
    "basis_en": "Legal basis in English",
}
_PAIRS = ("title", "says", "basis", "misses")


class _Help(click.Command):
    """With the table of kinds behind the text, which is read only then."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        from alerts.kinds import KINDS

        del ctx
        with formatter.section("Kinds"):
            formatter.write_dl([(kind.name, kind.words) for kind in KINDS])


@click.command("new", cls=_Help)
@click.argument("kind", type=click.Choice(("hours", "sum", "presence", "register", "stack", "absence")))
@site_option
@click.option("--dry-run", is_flag=True, help="Print the three files; write nothing.")
@click.option("--id", "id_", help="Id: the name of its files.")
@click.option("--title-vi", help="Title in Vietnamese.")
@click.option("--title-en", help="Title in English.")
@click.option("--says-vi", help="Sentence of a notice in Vietnamese, with {value}, {venue} and the like.")
@click.option("--says-en", help="The same in English.")
@click.option("--basis-vi", help="Legal basis in Vietnamese.")
@click.option("--basis-en", help="The same in English.")
@click.option("--confidence", help="confirmed, partly, unconfirmed or supervision.")
@click.option("--binds", multiple=True, help="A class that it binds; again for more.")
@click.option(
    "--place", "places", multiple=True, help="Code of a place that it binds; again for more (default: all)."
)
@click.option("--from", "since", type=click.DateTime(["%Y-%m-%d"]), help="First day on which it holds.")
@click.option("--to", "until", type=click.DateTime(["%Y-%m-%d"]), help="First day on which it holds no more.")
@click.option("--hours", help="Closed hours such as 22:00-08:00, province, or own.")
@click.option("--counts", metavar="MEASUREMENT.FIELD", help="What it counts; docs/schema.md has all.")
@click.option("--where", multiple=True, metavar="CONDITION", help=f"Which points count: {CONDITION}.")
@click.option("--by", help="An instance for each pc, venue, place or server.")
@click.option("--each", multiple=True, help="A further tag that makes an instance of its own.")
@click.option("--least", type=float, help="The number that it must reach.")
@click.option("--over", help="Within how long, such as 10m.")
@click.option("--for", "lasting", help="For how long it must go on, such as 5m.")
@click.option("--severity", help="critical, warning or info.")
def rules_new(kind: str, site: Path, dry_run: bool, **given: Any) -> None:
    """Write a policy of a KIND with its scenario and its page into the site folder, from the kind's example.

    Options replace what the example says; on a terminal the most important ones are asked for. What is written
    passes `rules lint` and `rules test` as it is: then change it.

    `quannet rules new presence --id dark-all-day --title-vi "Mất tín hiệu cả ngày" --title-en "Dark all day"
    --where state=dark --least 600 --over 24h`
    """
    from alerts.draft import page_text, policy_text
    from alerts.kinds import BY_NAME
    from alerts.sketch import scenario_text

    loaded = read_site(site)
    draft = _changed(BY_NAME[kind].example, _asked(BY_NAME[kind].example, given, dry_run))
    faults = _faults(draft, loaded, site)
    if faults:
        click.echo(as_text(faults), err=True)
        sys.exit(FAULTS)
    try:
        story = scenario_text(draft)
    except ValueError as fault:
        raise click.UsageError(f"{fault}: change --least, --over, --for or --where") from None
    files = {
        site / "policies" / f"{draft.id}.yaml": _modeline(site, "policy.json") + policy_text(draft),
        site / "scenarios" / f"{draft.id}.yaml": _modeline(site, "scenario.json") + story,
        site / "docs" / "policies" / f"{draft.id}.md": page_text(draft),
    }
    for path, text in files.items():
        if dry_run:
            click.echo(f"# {path}\n{text}")
        elif path.exists():
            raise click.ClickException(f"{path} exists; choose another --id, or edit it")
    if dry_run:
        return
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        click.echo(path)
    click.echo(
        f"next: quannet rules lint --site {site}; quannet rules test --site {site} --policy {draft.id}",
        err=True,
    )


def _modeline(site: Path, name: str) -> str:
    """For editors, where the site has the schemas."""
    found = site / "schemas" / name
    return f"# yaml-language-server: $schema=../schemas/{name}\n" if found.is_file() else ""


def _asked(example: Draft, given: dict[str, Any], dry_run: bool) -> dict[str, Any]:
    """What the options say, and on a terminal the answers; elsewhere a name and a title must be given."""
    found = {
        ("id" if name == "id_" else name): value for name, value in given.items() if value not in {None, ()}
    }
    if dry_run:
        return found
    for name, words in ASKED.items():
        if name in found:
            continue
        if sys.stdin.isatty():
            found[name] = click.prompt(words, default=_default(example, name), err=True)
        elif not name.startswith("basis"):
            raise click.UsageError(f"nobody is there to be asked: give --{name.replace('_', '-')}")
    return found


def _default(example: Draft, name: str) -> str:
    if name == "id":
        return example.id
    kind, _, language = name.partition("_")
    found: tuple[str, str] = getattr(example, kind)
    return found[language == "en"]


def _changed(draft: Draft, given: dict[str, Any]) -> Draft:
    changes = {name: value for name, value in given.items() if hasattr(draft, name)}
    for name in _PAIRS:
        pair = [
            given.get(f"{name}_{language}", old)
            for language, old in zip(("vi", "en"), getattr(draft, name), strict=True)
        ]
        changes[name] = tuple(pair)
    for name in ("since", "until"):
        moment: datetime | None = given.get(name)
        if moment is not None:
            changes[name] = moment.date()
    if "counts" in given:
        measurement, dot, field = given["counts"].partition(".")
        if not dot:
            raise click.BadParameter(
                "write it as measurement.field, such as late.accesses", param_hint="--counts"
            )
        changes |= {"measurement": measurement, "field": field}
    if "where" in given:
        changes["where"] = tuple(_condition(text) for text in given["where"])
    return replace(draft, **changes)


def _condition(text: str) -> tuple[str, str, str]:
    for sign in (">=", "<=", "=", ">", "<"):
        name, found, value = text.partition(sign)
        if found and name and value:
            return name, sign, value
    raise click.BadParameter(f"{text!r} is no condition; write {CONDITION}", param_hint="--where")


def _faults(draft: Draft, site: Site, folder: Path) -> list[Any]:
    """Of the policy's text, as if it stood in its file already; page and scenario are still to come."""
    from alerts.checks import lint
    from alerts.draft import policy_text
    from alerts.load import clashes
    from alerts.policy import Policy
    from collector.clock import SystemClock, local
    from collector.document import parse_yaml
    from provisioning.bench import of_site

    read = parse_yaml(policy_text(draft), f"{folder}/policies/{draft.id}.yaml", Policy)
    if read.value is None:
        return read.problems
    policy = read.value.read_from(read.document)
    bench = of_site(site, folder, local(SystemClock().wall()).date())
    bench = replace(bench, policies=(*site.policies, policy), docs=(), scenarios=())
    problems = [*clashes(bench.policies), *lint(bench)]
    return [
        problem
        for problem in problems
        if problem.place.path == policy.origin.path
        and problem.severity < Severity.INFO
        and problem.check != "policy/scenario"
    ]
