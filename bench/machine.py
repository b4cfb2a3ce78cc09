"""The machine: which processor does what, how fast it is just now, and what it is called."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

LOOPS = 2_000_000


def _two() -> tuple[int, int] | None:
    if not hasattr(os, "sched_getaffinity"):
        return None
    found = sorted(os.sched_getaffinity(0))
    return (found[0], found[1]) if len(found) > 1 else None


PROCESSORS = _two()
"""The one for the server and the one for whoever asks it; None where there are not two."""


def serve_apart(process: int) -> None:
    """Keep a server, and what it will start, on the server's processor."""
    if PROCESSORS:
        os.sched_setaffinity(process, {PROCESSORS[0]})


def measure_apart() -> None:
    """Leave the server's processor to the server."""
    if PROCESSORS:
        os.sched_setaffinity(0, {PROCESSORS[1]})


def fixed_loop() -> float:
    """Milliseconds of a loop that never changes, where servers run: how the machine drifts."""
    code = (
        "import time\nbegin = time.perf_counter()\nnumber = 0\n"
        f"for each in range({LOOPS}):\n    number += each * each % 7\n"
        "print(1000 * (time.perf_counter() - begin))"
    )
    command = [sys.executable, "-S", "-c", code]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    serve_apart(process.pid)
    return float(process.communicate()[0])


def described() -> dict[str, str]:
    """What somebody must know who compares figures of two machines."""
    return {
        "processor": f"{_processor()}, {os.cpu_count()} cores",
        "memory": f"{_memory_gib():.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    }


def _processor() -> str:
    found = re.search(r"model name\s*:\s*(.+)", _read("/proc/cpuinfo"))
    return found[1] if found else platform.processor() or platform.machine()


def _memory_gib() -> float:
    found = re.search(r"MemTotal:\s*(\d+) kB", _read("/proc/meminfo"))
    return int(found[1]) / 1024**2 if found else 0


def _read(path: str) -> str:
    return Path(path).read_text() if Path(path).exists() else ""


def memory_mib(processes: list[int]) -> float:
    """The share of the machine's memory that these processes take together (PSS)."""
    found = (re.search(r"^Pss:\s+(\d+)", _proc(p, "smaps_rollup"), re.M) for p in processes)
    return sum(int(match[1]) for match in found if match) / 1024


def peak_mib(processes: list[int]) -> float:
    """The most that the largest of these processes has held since `forget_peak()`."""
    return _largest(processes, "VmHWM")


def held_mib(processes: list[int]) -> float:
    """What the largest of these processes holds."""
    return _largest(processes, "VmRSS")


def forget_peak(processes: list[int]) -> None:
    """Begin to look for the most anew."""
    for process in processes:
        try:
            Path(f"/proc/{process}/clear_refs").write_text("5")
        except OSError:
            continue


def family(process: int) -> list[int]:
    """A process and all that it has started."""
    found = [process]
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            found += family(int(child))
    return found


def _largest(processes: list[int], name: str) -> float:
    found = (re.search(rf"^{name}:\s+(\d+)", _proc(p, "status"), re.M) for p in processes)
    return max((int(match[1]) for match in found if match), default=0) / 1024


def _proc(process: int, name: str) -> str:
    try:
        return Path(f"/proc/{process}/{name}").read_text()
    except OSError:
        return ""
