"""A plain function can wait on a loop without a thread of its own."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from nuvol.waiting import Waiter, cross, in_pool, release


def later(result):
    """Wait for what another thread gives."""
    waiter = Waiter()
    threading.Timer(0.01, lambda: release([waiter.settle(result)])).start()
    return waiter.wait()


def broken():
    waiter = Waiter()
    threading.Timer(0.01, lambda: release([waiter.fail(ValueError("no"))])).start()
    return waiter.wait()


def test_a_thread_waits_for_its_result():
    assert later(3) == 3


def test_a_thread_gets_the_error():
    with pytest.raises(ValueError, match="no"):
        broken()


def test_the_loop_serves_others_while_a_function_waits():
    async def story():
        seen = []

        async def other():
            seen.append("other")

        task = asyncio.create_task(cross(later, 5))
        await asyncio.sleep(0)
        await other()
        assert not task.done()
        seen.append(await task)
        return seen

    assert asyncio.run(story()) == ["other", 5]


def test_an_error_comes_back_across_the_loop():
    with pytest.raises(ValueError, match="no"):
        asyncio.run(cross(broken))


def test_a_function_that_does_not_wait_needs_no_turn_of_the_loop():
    async def story():
        coroutine = cross(lambda: 7)
        with pytest.raises(StopIteration) as end:
            coroutine.send(None)
        return end.value.value

    assert asyncio.run(story()) == 7


def test_many_wake_up_together():
    async def story():
        waiters = []

        def wait():
            waiters.append(Waiter())
            return waiters[-1].wait()

        tasks = [asyncio.create_task(cross(wait)) for _ in range(10)]
        await asyncio.sleep(0)
        release([waiter.settle(number) for number, waiter in enumerate(waiters)])
        return await asyncio.gather(*tasks)

    assert asyncio.run(story()) == list(range(10))


def test_a_cancelled_caller_hears_of_it_only_when_the_function_is_done():
    async def story():
        waiters, done = [], []

        def wait():
            waiters.append(Waiter())
            done.append(waiters[-1].wait())

        task = asyncio.create_task(cross(wait))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.sleep(0)
        assert not task.done()
        release([waiters[0].settle("written")])
        with pytest.raises(asyncio.CancelledError):
            await task
        return done

    assert asyncio.run(story()) == ["written"]


def test_slow_work_goes_to_the_pool_and_the_thread_is_another():
    with ThreadPoolExecutor(1) as pool:
        here = threading.get_ident()
        assert asyncio.run(cross(in_pool, pool, threading.get_ident)) != here
        assert in_pool(pool, threading.get_ident) == here


def test_one_call_after_another_keeps_nothing_of_the_one_before():
    async def story():
        results = [await cross(lambda number=number: number) for number in range(3)]
        with pytest.raises(ZeroDivisionError):
            await cross(lambda: 1 / 0)
        results.append(await cross(later, 3))
        together = await asyncio.gather(*(cross(later, number) for number in range(100)))
        return results, together

    assert asyncio.run(story()) == ([0, 1, 2, 3], list(range(100)))
