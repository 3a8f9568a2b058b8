"""The program: it answers one question after another until nobody asks any more.

It may use so much memory and, for each picture, so much time; it can write no file and leave no core; it dies with the
server. What it opens may be made to break it, and then it breaks alone.
"""

import ctypes
import hashlib
import os
import resource
import signal
import socket
import sys

from msgspec.structs import replace

from nuvol.model.photos import Made
from nuvol.pictures import messages
from nuvol.pictures.messages import Question
from nuvol.pictures.stills import Unseen

MEMORY = 1536 << 20
"""Bytes of address space: a picture of the largest size takes 800 MB for a moment."""
SECONDS = 30
"""Of processor for one look: the largest pictures take five."""
STILL_BYTES = 256 << 20
"""A picture is read as a whole."""
SUM_BYTES = 2 << 30
"""Films above it have no SHA-256: it would be a long look, and no phone asks for them."""
FILES = 32


def confine() -> None:
    """Give up what is not needed, for good."""
    os.nice(10)  # those who wait for the server come first
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG
        prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS


def allow_time() -> None:
    """So many seconds from now on; whoever needs more is killed by the kernel."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + SECONDS + 1, hard))


def look(question: Question) -> tuple[Made, bytes]:
    descriptor, film, size = question
    try:
        if film:
            from nuvol.pictures import films

            made, data = films.look(descriptor, size)
            return (replace(made, sha256=films.sha256(descriptor, size)) if size <= SUM_BYTES else made), data
        from nuvol.pictures import stills

        if size > STILL_BYTES:
            raise Unseen(f"It has {size >> 20} MiB; pictures of up to {STILL_BYTES >> 20} are shown.")
        content = os.pread(descriptor, size, 0)
        made, data = stills.look(content)
        return replace(made, sha256=hashlib.sha256(content).digest()), data
    except Unseen as why:
        return Made(failure=str(why)), b""
    except MemoryError:
        return Made(failure="It takes more memory than a look at it may take."), b""
    except Exception:  # it comes from anybody, and a library may stumble over it in any way
        return Made(failure="It is damaged, or made so that it cannot be shown."), b""
    finally:
        os.close(descriptor)


def main() -> None:
    channel = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal is for the server, which then lets go of us
    confine()
    while (question := messages.asked(channel)) is not None:
        allow_time()
        messages.answer(channel, *look(question))


if __name__ == "__main__":
    main()
