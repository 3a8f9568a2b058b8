"""A series is written out when it is saved (eyeos.md b.5)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from nuvol.apps.eyeos.series import occurrences

MADRID = ZoneInfo("Europe/Madrid")


def at(text: str, zone=MADRID) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp())


def event(repeat: str, start: str = "2014-10-24T09:00", finaltype: int = 1, finalvalue: int = 0) -> dict:
    return {"timestart": at(start), "timeend": at(start) + 3600, "isallday": 0, "repeattype": repeat,
            "finaltype": finaltype, "finalvalue": finalvalue}  # fmt: skip


def starts(*args, **more) -> list[str]:
    made = occurrences(event(*args, **more), MADRID)
    assert {one["timeend"] - one["timestart"] for one in made} == {3600}
    return [f"{datetime.fromtimestamp(one['timestart'], MADRID):%Y-%m-%d %H:%M}" for one in made]


def test_what_does_not_repeat_stays_alone():
    assert starts("n") == ["2014-10-24 09:00"]


def test_without_an_end_there_are_ten_at_the_same_hour_over_a_change_of_the_clock():
    found = starts("d")
    assert len(found) == 10
    assert found[:4] == ["2014-10-24 09:00", "2014-10-25 09:00", "2014-10-26 09:00", "2014-10-27 09:00"]
    assert starts("w")[1] == "2014-10-31 09:00"


def test_a_month_too_short_takes_its_last_day():
    assert starts("m", "2014-12-31T09:00")[:3] == ["2014-12-31 09:00", "2015-01-31 09:00", "2015-02-28 09:00"]
    assert starts("y", "2016-02-29T09:00")[:2] == ["2016-02-29 09:00", "2017-02-28 09:00"]


def test_a_number_of_times_is_at_most_ten():
    assert len(starts("d", finaltype=3, finalvalue=4)) == 4
    assert len(starts("d", finaltype=3, finalvalue=40)) == 10


def test_the_last_date_counts():
    until = at("2014-11-14T00:00")
    assert starts("w", finaltype=2, finalvalue=until)[-1] == "2014-11-14 09:00"
    assert len(occurrences(event("d", finaltype=2, finalvalue=at("2030-01-01T00:00")), MADRID, most_until=50)) == 50
    assert len(starts("d", finaltype=2, finalvalue=at("2000-01-01T00:00"))) == 1


@pytest.mark.parametrize("form", [str, int])
def test_civil_times_stay_civil(form):
    told = {"timestart": form("20150828110000"), "timeend": form("20150828120000"), "repeattype": "w", "finaltype": 3,
            "finalvalue": "2"}  # fmt: skip
    assert [one["timestart"] for one in occurrences(told, UTC)] == [form("20150828110000"), form("20150904110000")]


def test_times_of_no_known_form_stay_as_they_are():
    told = {"timestart": "201419160000", "timeend": "201419170000", "repeattype": "d"}
    assert occurrences(told) == [told]
