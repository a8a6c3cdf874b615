"""Places: whoever is urgent comes first, and a place that nobody wants is not lost."""

import asyncio

import pytest

from chat.store.places import Places
from tests.support.eventually import PATIENCE_SECONDS


async def _stand(places: Places, name: str, came: list[str], *, urgent: bool) -> None:
    async with places.place(urgent=urgent):
        came.append(name)
        await asyncio.sleep(0)


async def test_the_urgent_come_first_and_the_others_in_order():
    places, came = Places(1), list[str]()
    async with asyncio.TaskGroup() as tasks:
        for name in ("one", "two", "three"):
            tasks.create_task(_stand(places, name, came, urgent=False))
        tasks.create_task(_stand(places, "urgent", came, urgent=True))

    assert came == ["one", "urgent", "two", "three"]


async def test_as_many_as_there_are_places_are_there_at_once():
    places = Places(2)
    there = most = 0

    async def stand() -> None:
        nonlocal there, most
        async with places.place():
            there += 1
            most = max(most, there)
            await asyncio.sleep(0)
            there -= 1

    async with asyncio.TaskGroup() as tasks:
        for _ in range(10):
            tasks.create_task(stand())

    assert most == 2


async def test_whoever_gives_up_waiting_takes_no_place():
    places, came = Places(1), list[str]()
    async with places.place():
        impatient = asyncio.create_task(_stand(places, "no", came, urgent=False))
        patient = asyncio.create_task(_stand(places, "yes", came, urgent=False))
        await asyncio.sleep(0)
        impatient.cancel()
        with pytest.raises(asyncio.CancelledError):
            await impatient
    await patient

    assert came == ["yes"]
    async with asyncio.timeout(PATIENCE_SECONDS), places.place():
        pass


async def test_a_place_that_comes_as_one_gives_up_goes_to_the_next():
    places, came = Places(1), list[str]()
    async with places.place():
        impatient = asyncio.create_task(_stand(places, "no", came, urgent=False))
        patient = asyncio.create_task(_stand(places, "yes", came, urgent=False))
        await asyncio.sleep(0)
    # The place is theirs by now, and they have not noticed it yet.
    impatient.cancel()
    with pytest.raises(asyncio.CancelledError):
        await impatient
    async with asyncio.timeout(PATIENCE_SECONDS):
        await patient

    assert came == ["yes"]
