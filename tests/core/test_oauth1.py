"""OAuth 1: an app asks, a person answers, the app gets in; and whatever else it may try."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from msgspec.structs import replace

from nuvol.clock import DAY, HOUR, MINUTE, SECOND
from nuvol.core.oauth1 import REQUEST_MINUTES, Pair
from nuvol.core.signed import Proof
from nuvol.errors import AccessRevoked, NotAdmitted, NotAllowed, RequestMissing, TooManyAttempts
from nuvol.model.accounts import Actor
from tests.core.people import NETWORK, PASSWORD, People

BACK = "https://desk.example/back"
NONE = Pair("", "")


@dataclass
class Consumer:
    """A program that signs."""

    people: People
    key: str = "desk"
    secret: str = "s"
    nonces: Any = field(default_factory=itertools.count)

    def proof(self, pair: Pair = NONE, *, ago: int = 0, **more: Any) -> Proof:
        right = (self.secret, pair.secret)
        made = Proof(
            consumer=self.key,
            token=pair.token,
            timestamp=self.people.clock() // SECOND - ago,
            nonce=f"n{next(self.nonces)}",
            is_plain=False,
            is_private=False,
            network=NETWORK,
            fits=lambda consumer, token: (consumer, token) == right,
            callback=BACK,
        )
        return replace(made, **more)

    def ask(self) -> Pair:
        return self.people.oauth1.request_token(self.proof())

    def connect(self, name: str = "anna") -> Pair:
        """The whole dance."""
        pair = self.ask()
        answered = allow(self.people, self.people.actor(name), pair)
        return self.people.oauth1.access_token(self.proof(pair, verifier=answered.verifier))

    def admitted(self, pair: Pair, **more: Any) -> Actor:
        return self.people.oauth1.admit(self.proof(pair, **more))


def allow(people: People, actor: Actor, pair: Pair):
    return people.oauth1.allow(actor, pair.token, people.oauth1.page_mark(actor, pair.token))


@pytest.fixture
def people(catalog):
    people = People(catalog)
    people.add("anna")
    people.add("bert")
    people.apps.add(None, "The desk", "stacksync", key="desk", secret="s", callbacks=[BACK, "oob"])
    yield people
    people.passwords.close()


@pytest.fixture
def desk(people):
    return Consumer(people)


def test_an_app_asks_a_person_answers_and_the_app_gets_in(people, desk):
    pair = desk.ask()
    question = people.oauth1.question(pair.token)
    assert (question.app.title, question.callback, question.minutes) == ("The desk", BACK, REQUEST_MINUTES)
    anna = people.actor("anna")
    answered = allow(people, anna, pair)
    assert (answered.callback, answered.token) == (BACK, pair.token)
    access = people.oauth1.access_token(desk.proof(pair, verifier=answered.verifier))
    actor = desk.admitted(access)
    assert (actor.account_id, actor.app, actor.name) == (anna.account_id, "The desk", "anna")
    assert "files" in actor.scopes and "account" not in actor.scopes
    assert [(one.key, one.title) for one in people.apps.connected(anna)] == [("desk", "The desk")]
    people.clock.move(5000 * DAY)
    assert desk.admitted(access).account_id == anna.account_id


def test_a_signed_token_opens_nothing_without_its_signature(people, desk):
    access = desk.connect()
    with pytest.raises(NotAdmitted):
        people.grants.admit_token(access.token, NETWORK)
    with pytest.raises(NotAdmitted):
        people.grants.admit_basic("anna", access.token, NETWORK)


@pytest.mark.parametrize("wrong", ["consumer", "secret", "token", "token secret", "another app"])
def test_what_does_not_fit_is_refused(people, desk, wrong):
    access = desk.connect()
    people.apps.add(None, "Other", "stacksync", key="other", secret="s")
    consumer, pair = desk, access
    if wrong == "consumer":
        consumer = Consumer(people, key="nobody")
    elif wrong == "secret":
        consumer = Consumer(people, secret="x")
    elif wrong == "token":
        pair = Pair("unknown", access.secret)
    elif wrong == "token secret":
        pair = Pair(access.token, "x")
    else:
        consumer = Consumer(people, key="other")
    with pytest.raises(NotAdmitted):
        consumer.admitted(pair)


def test_a_request_is_heard_once(people, desk, catalog):
    access = desk.connect()
    proof = desk.proof(access)
    people.oauth1.admit(proof)
    for process in (people, People(catalog, people.clock)):  # also one that has just started
        with pytest.raises(NotAdmitted, match="before"):
            process.oauth1.admit(proof)
    people.oauth1.admit(replace(proof, nonce="another"))


def test_of_the_same_request_at_once_one_is_heard(people, desk):
    access = desk.connect()
    proof = desk.proof(access)

    def ask(_: int) -> bool:
        try:
            return people.oauth1.admit(proof) is not None
        except NotAdmitted:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(8))) == 1


def test_a_wrong_signature_uses_no_nonce_up(people, desk):
    access = desk.connect()
    proof = desk.proof(access)
    with pytest.raises(NotAdmitted):
        people.oauth1.admit(replace(proof, fits=lambda consumer, token: False))
    people.oauth1.admit(proof)


@pytest.mark.parametrize(("ago", "heard"), [(599, True), (601, False), (-599, True), (-601, False)])
def test_the_time_of_a_request_is_near(people, desk, ago, heard):
    access = desk.connect()
    if heard:
        assert desk.admitted(access, ago=ago)
    else:
        with pytest.raises(NotAdmitted, match="time"):
            desk.admitted(access, ago=ago)


def test_nonces_are_kept_as_long_as_their_time_counts_and_no_longer(people, desk, catalog):
    access = desk.connect()
    proof = desk.proof(access, ago=-590)
    people.oauth1.admit(proof)
    people.clock.move(1180 * SECOND)
    for _ in range(3):
        desk.admitted(access)
    with pytest.raises(NotAdmitted, match="before"):
        people.oauth1.admit(proof)
    people.clock.move(HOUR)
    people.grants.expire()
    assert catalog.read(lambda tx: tx.connection.one("select count(*) from nonce")) == (0,)


def test_only_plaintext_does_without_time_and_nonce(people, desk):
    access = desk.connect()
    bare = {"timestamp": None, "nonce": ""}
    with pytest.raises(NotAdmitted):
        desk.admitted(access, **bare)
    assert desk.admitted(access, is_plain=True, is_private=True, **bare)


def test_plaintext_is_not_shown_to_the_network(people, desk):
    access = desk.connect()
    people.apps.add(None, "Old", "stacksync", key="old", secret="s", callbacks=[BACK], allow_plain=True)
    with pytest.raises(NotAllowed, match="PLAINTEXT"):
        desk.admitted(access, is_plain=True)
    with pytest.raises(NotAllowed, match="PLAINTEXT"):
        people.oauth1.request_token(desk.proof(is_plain=True))
    for near in ("127.0.0.1", "127.9.0.1", "::1", "::ffff:127.0.0.1"):
        assert desk.admitted(access, is_plain=True, network=near)
    assert desk.admitted(access, is_plain=True, is_private=True)
    old = Consumer(people, key="old")
    assert old.admitted(old.connect(), is_plain=True)


# ------------------------------------------------------------------------------------------------- the dance


def test_a_callback_must_be_one_of_the_apps_own(people, desk):
    for callback in (f"{BACK}/", f"{BACK}?x", "https://evil.example/", "", "OOB"):
        with pytest.raises(NotAdmitted, match="callback"):
            people.oauth1.request_token(desk.proof(callback=callback))
    assert people.oauth1.request_token(desk.proof(callback="oob"))
    people.apps.add(None, "Exact", "stacksync", key="exact", secret="s", callbacks=[BACK])
    with pytest.raises(NotAdmitted, match="callback"):
        people.oauth1.request_token(Consumer(people, key="exact").proof(callback="oob"))


def test_only_apps_of_this_kind_ask(people):
    people.apps.add(None, "Photos", "cloudfs", key="photos", secret="s", callbacks=[BACK])
    with pytest.raises(NotAdmitted, match="another protocol"):
        people.oauth1.request_token(Consumer(people, key="photos").proof())


def test_a_verifier_belongs_to_one_question(people, desk):
    anna = people.actor("anna")
    mine, theirs = desk.ask(), desk.ask()
    my_answer, their_answer = allow(people, anna, mine), allow(people, people.actor("bert"), theirs)
    for verifier in ("", "guess", their_answer.verifier):
        with pytest.raises(NotAdmitted, match="verifier"):
            people.oauth1.access_token(desk.proof(mine, verifier=verifier))
    access = people.oauth1.access_token(desk.proof(mine, verifier=my_answer.verifier))
    assert desk.admitted(access).account_id == anna.account_id


def test_a_request_token_is_used_once(people, desk):
    pair = desk.ask()
    answered = allow(people, people.actor("anna"), pair)

    def exchange(_: int) -> bool:
        try:
            return people.oauth1.access_token(desk.proof(pair, verifier=answered.verifier)) is not None
        except NotAdmitted:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(exchange, range(4))) == 1
    assert not exchange(5)


def test_an_access_token_needs_an_answer(people, desk):
    pair = desk.ask()
    with pytest.raises(NotAdmitted, match="allowed"):
        people.oauth1.access_token(desk.proof(pair, verifier=""))
    with pytest.raises(NotAdmitted):
        people.oauth1.access_token(desk.proof(Pair("unknown", ""), verifier="x"))


def test_a_question_is_answered_once_and_in_time(people, desk):
    anna, pair = people.actor("anna"), desk.ask()
    allow(people, anna, pair)
    for again in (lambda: allow(people, anna, pair), lambda: people.oauth1.question(pair.token)):
        with pytest.raises(RequestMissing):
            again()
    late = desk.ask()
    answered = allow(people, anna, desk_pair := desk.ask())
    people.clock.move(REQUEST_MINUTES * MINUTE)
    with pytest.raises(RequestMissing):
        people.oauth1.question(late.token)
    with pytest.raises(NotAdmitted):
        people.oauth1.access_token(desk.proof(desk_pair, verifier=answered.verifier))
    with pytest.raises(RequestMissing):
        people.oauth1.question("unknown")


def test_a_no_is_the_end_of_the_question(people, desk):
    anna, pair = people.actor("anna"), desk.ask()
    assert people.oauth1.deny(anna, pair.token, people.oauth1.page_mark(anna, pair.token)) == BACK
    with pytest.raises(RequestMissing):
        people.oauth1.question(pair.token)
    with pytest.raises(NotAdmitted):
        people.oauth1.access_token(desk.proof(pair, verifier="x"))


def test_only_the_page_that_asked_can_answer(people, desk):
    anna, bert, pair = people.actor("anna"), people.actor("bert"), desk.ask()
    marks = ("", "é", people.oauth1.page_mark(bert, pair.token), people.oauth1.page_mark(anna, desk.ask().token))
    for mark in marks:
        for answer in (people.oauth1.allow, people.oauth1.deny):
            with pytest.raises(NotAllowed, match="page"):
                answer(anna, pair.token, mark)


def test_an_app_cannot_answer_for_a_person(people, desk):
    actor = desk.admitted(desk.connect())
    with pytest.raises(NotAllowed):
        people.oauth1.page_mark(actor, desk.ask().token)


def test_name_and_password_typed_into_the_app_say_yes(people, desk):
    pair = desk.ask()
    with pytest.raises(NotAdmitted):
        people.oauth1.allow_by_password(pair.token, "anna", "wrong", NETWORK)
    answered = people.oauth1.allow_by_password(pair.token, "anna@example.org", PASSWORD, NETWORK)
    access = people.oauth1.access_token(desk.proof(pair, verifier=answered.verifier))
    assert desk.admitted(access).name == "anna"
    with pytest.raises(RequestMissing):
        people.oauth1.allow_by_password(pair.token, "anna", PASSWORD, NETWORK)
    for _ in range(5):
        with pytest.raises(NotAdmitted):
            people.oauth1.allow_by_password(desk.ask().token, "bert", "wrong", "198.51.100.7")
    with pytest.raises(TooManyAttempts):
        people.oauth1.allow_by_password(desk.ask().token, "bert", PASSWORD, "198.51.100.7")


def test_an_app_gets_no_more_than_the_password_it_was_given(people, desk):
    anna, pair = people.actor("anna"), desk.ask()
    password = people.grants.app_password(anna, anna.account_id, "desk", ["calendar"])
    answered = people.oauth1.allow_by_password(pair.token, "anna", password, NETWORK)
    access = people.oauth1.access_token(desk.proof(pair, verifier=answered.verifier))
    assert desk.admitted(access).scopes == {"calendar"}


# ---------------------------------------------------------------------------------------------- what ends it


def test_a_token_that_was_taken_back_is_told_from_one_that_never_was(people, desk):
    access, anna = desk.connect(), people.actor("anna")
    desk.admitted(access)
    people.apps.disconnect(anna, "desk")
    with pytest.raises(AccessRevoked):
        desk.admitted(access)
    with pytest.raises(NotAdmitted):
        desk.admitted(Pair(access.token, "wrong secret"))
    assert people.apps.connected(anna) == []
    people.clock.move(366 * DAY)
    people.grants.expire()
    with pytest.raises(NotAdmitted):
        desk.admitted(access)


def test_an_app_that_is_shut_out_neither_asks_nor_gets_in(people, desk):
    access, waiting = desk.connect(), desk.ask()
    answered = allow(people, people.actor("anna"), waiting)
    open_question = desk.ask()
    people.apps.set_active(None, "desk", False)
    for attempt in (
        lambda: desk.admitted(access),
        desk.ask,
        lambda: people.oauth1.access_token(desk.proof(waiting, verifier=answered.verifier)),
    ):
        with pytest.raises(AccessRevoked):
            attempt()
    with pytest.raises(RequestMissing):
        people.oauth1.question(open_question.token)
    people.apps.remove(None, "desk")
    for attempt in (lambda: desk.admitted(access), desk.ask):
        with pytest.raises(NotAdmitted):
            attempt()
    with pytest.raises(RequestMissing):
        people.oauth1.question(open_question.token)


def test_an_account_that_is_closed_opens_nothing(people, desk):
    access = desk.connect()
    anna = people.accounts.find(None, "anna")
    people.accounts.update(None, anna.id, active=False)
    with pytest.raises(NotAdmitted):
        desk.admitted(access)


# ------------------------------------------------------------------------------------------------------- desks


@pytest.fixture
def eyeos(people):
    people.apps.add(
        None, "eyeOS", "u1db", key="eyeos", secret="s", home="anna", verifier="verifier", callbacks=[BACK, "oob"]
    )
    return Consumer(people, key="eyeos")


def login(people: People, eyeos: Consumer) -> Pair:
    pair, word = people.desks.request_token(eyeos.proof())
    return people.desks.access_token(eyeos.proof(pair, verifier=word))


def test_a_desk_signs_in_with_a_fixed_request_token_and_a_word(people, eyeos, catalog):
    pair, word = people.desks.request_token(eyeos.proof())
    assert (pair, word) == people.desks.request_token(eyeos.proof()) and word == "verifier"
    assert people.desks.authorize("eyeos", pair.token) == (BACK, "verifier")
    access = people.desks.access_token(eyeos.proof(pair, verifier=word))
    for text in (access.token, access.secret):
        assert len(text) == 15 and text.isalnum() and text == text.upper()
    actor = eyeos.admitted(access)
    assert (actor.account_id, actor.app) == (people.accounts.find(None, "anna").id, "eyeOS")
    assert "docs" in actor.scopes and "files" not in actor.scopes
    assert login(People(catalog, people.clock), eyeos) == access, "the same again as long as it lasts"


def test_a_desks_token_lasts_a_day_and_then_there_is_a_new_one(people, eyeos):
    old = login(people, eyeos)
    people.clock.move(24 * HOUR)
    with pytest.raises(NotAdmitted):
        eyeos.admitted(old)
    new = login(people, eyeos)
    assert new != old and eyeos.admitted(new)
    with pytest.raises(NotAdmitted):
        eyeos.admitted(old)


def test_a_desks_requests_are_of_the_last_five_minutes(people, eyeos):
    access = login(people, eyeos)
    assert eyeos.admitted(access, ago=299)
    for ago in (301, -301):
        with pytest.raises(NotAdmitted, match="time"):
            eyeos.admitted(access, ago=ago)


@pytest.mark.parametrize("wrong", ["consumer", "kind", "secret", "token", "token secret", "word"])
def test_a_desk_that_is_wrong_in_one_thing_is_refused(people, eyeos, wrong):
    pair, word = people.desks.request_token(eyeos.proof())
    consumer = {
        "consumer": Consumer(people, key="nobody"),
        "kind": Consumer(people, key="desk"),
        "secret": Consumer(people, key="eyeos", secret="x"),
    }.get(wrong, eyeos)
    pair = {"token": Pair("X", pair.secret), "token secret": Pair(pair.token, "x")}.get(wrong, pair)
    with pytest.raises(NotAdmitted):
        people.desks.access_token(consumer.proof(pair, verifier="x" if wrong == "word" else word))
    if wrong in ("consumer", "kind", "token"):
        with pytest.raises(NotAdmitted):
            people.desks.authorize(consumer.key, pair.token)


def test_a_desk_that_is_shut_out_is_told_so(people, eyeos):
    access = login(people, eyeos)
    people.apps.set_active(None, "eyeos", False)
    with pytest.raises(AccessRevoked):
        eyeos.admitted(access)
    with pytest.raises(AccessRevoked):
        people.desks.request_token(eyeos.proof())
