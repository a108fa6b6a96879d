"""On a terminal `rules new` asks for what no option says."""

import os
import pty
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[4]
ANSWERS = "mine\nCủa tôi\nMine\n\n\n"  # the basis is the example's


def test_what_no_option_says_is_asked_for(site):
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, str(ROOT / "cli.py"), "rules", "new", "stack", "--site", str(site)],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        os.close(theirs)
        os.write(ours, ANSWERS.encode())
        stdout, stderr = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 0, stderr
    assert "Title in Vietnamese [Tiến trình của máy chủ dùng quá nhiều bộ nhớ]:" in stderr
    assert stdout.splitlines()[0] == f"{site}/policies/mine.yaml"
    assert '  vi: "Của tôi"' in (site / "policies" / "mine.yaml").read_text("utf-8")
