"""Staff pages as HTML: templates filled in, each value as text and never as markup."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from chat.webfiles import tagged

PLACE: Final = Path(__file__).parent.parent / "templates"

_NOT_KEPT: Final = {"cache-control": "no-store"}


class _Tagging(FileSystemLoader):
    """Reads templates, and names our scripts and styles in them with their tags."""

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        source, name, is_current = super().get_source(environment, template)
        return tagged(source), name, is_current


# A value that was forgotten is an error, not an empty place on somebody's page.
_PAPER: Final = Environment(
    loader=_Tagging(PLACE),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)


def page(name: str, status: int = 200, **values: object) -> Response:
    """Return a page made of the template of that name; browsers do not keep it."""
    html = _PAPER.get_template(f"{name}.html").render(values)
    return HTMLResponse(html, status, headers=_NOT_KEPT)
