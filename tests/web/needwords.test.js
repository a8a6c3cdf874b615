// What is said about a need: the truth, in plain words.

import assert from "node:assert/strict"
import { test } from "node:test"
import {
  headline, localInput, mayCallAt, needRefusal, nextWords, SHARES, story, stripWords, timesToChoose, whenWords
} from "../../web/js/needwords.js"
import { nameOf } from "../../web/js/names.js"

const [OTTER, WREN, HERON] = ["0102030405", "0a0b0c0d0e", "1112131415"]
const NOW = new Date(2023, 10, 14, 12, 0).getTime()
const HOUR = 3600 * 1000

function aNeed(state, news = {}, unasked = "") {
  const calling = ["kept", "asked", "raised", "offered"].includes(state)
  const withPeer = ["accepted", "talking"].includes(state)
  return { state, unasked, isCalling: calling, withPeer, news: {
    alerted: 3, opened: 1, next: 40, round: 1, nobody: false, callBackAt: 0, peers: [], why: "", heardAt: NOW, ...news
  } }
}

test("how many were called, and how many have opened it, is told as it is", () => {
  assert.deepEqual(story(aNeed("offered")), ["3 peers alerted · 1 has opened it"])
  assert.deepEqual(story(aNeed("offered", { alerted: 1, opened: 0 })), ["1 peer alerted"])
  assert.deepEqual(story(aNeed("offered", { opened: 2 })), ["3 peers alerted · 2 have opened it"])
})

test("the next step is counted down between two tellings", () => {
  const need = aNeed("offered")

  assert.equal(nextWords(need, NOW), "Next step in 40 s")
  assert.equal(nextWords(need, NOW + 15000), "Next step in 25 s")
  assert.equal(nextWords(need, NOW + 45000), "Next step now")
  assert.equal(nextWords(aNeed("offered", { next: 600 }), NOW), "Next step in 10 minutes")
  assert.equal(nextWords(aNeed("offered", { next: 150 }), NOW), "Next step in 2 minutes")
  assert.equal(nextWords(aNeed("offered", { next: 119 }), NOW), "Next step in 1 minute")
  assert.equal(nextWords(aNeed("talking", { next: -1 }), NOW), "")
})

test("a step that does not come is owned up to, and the help lines are pointed to", () => {
  const late = nextWords(aNeed("offered"), NOW + 51000)

  assert.equal(late, "This takes longer than it should. Please use a help line meanwhile. We keep trying.")
})

test("the countdown is no part of what is read out", () => {
  assert.doesNotMatch(story(aNeed("offered")).join(), /step/)
})

test("a second round is owned up to", () => {
  assert.match(story(aNeed("offered", { round: 2 })).join(), /asked everybody once, and are asking again/)
})

test("when nobody can be reached it is said, and that we keep trying", () => {
  assert.equal(headline(aNeed("raised", { nobody: true, alerted: 0 })), "None of us can be reached just now. We keep trying.")
})

test("nobody is said to have been asked while nobody can be reached", () => {
  const words = story(aNeed("raised", { nobody: true, alerted: 0, round: 2, why: "silent" })).join(" ")

  assert.doesNotMatch(words, /asked everybody|asking/)
  assert.match(words, /has gone quiet\. Please use one of these lines/)
})

test("who came is called by name, and called a peer", () => {
  const words = story(aNeed("accepted", { peers: [OTTER] })).join()

  assert.ok(words.includes(`${nameOf(OTTER).words} is a peer`))
  assert.match(story(aNeed("talking", { peers: [OTTER, WREN] })).join(), new RegExp(`${nameOf(WREN).words} sits in\\.`))
  assert.match(story(aNeed("talking", { peers: [OTTER, WREN, HERON] })).join(), new RegExp(`${nameOf(HERON).words} sit in`))
  assert.match(story(aNeed("accepted", { peers: [OTTER], why: "handed" })).join(), /takes over/)
})

for (const why of ["silent", "let_go"]) {
  test(`a peer who is ${why} is spoken of kindly, and the next is on the way`, () => {
    const [words] = story(aNeed("raised", { why, alerted: 0 }))

    assert.match(words, /asking the next one. They can read what you wrote/)
    assert.doesNotMatch(story(aNeed("raised", { why, round: 2 })).join(" "), /asked everybody/)
  })
}

test("without a line the help lines are named, and that the press is kept", () => {
  assert.equal(headline(aNeed("kept")), "Saved. We call as soon as there is signal.")
  assert.match(story(aNeed("kept")).join(), /Waiting for signal – keep this page open, or use a help line/)
})

test("one that nobody pressed for is explained, and may be said no to", () => {
  for (const why of ["danger", "stay", "worry"]) {
    assert.match(story(aNeed("raised", {}, why))[0], /You can say no/)
    assert.match(stripWords(aNeed("raised", {}, why)), /You can say no/)
  }
})

test("the strip says nothing when there is nothing to say", () => {
  for (const state of ["", "ended"]) assert.equal(stripWords(aNeed(state)), "")
  assert.equal(stripWords(aNeed("offered", { opened: 0 })), "We are finding someone for you. 3 peers alerted")
  assert.equal(stripWords(aNeed("raised", { alerted: 0 })), "We are finding someone for you. Looking for who is awake…")
})

test("no word is a number that one is filed under", () => {
  const states = ["", "kept", "asked", "raised", "offered", "accepted", "talking", "promised", "ended"]
  for (const state of states) {
    assert.doesNotMatch([headline(aNeed(state)), ...story(aNeed(state))].join(" "), /ticket|number|case|queue/i)
  }
})

test("every tag that may be chosen is one that the house knows", () => {
  const known = "alcohol opioids stimulants cannabis gambling prescription veteran woman man young parent faith lgbtq grief violence other"

  assert.deepEqual(SHARES.map(([name]) => name).sort(), known.split(" ").sort())
})

test("a time to call back is in words, today, tomorrow or a day of the week", () => {
  assert.match(whenWords(NOW + HOUR, NOW), /^today at /)
  assert.match(whenWords(NOW + 24 * HOUR, NOW), /^tomorrow at /)
  assert.match(whenWords(NOW + 72 * HOUR, NOW), /^on Friday at /)
})

test("times to choose from lie ahead, and within a week", () => {
  for (const hour of [0, 6, 12, 19, 20, 23]) {
    const now = new Date(2023, 10, 14, hour, 30).getTime()
    const times = timesToChoose(now)
    assert.ok(times.length >= 3)
    for (const time of times) assert.ok(mayCallAt(time, now))
    assert.deepEqual(times, [...new Set(times)])
  }
})

test("no call back at a time that is over, or more than a week away", () => {
  assert.equal(mayCallAt(NOW - HOUR, NOW), false)
  assert.equal(mayCallAt(NOW + 8 * 24 * HOUR, NOW), false)
  assert.equal(mayCallAt(NaN, NOW), false)
})

test("a time reads back from the field as it was put in", () => {
  assert.equal(localInput(NOW), "2023-11-14T12:00")
  assert.equal(new Date(localInput(NOW)).getTime(), NOW)
})

test("what is over already is no trouble to who takes it back", () => {
  assert.equal(needRefusal({ name: "withdraw", code: "need_over" }), "")
  assert.match(needRefusal({ name: "call_back", code: "bad_call_back" }), /choose another/)
  assert.equal(needRefusal({ name: "raise", code: "removed" }), null)
})
