"""What the server and the program say to each other, over a socket: one question, one answer, and again.

A question is four bytes, whether it is a film and how long it is, and a descriptor of the file. An answer is two
lengths, then `Made` as JSON and the bytes of the thumbnails.
"""

import socket
import struct

import msgspec

from nuvol.model.photos import Made

_QUESTION = struct.Struct(">?Q")
_ANSWER = struct.Struct(">II")
ANSWER_LIMIT = 16 << 20
"""Bytes of thumbnails: three WebP are never so long, whatever the program was made to say."""

Question = tuple[int, bool, int]
"""(descriptor, film, size)."""


class Broken(Exception):
    """The other side is gone, or says what it should not."""


def ask(channel: socket.socket, descriptor: int, film: bool, size: int) -> None:
    """Raises OSError (it is gone)."""
    socket.send_fds(channel, [_QUESTION.pack(film, size)], [descriptor])


def asked(channel: socket.socket) -> Question | None:
    """None: nobody will ask any more. The descriptor is the caller's to close."""
    data, descriptors, _, _ = socket.recv_fds(channel, _QUESTION.size, 1)
    if len(data) != _QUESTION.size or not descriptors:
        return None
    film, size = _QUESTION.unpack(data)
    return descriptors[0], film, size


def answer(channel: socket.socket, made: Made, data: bytes) -> None:
    text = msgspec.json.encode(made)
    channel.sendall(_ANSWER.pack(len(text), len(data)) + text + data)


def answered(channel: socket.socket) -> tuple[Made, bytes]:
    """Raises Broken, TimeoutError (as long as the channel says)."""
    text_length, data_length = _ANSWER.unpack(exactly(channel, _ANSWER.size))
    if text_length + data_length > ANSWER_LIMIT:
        raise Broken
    try:
        return msgspec.json.decode(exactly(channel, text_length), type=Made), exactly(channel, data_length)
    except msgspec.DecodeError:
        raise Broken from None


def exactly(channel: socket.socket, length: int) -> bytes:
    found = bytearray()
    while len(found) < length:
        try:
            part = channel.recv(min(length - len(found), 1 << 20))
        except ConnectionError:
            part = b""
        if not part:
            raise Broken
        found += part
    return bytes(found)
