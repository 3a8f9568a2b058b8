"""Calendars and events, as desks write and read them (stacksync.md §6)."""

from nuvol.faces.http import Answer, in_thread, run
from nuvol.faces.stacksync.calls import Call, fields, told
from nuvol.model.calendar import Event
from nuvol.wire import stacksync as words


async def put_calendar(call: Call) -> Answer:
    """One that is there is changed, by either method; PUT makes none."""
    wish, known = words.calendar_wish(await fields(call)), call.request.method == "PUT"
    return told(words.entry(await run(call.cloud.calendars.put_calendar, call.actor, wish, known=known)))


async def calendars(call: Call) -> Answer:
    _, user, cloud = call.parts
    return told([words.entry(one) for one in await run(call.cloud.calendars.calendars, call.actor, user, cloud)])


async def delete_calendar(call: Call) -> Answer:
    _, user, name, cloud = call.parts
    return told(words.entry(await in_thread(call.cloud.calendars.delete_calendar, call.actor, user, name, cloud)))


async def put_event(call: Call) -> Answer:
    wish, known = words.event_wish(await fields(call)), call.request.method == "PUT"
    return told(words.entry(await run(call.cloud.calendars.put_event, call.actor, wish, known=known)))


async def events(call: Call) -> Answer:
    _, user, calendar, cloud = call.parts
    found = await run(call.cloud.calendars.events, call.actor, user, calendar, cloud)
    return told([words.entry(one) for one in found])


async def delete_event(call: Call) -> Answer:
    _, user, calendar, cloud, start, end, isallday = call.parts
    wish = Event(user, calendar, start, end, isallday, cloud)
    return told(words.entry(await run(call.cloud.calendars.delete_event, call.actor, wish)))


async def everything(call: Call) -> Answer:
    _, user, cloud = call.parts
    return told([words.entry(one) for one in await run(call.cloud.calendars.everything, call.actor, user, cloud)])


async def forget(call: Call) -> Answer:
    _, user, cloud = call.parts
    await in_thread(call.cloud.calendars.forget, call.actor, user, cloud)
    return told({"delete": True})
