"""Programs of ours that open what comes from anybody, each as a child process at the other end of a socket."""

import os
import socket
import subprocess
import sys

KEPT = ("PATH", "PYTHONPATH", "VIRTUAL_ENV")
"""Of the environment: what it takes to start Python."""


class Child:
    """One of them, until it breaks or is let go."""

    def __init__(self, module: str, seconds: float) -> None:
        """`seconds`: after which a silent one is given up."""
        self.channel, theirs = socket.socketpair()
        self.channel.settimeout(seconds)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env={key: os.environ[key] for key in KEPT if key in os.environ} | {"MALLOC_ARENA_MAX": "1"},
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    def end(self) -> None:
        self.channel.close()
        self._process.kill()
        self._process.wait()
