"""Customers of apps and their plans, as rows."""

import json

from nuvol.model.customers import Customer, Plan
from nuvol.stores.catalog.database import Connection, Row

_CUSTOMER = "account_id, app, first_name, last_name, plan_id, terms"
_PLAN = "app, id, name, quota"


class Customers:
    def __init__(self, db: Connection) -> None:
        self._db = db

    def put(self, customer: Customer) -> None:
        terms = json.dumps(customer.terms)
        values = (customer.account_id, customer.app, customer.first_name, customer.last_name, customer.plan_id, terms)
        self._db.run("delete from customer where account_id = ?", (customer.account_id,))
        self._db.run(f"insert into customer ({_CUSTOMER}) values (?,?,?,?,?,?)", values)

    def get(self, account_id: int) -> Customer | None:
        row = self._db.one(f"select {_CUSTOMER} from customer where account_id = ?", (account_id,))
        return _customer(row) if row else None

    def of(self, app: str, after: int, limit: int) -> list[Customer]:
        sql = f"select {_CUSTOMER} from customer where app = ? and account_id > ? order by account_id limit ?"
        return [_customer(row) for row in self._db.all(sql, (app, after, limit))]

    def count(self, app: str) -> int:
        row = self._db.one("select count(*) from customer where app = ?", (app,))
        return row[0] if row else 0

    def add_plan(self, plan: Plan) -> None:
        self._db.run(f"insert into plan ({_PLAN}) values (?,?,?,?)", (plan.app, plan.id, plan.name, plan.quota))

    def plans(self, app: str) -> list[Plan]:
        return [Plan(*row) for row in self._db.all(f"select {_PLAN} from plan where app = ? order by id", (app,))]

    def remove_plan(self, app: str, plan_id: int) -> bool:
        return self._db.run("delete from plan where app = ? and id = ?", (app, plan_id)) > 0

    def app_plan(self, app: str) -> str | None:
        row = self._db.one("select name from app_plan where app = ?", (app,))
        return row[0] if row else None

    def set_app_plan(self, app: str, name: str) -> None:
        sql = "insert into app_plan (app, name) values (?,?) on conflict (app) do update set name = excluded.name"
        self._db.run(sql, (app, name))

    def plan_sizes(self) -> dict[str, int | None]:
        return dict(self._db.all("select name, users from app_plan_size"))

    def set_plan_size(self, name: str, users: int | None) -> None:
        self._db.run(
            "insert into app_plan_size (name, users) values (?,?)"
            " on conflict (name) do update set users = excluded.users",
            (name, users),
        )

    def locale(self, account_id: int, grant_id: int) -> str | None:
        sql = "select locale from session_locale where account_id = ? and grant_id = ?"
        row = self._db.one(sql, (account_id, grant_id))
        return row[0] if row else None

    def set_locale(self, account_id: int, grant_id: int, locale: str) -> None:
        self._db.run(
            "insert into session_locale (account_id, grant_id, locale) values (?,?,?)"
            " on conflict (account_id, grant_id) do update set locale = excluded.locale",
            (account_id, grant_id, locale),
        )


def _customer(row: Row) -> Customer:
    account_id, app, first_name, last_name, plan_id, terms = row
    return Customer(account_id, app, first_name, last_name, plan_id, json.loads(terms))
