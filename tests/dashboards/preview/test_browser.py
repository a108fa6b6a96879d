"""A real browser draws all boards, under the page's own security policy."""

import re
import shutil
import subprocess

import pytest

from dashboards.preview import create_app

CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def address(folder, province, serving):
    with serving(create_app(folder, province, "vi")) as found:
        yield found


def drawn(address, profile):
    """The page as it stands when all is loaded, and what the browser said."""
    switches = (
        "headless no-sandbox disable-gpu no-first-run disable-background-networking disable-component-update"
        " disable-sync enable-logging=stderr window-size=1400,1400 virtual-time-budget=10000"
    )
    command = [
        CHROMIUM,
        *(f"--{s}" for s in switches.split()),
        f"--user-data-dir={profile}",
        "--dump-dom",
        address,
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout, [line for line in done.stderr.splitlines() if ":CONSOLE" in line]


@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
@pytest.mark.parametrize(
    ("board", "panels", "charts"),
    [
        ("quannet-province?var-place=$__all", 8, 2),
        ("quannet-venue?var-venue=yb-0012&range=1h", 11, 5),
        ("quannet-sites?var-place=$__all&var-venue=$__all", 7, 3),
    ],
)
def test_every_panel_is_drawn_and_nothing_is_refused(board, panels, charts, address, tmp_path):
    page, said = drawn(f"{address}/d/{board}", tmp_path)
    assert said == []
    assert f'data-drawn="{panels}"' in page
    assert page.count('<svg class="main-svg"') >= charts
    assert len(re.findall(r'class="content[^"]*js-plotly-plot', page)) == charts
    contents = re.findall(r'<div class="content[^"]*"[^>]*>(.*?)</section>', page, re.DOTALL)
    assert len(contents) == panels
    assert all(len(content) > 40 for content in contents)
    assert "Truy vấn thất bại" not in page
    assert page.count("Không có dữ liệu") == 0
    assert re.search(r'<p id="offline" class="banner" hidden', page)
