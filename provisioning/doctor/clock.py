"""Whether something keeps this machine's clock right: it is the clock of every sample and of every hour's rule."""

from __future__ import annotations

import ctypes
import os
import sys
from typing import TYPE_CHECKING

from provisioning.doctor.check import Check, unknown, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from provisioning.doctor.check import Here, Said

_UNSYNCHRONISED = 0x40  # STA_UNSYNC of adjtimex(2)


class _Timex(ctypes.Structure):
    """The beginning of struct timex; the kernel writes the rest behind it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 256),
    )


def synchronised() -> bool:
    """What the kernel was told by whatever sets its clock. OSError where it does not say."""
    if sys.platform != "linux":
        raise OSError("only Linux says so")
    timex = _Timex()  # modes 0: look, change nothing
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.adjtimex(ctypes.byref(timex)) < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return not timex.status & _UNSYNCHRONISED


def look(_here: Here) -> Iterator[Said]:
    try:
        if not synchronised():
            yield warning("nothing has set this machine's clock by another one")
    except OSError as fault:
        yield unknown(f"the kernel does not say: {fault}")


CHECK = Check(
    "QN-D014",
    "clock",
    "Is this machine's clock set by another one?",
    "`timedatectl set-ntp true`, then `timedatectl`; the address of a time server stands in /etc/systemd/timesyncd.conf",
    look,
)
