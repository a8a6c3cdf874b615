"""A phone that others use too, or look at: the plain page gives nobody away on it."""

import re

import httpx2
import pytest

from tests.plain.conftest import OURS

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_no_title_tells_those_who_look_on_or_at_the_history_what_it_is(
    phone: httpx2.AsyncClient,
):
    before = await phone.get("/talk")
    await phone.post("/talk", headers=OURS)
    during = [await phone.get(f"/talk{path}") for path in ("", "/write", "/later")]
    await phone.post("/talk/over", headers=OURS)
    after = await phone.get("/talk")

    for page in (before, *during, after):
        assert re.findall("<title>(.*)</title>", page.text) == ["Porchlight"]
