"""Screening from the command line, one line of JSON in, one line out."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chat import catalogue, moderate
from chat.model import Message
from chat.moderate import LONGEST_LINE
from chat.moderation import screen
from chat.trial import BadFile, tried
from tests.support.program import Program

DATA = Path(__file__).parent / "data"
ROOMS = catalogue.load(None)


def answered(*lines: bytes | str | object, country: str = "ZA") -> list[dict[str, Any]]:
    """Return what comes back for lines; what is no text is sent as JSON."""
    written = [
        line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines
    ]
    stream = io.BytesIO(b"\n".join(written) + b"\n")
    return [json.loads(line) for line in moderate.answers(stream, ROOMS, country)]


def test_a_line_is_answered_as_live_screening_would_decide():
    text = "write to sam.b@example.org, i want to die"
    verdict = screen(Message(text, country="ZA"))

    (answer,) = answered({"id": "m1", "text": text})

    assert answer["id"] == "m1"
    assert answer["action"] == verdict.action.name.lower() == "mask"
    assert answer["crisis"] == verdict.grade.name.lower() == "medium"
    assert answer["categories"] == ["pii", "suicide"]
    assert answer["masked_text"] == verdict.masked
    assert answer["us"] > 0


def test_spans_say_where_and_what_was_masked():
    text = "mail sam.b@example.org or call 082 555 0199"

    (answer,) = answered({"text": text})

    hidden = {kind: text[start:end] for start, end, kind in answer["spans"]}
    assert hidden == {"EMAIL": "sam.b@example.org", "PHONE": "082 555 0199"}


def test_each_reason_names_its_rule_and_says_why_in_words():
    (answer,) = answered({"text": "i want to die"})

    reason = answer["reasons"][0]
    assert reason["rule"].startswith("crisis.")
    assert reason["category"] == "suicide"
    assert " " in reason["reason"]
    start, end = reason["span"]
    assert "die" in "i want to die"[start:end]


@pytest.mark.parametrize("id_", ["a", 7, None])
def test_the_id_comes_back_as_it_came(id_: object):
    (answer,) = answered({"id": id_, "text": "hello"})

    assert answer["id"] == id_


def test_the_country_decides_how_a_number_is_read():
    line = {"text": "ring me on 020 7946 0123"}

    (here,) = answered({**line, "country": "gb"})

    assert [kind for *_, kind in here["spans"]] == ["PHONE"]


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"not json", "not JSON"),
        (b"", "not JSON"),
        (b"[1, 2]", "not a JSON object"),
        (b'"text"', "not a JSON object"),
        (b"\xff\xfe", "not UTF-8"),
        (b'{"text": "a"', "not JSON"),
        (b"{}", "text is missing"),
        (b'{"text": null}', "text is missing"),
        (b'{"text": 5}', "text must be a string"),
        (b'{"text": ["a"]}', "text must be a string"),
        (b'{"text": "a", "room": 5}', "room must be a string"),
        (b'{"text": "a", "country": []}', "country must be a string"),
        (b'{"text": "a", "id": {}}', "id must be a string or a whole number"),
        (b'{"text": "a", "id": true}', "id must be a string or a whole number"),
        (b'{"text": "\\ud83d"}', "text holds half a character"),
        (b"[" * 100_000, "not JSON"),
        (b"x" * (LONGEST_LINE + 1), f"longer than {LONGEST_LINE} bytes"),
        (b"x" * (3 * LONGEST_LINE), f"longer than {LONGEST_LINE} bytes"),
    ],
)
def test_a_bad_line_is_told_by_its_number_and_the_rest_goes_on(line: bytes, error: str):
    good = {"id": 1, "text": "hello"}

    first, second, third = answered(good, line, good)

    assert first["action"] == third["action"] == "allow"
    assert second == {"line": 2, "error": error}


def test_an_error_quotes_nothing_of_the_line():
    (answer,) = answered(b'{"text": grandmother}')

    assert "grandmother" not in json.dumps(answer)


def test_a_last_line_without_an_end_is_a_line():
    stream = io.BytesIO(b'{"text": "hello"}')

    assert len(list(moderate.answers(stream, ROOMS, "ZA"))) == 1


def test_nothing_in_gives_nothing_out():
    assert list(moderate.answers(io.BytesIO(b""), ROOMS, "ZA")) == []


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=60).filter(lambda line: b"\n" not in line)))
def test_any_lines_at_all_are_each_answered(lines: list[bytes]):
    stream = io.BytesIO(b"".join(line + b"\n" for line in lines))

    answers = [json.loads(each) for each in moderate.answers(stream, ROOMS, "ZA")]

    assert len(answers) == len(lines)


def test_the_command_answers_each_line_while_more_may_come():
    with running() as program:
        assert program.stdin
        assert program.stdout
        program.stdin.write('{"id": 1, "text": "hello \N{PARTY POPPER}"}\nnonsense\n')
        program.stdin.flush()
        first = json.loads(program.stdout.readline())
        second = json.loads(program.stdout.readline())
        program.stdin.close()
        status = program.wait()

    assert first["masked_text"] == "hello \N{PARTY POPPER}"
    assert second == {"line": 2, "error": "not JSON"}
    assert status == 0


def test_the_command_ends_in_peace_when_nobody_reads_on():
    with running() as program:
        assert program.stdin
        assert program.stdout
        assert program.stderr
        program.stdout.close()
        program.stdin.write('{"text": "hello"}\n' * 3)
        program.stdin.close()
        complaints = program.stderr.read()

    assert complaints == ""


def running() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "chat", "moderate"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )


def test_the_command_scores_files_in_a_table():
    flood = str(DATA / "flood_sequences.jsonl")

    with Program("-m", "chat", "moderate", "--score", flood) as program:
        rows = program.lines()

    assert rows[0] == "flood_sequences.jsonl (21 lines)"
    assert rows[1].startswith("flood sequences right")


def test_the_command_names_a_file_that_it_cannot_score():
    with Program("-m", "chat", "moderate", "--score", "nowhere.jsonl") as program:
        assert program.wait() == 1

    assert program.errors().startswith("porchlight: nowhere.jsonl")


@pytest.mark.parametrize(
    "content",
    ["", "nonsense\n", "[1]\n", '{"other": 1}\n', '{"text": 5, "label": ""}\n'],
)
def test_a_file_that_cannot_be_scored_is_named(tmp_path: Path, content: str):
    file = tmp_path / "lines.jsonl"
    file.write_text(content)

    with pytest.raises(BadFile, match=r"lines\.jsonl"):
        list(tried([file], "ZA"))


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(BadFile, match="nowhere"):
        list(tried([tmp_path / "nowhere"], "ZA"))


def test_lines_made_to_evade_need_the_plain_lines_beside_them():
    with pytest.raises(BadFile, match="plain lines"):
        list(tried([DATA / "evasion_transforms.jsonl"], "ZA"))


def test_a_corpus_with_labels_is_scored_by_label(tmp_path: Path):
    file = tmp_path / "lines.jsonl"
    file.write_text('{"text": "hello", "label": "clean"}\n')

    (result,) = tried([file], "ZA")

    assert "  label clean: held or blocked" in {each.name for each in result.measures}
    assert next(result.table()) == "lines.jsonl (1 lines)"
