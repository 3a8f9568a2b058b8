"""What somebody chose to fetch as one archive, and archives of photos that are brought in."""

from typing import Protocol

from nuvol.model.bundles import Bundle
from nuvol.model.imports import Brought, Import


class BundleRows(Protocol):
    """Bundles, until they are over."""

    def add(self, bundle: Bundle) -> None: ...
    def get(self, account_id: int, bundle_id: int) -> Bundle | None: ...
    def keep(self, account_id: int, most: int) -> int:
        """Forget all but the newest."""

    def expire(self, before: int) -> int: ...


class ImportRows(Protocol):
    """Archives of photos on their way in. One at a time goes on, under a lease: what a dead process had, another
    takes."""

    def add(self, one: Import) -> None: ...
    def get(self, account_id: int, import_id: int) -> Import | None: ...
    def of(self, account_id: int) -> list[Import]:
        """The newest first."""

    def waiting(self, now: int, limit: int) -> list[Import]:
        """Those that go on and that nobody has taken, longest waiting first."""

    def lease(self, account_id: int, import_id: int, now: int, until: int) -> bool:
        """Take one; False: it is taken, over, or gone."""

    def note(self, account_id: int, import_id: int, stage: int, brought: Brought, until: int) -> bool:
        """How far it has come, and keep it until then. False: it was taken back."""

    def remove(self, account_id: int, import_id: int) -> bool: ...
    def expire(self, before: int) -> int:
        """Forget those that are over and began before."""
