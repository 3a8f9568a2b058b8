"""People of other clouds, for whom a folder here is open by a token (stacksync.md §9)."""

import pytest

from nuvol.clock import DAY, HOUR, SECOND
from nuvol.core.guests import Received
from nuvol.core.signed import Proof
from nuvol.errors import AccessRevoked, InvitationMissing, NodeMissing, NotAdmitted, NotAllowed
from nuvol.model.accounts import Actor
from nuvol.model.shares import Role
from tests.core.clouds import Home, World

ADDRESS = "bert@there.example"


def invite(home: Home, path: str, role: int = Role.EDITOR) -> str:
    ((_, secret),) = home.cloud.shares.open(home.actor, home.id(path), [ADDRESS], role).invitations
    return secret


def proof(home: Home, got: Received) -> Proof:
    return Proof(
        consumer=got.consumer.token,
        token=got.token.token,
        timestamp=home.world.clock() // SECOND,
        nonce=f"{home.world.clock.move(1)}",
        is_plain=False,
        is_private=True,
        network="192.0.2.1",
        fits=lambda *secrets: secrets == (got.consumer.secret, got.token.secret),
    )


def guest(home: Home, got: Received) -> Actor:
    return home.cloud.oauth1.admit(proof(home, got))


def test_a_guest_is_a_member_of_one_folder_and_sees_nothing_else(anna):
    anna.folder("open")
    anna.put("open/f", b"1")
    outside = anna.put("mine", b"2")
    got = anna.cloud.guests.receive(invite(anna, "open"))
    assert (got.folder.id, got.owner, got.role) == (anna.id("open"), anna.actor.name, Role.EDITOR)
    bert = Home(anna.world, guest(anna, got))
    assert bert.paths() == ["open", "open/f"]
    bert.put("open/g", b"3")
    bert.write(anna.id("open"), "f", b"new", node_id=anna.id("open/f"))
    assert anna.read("open/g") == b"3" and anna.read("open/f") == b"new"
    with pytest.raises(NodeMissing):
        anna.cloud.tree.get(bert.actor, outside.id)
    owner, member = anna.cloud.shares.members(anna.actor, got.folder.id)
    assert (member.name, member.email) == ("bert (there.example)", ADDRESS)
    with pytest.raises(NotAllowed):
        anna.cloud.grants.list(bert.actor)
    close(anna, got)


def close(home: Home, got: Received) -> int:
    member = next(m for m in home.cloud.shares.members(home.actor, got.folder.id) if m.email == ADDRESS)
    home.cloud.shares.close(home.actor, got.folder.id, member.member_id)
    return member.member_id


def test_an_invitation_is_good_once(anna):
    anna.folder("open")
    secret = invite(anna, "open")
    close(anna, anna.cloud.guests.receive(secret))
    for wrong in (secret, "nv_f_none"):
        with pytest.raises(InvitationMissing):
            anna.cloud.guests.receive(wrong)


def test_the_token_dies_with_the_share_and_the_account_later(world: World):
    anna = world.home()
    anna.folder("open")
    got = world.cloud.guests.receive(invite(anna, "open"))
    guest(anna, got)
    account_id = close(anna, got)
    with pytest.raises(AccessRevoked):
        guest(anna, got)
    world.cloud.upkeep.expire()
    assert world.cloud.guests.expire() == 0
    world.clock.move(31 * DAY)
    world.cloud.upkeep.expire()
    assert world.cloud.guests.expire() == 1
    assert account_id not in [account.id for account in world.cloud.accounts.list(None)]
    with pytest.raises(NotAdmitted):
        guest(anna, got)


def test_who_leaves_gives_the_token_back(anna):
    anna.folder("open")
    got = anna.cloud.guests.receive(invite(anna, "open"))
    bert = guest(anna, got)
    anna.cloud.shares.close(bert, got.folder.id, bert.account_id)
    with pytest.raises(AccessRevoked):
        guest(anna, got)


def test_a_folder_that_goes_for_good_takes_the_tokens_along(world: World):
    anna = world.home()
    anna.folder("open")
    got = world.cloud.guests.receive(invite(anna, "open"))
    anna.purge(anna.trash("open"))
    world.cloud.upkeep.expire()
    with pytest.raises(AccessRevoked):
        guest(anna, got)


def test_a_guest_of_whom_a_crash_left_only_the_account_is_removed(world: World):
    anna = world.home()
    anna.folder("open")
    secret = invite(anna, "open")
    real = world.cloud.shares.accept

    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    world.cloud.shares.accept = crash  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        world.cloud.guests.receive(secret)
    world.cloud.shares.accept = real  # type: ignore[method-assign]
    assert world.cloud.guests.expire() == 0, "it may still be under way"
    world.clock.move(2 * HOUR)
    assert world.cloud.guests.expire() == 1


def test_all_other_clouds_sign_as_one_app_and_one_can_shut_them_out(world: World):
    anna = world.home()
    anna.folder("a")
    anna.folder("b")
    one, other = (world.cloud.guests.receive(invite(anna, path)) for path in "ab")
    assert one.consumer == other.consumer and one.token != other.token
    assert [member.name for path in "ab" for member in world.cloud.shares.members(anna.actor, anna.id(path))[1:]] == [
        "bert (there.example)",
        "bert (there.example) 2",
    ]
    world.cloud.apps.set_active(None, one.consumer.token, False)
    with pytest.raises(AccessRevoked):
        guest(anna, one)


def test_who_has_no_room_at_home_still_writes_where_there_is(anna, bert):
    folder = anna.folder("open")
    node = anna.put("open/f", b"1")
    anna.cloud.shares.open(anna.actor, folder.id, [bert.actor.name])
    bert.set_quota(0)
    bert.write(folder.id, "f", b"two", node_id=node.id)
    bert.write(folder.id, "g", b"three")
    assert anna.read("open/f") == b"two" and anna.read("open/g") == b"three"
