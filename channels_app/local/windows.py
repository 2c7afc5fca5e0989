"""What keeps engines from outliving Novapi on Windows, where there are no process groups and no guard is needed.

A Job Object whose last handle ends with this process ends everything in it; what is started from here is in it, too
(Microsoft, "Job Objects", JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE). Written from the documentation; not tried on a machine.
"""

import ctypes
import logging
import os
import subprocess
from typing import Any

logger = logging.getLogger(__name__)

ON_WINDOWS = os.name == "nt"
KILL_ON_JOB_CLOSE, EXTENDED_LIMITS = 0x2000, 9  # winnt.h
# No window of its own; and a Ctrl-C in Novapi's console is not for it.
CREATION_FLAGS = 0x08000000 | 0x00000200  # CREATE_NO_WINDOW, CREATE_NEW_PROCESS_GROUP

_job: Any = None  # its handle, which must live as long as this process


class BasicLimits(ctypes.Structure):
    _fields_ = (
        ("PerProcessUserTimeLimit", ctypes.c_int64),
        ("PerJobUserTimeLimit", ctypes.c_int64),
        ("LimitFlags", ctypes.c_uint32),
        ("MinimumWorkingSetSize", ctypes.c_size_t),
        ("MaximumWorkingSetSize", ctypes.c_size_t),
        ("ActiveProcessLimit", ctypes.c_uint32),
        ("Affinity", ctypes.c_size_t),
        ("PriorityClass", ctypes.c_uint32),
        ("SchedulingClass", ctypes.c_uint32),
    )


class ExtendedLimits(ctypes.Structure):
    _fields_ = (
        ("BasicLimitInformation", BasicLimits),
        ("IoInfo", ctypes.c_uint64 * 6),
        ("ProcessMemoryLimit", ctypes.c_size_t),
        ("JobMemoryLimit", ctypes.c_size_t),
        ("PeakProcessMemoryUsed", ctypes.c_size_t),
        ("PeakJobMemoryUsed", ctypes.c_size_t),
    )


def enter_job() -> None:
    """Put this process into a job of its own, once. Where that is refused, engines may outlive a Novapi that is
    killed; the next one finds them by its notes."""
    global _job
    if not ON_WINDOWS or _job:
        return
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined]
    kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
    job = kernel.CreateJobObjectW(None, None)
    limits = ExtendedLimits()
    limits.BasicLimitInformation.LimitFlags = KILL_ON_JOB_CLOSE
    told = ctypes.byref(limits), ctypes.sizeof(limits)
    is_set = kernel.SetInformationJobObject(ctypes.c_void_p(job), EXTENDED_LIMITS, *told)
    current = ctypes.c_void_p(kernel.GetCurrentProcess())
    if not is_set or not kernel.AssignProcessToJobObject(ctypes.c_void_p(job), current):
        logger.warning("Engines could not be tied to Novapi (Windows error %d).", ctypes.get_last_error())  # type: ignore[attr-defined]
    _job = job


def end_tree(pid: int, force: bool) -> None:
    """Ask, or make, a process and all below it end."""
    subprocess.run(
        ["taskkill", "/t", *(["/f"] if force else []), "/pid", str(pid)],
        capture_output=True, check=False, creationflags=CREATION_FLAGS if ON_WINDOWS else 0,
    )  # fmt: skip
