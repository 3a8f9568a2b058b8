"""Admin-signed calls: an app's back office looks after its customers (specification section 2.3)."""

from collections.abc import Awaitable, Callable

from nuvol.core.cloud import Cloud
from nuvol.core.customers import account_id_of
from nuvol.faces.cloudfs import signed
from nuvol.faces.cloudfs.calls import told
from nuvol.faces.http import Answer, Request, in_thread, run
from nuvol.model.apps import App
from nuvol.wire.cloudfs import forms, ids, items
from nuvol.wire.cloudfs.errors import InvalidRequest
from nuvol.wire.cloudfs.forms import Form

_TERMS = ("expiration_date", "grace", "ignore_otl", "plan_transition")


async def answer(request: Request, cloud: Cloud, parts: list[str]) -> Answer:
    app, form = await signed.read(request, signed.by_admin(cloud))
    where = "/".join(parts)
    function = _CALLS.get((request.method, where))
    if function is not None:
        return await function(cloud, app, form)
    if request.method == "DELETE" and where.startswith("customers/plan/") and len(parts) == 3:
        await run(cloud.customers.remove_plan, app, ids.decode(parts[2]) or 0)
        return told(True)
    if request.method == "POST" and parts[:1] == ["customers"] and len(parts) == 2:
        return await _change(cloud, app, parts[1], form)
    raise InvalidRequest("There is no such admin call.")


async def _create(cloud: Cloud, app: App, form: Form) -> Answer:
    plan = form.get("account_plan_uuid")
    profile = await run(
        cloud.customers.create,
        app,
        form.get("username", ""),
        form.get("password", ""),
        email=form.get("email", ""),
        first_name=form.get("first_name", ""),
        last_name=form.get("last_name", ""),
        plan_id=_plan(plan),
    )
    return told(items.profile(profile))


async def _delete(cloud: Cloud, app: App, form: Form) -> Answer:
    await in_thread(cloud.customers.remove, app, form.get("username", ""))
    return told({"success": True})


async def _state(cloud: Cloud, app: App, form: Form) -> Answer:
    terms = {name: form[name] for name in _TERMS if name in form}
    profile = await run(
        cloud.customers.change,
        app,
        account_id_of(ids.decode(form.get("user_id", ""))),
        username=form.get("username") or None,
        first_name=form.get("first_name"),
        last_name=form.get("last_name"),
        plan_id=_plan(form.get("plan_code")),
        terms=terms,
    )
    told_of = items.profile(profile)
    return told(
        {**told_of["account_state"], **profile.terms, "user_id": told_of["id"], "plan": told_of["account_plan"]}
    )


async def _change(cloud: Cloud, app: App, user_id: str, form: Form) -> Answer:
    profile = await run(
        cloud.customers.change,
        app,
        account_id_of(ids.decode(user_id)),
        username=form.get("username") or None,
        first_name=form.get("first_name"),
        last_name=form.get("last_name"),
        plan_id=_plan(form.get("plan_code")),
    )
    return told(items.profile(profile))


async def _add_plan(cloud: Cloud, app: App, form: Form) -> Answer:
    limit = forms.integer(form.get("limit"))
    if limit is None:
        raise InvalidRequest("A plan has a limit: a number of bytes.")
    return told(items.plan(await run(cloud.customers.add_plan, app, form.get("name", ""), limit)))


async def _plans(cloud: Cloud, app: App, form: Form) -> Answer:
    return told([items.plan(plan) for plan in await run(cloud.customers.plans, app)])


def _plan(text: str | None) -> int | None:
    """The plan that a form names. Raises InvalidRequest."""
    if not text:
        return None
    number = ids.decode(text)
    if number is None:
        raise InvalidRequest("This app has no such plan.")
    return number


_CALLS: dict[tuple[str, str], Callable[[Cloud, App, Form], Awaitable[Answer]]] = {
    ("POST", "cloudfs/customers"): _create,
    ("POST", "tkey/customers"): _create,
    ("POST", "tkey/customers/delete"): _delete,
    ("POST", "customers/accountState"): _state,
    ("POST", "customers/plan"): _add_plan,
    ("GET", "customers/plan"): _plans,
}
