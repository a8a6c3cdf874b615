"""The browser's modules as they are sent: those that belong together, as one.

A phone on a poor line should not have to ask for sixty files. What a module keeps to
itself stays so: each becomes a function that runs once, in the order in which they need
each other, and returns what it gives away. Comments and indents stay at home.
"""

import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath

_IMPORT = re.compile(r'^import \{([^}]*)\} from "([^"]+)"$', re.MULTILINE)
_GIVES = re.compile(
    r"^export (?=(?:class|const|function|async function) (\w+))", re.MULTILINE
)
_OTHER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)
_LATER = re.compile(r"\bimport\(")
_SMALL_TALK = re.compile(r"^\s*(?://.*)?(?:\n|\Z)|^ +", re.MULTILINE)


class NotBundled(ValueError):
    """A module says something that we do not know how to put together with others."""


def bundles(modules: Mapping[str, str]) -> Mapping[str, str]:
    """Return each module that no other imports, with all that it imports inside it.

    Modules are known by their paths. Those that import nothing are left as they are,
    and so is what another fetches only when it needs it.

    Raises:
        NotBundled: If modules import each other in a circle, or one that is not there,
            or in a way for which nobody has needed us yet.

    """
    inner = {found for path in modules for _, found in _imports(path, modules[path])}
    return {
        path: _bundle(path, modules)
        for path, text in modules.items()
        if path not in inner and _IMPORT.search(text)
    }


def _imports(path: str, text: str) -> Iterator[tuple[str, str]]:
    """Return what a module imports, as it says so, and from which path."""
    for names, source in _IMPORT.findall(text):
        yield names, normpath(join(dirname(path), source))


def _bundle(entry: str, modules: Mapping[str, str]) -> str:
    order = _gather(entry, modules, {}, ())
    called = {path: f"${number}" for number, path in enumerate(order)}
    parts = [_part(path, modules[path], called) for path in list(order)[:-1]]
    return "\n".join([*parts, _whole(entry, modules[entry], called)])


def _gather(
    path: str,
    modules: Mapping[str, str],
    order: dict[str, None],
    above: tuple[str, ...],
) -> dict[str, None]:
    """Return a module and all that it needs, none before what it needs itself."""
    if path in above or path not in modules:
        raise NotBundled(f"{path}, which {above[-1]} imports: missing, or in a circle")
    for _, needed in _imports(path, modules[path]):
        if needed not in order:
            _gather(needed, modules, order, (*above, path))
    order[path] = None
    return order


def _whole(path: str, text: str, called: Mapping[str, str]) -> str:
    """Return the outermost module, which gives away what it gives as it says so."""
    body = _with_needs(path, text, called)
    _refuse(path, _OTHER.search(_GIVES.sub("", body)))
    return _slim(body)


def _part(path: str, text: str, called: Mapping[str, str]) -> str:
    """Return a module as a function that runs once."""
    # Fetched from within another file, its address would be counted from there.
    _refuse(path, _LATER.search(text))
    given = ", ".join(_GIVES.findall(text))
    body = _GIVES.sub("", _with_needs(path, text, called))
    _refuse(path, _OTHER.search(body))
    return f"const {called[path]} = (() => {{\n{_slim(body)}return {{ {given} }}\n}})()"


def _with_needs(path: str, text: str, called: Mapping[str, str]) -> str:
    def taken(found: re.Match[str]) -> str:
        names = found[1].strip().replace(" as ", ": ")
        return (
            f"const {{ {names} }} = {called[normpath(join(dirname(path), found[2]))]}"
        )

    return _IMPORT.sub(taken, text)


def _refuse(path: str, found: re.Match[str] | None) -> None:
    if found:
        raise NotBundled(f"{path}: {found[0]}")


def _slim(text: str) -> str:
    """Return a script without comments of their own lines, empty lines and indents."""
    if any(line.count("`") % 2 for line in text.splitlines()):
        return text  # a text of several lines keeps its blanks
    return _SMALL_TALK.sub("", text)
