"""The rows of files on every database, by the fixture `catalog`."""

from tests.conformance import rows_beside, rows_contents, rows_nodes


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


class TestUploads(rows_beside.UploadRowsTests):
    pass


class TestJobs(rows_beside.JobRowsTests):
    pass


class TestHindrances(rows_beside.HindranceTests):
    pass


class TestInstance(rows_beside.InstanceRowsTests):
    pass
