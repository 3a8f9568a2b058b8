"""What every catalog promises of open folders, their members, mounts and invitations. A backend's test is a subclass
with a fixture `catalog`."""

import pytest
from msgspec.structs import replace

from nuvol.model.nodes import Kind, State
from nuvol.model.shares import Invited, Member, Mount, Role
from tests.conformance.catalog import account, add_account
from tests.conformance.rows_nodes import folder

ANNA, BERT, CARA = 1, 2, 3
ROOT, OPEN, INNER, DEEP = 11, 12, 13, 14
MOUNT = 21

INVITED = Invited(b"\0d", ANNA, OPEN, "dora@example.org", Role.EDITOR, ANNA, 10, 100)


class ShareRowsTests:
    @pytest.fixture
    def tree(self, catalog):
        """Anna's folders, one in the other, and Bert's root."""
        for number in (ANNA, BERT, CARA):
            add_account(catalog, number)
        nodes = [replace(folder(f"f{id}"), id=id, parent_id=above) for id, above in
                 ((ROOT, None), (OPEN, ROOT), (INNER, OPEN), (DEEP, INNER))]  # fmt: skip
        catalog.write(lambda tx: [tx.nodes.add((node,)) for node in nodes])
        return catalog

    def put(self, catalog, node_id, member_id, role, at=0):
        catalog.write(lambda tx: tx.shares.put_member(ANNA, node_id, member_id, role, at))

    def test_a_role_reaches_everything_below_and_the_highest_counts(self, tree):
        def roles(member_id):
            ids = (ROOT, OPEN, INNER, DEEP, 99)
            return [tree.read(lambda tx, id=id: tx.shares.role(ANNA, id, member_id)) for id in ids]

        assert roles(BERT) == [None] * 5
        self.put(tree, OPEN, BERT, Role.VIEWER)
        self.put(tree, INNER, CARA, Role.CO_OWNER)
        assert roles(BERT) == [None, 1, 1, 1, None] and roles(CARA) == [None, None, 3, 3, None]
        self.put(tree, INNER, BERT, Role.EDITOR)
        assert roles(BERT) == [None, 1, 2, 2, None]
        self.put(tree, DEEP, BERT, Role.VIEWER)
        assert roles(BERT) == [None, 1, 2, 2, None]
        assert tree.read(lambda tx: tx.shares.member(ANNA, INNER, BERT)) == Role.EDITOR
        assert tree.read(lambda tx: tx.shares.member(ANNA, ROOT, BERT)) is None
        assert tree.read(lambda tx: tx.shares.role(BERT, INNER, BERT)) is None, "the account is part of the name"

    def test_what_is_in_the_trash_opens_nothing(self, tree):
        self.put(tree, OPEN, BERT, Role.VIEWER)
        tree.write(lambda tx: tx.nodes.update(replace(tx.nodes.get(ANNA, OPEN), state=State.TRASHED)))
        assert tree.read(lambda tx: tx.shares.role(ANNA, INNER, BERT)) is None
        self.put(tree, INNER, BERT, Role.VIEWER)
        assert tree.read(lambda tx: tx.shares.role(ANNA, INNER, BERT)) == Role.VIEWER

    def test_members_come_with_their_names_those_of_folders_above_too(self, tree):
        self.put(tree, INNER, CARA, Role.EDITOR, at=5)
        self.put(tree, OPEN, BERT, Role.VIEWER, at=7)
        bert, cara = account(BERT), account(CARA)
        first = Member(ANNA, INNER, CARA, Role.EDITOR, 5, cara.name, cara.email)
        second = Member(ANNA, OPEN, BERT, Role.VIEWER, 7, bert.name, bert.email)
        assert tree.read(lambda tx: tx.shares.members(ANNA, DEEP)) == [first, second]
        assert tree.read(lambda tx: tx.shares.members(ANNA, OPEN)) == [second]
        assert tree.read(lambda tx: tx.shares.members(ANNA, ROOT)) == []
        self.put(tree, OPEN, BERT, Role.EDITOR, at=9)
        assert tree.read(lambda tx: tx.shares.members(ANNA, OPEN)) == [replace(second, role=Role.EDITOR)]

    def test_a_member_is_listed_on_both_sides_until_it_is_dropped(self, tree):
        self.put(tree, INNER, BERT, Role.EDITOR, at=5)
        self.put(tree, OPEN, BERT, Role.VIEWER, at=7)
        self.put(tree, OPEN, CARA, Role.VIEWER)
        opened = [Member(ANNA, OPEN, BERT, 1, 7), Member(ANNA, INNER, BERT, 2, 5)]
        assert tree.read(lambda tx: tx.shares.open_to(BERT)) == opened
        assert tree.read(lambda tx: tx.shares.open_folders(ANNA)) == {OPEN, INNER}
        assert tree.read(lambda tx: tx.shares.open_folders(BERT)) == set()
        assert tree.write(lambda tx: tx.shares.drop_member(ANNA, INNER, BERT)) is True
        assert tree.write(lambda tx: tx.shares.drop_member(ANNA, INNER, BERT)) is False
        assert tree.read(lambda tx: tx.shares.open_to(BERT)) == opened[:1]
        assert tree.read(lambda tx: tx.shares.open_folders(ANNA)) == {OPEN}

    def test_a_node_is_found_in_the_accounts_that_opened_a_folder(self, tree):
        assert tree.read(lambda tx: tx.shares.node(BERT, DEEP)) is None
        for id in (OPEN, INNER):
            self.put(tree, id, BERT, Role.VIEWER)
        assert tree.read(lambda tx: tx.shares.node(BERT, DEEP)) == tree.read(lambda tx: tx.nodes.get(ANNA, DEEP))
        assert tree.read(lambda tx: tx.shares.node(CARA, DEEP)) is None
        tree.write(lambda tx: tx.shares.put_member(CARA, 77, BERT, 1, 0))
        hidden = replace(folder("x"), account_id=CARA, id=DEEP, state=State.HIDDEN)
        tree.write(lambda tx: tx.nodes.add((hidden,)))
        assert tree.read(lambda tx: tx.shares.node(BERT, DEEP)).account_id == ANNA, "the live one of two"

    def _mount(self, catalog):
        node = replace(folder("theirs", kind=Kind.MOUNT), account_id=BERT, id=MOUNT, parent_id=20)
        mount = Mount(BERT, MOUNT, ANNA, OPEN)
        catalog.write(lambda tx: (tx.nodes.add((node,)), tx.shares.add_mount(mount)))
        return replace(mount, parent_id=20, name="theirs")

    def test_a_mount_is_found_by_what_it_stands_for(self, tree):
        mount = self._mount(tree)
        assert tree.read(lambda tx: tx.shares.mounts(BERT)) == [mount]
        self.put(tree, OPEN, BERT, Role.EDITOR)
        mount = replace(mount, role=Role.EDITOR)
        assert tree.read(lambda tx: tx.shares.mounts(BERT)) == [mount]
        assert tree.read(lambda tx: tx.shares.mount(BERT, OPEN)) == mount
        assert tree.read(lambda tx: tx.shares.mount(BERT, INNER)) is None
        assert tree.read(lambda tx: tx.shares.target(BERT, MOUNT)) == (ANNA, OPEN)
        tree.write(lambda tx: tx.nodes.update(replace(tx.nodes.get(BERT, MOUNT), state=State.TRASHED)))
        assert tree.read(lambda tx: (tx.shares.mounts(BERT), tx.shares.mount(BERT, OPEN))) == ([], None)
        assert tree.read(lambda tx: tx.shares.target(BERT, MOUNT)) == (ANNA, OPEN)
        assert tree.read(lambda tx: tx.shares.mount_at(BERT, OPEN)) == Mount(BERT, MOUNT, ANNA, OPEN)
        assert tree.read(lambda tx: tx.shares.mount_at(ANNA, OPEN)) is None
        tree.write(lambda tx: tx.shares.drop_mount(BERT, MOUNT))
        assert tree.read(lambda tx: tx.shares.target(BERT, MOUNT)) is None

    def test_what_lost_its_other_half_is_found(self, tree):
        def halves():
            return tree.read(
                lambda tx: ([m.node_id for m in tx.shares.unmounted(9)], [m.id for m in tx.shares.dangling(9)])
            )

        assert halves() == ([], [])
        self._mount(tree)
        assert halves() == ([], [MOUNT])
        self.put(tree, OPEN, BERT, Role.EDITOR)
        assert halves() == ([], [])
        self.put(tree, INNER, CARA, Role.EDITOR)
        assert halves() == ([INNER], [])
        tree.write(lambda tx: tx.nodes.remove(BERT, [MOUNT]))
        assert halves() == ([INNER], [MOUNT])
        assert tree.read(lambda tx: tx.shares.lapsed(9)) == []
        tree.write(lambda tx: tx.nodes.remove(ANNA, [INNER]))
        assert tree.read(lambda tx: tx.shares.lapsed(9)) == [Member(ANNA, INNER, CARA, Role.EDITOR, 0)]

    def test_an_account_that_goes_leaves_nothing(self, tree):
        self._mount(tree)
        self.put(tree, OPEN, BERT, Role.EDITOR)
        tree.write(
            lambda tx: (tx.shares.put_member(BERT, 5, CARA, 1, 0), tx.shares.invite(replace(INVITED, account_id=BERT)))
        )
        self.put(tree, OPEN, CARA, Role.EDITOR)
        tree.write(lambda tx: tx.shares.forget(BERT))
        left = tree.read(
            lambda tx: (tx.shares.open_to(BERT), tx.shares.open_folders(BERT), tx.shares.target(BERT, MOUNT))
        )
        assert left == ([], set(), None)
        assert tree.read(lambda tx: tx.shares.invited(INVITED.digest)) is None
        assert tree.read(lambda tx: tx.shares.open_folders(ANNA)) == {OPEN}

    def test_an_invitation_comes_back_until_it_is_used_or_over(self, tree):
        later = replace(INVITED, digest=b"\xff", created_at=11, expires_at=50, email="é@example.org")
        tree.write(
            lambda tx: [tx.shares.invite(each) for each in (later, INVITED, replace(INVITED, digest=b"x", node_id=9))]
        )
        assert tree.read(lambda tx: tx.shares.invitations(ANNA, OPEN)) == [INVITED, later]
        assert tree.read(lambda tx: tx.shares.invited(later.digest)) == later
        assert tree.write(lambda tx: tx.shares.expire(50)) == 0
        assert tree.write(lambda tx: tx.shares.expire(51)) == 1
        assert tree.write(lambda tx: tx.shares.uninvite(INVITED.digest)) is True
        assert tree.write(lambda tx: tx.shares.uninvite(INVITED.digest)) is False
        assert tree.read(lambda tx: tx.shares.invitations(ANNA, OPEN)) == []
