"""Imports: archives and folders of photos in somebody's files, on their way into the timeline."""

from enum import IntEnum

from msgspec import Struct


class Stage(IntEnum):
    """How far an import has come."""

    GOING = 0
    """It waits for its turn, or goes on."""
    DONE = 1
    BROKEN = 2
    """It could not go on: `Brought.fault` says why."""


class Brought(Struct):
    """What came of it so far."""

    total: int = 0
    """Photos there are, as far as is known."""
    seen: int = 0
    """Photos of which nothing is left to be done."""
    photos: int = 0
    """New ones; of a folder, those of which a file beside them says something."""
    known: int = 0
    """Were here already; of a folder, those of which nothing is said."""
    others: int = 0
    """Files that are no photos."""
    failures: int = 0
    failed: list[str] = []
    """A sentence for each failure, of the first ones."""
    fault: str = ""


class Import(Struct, frozen=True):
    """One archive or folder of one account's."""

    account_id: int
    id: int
    node_id: int
    number: int
    """Of the version that was chosen; 0: it is a folder, whose photos stay where they are."""
    name: str
    """As it was called then."""
    place: str
    """Path of the folder below which its folders go."""
    stage: int
    brought: Brought
    queued_at: int

    @property
    def is_folder(self) -> bool:
        return self.number == 0
