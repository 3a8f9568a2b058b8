"""The program: it answers one question after another until nobody asks any more.

It may use so much memory and, for each picture, so much time; it can write no file and leave no core; it dies with the
server. What it opens may be made to break it, and then it breaks alone.
"""

import hashlib
import os
import socket
import sys

from msgspec.structs import replace

from nuvol.model.photos import Made
from nuvol.pictures import messages
from nuvol.pictures.confining import allow_time, confine
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
    confine(MEMORY)
    while (question := messages.asked(channel)) is not None:
        allow_time(SECONDS)
        messages.answer(channel, *look(question))


if __name__ == "__main__":
    main()
