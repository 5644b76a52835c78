"""The greatest memory that this process has come to."""

import sys
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

MEGA = 1_000_000


def peak_mb() -> int:
    """Return it in megabytes (10^6 bytes).

    On Linux ``ru_maxrss`` also tells of the parent, as it was when this process began; the line ``VmHWM`` does not.
    """
    try:
        lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return getrusage(RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1_024) // MEGA
    told = {name: text for name, _, text in (line.partition(":") for line in lines)}
    return int(told["VmHWM"].split()[0]) * 1_024 // MEGA
