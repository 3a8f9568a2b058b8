"""Files on their way out, from the disk's cache to the socket without coming through our memory."""

import os
import select
from time import monotonic

from nuvol.faces.http import Disconnected, Span


def send_span(socket: int, span: Span, seconds: float) -> int:
    """Send what the client takes of it within `seconds`; returns how many bytes that was. To be called in a thread.

    `socket` does not block. Raises Disconnected, and OSError when the file cannot be read.
    """
    end = monotonic() + seconds
    writable = select.poll()
    writable.register(socket, select.POLLOUT)
    sent = 0
    while sent < span.length:
        try:
            count = os.sendfile(socket, span.file, span.offset + sent, span.length - sent)
        except BlockingIOError:
            left = end - monotonic()
            if left <= 0 or not writable.poll(left * 1000):
                break
            continue
        except ConnectionError:
            raise Disconnected from None
        if not count:
            raise OSError("a file ended before the bytes that were announced of it")
        sent += count
    return sent
