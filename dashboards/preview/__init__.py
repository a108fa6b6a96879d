"""A web page of the boards where there is no Grafana: it draws the generated dashboard JSON and nothing else."""

from dashboards.preview.server import create_app, serve

__all__ = ["create_app", "serve"]
