"""The port that is chosen is the one of this system."""

from collector.agent import platform
from collector.agent.platform.linux import LinuxPlatform


def test_this_system_has_a_port() -> None:
    assert isinstance(platform.current(), LinuxPlatform)
    assert platform.current().name == "linux"
