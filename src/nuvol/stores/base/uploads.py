"""What is under way: unfinished uploads, jobs of trees."""

from collections.abc import Sequence
from typing import Protocol

from nuvol.model.nodes import Chunk, UploadSession


class UploadRows(Protocol):
    """Resumable uploads between two requests, with the chunks they have brought so far."""

    def add(self, upload: UploadSession) -> None: ...
    def get(self, account_id: int, upload_id: str) -> UploadSession | None: ...
    def of_holder(self, holder_id: int, upload_id: str) -> UploadSession | None:
        """Of somebody who uploads to a folder that was opened to them."""

    def update(self, upload: UploadSession, before: int) -> bool:
        """False when its offset is not `before` any more: somebody else went on with it."""

    def move(self, account_id: int, upload_id: str, blob_id: int) -> None:
        """What the upload has in a blob of its own is in this one now, at the same offsets."""

    def remove(self, account_id: int, upload_id: str) -> bool: ...
    def add_chunks(self, account_id: int, upload_id: str, first: int, chunks: Sequence[Chunk]) -> None:
        """Chunks received so far, numbered from `first`."""

    def chunks(self, account_id: int, upload_id: str) -> list[Chunk]: ...
    def expired(self, before: int, limit: int) -> list[UploadSession]: ...
    def blob_ids(self) -> set[tuple[int, int]]:
        """(account, blob) that unfinished uploads still need."""


class JobRows(Protocol):
    """Work that goes on after a restart: tree operations of more than one batch."""

    def add(self, account_id: int, job_id: int, verb: str, data: bytes) -> None: ...
    def remove(self, account_id: int, job_id: int) -> None: ...
    def verb(self, account_id: int, job_id: int) -> str | None:
        """None: it is done, or was given up."""

    def any(self, account_id: int) -> bool:
        """Whether there is work to go on with in this account."""

    def all(self) -> list[tuple[int, int, str, bytes]]:
        """(account, job, verb, data)."""
