"""What a program gives up that opens what comes from anybody: for good, and before it opens anything."""

import ctypes
import os
import resource
import signal
import sys

FILES = 32


def confine(memory: int) -> None:
    """`memory`: bytes of address space that it may have. It can write no file and leave no core, and dies with the
    server."""
    os.nice(10)  # those who wait for the server come first
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal is for the server, which then lets go of us
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS


def allow_time(seconds: int) -> None:
    """So many seconds of processor from now on; whoever needs more is killed by the kernel."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))
