"""Where an item is: the ids from the root down, “/” being the root itself (CloudFS specification 3)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol, overload


class Identified(Protocol):
    @property
    def id(self) -> str: ...


class Path:
    """A path of ids. The root counts as one, so the path of a child of the root has the length 2."""

    def __init__(self, ids: Iterable[str] = ("",)) -> None:
        self._ids = list(ids)

    @classmethod
    def path_from_string(cls, text: str) -> "Path":
        """`/a/b`; the first slash may be missing, doubled ones count once."""
        return cls(["", *(part for part in text.split("/") if part)])

    @classmethod
    def path_from_string_list(cls, ids: Sequence[str], add_root: bool = True) -> "Path":
        return cls([*([""] if add_root else []), *ids])

    @classmethod
    def path_from_item_list(cls, items: Sequence[Identified], add_root: bool = True) -> "Path":
        return cls.path_from_string_list([item.id for item in items], add_root)

    def append(self, child: str | Identified) -> None:
        """Go one level down: an id, or an item."""
        self._ids.append(child if isinstance(child, str) else child.id)

    def copy(self) -> "Path":
        return Path(self._ids)

    def below(self, child: str) -> "Path":
        """The path of a child of this one."""
        return Path([*self._ids, child])

    @property
    def parent(self) -> "Path":
        """The path above; that of the root is the root."""
        return Path(self._ids[:-1] or [""])

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> "Path": ...
    def __getitem__(self, index: int | slice) -> "str | Path":
        return Path(self._ids[index]) if isinstance(index, slice) else self._ids[index] or "/"

    def __iter__(self) -> Iterator[str]:
        return (self[number] for number in range(len(self)))

    def __len__(self) -> int:
        return len(self._ids)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Path) and self._ids == other._ids

    def __hash__(self) -> int:
        return hash(tuple(self._ids))

    def __str__(self) -> str:
        return "/".join(self._ids) or "/"

    def __repr__(self) -> str:
        return f"Path({str(self)!r})"
