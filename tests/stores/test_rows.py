"""The rows of files on every database, by the fixture `catalog`."""

import inspect
from pathlib import Path

from nuvol.stores import base
from tests.conformance import (
    rows_beside,
    rows_bundles,
    rows_comments,
    rows_contents,
    rows_customers,
    rows_elsewhere,
    rows_links,
    rows_nodes,
    rows_photos,
    rows_shares,
    rows_usage,
)


class TestNodes(rows_nodes.NodeRowsTests):
    pass


class TestVersions(rows_nodes.VersionRowsTests):
    pass


class TestContents(rows_contents.ContentRowsTests):
    pass


class TestChunks(rows_contents.ChunkRowsTests):
    pass


class TestBlobs(rows_contents.BlobRowsTests):
    pass


class TestJournal(rows_beside.JournalRowsTests):
    pass


class TestLocks(rows_beside.LockRowsTests):
    pass


class TestAdvisoryLocks(rows_beside.AdvisoryLockRowsTests):
    pass


class TestUploads(rows_beside.UploadRowsTests):
    pass


class TestJobs(rows_beside.JobRowsTests):
    pass


class TestCustomers(rows_customers.CustomerRowsTests):
    pass


class TestUsage(rows_usage.UsageRowsTests):
    pass


class TestLinks(rows_links.LinkRowsTests):
    pass


class TestPhotos(rows_photos.PhotoRowsTests):
    pass


class TestBundles(rows_bundles.BundleRowsTests):
    pass


class TestImports(rows_bundles.ImportRowsTests):
    pass


class TestComments(rows_comments.CommentRowsTests):
    pass


class TestShares(rows_shares.ShareRowsTests):
    pass


class TestGuests(rows_elsewhere.GuestRowsTests):
    pass


class TestElsewhere(rows_elsewhere.ElsewhereRowsTests):
    pass


class TestHomes(rows_beside.HomeTests):
    pass


class TestInstance(rows_beside.InstanceRowsTests):
    pass


def test_the_suites_ask_every_function_of_the_rows():
    """What the suite does not ask, a backend does not promise."""
    asked = "".join(path.read_text() for path in Path(rows_nodes.__file__).parent.glob("*.py"))
    for room, getter in inspect.getmembers(base.Transaction, lambda member: isinstance(member, property)):
        rows = getattr(base, inspect.signature(getter.fget).return_annotation.__name__)
        for name, _ in inspect.getmembers(rows, inspect.isfunction):
            assert name.startswith("_") or f"tx.{room}.{name}(" in asked, f"{room}.{name}"
