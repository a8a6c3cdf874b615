"""Rules: which act, how often each was right, and the house's own phrases on trial."""

from asyncio import to_thread
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from chat.desk.frame import go, number, path_number, said, show
from chat.desk.guard import Guard, post
from chat.desk.wording import count
from chat.model import Action, Message
from chat.rulebook import (
    DAYS,
    MODES,
    BadPhrase,
    HousePhrase,
    NoSuchPhrase,
    Rulebook,
    RuleLine,
    checked,
    must_act,
)
from chat.rulelist import Listed, every_rule
from chat.rules.canonical import read
from chat.rules.house import LONGEST, SHORTEST, find
from chat.signing.sittings import Deskmate

DOES: Final[Mapping[Action, str]] = {
    Action.ALLOW: "It goes out, and one of you looks",
    Action.MASK: "It is hidden",
    Action.HOLD: "One of you reads it first",
    Action.BLOCK: "It does not go out",
}

ACTIONS: Final = tuple(
    (int(action), DOES[action]) for action in (Action.ALLOW, Action.HOLD, Action.BLOCK)
)
"""What may become of a message that says a phrase of the house."""

KINDS: Final = {
    "abuse": "Abuse",
    "crisis": "Danger",
    "identifying": "Personal details",
    "predatory": "Predatory",
    "sourcing": "Drugs and vices",
    "spam": "Spam and floods",
    "linear": "The small model",
}
"""What rules are for, by the first word of their ids."""

LONGEST_SEARCH: Final = 60

MOST_SNIPPETS: Final = 10
NEIGHBOURS: Final = 2
"""Words around a find that are shown: enough to judge the phrase, not the person."""

RecentTexts = Callable[[], Awaitable[list[str]]]


class Line(NamedTuple):
    """A rule as the page shows it."""

    rule: str
    about: str
    """What it looks for, and what it does; empty for words of the house."""
    mode: str
    fired: int
    shadow: int
    wrong: int
    right: str
    must_act: bool

    @property
    def silent(self) -> bool:
        """Whether there is nothing to say of how it did lately."""
        return not (self.fired or self.shadow or self.wrong)


class Chosen(NamedTuple):
    """Which of all rules are asked for: of one kind, or with some words."""

    kind: str = ""
    words: str = ""

    def has(self, rule: Listed) -> bool:
        """Tell whether a rule is one of them."""
        if self.words:
            about = f"{rule.rule} {rule.looks_for} {KINDS[rule.kind]}".lower()
            return all(word in about for word in self.words.lower().split())
        return rule.kind == self.kind


class PhraseLine(NamedTuple):
    """A phrase as the page shows it."""

    id: int
    words: str
    action: str
    mode: str
    by: str


class Snippet(NamedTuple):
    """A little of a message that says a phrase."""

    before: str
    found: str
    after: str


class Trial(NamedTuple):
    """What a phrase would have found."""

    words: str
    snippets: Sequence[Snippet]


NONE_CHOSEN: Final = Chosen()


class Rules:
    """The page about the rules."""

    def __init__(self, *, rulebook: Rulebook, recent_texts: RecentTexts) -> None:
        self._rulebook = rulebook
        self._recent_texts = recent_texts

    def routes(self, guard: Guard) -> list[BaseRoute]:
        """Return the page's routes."""
        return [
            Route("/staff/rules", guard.page(self.show, "rules")),
            post("/staff/rules/try", guard.page(self.try_phrase, "rules")),
            post("/staff/rules/mode", guard.page(self.set_mode, "change_rules")),
            post("/staff/rules/phrases", guard.page(self.add, "change_rules")),
            post(
                "/staff/rules/phrases/{id:int}",
                guard.page(self.set_phrase, "change_rules"),
            ),
        ]

    async def show(self, request: Request, me: Deskmate) -> Response:
        """Show every rule that is set or fired, all of a kind, and every phrase."""
        asked = request.query_params
        words = said(asked, "find", LONGEST_SEARCH).strip()
        chosen = Chosen(said(asked, "kind", LONGEST_SEARCH), words)
        note = _NOTES.get(said(asked, "did"))
        return await self._show(me, note=note, chosen=chosen)

    async def _show(
        self,
        me: Deskmate,
        *,
        note: str | None = None,
        bad: str = "",
        trial: Trial | None = None,
        phrase: str = "",
        action: int = Action.HOLD,
        chosen: Chosen = NONE_CHOSEN,
    ) -> Response:
        counted = {each.rule: each for each in await self._rulebook.rules()}
        every = await to_thread(every_rule)
        many = Counter(rule.kind for rule in every.values())
        return show(
            "rules", me, "Rules", 400 if bad else 200,
            note=bad or note, note_is_bad=bool(bad),
            rules=[line(rule, every.get(rule.rule)) for rule in counted.values()],
            kinds=[(kind, name, many[kind]) for kind, name in KINDS.items()],
            chosen=chosen, found=[
                line(counted.get(rule.rule, RuleLine(rule.rule)), rule)
                for rule in every.values()
                if chosen.has(rule)
            ],
            phrases=[_phrase(each) for each in await self._rulebook.phrases()],
            trial=trial, kept={"phrase": phrase, "action": action},
            actions=ACTIONS, modes=MODES, days=DAYS, shortest=SHORTEST, longest=LONGEST,
        )  # fmt: skip

    async def try_phrase(self, request: Request, me: Deskmate) -> Response:
        """Show what a phrase would have found in what was said lately."""
        form = await request.form()
        words, action = said(form, "phrase"), number(form, "action")
        try:
            tried = trial(checked(words), await self._recent_texts())
        except BadPhrase as error:
            return await self._show(me, bad=str(error), phrase=words, action=action)
        return await self._show(me, trial=tried, phrase=words, action=action)

    async def add(self, request: Request, me: Deskmate) -> Response:
        """Watch for a phrase, without any effect yet."""
        form = await request.form()
        words, action = said(form, "phrase"), number(form, "action")
        if action not in dict(ACTIONS):
            action = Action.HOLD
        try:
            await self._rulebook.add(words, Action(action), by=me.desk_name)
        except BadPhrase as error:
            return await self._show(me, bad=str(error), phrase=words, action=action)
        return go("/staff/rules?did=add")

    async def set_mode(self, request: Request, me: Deskmate) -> Response:
        """Let a rule act, only be counted, or rest."""
        form = await request.form()
        rule, mode = said(form, "rule", LONGEST * 2), said(form, "mode")
        if not rule or mode not in MODES:
            return await self._show(me, bad="There is no such rule or mode.")
        if must_act(rule) and mode != "live":
            return await self._show(me, bad="That rule always acts.")
        await self._rulebook.set_mode(rule, mode, by=me.desk_name)
        return go("/staff/rules?did=set")

    async def set_phrase(self, request: Request, me: Deskmate) -> Response:
        """Let a phrase act, only be counted, or rest."""
        mode = said(await request.form(), "mode")
        if mode not in MODES:
            return await self._show(me, bad="There is no such mode.")
        try:
            id_ = path_number(request)
            await self._rulebook.set_phrase(id_, mode, by=me.desk_name)
        except NoSuchPhrase:
            return await self._show(me, bad="That phrase is not there any more.")
        return go("/staff/rules?did=set")


_NOTES: Final = {
    "set": "It is set, and holds everywhere within a minute.",
    "add": "The house watches for it now, in shadow: it is counted, and does nothing.",
}


def line(rule: RuleLine, listed: Listed | None) -> Line:
    """Return a rule as the page shows it."""
    about = ""
    if listed:
        looks_for = listed.looks_for
        about = f"{looks_for[0].upper()}{looks_for[1:]}. {DOES[listed.action]}."
    right = "none yet" if rule.precision is None else f"{round(100 * rule.precision)} %"
    return Line(
        rule.rule,
        about,
        rule.mode,
        rule.fired,
        rule.shadow,
        rule.wrong,
        right,
        must_act(rule.rule),
    )


def _phrase(kept: HousePhrase) -> PhraseLine:
    action = dict(ACTIONS).get(int(kept.action), "")
    return PhraseLine(kept.id, kept.words, action, kept.mode, kept.by)


def trial(words: str, texts: Sequence[str]) -> Trial:
    """Return in how many texts a phrase is, with a little of some of them."""
    spans = [(text, find(words, read(Message(text)))) for text in texts]
    found = [snippet(text, *span) for text, span in spans if span]
    says = "says it" if len(found) == 1 else "say it"
    messages = count(len(texts), "message", "messages")
    return Trial(
        f"{len(found)} of {messages} of this day {says}.", found[:MOST_SNIPPETS]
    )


def snippet(text: str, start: int, end: int) -> Snippet:
    """Return what was found with very little around it, and no number."""
    before, after = text[:start].split(), text[end:].split()
    return Snippet(
        _few(before[-NEIGHBOURS:], more=len(before) > NEIGHBOURS, first=True),
        text[start:end],
        _few(after[:NEIGHBOURS], more=len(after) > NEIGHBOURS, first=False),
    )


def _few(words: Sequence[str], *, more: bool, first: bool) -> str:
    plain = "".join("#" if each.isdigit() else each for each in " ".join(words))
    if first:
        return f"{'… ' if more else ''}{plain}{' ' if plain else ''}"
    return f"{' ' if plain else ''}{plain}{' …' if more else ''}"
