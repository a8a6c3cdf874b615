"""The browser's modules put together: they do what they did, and come as one."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from chat.bundle import NotBundled, bundles
from chat.webfiles import WEB

LAMP = """// What gives light.

const FULL = 3

// Nobody else sees how.
function raised(by) {
  return by + FULL
}

export class Lamp {
  shines = raised(1)
}

export const OFF = 0
"""
PORCH = """// Where the lamp stands.

import { Lamp as Light, OFF } from "../lamp.js"

const FULL = "a porch of its own"

export async function stands() {
  return [new Light().shines, OFF, FULL.length]
}
"""
DOOR = """import { stands } from "./house/porch.js"
import { Lamp } from "./lamp.js"

export const found = await stands()
export const isTheSame = (await import("./later.js")).later + new Lamp().shines
"""
MODULES = {
    "/lamp.js": LAMP,
    "/house/porch.js": PORCH,
    "/door.js": DOOR,
    "/later.js": "export const later = 1\n",
}


def test_only_what_nobody_imports_is_put_together_with_what_it_imports():
    assert bundles(MODULES).keys() == {"/door.js"}


def test_comments_and_indents_stay_at_home():
    whole = bundles(MODULES)["/door.js"]

    assert "//" not in whole
    assert not any(line.startswith(" ") for line in whole.splitlines())
    assert "\n\n" not in whole


def test_a_text_of_several_lines_is_left_as_it_is():
    text = "export const verse = `one\n  // two\n`\n"

    whole = bundles({"/a.js": 'import { verse } from "./b.js"\n', "/b.js": text})

    assert "`one\n  // two\n`" in whole["/a.js"]


@pytest.mark.skipif(shutil.which("node") is None, reason="node is missing")
def test_they_do_what_they_did_and_keep_to_themselves_what_they_kept(tmp_path: Path):
    def told(modules: Mapping[str, str]) -> object:
        for path, text in modules.items():
            (tmp_path / path[1:]).parent.mkdir(exist_ok=True)
            (tmp_path / path[1:]).write_text(text)
        ask = 'import("./door.js").then(all => console.log(JSON.stringify({...all})))'
        command = ["node", "--input-type=module", "-e", ask]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)
        return json.loads(done.stdout)

    (tmp_path / "package.json").write_text('{"type": "module"}')
    apart = told(MODULES)
    together = told({**bundles(MODULES), "/later.js": MODULES["/later.js"]})

    assert together == apart == {"found": [4, 0, 18], "isTheSame": 5}


@pytest.mark.parametrize(
    "modules",
    [
        {"/a.js": 'import { b } from "./b.js"', "/b.js": 'import { a } from "./a.js"'},
        {"/a.js": 'import { b } from "./b.js"'},
        {
            "/a.js": 'import { b } from "./b.js"',
            "/b.js": "export default class B {}",
        },
        {"/a.js": 'import { b } from "./b.js"\nimport "./c.js"', "/b.js": ""},
        {
            "/a.js": 'import { b } from "./b.js"',
            "/b.js": 'export const b = import("./c.js")',
        },
    ],
    ids=["a circle", "missing", "default", "nothing by name", "later, from within"],
)
def test_what_cannot_be_put_together_is_said(modules: Mapping[str, str]):
    entry = {"/main.js": 'import { a } from "./a.js"\n', **modules}

    with pytest.raises(NotBundled, match=r"/[abc]\.js"):
        bundles(entry)


def test_the_pages_scripts_are_put_together():
    paths = {path.relative_to(WEB).as_posix(): path for path in WEB.rglob("*.js")}

    whole = bundles({f"/{name}": path.read_text() for name, path in paths.items()})

    assert {"/js/app.js", "/staff/js/staff.js", "/staff/js/talk.js"} <= whole.keys()
