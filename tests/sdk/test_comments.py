"""Comments through the SDK, against the real server in process."""

import pytest

from nuvol import errors
from nuvol.sdk import comments, files


def test_comments_and_activity(signed_in) -> None:
    run = signed_in()
    node = run(files.upload(run(files.root()).id, "sea.txt", b"waves"))
    first, second = (run(comments.write(node.id, text)) for text in ("one", "two"))
    page = run(comments.about(node.id, limit=1))
    assert (page.comments, page.total) == ([second], 2)
    assert run(comments.about(node.id, cursor=page.next)).comments == [first]
    assert run(comments.delete(node.id, first.id)) is None
    with pytest.raises(errors.CommentMissing):
        run(comments.delete(node.id, first.id))
    acts = run(comments.activity(node.id)).acts
    assert [(act.object, act.verb) for act in acts] == [
        ("comment", "delete"),
        ("comment", "create"),
        ("comment", "create"),
        ("node", "create"),
    ]
