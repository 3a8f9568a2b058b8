"""Towns by name and by place."""

import pytest

from nuvol.gazetteer import towns
from nuvol.gazetteer.__main__ import lines


@pytest.mark.parametrize(
    "text, name, country",
    [
        ("Barcelona", "Barcelona", "ES"),
        ("londres", "London", "GB"),
        ("Nova  York", "New York City", "US"),
        ("múnich", "Munich", "DE"),
        ("MÜNCHEN", "Munich", "DE"),
        ("sant cug", "Sant Cugat del Vallès", "ES"),
        ("cugat", "Sant Cugat del Vallès", "ES"),
    ],
)
def test_a_town_is_found_by_its_name_in_other_languages_too_and_by_how_it_begins(text, name, country):
    found = towns.find(text, 8)[0]
    assert (found.name, found.country) == (name, country)


@pytest.mark.parametrize("text", ["", "a", " ", "|", "\n", "%", "xyzzy", "\0", "b" * 1000])
def test_what_is_called_by_no_name_is_not_found(text):
    assert towns.find(text, 8) == []


def test_no_more_are_told_than_asked_for_the_largest_first():
    found = towns.find("san", 5)
    assert len(found) == 5
    assert towns.find("barcelona", 2)[1].country == "VE"


@pytest.mark.parametrize(
    "latitude, longitude, name",
    [
        (41_383_600, 2_176_300, "Barcelona"),  # one of its quarters has a row of its own
        (41_473_000, 2_085_000, "Sant Cugat del Vallès"),
        (-16_450_000, -179_990_000, "Labasa"),  # the nearest lies beyond the 180th meridian
        (0, -30_000_000, None),
        (90_000_000, 0, None),
    ],
)
def test_a_place_is_called_after_the_town_it_is_in(latitude, longitude, name):
    found = towns.near(latitude, longitude, 200_000)
    assert (found and found.name) == name


def test_a_town_too_far_away_names_nothing():
    assert towns.near(41_383_600, 3_600_000, 25_000) is None
    assert towns.near(41_383_600, 3_600_000, 150_000) is not None


def test_the_table_has_names_of_other_languages_for_large_towns_only():
    town = {
        "name": "München",
        "alternatenames": ["Munich", "Múnich", "Мюнхен", "MUC"],
        "latitude": 48.13743,
        "longitude": 11.57549,
        "countrycode": "DE",
        "timezone": "Europe/Berlin",
        "population": 1_260_391,
    }
    small, large = lines([town, town | {"population": 20_000}])
    assert large == "München\tMUC|Múnich\tDE\tEurope/Berlin\t481374\t115755\t1260391"
    assert small == "München\t\tDE\tEurope/Berlin\t481374\t115755\t20000"
