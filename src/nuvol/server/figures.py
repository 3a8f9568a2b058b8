"""What /metrics tells."""

import os
import resource
from collections.abc import Iterator

from nuvol.faces.health import Figure
from nuvol.faces.http import Dispatcher
from nuvol.server.connection import Shared

_PAGE = os.sysconf("SC_PAGE_SIZE")


def figures(app: Dispatcher, shared: Shared) -> Iterator[Figure]:
    """The counters of one process."""
    answers = [({"face": face, "status": str(status)}, n) for (face, status), n in sorted(app.answers.items())]
    refusals = [({"status": str(status)}, n) for status, n in sorted(shared.refusals.items())]
    in_flight = sum(connection.busy for connection in shared.connections)
    used = resource.getrusage(resource.RUSAGE_SELF)
    yield Figure("nuvol_answers_total", "counter", "Answers by face and status.", answers)
    yield Figure("nuvol_refusals_total", "counter", "Requests refused before any face saw them.", refusals)
    yield Figure("nuvol_connections", "gauge", "Open connections.", [({}, len(shared.connections))])
    yield Figure("nuvol_requests_in_flight", "gauge", "Requests being answered.", [({}, in_flight)])
    yield Figure("nuvol_run_buffers_lent", "gauge", "Large upload buffers in use.", [({}, shared.buffers.lent)])
    yield Figure("process_resident_memory_bytes", "gauge", "Memory in use.", [({}, _resident())])
    yield Figure("process_cpu_seconds_total", "counter", "Time of all cores.", [({}, used.ru_utime + used.ru_stime)])


def _resident() -> int:
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except OSError:  # no Linux
        return 0
