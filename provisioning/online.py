"""How the machine on which a site folder is written reaches the site's database."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from collector.influx import Access

if TYPE_CHECKING:
    from provisioning.site import Site


def access(site: Site) -> Access:
    """By site.yaml alone. OSError where the file with its secret is not on this machine."""
    influx = site.settings.influx
    secret = None if influx.secret_file is None else Path(influx.secret_file).read_text("utf-8").strip()
    return Access(influx.url, influx.database, influx.api, influx.org, secret)
