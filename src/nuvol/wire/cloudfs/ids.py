"""CloudFS ids: a node's number as 22 URL-safe base64 characters, and back (specification section 3).

The permutation is fixed and published (docs/disk-format.md): it must be the same in every instance for ever, or
what clients remember by id would be orphaned by an import. It hides nothing and protects nothing.
"""

import base64
import binascii

LENGTH = 22
"""Characters: 16 bytes in base64 without the padding."""

_MASK = (1 << 64) - 1
_FIRST, _SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB  # SplitMix64's finaliser, a bijection of 64 bits
_FIRST_BACK, _SECOND_BACK = pow(_FIRST, -1, 1 << 64), pow(_SECOND, -1, 1 << 64)
_TAIL = 0x9E3779B97F4A7C15  # the golden ratio in 64 bits, as SplitMix64 has it
_LIMIT = 1 << 53


def encode(node_id: int) -> str:
    """The id that clients see."""
    head = _mix(node_id)
    tail = _mix(head ^ _TAIL)
    return base64.urlsafe_b64encode(head.to_bytes(8) + tail.to_bytes(8)).decode().rstrip("=")


def decode(text: str) -> int | None:
    """The node's number; None when no node can have this id."""
    if len(text) != LENGTH or not text.isascii():
        return None
    try:
        raw = base64.b64decode(text + "==", altchars=b"-_", validate=True)
    except binascii.Error:
        return None
    number = _unmix(int.from_bytes(raw[:8]))
    return number if number < _LIMIT and encode(number) == text else None


def _mix(z: int) -> int:
    z = (z ^ (z >> 30)) * _FIRST & _MASK
    z = (z ^ (z >> 27)) * _SECOND & _MASK
    return z ^ (z >> 31)


def _unmix(z: int) -> int:
    z = _unshift(z, 31) * _SECOND_BACK & _MASK
    z = _unshift(z, 27) * _FIRST_BACK & _MASK
    return _unshift(z, 30)


def _unshift(z: int, by: int) -> int:
    """Undo z ^ (z >> by)."""
    found = z
    for _ in range(64 // by):
        found = z ^ (found >> by)
    return found
