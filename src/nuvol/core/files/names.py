"""What a file or folder may be called, and how a path is taken apart."""

from nuvol.errors import BadName

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
