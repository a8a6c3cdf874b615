"""What the documents say about the service is so."""

import re
from collections.abc import Iterator
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from starlette.routing import Route

from chat import app, bulletin
from chat.metrics import Metrics
from chat.settings import Settings

ROOT = Path(__file__).parent.parent
MAPPED = {".py", ".lua", ".toml"}


def section(document: str, title: str) -> str:
    """Return what stands under a heading."""
    text = (ROOT / document).read_text()
    return re.split(r"^## ", text.split(f"\n## {title}\n")[1], flags=re.MULTILINE)[0]


def on_the_map() -> Iterator[str]:
    """Return every file of `chat/` that the map in the README names."""
    folders: list[str] = []
    for line in section("README.md", "The map").splitlines():
        if found := re.match(r"( *)(\S+/?)(  |$)", line):
            del folders[len(found[1]) // 2 :]
            if found[2].endswith("/"):
                folders.append(found[2])
            elif folders and folders[0] == "chat/":
                yield "".join(folders) + found[2]


def first_column(table: str) -> list[str]:
    """Return what stands in code in each row's first cell."""
    return re.findall(r"^\| `([^`]+)`", table, flags=re.MULTILINE)


def test_every_file_is_on_the_map():
    files = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "chat").rglob("*")
        if path.suffix in MAPPED
    }

    assert sorted(on_the_map()) == sorted(files)


def test_every_setting_is_explained_with_its_default():
    table = section("docs/operating.md", "Settings")

    assert first_column(table) == [name.upper() for name in Settings.model_fields]
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\| `{name.upper()}` \| (.*?) \|", table, re.MULTILINE)
        shown = "" if field.default in (None, "") else f"`{field.default}`"
        if isinstance(field.default, bool):
            shown = shown.lower()
        assert row
        assert row[1] == shown


def test_every_number_is_explained():
    families = text_string_to_metric_families(Metrics().render().decode())

    explained = first_column(section("docs/operating.md", "Numbers"))

    counted = {
        family.name + "_total" * (family.type == "counter") for family in families
    }
    assert set(explained) == counted


def test_no_document_leads_nowhere():
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text()):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document}: {target}"


def test_every_frame_of_the_desk_is_written_out():
    table = section("docs/protocol.md", "The desk's socket")

    told = {int(n) for n in re.findall(r"^\| (\d+) \|", table, flags=re.MULTILINE)}
    assert told >= {*range(bulletin.CASE, bulletin.ROTA + 1)}


def test_every_route_that_is_no_page_of_the_desk_is_written_out(tmp_path: Path):
    service = app.create(Settings(redis_url="unix:///nowhere", data_dir=tmp_path))
    table = section("docs/protocol.md", "Over HTTP")

    paths = [r.path for r in service.routes if isinstance(r, Route)]
    told = [path for path in paths if not _is_a_page(path)]
    assert [path for path in told if f"{path}`" not in table] == []


def _is_a_page(path: str) -> bool:
    desk = path.startswith("/staff") and not path.startswith("/staff/confirm")
    return path == "/{path:path}" or (desk and "." not in path)
