// Who is here, who is writing, and when a room is usually busy.

import assert from "node:assert/strict"
import { test } from "node:test"
import { busiest, hourHere } from "../../web/js/hours.js"
import { isLight } from "../../web/js/light.js"
import { nameOf } from "../../web/js/names.js"
import { People } from "../../web/js/people.js"
import { Whisper } from "../../web/js/whisper.js"
import { aStorage, Clock } from "./support.js"

const [OTTER, HERON] = ["0a0b0c0d0e", "1a1b1c1d1e"]

function change(changes, { count = 1, typing = [] } = {}) {
  return { count, changes, typing }
}

test("a snapshot, then changes", () => {
  const people = new People()
  people.snapshot([{ who: OTTER, away: false }])

  people.change(change([{ who: HERON, state: 2, announce: false }, { who: OTTER, state: 0, announce: false }]))

  assert.deepEqual(people.present, [{ who: HERON, away: true }])
  assert.ok(people.listed)
})

test("only a coming that is worth a word is announced", () => {
  const people = new People()

  const came = people.change(change([
    { who: OTTER, state: 1, announce: true },
    { who: HERON, state: 1, announce: false }
  ], { count: 2 }))

  assert.deepEqual(came, [OTTER])
})

test("a large room is only counted", () => {
  const people = new People()

  people.snapshot(250)

  assert.equal(people.count, 250)
  assert.ok(!people.listed)
})

test("whoever goes on writing is shown until it is told that they stopped", () => {
  const clock = new Clock()
  const people = new People(clock.now)

  people.change(change([], { typing: [OTTER, HERON] }))
  clock.advance(60)
  assert.deepEqual(people.typing, [OTTER, HERON])

  people.change(change([], { typing: [HERON] }))
  assert.deepEqual(people.typing, [HERON])
})

test("that somebody was writing is told late and for a while, and not shown after what they wrote", () => {
  const clock = new Clock()
  const people = new People(clock.now)

  people.spoke(OTTER)
  people.change(change([{ who: HERON, state: 1, announce: true }]))
  clock.advance(2)
  people.change(change([], { typing: [OTTER, HERON] }))
  assert.deepEqual(people.typing, [HERON])

  clock.advance(7)
  assert.deepEqual(people.typing, [OTTER, HERON], "who writes on is told no more often")
})

test("whoever stopped after they spoke is shown at once when they write again", () => {
  const people = new People(new Clock().now)
  people.change(change([], { typing: [OTTER] }))
  people.spoke(OTTER)
  assert.deepEqual(people.typing, [])

  people.change(change([], { typing: [] }))
  people.change(change([], { typing: [OTTER] }))

  assert.deepEqual(people.typing, [OTTER])
})

test("who has just come in is told for a moment, unless somebody is writing", () => {
  const clock = new Clock()
  const whisper = new Whisper(clock.now)
  whisper.came([OTTER])

  assert.equal(whisper.words([HERON]), `${nameOf(HERON).words} is writing…`)
  assert.equal(whisper.words([]), `${nameOf(OTTER).words} came in`)
  clock.advance(7)

  assert.equal(whisper.words([]), "")
  assert.equal(whisper.words([OTTER, HERON]), "2 people are writing…")
})

test("the busiest hour is told in the reader's time", () => {
  const busy = Array(24).fill(1)
  busy[19] = 8

  assert.equal(busiest(busy), 19)
  assert.match(hourHere(19, "en-GB", "Africa/Johannesburg"), /^21:00$/)
  assert.match(hourHere(19, "en-GB", "Asia/Kolkata"), /^0?0:30$/)
})

test("a room that is never busy says nothing", () => {
  assert.equal(busiest(Array(24).fill(0)), null)
  assert.equal(busiest(undefined), null)
})

test("a slow line is noticed, and the member's own word counts first", () => {
  const storage = aStorage()
  assert.equal(isLight(storage, null), false)
  assert.equal(isLight(storage, { saveData: true }), true)
  assert.equal(isLight(storage, { effectiveType: "2g" }), true)
  assert.equal(isLight(storage, { effectiveType: "4g" }), false)

  storage.set("light", "no")

  assert.equal(isLight(storage, { saveData: true }), false)
})
