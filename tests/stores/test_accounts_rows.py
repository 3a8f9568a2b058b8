from tests.conformance.accounts import AccountRowsTests


class TestAccountRows(AccountRowsTests):
    """On every database, by the fixture `catalog`."""
