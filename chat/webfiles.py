"""The browser's files, read once: put together, compressed, known by their content.

A page names a script or a style with a tag of what is in it: `/css/app.css?0f3c…`.
Whoever has that need not ask for it again until there is another. The first page of all
has its looks inside it, so that nothing has to come after it before it is seen.
"""

import base64
import gzip
import hashlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from mnemonic import Mnemonic

from chat.bundle import bundles

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

_FOR_GOOD = "public, max-age=31536000, immutable"
_ASK_EACH_TIME = "no-cache"

_NAMED = re.compile(r'(?<=(?:href|.src)=")(?:/[\w-]+)+\.(?:css|js|svg)(?=")')
_FIRST = "/index.html"
_LOOKS = "/css/app.css"
_NO_GZIP = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")


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


class File(NamedTuple):
    """A file, and the same compressed, where that is smaller."""

    tag: str
    plain: Variant
    zipped: Variant | None

    def best(self, accepted: str) -> Variant:
        """Return what to send to a browser that accepts these codings."""
        return self.zipped if self.zipped and takes_gzip(accepted) else self.plain

    def kept(self, query: str) -> str:
        """Return how long a browser may keep it that asked for it by this tag.

        A page that was read before an upgrade may ask for what was there then, and must
        not take what is here now for it.
        """
        return _FOR_GOOD if query == self.tag else _ASK_EACH_TIME


def takes_gzip(accepted: str) -> bool:
    """Tell whether a browser that accepts these codings can unpack what we compress."""
    for each in accepted.split(","):
        coding, _, weight = each.partition(";")
        if coding.strip().lower() == "gzip":
            return not _NO_GZIP.fullmatch(weight)
    return False


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
            yield f"/{file.relative_to(web).as_posix()}", file.read_bytes()


@cache
def _bundled(scripts: tuple[tuple[str, bytes], ...]) -> Mapping[str, bytes]:
    whole = bundles({path: body.decode() for path, body in scripts})
    return {path: text.encode() for path, text in whole.items()}


def _with_looks(page: bytes, looks: bytes) -> bytes:
    link = b'<link rel="stylesheet" href="%s">' % _LOOKS.encode()
    return page.replace(link, b"<style>%s</style>" % looks)


@cache
def looks_source() -> str:
    """Return what a content security policy calls the looks of the first page."""
    digest = hashlib.sha256((WEB / _LOOKS[1:]).read_bytes()).digest()
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
    tag = _tag(body)
    zipped = gzip.compress(body, mtime=0)
    if len(zipped) >= len(body):
        return File(tag, _variant(body, tag, type_), None)
    vary = {"vary": "accept-encoding"}
    return File(
        tag,
        _variant(body, tag, type_, vary),
        _variant(zipped, f"{tag}-gzip", type_, {**vary, "content-encoding": "gzip"}),
    )


def _variant(
    body: bytes, tag: str, type_: str, more: Mapping[str, str] | None = None
) -> Variant:
    headers = {"content-type": type_, "etag": f'"{tag}"'}
    return Variant(body, f'"{tag}"', headers | dict(more or {}))
