"""The built-in policies, and the rules that a site of two decisions generates from them."""

from datetime import date

import pytest

from alerts.compile import compile_policy
from alerts.grafana import render
from alerts.load import BUILTIN, load
from alerts.policy import AlertContext, ProvincialHours


@pytest.fixture(scope="session")
def policies():
    found, problems = load(BUILTIN, "alerts/policies")
    assert not problems
    return found


@pytest.fixture(scope="session")
def context():
    return AlertContext(
        language="vi",
        provincial=(
            ProvincialHours(("agent",), date(2024, 1, 1), date(2025, 7, 1), ((360, 1380),), "Quyết định cũ"),
            ProvincialHours(("agent", "isp"), date(2025, 7, 1), None, ((420, 1380),), "Quyết định mới"),
        ),
        mail_recipients=("thanh-tra@laocai.example", "so-vh@laocai.example"),
        preview_url="http://127.0.0.1:8700",
        docs_url="https://docs.example/quannet/",
    )


@pytest.fixture(scope="session")
def files(policies, context):
    """Generated alerting files, by name."""
    return render([compile_policy(policy, context) for policy in policies], context)
