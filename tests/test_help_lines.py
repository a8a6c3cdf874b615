"""No help line is shown to anybody that nobody can trace."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_every_number_on_the_page_has_a_source():
    page = (ROOT / "web/index.html").read_text("utf-8")
    table = (ROOT / "docs/help-lines.md").read_text("utf-8")
    lines = (ROOT / "web/js/lines.js").read_text("utf-8")
    shown = re.findall(r'href="tel:(\d+)"', page)
    in_card = re.findall(r'\["[^"]+", "([\d -]+)"\]', lines)
    shown += [re.sub(r"\D", "", number) for number in in_card]
    sourced = [
        re.sub(r"\D", "", line.split("|")[3])
        for line in table.splitlines()
        if "://" in line and line.startswith("|")
    ]

    assert len(in_card) >= 10
    assert set(shown) <= set(sourced)
