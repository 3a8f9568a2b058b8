"""What every catalog promises of links. A backend's test is a subclass with a fixture `catalog`."""

import pytest
from msgspec.structs import replace

from nuvol.model.links import Link
from tests.conformance.catalog import add_account

ANNA, BERT = 1, 2

LINK = Link(
    account_id=ANNA,
    id=2**53 - 1,
    key="k" * 44,
    name="Sea – “β”",
    items=(7, 2**53 - 2, 3),
    password="$argon2id$…",
    role="upload",
    accounts_only=True,
    expires_at=2**52,
    max_uses=2,
    uses=0,
    created_at=5,
    app="scanner",
)
BARE = Link(ANNA, 8, "b" * 44, "n", (1,), None, "read", False, None, None, 0, 6)


class LinkRowsTests:
    @pytest.fixture
    def two(self, catalog):
        add_account(catalog, ANNA)
        add_account(catalog, BERT)
        return catalog

    def test_links_come_back_as_they_went_in_and_in_order(self, two):
        foreign = replace(BARE, account_id=BERT, key="c" * 44)
        two.write(lambda tx: [tx.links.add(link) for link in (LINK, BARE, foreign)])
        assert two.read(lambda tx: tx.links.of(ANNA)) == [BARE, LINK]
        assert two.read(lambda tx: tx.links.get(ANNA, LINK.id)) == LINK
        assert two.read(lambda tx: tx.links.get(BERT, LINK.id)) is None
        assert two.read(lambda tx: tx.links.by_key("c" * 44)) == foreign
        assert two.read(lambda tx: tx.links.by_key("C" * 44)) is None

    def test_a_key_opens_one_link(self, two):
        two.write(lambda tx: tx.links.add(LINK))
        with pytest.raises(Exception, match="link"):
            two.write(lambda tx: tx.links.add(replace(BARE, key=LINK.key)))

    def test_a_change_writes_everything_but_the_uses(self, two):
        two.write(lambda tx: tx.links.add(LINK))
        two.write(lambda tx: tx.links.use(ANNA, LINK.id))
        changed = replace(BARE, id=LINK.id, items=(), max_uses=9)
        two.write(lambda tx: tx.links.update(changed))
        assert two.read(lambda tx: tx.links.get(ANNA, LINK.id)) == replace(changed, uses=1)

    def test_uses_are_counted_up_to_the_last_one(self, two):
        two.write(lambda tx: [tx.links.add(LINK), tx.links.add(BARE)])
        assert [two.write(lambda tx: tx.links.use(ANNA, LINK.id)) for _ in range(3)] == [True, True, False]
        assert all(two.write(lambda tx: tx.links.use(ANNA, BARE.id)) for _ in range(3))
        assert not two.write(lambda tx: tx.links.use(BERT, BARE.id))
        assert two.read(lambda tx: tx.links.get(ANNA, BARE.id)).uses == 3

    def test_who_unlocked_it_is_known_by_grant_until_the_link_goes(self, two):
        two.write(lambda tx: tx.links.add(LINK))
        two.write(lambda tx: tx.links.unlock(ANNA, LINK.id, 5, b"one"))
        two.write(lambda tx: tx.links.unlock(ANNA, LINK.id, 5, b"\0two"))
        assert two.read(lambda tx: tx.links.proof(ANNA, LINK.id, 5)) == b"\0two"
        assert two.read(lambda tx: tx.links.proof(ANNA, LINK.id, 6)) is None
        assert two.write(lambda tx: tx.links.remove(ANNA, LINK.id))
        assert not two.write(lambda tx: tx.links.remove(ANNA, LINK.id))
        assert two.read(lambda tx: tx.links.proof(ANNA, LINK.id, 5)) is None
        assert two.read(lambda tx: tx.links.by_key(LINK.key)) is None

    def test_what_was_received_is_known_as_long_as_it_is_there(self, two):
        two.write(lambda tx: tx.links.note_received(ANNA, [1, 2, 3]))
        assert two.read(lambda tx: tx.links.received(ANNA, [2, 3, 4])) == {2, 3}
        assert two.read(lambda tx: tx.links.received(BERT, [2])) == set()
        two.write(lambda tx: tx.nodes.remove(ANNA, [3]))
        assert two.read(lambda tx: tx.links.received(ANNA, [2, 3])) == {2}

    def test_links_go_with_their_account(self, two):
        two.write(lambda tx: tx.links.add(LINK))
        two.write(lambda tx: tx.accounts.remove(ANNA))
        assert two.read(lambda tx: tx.links.by_key(LINK.key)) is None
