"""What every catalog promises of the customers of apps. A backend's test is a subclass with a fixture `catalog`."""

import pytest
from msgspec.structs import replace

from nuvol.model.customers import Customer, Plan
from tests.conformance.catalog import add_account

ANNA, BERT, CARL = 1, 2, 3

CUSTOMER = Customer(ANNA, "desk", "Anna – “β”", "e\u0301", 2**53 - 1, {"grace": "5", "é": None})
PLAN = Plan("desk", 2**53 - 1, "100 GB", 2**52)


class CustomerRowsTests:
    @pytest.fixture
    def three(self, catalog):
        for number in (ANNA, BERT, CARL):
            add_account(catalog, number)
        return catalog

    def test_customers_come_back_as_they_went_in_by_app(self, three):
        bert = Customer(BERT, "desk", "", "", None, {})
        carl = replace(bert, account_id=CARL, app="other")
        three.write(lambda tx: [tx.customers.put(each) for each in (bert, CUSTOMER, carl)])
        assert three.read(lambda tx: tx.customers.get(ANNA)) == CUSTOMER
        assert three.read(lambda tx: tx.customers.of("desk", 0, 9)) == [CUSTOMER, bert]
        assert three.read(lambda tx: tx.customers.of("desk", ANNA, 9)) == [bert]
        assert three.read(lambda tx: tx.customers.of("desk", 0, 1)) == [CUSTOMER]
        assert three.read(lambda tx: (tx.customers.count("desk"), tx.customers.count("none"))) == (2, 0)

    def test_a_customer_is_put_in_place_of_what_was_known_and_goes_with_the_account(self, three):
        three.write(lambda tx: tx.customers.put(CUSTOMER))
        changed = replace(CUSTOMER, first_name="", plan_id=None)
        three.write(lambda tx: tx.customers.put(changed))
        assert three.read(lambda tx: tx.customers.get(ANNA)) == changed
        three.write(lambda tx: tx.accounts.remove(ANNA))
        assert three.read(lambda tx: tx.customers.get(ANNA)) is None

    def test_plans_belong_to_their_app(self, three):
        free = Plan("desk", 5, "free", None)
        three.write(lambda tx: [tx.customers.add_plan(plan) for plan in (PLAN, free, replace(free, app="other"))])
        assert three.read(lambda tx: tx.customers.plans("desk")) == [free, PLAN]
        assert three.write(lambda tx: tx.customers.remove_plan("desk", 5))
        assert not three.write(lambda tx: tx.customers.remove_plan("desk", 5))
        assert three.read(lambda tx: tx.customers.plans("other")) == [replace(free, app="other")]

    def test_the_plan_of_an_app_is_the_one_set_last(self, three):
        assert three.read(lambda tx: tx.customers.app_plan("desk")) is None
        for name in ("prototype", "paid"):
            three.write(lambda tx, name=name: tx.customers.set_app_plan("desk", name))
        assert three.read(lambda tx: tx.customers.app_plan("desk")) == "paid"

    def test_the_plans_of_apps_have_the_size_that_was_said_last(self, three):
        assert three.read(lambda tx: tx.customers.plan_sizes()) == {}
        for size in (7, None, 2**40):
            three.write(lambda tx, size=size: tx.customers.set_plan_size("prototype", size))
            assert three.read(lambda tx: tx.customers.plan_sizes()) == {"prototype": size}

    def test_each_session_has_a_language(self, three):
        for locale in ("fr", "ca"):
            three.write(lambda tx, locale=locale: tx.customers.set_locale(ANNA, 7, locale))
        assert three.read(lambda tx: tx.customers.locale(ANNA, 7)) == "ca"
        assert three.read(lambda tx: tx.customers.locale(ANNA, 8)) is None
