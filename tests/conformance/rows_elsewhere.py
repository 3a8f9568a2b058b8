"""What every catalog promises of people of other clouds and of folders there. A backend's test is a subclass with a
fixture `catalog`."""

import pytest
from msgspec.structs import replace

from nuvol.model.elsewhere import Elsewhere
from tests.conformance.accounts import BEARER
from tests.conformance.catalog import account, add_account

ANNA, BERT, CARA = 1, 2, 3

FOLDER = Elsewhere(
    account_id=ANNA,
    id=2**53 - 1,
    name="Plans – “β”",
    owner="carl",
    role=2,
    address="anna@here.example",
    resource_url="https://there.example/v1/folder/7",
    way=b"\0\xff sealed",
    since=5,
    ended_at=None,
)


class GuestRowsTests:
    @pytest.fixture
    def three(self, catalog):
        for number in (ANNA, BERT, CARA):
            add_account(catalog, number)
        return catalog

    def test_a_guest_has_the_address_that_was_invited_until_its_account_goes(self, three):
        three.write(lambda tx: tx.guests.add(BERT, "bert@there.example"))
        assert three.read(lambda tx: [tx.guests.address(id) for id in (ANNA, BERT)]) == [None, "bert@there.example"]
        three.write(lambda tx: tx.accounts.remove(BERT))
        assert three.read(lambda tx: tx.guests.address(BERT)) is None

    def test_who_left_is_told_as_long_as_a_token_is_held_and_later_when_nothing_is(self, three):
        grant = replace(BEARER, account_id=BERT)
        three.write(lambda tx: (tx.guests.add(BERT, "b"), tx.shares.put_member(ANNA, 5, BERT, 2, 0)))
        three.write(lambda tx: tx.grants.add(grant, b"d"))
        created = account(BERT).created_at

        def told() -> tuple[list[int], list[int]]:
            return three.read(lambda tx: (tx.guests.left(9), tx.guests.over(created + 1, 9)))

        assert told() == ([], [])
        three.write(lambda tx: tx.shares.drop_member(ANNA, 5, BERT))
        assert told() == ([BERT], [])
        three.write(lambda tx: tx.grants.revoke(BERT, grant.id, 1, 99))
        assert told() == ([], [])
        three.write(lambda tx: tx.grants.remove(BERT, grant.id))
        assert told() == ([], [BERT])
        assert three.read(lambda tx: tx.guests.over(created, 9)) == []

    def test_members_who_are_guests_are_told_by_the_address_that_was_invited(self, three):
        three.write(lambda tx: (tx.guests.add(BERT, "bert@there.example"), tx.shares.put_member(ANNA, 5, BERT, 2, 0)))
        three.write(lambda tx: tx.shares.put_member(ANNA, 5, CARA, 2, 1))
        from tests.conformance.rows_nodes import folder

        three.write(lambda tx: tx.nodes.add((replace(folder("f"), id=5),)))
        found = three.read(lambda tx: tx.shares.members(ANNA, 5))
        assert [member.email for member in found] == ["bert@there.example", account(CARA).email]


class ElsewhereRowsTests:
    def test_folders_come_back_as_they_went_in(self, catalog):
        add_account(catalog, ANNA)
        first = replace(FOLDER, id=4, ended_at=9)
        catalog.write(lambda tx: [tx.elsewhere.add(each) for each in (FOLDER, first, replace(first, account_id=BERT))])
        assert catalog.read(lambda tx: tx.elsewhere.of(ANNA)) == [first, FOLDER]
        assert catalog.read(lambda tx: tx.elsewhere.get(ANNA, FOLDER.id)) == FOLDER
        assert catalog.read(lambda tx: tx.elsewhere.get(BERT, FOLDER.id)) is None
        catalog.write(lambda tx: (tx.elsewhere.set_ended(ANNA, 4, None), tx.elsewhere.set_ended(ANNA, FOLDER.id, 7)))
        assert [each.ended_at for each in catalog.read(lambda tx: tx.elsewhere.of(ANNA))] == [None, 7]
        assert catalog.write(lambda tx: tx.elsewhere.remove(ANNA, 4)) is True
        assert catalog.write(lambda tx: tx.elsewhere.remove(ANNA, 4)) is False
        catalog.write(lambda tx: tx.accounts.remove(ANNA))
        assert catalog.read(lambda tx: tx.elsewhere.of(ANNA)) == []
