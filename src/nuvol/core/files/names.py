"""What a file or folder may be called, and how a path is taken apart."""

from collections.abc import Iterator, Sequence

from nuvol.errors import BadName
from nuvol.model.names import key

NAME_BYTES = 255
"""What ext4, XFS, APFS and NTFS can store: a longer name could not be brought back to a disk."""


def check(name: str) -> str:
    """The name itself. Raises BadName with the rule that it breaks."""
    if not name:
        raise BadName("A name may not be empty.")
    if name in (".", ".."):
        raise BadName(f"“{name}” is not a name.")
    if "/" in name or "\0" in name:
        raise BadName("A name may not contain “/” or NUL.")
    try:
        length = len(name.encode())
    except UnicodeEncodeError:
        raise BadName("The name is not valid Unicode.") from None
    if length > NAME_BYTES:
        raise BadName(f"The name has {length} bytes; {NAME_BYTES} are allowed.")
    return name


def parts(path: str) -> list[str]:
    """The names along a path; doubled, leading and trailing slashes count for nothing."""
    return [part for part in path.split("/") if part]


def free_variant(name: str, number: int) -> str:
    """“sea.jpg” → “sea (2).jpg”, cut where it would be too long."""
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending) > 16:
        stem, dot, ending = name, "", ""
    mark = f" ({number}){dot}{ending}"
    return stem.encode()[: NAME_BYTES - len(mark.encode())].decode(errors="ignore") + mark


def apart(names: Sequence[str]) -> Iterator[str]:
    """Names that stand beside each other: the second of one is “name (2)”. They differ also for systems to which “A”
    and “a” are one."""
    taken, numbers = {key(name).casefold() for name in names}, dict[str, int]()
    for name in names:
        same, free = key(name).casefold(), name
        number = numbers.get(same, 0) + 1
        while number > 1 and key(free := free_variant(name, number)).casefold() in taken:
            number += 1
        numbers[same] = number
        taken.add(key(free).casefold())
        yield free
