"""How an account begins, and who may begin one alone: by the set-up token, an invitation, or freely."""

import hmac

from nuvol import ids
from nuvol.errors import InvitationMissing, NotAllowed
from nuvol.model.accounts import Account
from nuvol.model.nodes import Kind, Node, State, Status, Version
from nuvol.stores.base import Invitation, Transaction

MODES = ("open", "invite", "closed")

_MODE = "signup"
_SETUP = "setup"
"""Instance value: digest of the set-up token in hex, and when it expires."""


def mode(tx: Transaction) -> str:
    return tx.instance.get(_MODE) or "invite"


def set_mode(tx: Transaction, value: str) -> None:
    tx.instance.set(_MODE, value)


def keep_setup(tx: Transaction, token: str, expires_at: int) -> None:
    """From now on this is the set-up token, and no earlier one."""
    tx.instance.set(_SETUP, f"{ids.digest(token).hex()} {expires_at}")


def is_setup(tx: Transaction, token: str, now: int) -> bool:
    """Whether this token makes the first administrator: never when there is one."""
    kept = tx.instance.get(_SETUP)
    if kept is None or tx.accounts.count_admins():
        return False
    digest, expires_at = kept.split()
    return now < int(expires_at) and hmac.compare_digest(digest, ids.digest(token).hex())


def use_setup(tx: Transaction, token: str, now: int) -> None:
    """Raises InvitationMissing."""
    if not is_setup(tx, token, now):
        raise setup_over()
    tx.instance.set(_SETUP, None)


def invitation(tx: Transaction, token: str | None, now: int) -> Invitation | None:
    """The invitation by which somebody may join now; None where none is needed.

    One of an inviter who is no administrator any more is worth nothing. Raises NotAllowed, InvitationMissing.
    """
    if mode(tx) == "closed":
        raise NotAllowed("Nobody can join this cloud by themselves.", advice="Ask an administrator for an account.")
    if token is None:
        if mode(tx) == "invite":
            raise NotAllowed("One joins this cloud by invitation.", advice="Ask an administrator for a link.")
        return None
    found = tx.invitations.get(ids.digest(token))
    if found is None or found.expires_at <= now or not _may_invite(tx, found.inviter_id):
        raise invitation_over()
    return found


def _may_invite(tx: Transaction, inviter_id: int) -> bool:
    if inviter_id == 0:  # the command line
        return True
    inviter = tx.accounts.get(inviter_id)
    return inviter is not None and inviter.active and inviter.admin


def use_invitation(tx: Transaction, found: Invitation) -> None:
    """Raises InvitationMissing when somebody else was faster."""
    if not tx.invitations.remove(found.digest):
        raise invitation_over()


def open_account(tx: Transaction, account: Account, kept: str | None) -> None:
    """Write a new account with its root folder. Raises HandleTaken."""
    tx.accounts.add(account, kept)
    now = account.created_at
    root = Node(
        account_id=account.id,
        id=account.root_id,
        parent_id=None,
        name="",
        kind=Kind.FOLDER,
        number=1,
        content_number=0,
        content=None,
        size=0,
        blob_id=None,
        mime="",
        created_at=now,
        modified_at=now,
        changed_at=now,
        state=State.LIVE,
        trash_root=None,
        trashed_at=None,
    )
    first = Version(
        account_id=account.id,
        node_id=root.id,
        number=1,
        status=Status.NEW,
        name="",
        parent_id=None,
        mime="",
        author_id=account.id,
        app="",
        at=now,
        modified_at=now,
        content=None,
        size=0,
        blob_id=None,
    )
    tx.nodes.add((root,))
    tx.versions.add((first,))


def setup_over() -> InvitationMissing:
    return InvitationMissing(
        "This set-up link is not valid, or not any more.",
        advice="Start the server again for a new one; when there is an administrator already, sign in.",
    )


def invitation_over() -> InvitationMissing:
    return InvitationMissing("There is no such invitation, or not any more.")
