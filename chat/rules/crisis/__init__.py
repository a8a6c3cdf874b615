"""Crisis: someone in danger, graded by what is said clause by clause.

A clause is searched for cues (who, what, when, by what means), which the files named
after a language list as data; combinations of cues make a finding; guards (denied,
long past, a figure of speech, a song, a question to somebody else) take it away.
"""

from collections.abc import Iterable, Iterator

from chat.model import Flag, Grade
from chat.rules.canonical import Form, Text
from chat.rules.crisis.clauses import Clauses
from chat.rules.crisis.cues import languages
from chat.rules.crisis.grading import Finding, findings

__all__ = ["EASED", "crisis"]

EASED = "crisis.eased"
"""The rule of a flag that says: words of danger, but denied, past, quoted or a joke."""

Found = tuple[Finding, Clauses, Form]


def crisis(text: Text) -> Iterable[Flag]:
    """Return who is in danger and how much: the gravest finding of each category.

    Where there is none, a flag of no grade may say that there only seemed to be one.
    """
    gravest: dict[str, Found] = {}
    eased: list[Found] = []
    for clauses, form in _readings(text):
        for finding in _all_findings(clauses):
            if finding.eased:
                eased.append((finding, clauses, form))
                continue
            known = gravest.get(finding.rule.category)
            if known is None or known[0].rule.grade < finding.rule.grade:
                gravest[finding.rule.category] = finding, clauses, form
    if gravest:
        return [_flag(*found) for found in gravest.values()]
    seeming = [each for each in eased if each[0].rule.grade > Grade.NONE]
    return [_eased(*found) for found in seeming[:1]]


def _readings(text: Text) -> Iterator[tuple[Clauses, Form]]:
    """Yield the text as meant, and as written where that differs: numbers count."""
    meant = Clauses(text.meant.text)
    yield meant, text.meant
    if text.folded.text != text.meant.text:
        folded = Clauses(text.folded.text)
        if folded.text != meant.text:
            yield folded, text.folded


def _all_findings(clauses: Clauses) -> Iterator[Finding]:
    for language in languages():
        yield from findings(language, language.cues(clauses))


def _eased(finding: Finding, clauses: Clauses, form: Form) -> Flag:
    start, end = form.span(*clauses.written(finding.start, finding.end))
    reason = "speaks of danger, but as denied, past, quoted or a figure of speech"
    return Flag(EASED, finding.rule.category, reason, start, end)


def _flag(finding: Finding, clauses: Clauses, form: Form) -> Flag:
    rule = finding.rule
    start, end = form.span(*clauses.written(finding.start, finding.end))
    return Flag(
        f"crisis.{rule.name}", rule.category, rule.reason, start, end, grade=rule.grade
    )
