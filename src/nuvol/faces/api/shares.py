"""Folders that are shared: their members, who was invited, what others opened."""

from nuvol.core.cloud import Cloud
from nuvol.core.shares import Share
from nuvol.faces.api.calls import Call, done, told
from nuvol.faces.api.nodes import stored
from nuvol.faces.http import Answer, run
from nuvol.model.accounts import Actor
from nuvol.wire.api import shares as words


async def every(call: Call[None, None]) -> Answer:
    return told(await run(_every, call.cloud, call.actor))


async def members(call: Call[None, None]) -> Answer:
    return told(words.members(await run(call.cloud.shares.members, call.actor, call.ids["node_id"])))


async def add(call: Call[None, words.NewMembers]) -> Answer:
    wish = call.body
    role = words.NUMBERS[wish.role]
    opened = await run(call.cloud.shares.open, call.actor, call.ids["node_id"], wish.to, role)
    invited = [words.Invited(words.invitation(each), secret) for each, secret in opened.invitations]
    return told(words.Opened([words.member(each) for each in opened.members], invited), 201)


async def set_role(call: Call[None, words.RoleChange]) -> Answer:
    role, ids = words.NUMBERS[call.body.role], call.ids
    return told(
        words.member(await run(call.cloud.shares.set_role, call.actor, ids["node_id"], ids["account_id"], role))
    )


async def remove(call: Call[None, None]) -> Answer:
    """Also the way to leave."""
    await run(call.cloud.shares.close, call.actor, call.ids["node_id"], call.ids["account_id"])
    return done()


async def invitations(call: Call[None, None]) -> Answer:
    found = await run(call.cloud.shares.invitations, call.actor, call.ids["node_id"])
    return told(words.ShareInvitations([words.invitation(each) for each in found]))


async def withdraw(call: Call[None, None]) -> Answer:
    await run(call.cloud.shares.withdraw, call.actor, call.ids["node_id"], call.words["invitation_id"])
    return done()


async def invited(call: Call[None, words.InvitationSecret]) -> Answer:
    found, folder, owner = await run(call.cloud.shares.invited, call.body.secret)
    about = words.invitation(found)
    return told(words.InvitedTo(folder, owner, about.role, about.expires_at))


async def accept(call: Call[None, words.InvitationSecret]) -> Answer:
    return stored(await run(call.cloud.shares.accept, call.actor, call.body.secret), created=True)


def _every(cloud: Cloud, actor: Actor) -> words.Shares:
    def worded(share: Share) -> words.Share:
        path = cloud.tree.path(actor, share.node)
        return words.share(share.node, path, share.owner, share.role, share.members)

    return words.Shares(
        [worded(share) for share in cloud.shares.with_me(actor)], [worded(share) for share in cloud.shares.by_me(actor)]
    )
