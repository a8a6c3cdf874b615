"""The browser's files, read once: put together, packed, known by their content.

A page names a script or a style with a tag of what is in it: `/css/app.css?0f3c…`.
Whoever has that need not ask for it again until there is another. The first page of all
has its looks inside it, so that nothing has to come after it before it is seen.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from mnemonic import Mnemonic

from chat.bundle import bundles
from chat.packing import PLAIN, packed

WEB = Path(__file__).parent.parent / "web"

TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
}
"""What is served, and as what; a file of any other kind stays where it is."""

ASK_EACH_TIME = "no-cache"
"""How long an answer may be kept of which there may be another at any moment."""

_FOR_GOOD = "public, max-age=31536000, immutable"

_NAMED = re.compile(r'(?<=(?:href|.src)=")(?:/[\w-]+)+\.(?:css|js|svg)(?=")')
_FIRST = "/index.html"
_LOOKS = "/css/app.css"
_COMMENT = re.compile(rb"/\*.*?\*/", re.DOTALL)
_INDENT = re.compile(rb"^\s+", re.MULTILINE)


class Variant(NamedTuple):
    """A file's bytes as they are sent."""

    body: bytes
    etag: str
    headers: Mapping[str, str]

    def is_known(self, tags: str) -> bool:
        """Tell whether one of these tags, which a browser has, is this one's."""
        return tags.strip() == "*" or any(
            tag.strip().removeprefix("W/") == self.etag for tag in tags.split(",")
        )


class File:
    """A file, and the same packed, from when somebody first asks for it so."""

    def __init__(self, body: bytes, type_: str) -> None:
        self.tag = _tag(body)
        self.plain = _variant(body, self.tag, type_)
        self._type = type_
        self._packing = Lock()
        self._variants: dict[str, Variant] = {PLAIN: self.plain}

    def known(self, coding: str) -> Variant | None:
        """Return it in a coding, if it was packed so before."""
        return self._variants.get(coding)

    def packed(self, coding: str) -> Variant:
        """Return it in a coding, or as it is where that is smaller: takes a while."""
        with self._packing:
            if coding not in self._variants:
                self._variants[coding] = self._made(coding)
        return self._variants[coding]

    def _made(self, coding: str) -> Variant:
        body = packed(self.plain.body, coding)
        if len(body) >= len(self.plain.body):
            return self.plain
        return _variant(body, f"{self.tag}-{coding}", self._type, coding)

    def kept(self, query: str) -> str:
        """Return how long a browser may keep it that asked for it by this tag.

        A page that was read before an upgrade may ask for what was there then, and must
        not take what is here now for it.
        """
        return _FOR_GOOD if query == self.tag else ASK_EACH_TIME


def read(web: Path) -> Mapping[str, File]:
    """Return each file with its path; the word list comes from its own library."""
    found = dict(_found(web))
    bodies = {path: body for path, body in found.items() if path.endswith(".js")}
    bodies = found | dict(_bundled(tuple(sorted(bodies.items()))))
    tags = {path: _tag(body) for path, body in bodies.items()}
    if _FIRST in bodies and _LOOKS in bodies:
        bodies[_FIRST] = _with_looks(bodies[_FIRST], bodies[_LOOKS])
    files = {path: _file(path, body, tags) for path, body in bodies.items()}
    words = "\n".join(Mnemonic("english").wordlist) + "\n"
    files["/words.txt"] = _made(words.encode(), TYPES[".txt"])
    if _FIRST in files:
        files["/"] = files[_FIRST]
    return files


def _found(web: Path) -> Iterator[tuple[str, bytes]]:
    for file in web.rglob("*"):
        if file.suffix in TYPES and file.is_file():
            path = f"/{file.relative_to(web).as_posix()}"
            yield path, _slim(path, file.read_bytes())


@cache
def _bundled(scripts: tuple[tuple[str, bytes], ...]) -> Mapping[str, bytes]:
    whole = bundles({path: body.decode() for path, body in scripts})
    return {path: text.encode() for path, text in whole.items()}


def _slim(path: str, body: bytes) -> bytes:
    """Return a file without what only those read who write it."""
    if path.endswith(".css"):
        body = _COMMENT.sub(b"", body)
    return _INDENT.sub(b"", body) if path.endswith((".css", ".html")) else body


def _with_looks(page: bytes, looks: bytes) -> bytes:
    link = b'<link rel="stylesheet" href="%s">' % _LOOKS.encode()
    return page.replace(link, b"<style>%s</style>" % looks)


@cache
def looks_source() -> str:
    """Return what a content security policy calls the looks of the first page."""
    looks = _slim(_LOOKS, (WEB / _LOOKS[1:]).read_bytes())
    digest = hashlib.sha256(looks).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _tag(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]


def _file(path: str, body: bytes, tags: Mapping[str, str]) -> File:
    if path.endswith(".html"):
        body = _tagged(body.decode(), tags).encode()
    return _made(body, TYPES[Path(path).suffix])


def tagged(page: str) -> str:
    """Return a page that names each of our own scripts and styles with its tag."""
    return _tagged(page, _tags())


@cache
def _tags() -> Mapping[str, str]:
    return {path: file.tag for path, file in read(WEB).items()}


def _tagged(page: str, tags: Mapping[str, str]) -> str:
    return _NAMED.sub(
        lambda found: f"{found[0]}?{tags[found[0]]}" if found[0] in tags else found[0],
        page,
    )


@cache
def _made(body: bytes, type_: str) -> File:
    return File(body, type_)


def _variant(body: bytes, tag: str, type_: str, coding: str = PLAIN) -> Variant:
    headers = {"content-type": type_, "etag": f'"{tag}"', "vary": "accept-encoding"}
    if coding:
        headers["content-encoding"] = coding
    return Variant(body, f'"{tag}"', headers)
