"""A visit: one request of the plain page, who makes it, and what its form brings."""

from typing import Final

from starlette.datastructures import FormData
from starlette.requests import Request

LONGEST_FORM: Final = 20_000
"""How many bytes the longest form of ours brings, and no other is read."""


class Visit:
    """One request, and who makes it."""

    __slots__ = ("form", "meant", "request", "secret")

    def __init__(
        self, request: Request, form: FormData, secret: bytes | None, *, meant: bool
    ) -> None:
        self.request = request
        self.form = form
        self.secret = secret
        self.meant = meant
        """Whether what is asked comes from a page of ours."""

    def asks(self, name: str) -> bool:
        """Tell whether the address has something after its question mark."""
        return name in self.request.query_params

    @property
    def language(self) -> str:
        """The language that the browser is set to, as a tag."""
        return self.request.headers.get("accept-language", "")[:8]


async def form_of(request: Request) -> FormData:
    """Return what a form brings; nothing, if it is longer than any of ours."""
    length = request.headers.get("content-length", "")
    ours = request.headers.get("content-type", "").startswith(
        "application/x-www-form-urlencoded"
    )
    fits = length.isascii() and length.isdigit() and int(length) <= LONGEST_FORM
    return await request.form() if ours and fits else FormData()


def ticked(form: FormData, name: str) -> tuple[str, ...]:
    """Return what is ticked under one name, each once."""
    found = (value for value in form.getlist(name) if isinstance(value, str))
    return tuple(dict.fromkeys(found))
