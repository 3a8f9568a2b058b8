"""A folder that somebody opened, as the platform API shows it."""

from nuvol.model.accounts import Actor
from nuvol.wire.cloudfs import ids
from tests.faces.platform import Platform


def test_a_folder_that_somebody_opened_is_one_like_others(cloud, runner):
    platform = Platform(cloud, runner)
    ann, bob = platform.user(), platform.user("bob@example.org")
    trip = ann.folder("trip")
    ann.put("f.txt", b"1", trip)
    actor = cloud.grants.admit_token(ann.token, "192.0.2.7")
    cloud.shares.open(Actor(actor.account_id), ids.decode(trip.strip("/")), [bob.name], 2)
    assert bob.names() == ["trip"] and bob.names(trip) == ["f.txt"]
    (file,) = bob.get(f"/folders{trip}")["items"]
    assert bob.read(f"{trip}/{file['id']}").body == b"1"
    bob.put("g.txt", b"2", trip)
    assert ann.names(trip) == ["f.txt", "g.txt"]
    copied = bob.done(f"/files{trip}/{file['id']}?operation=copy", {"to": "/"})["meta"]
    assert bob.read(f"/{copied['id']}").body == b"1"
    meta = bob.done(f"/files{trip}/{file['id']}/meta", {"version": "1", "name": "new.txt"})
    assert meta["name"] == "new.txt" and "new.txt" in ann.names(trip)
    assert bob.ask("DELETE", f"/files{trip}/{file['id']}").status == 200
    assert "new.txt" in [item["name"] for item in bob.get("/trash/")["items"]]
