"""What the back office of an app says of its customers."""

import pytest

from nuvol.clock import DAY, SECOND
from nuvol.core.customers import _is_over
from nuvol.errors import NotAdmitted
from nuvol.wire.cloudfs import items
from tests.core.clouds import World


@pytest.fixture
def ann(world: World):
    """An app, its customer, and a token of that."""
    cloud = world.cloud
    app = cloud.apps.add(None, "Desk", "cloudfs").app
    cloud.apps.set_signup_mode(None, app.key, "open")
    app = cloud.apps.find(app.key)
    made = cloud.customers.create(app, "ann@example.org", "s3cret x")
    _, token = cloud.apps.sign_in(app, "ann@example.org", "s3cret x", "192.0.2.1")
    return app, made.account_id, token


def test_an_account_ends_after_its_day_and_the_days_of_grace_and_comes_back(world, ann):
    (app, account_id, token), cloud = ann, world.cloud
    day = str(world.clock() // SECOND + 10)
    told = cloud.customers.change(app, account_id, terms={"expiration_date": day, "grace": "2"})
    assert told.active and told.terms == {"expiration_date": day, "grace": "2"}
    world.clock.move(2 * DAY)
    assert cloud.customers.expire() == 0 and cloud.grants.admit_token(token, "192.0.2.1")
    world.clock.move(11 * SECOND)
    assert cloud.customers.expire() == 1 and cloud.customers.expire() == 0
    with pytest.raises(NotAdmitted):
        cloud.grants.admit_token(token, "192.0.2.1")
    later = cloud.customers.change(app, account_id, terms={"expiration_date": ""})
    assert later.active and later.terms == {"expiration_date": "", "grace": "2"}
    assert cloud.grants.admit_token(token, "192.0.2.1")


def test_a_day_that_is_over_already_counts_at_once_and_nobody_elses_suspension_is_lifted(world, ann):
    (app, account_id, _), cloud = ann, world.cloud
    assert not cloud.customers.change(app, account_id, terms={"expiration_date": "1"}).active
    assert cloud.customers.change(app, account_id, terms={"expiration_date": str(10**11 - 1)}).active
    cloud.accounts.update(None, account_id, active=False)
    assert not cloud.customers.change(app, account_id, terms={"expiration_date": "1"}).active
    assert not cloud.customers.change(app, account_id, terms={"expiration_date": ""}).active


@pytest.mark.parametrize(
    "terms, is_over",
    [({}, False), ({"expiration_date": "never"}, False), ({"expiration_date": "100", "grace": "x"}, False),
     ({"expiration_date": "100"}, True), ({"expiration_date": "864001"}, False),
     ({"expiration_date": "864000000000"}, False),
     ({"expiration_date": "1970-01-10"}, True), ({"expiration_date": "1970-01-11"}, False),
     ({"expiration_date": "1970-01-10", "grace": 1}, False), ({"expiration_date": "9" * 14}, False)],
)  # fmt: skip
def test_when_it_is_over(terms, is_over):
    """On the first moment of 11 January 1970."""
    assert _is_over(terms, 10 * DAY) is is_over


def test_who_is_over_the_limit_is_told_so_unless_that_is_ignored(world, ann):
    (app, account_id, _), cloud = ann, world.cloud
    for ignored, told in (("", True), ("true", False)):
        profile = cloud.customers.change(app, account_id, terms={"ignore_otl": ignored})
        from msgspec.structs import replace

        shown = items.profile(replace(profile, used=2, quota=1))
        assert shown["storage"]["otl"] is shown["holds"]["otl"] is told


def test_a_name_may_be_as_long_as_an_address(world, ann):
    app, _, _ = ann
    name = "n" * 100 + "@example.org"
    with pytest.raises(Exception, match="e-mail"):
        world.cloud.customers.create(app, name, "s3cret x")
    assert world.cloud.customers.create(app, "n" * 255, "s3cret x", email="n@example.org").username == "n" * 255
