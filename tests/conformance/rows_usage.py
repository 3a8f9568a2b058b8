"""What every catalog promises of the figures of apps."""

import pytest

from nuvol.model.apps import DayOfUse
from tests.conformance.catalog import add_account

ANNA, BERT = 1, 2


class UsageRowsTests:
    @pytest.fixture
    def two(self, catalog):
        for number in (ANNA, BERT):
            add_account(catalog, number)
        return catalog

    def test_a_day_grows_and_counts_each_account_once(self, two):
        two.write(lambda tx: tx.usage.add("desk", DayOfUse(7, 3, 1, 2**50, 5), {ANNA}))
        two.write(lambda tx: tx.usage.add("desk", DayOfUse(7, 1, 0, 1, 0), {ANNA, BERT}))
        two.write(lambda tx: tx.usage.add("desk", DayOfUse(6, 9, 0, 0, 0), ()))
        two.write(lambda tx: tx.usage.add("other", DayOfUse(7, 1, 1, 1, 1), {BERT}))
        days = [DayOfUse(6, 9, 0, 0, 0, 0), DayOfUse(7, 4, 1, 2**50 + 1, 5, 2)]
        assert two.read(lambda tx: tx.usage.of("desk", 0)) == days
        assert two.read(lambda tx: tx.usage.of("desk", 7)) == days[1:]
        assert two.read(lambda tx: tx.usage.of("nobody", 0)) == []

    def test_old_days_a_removed_app_and_a_removed_account_are_forgotten(self, two):
        for day in (1, 2, 3):
            two.write(lambda tx, day=day: tx.usage.add("desk", DayOfUse(day, 1, 0, 0, 0), {ANNA, BERT}))
        two.write(lambda tx: tx.usage.add("other", DayOfUse(3, 1, 0, 0, 0), {ANNA}))
        assert two.write(lambda tx: tx.usage.expire(2)) == 1
        two.write(lambda tx: tx.accounts.remove(BERT))
        assert [(day.day, day.accounts) for day in two.read(lambda tx: tx.usage.of("desk", 0))] == [(2, 1), (3, 1)]
        two.write(lambda tx: tx.usage.remove("desk"))
        assert two.read(lambda tx: tx.usage.of("desk", 0)) == []
        assert len(two.read(lambda tx: tx.usage.of("other", 0))) == 1
