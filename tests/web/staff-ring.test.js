// Being called: every staff page rings for who is called, until somebody has come.

import assert from "node:assert/strict"
import { test } from "node:test"
import { leftWords } from "../../web/staff/js/firstline.js"
import { Ring, shakeIt } from "../../web/staff/js/ring.js"
import { Speaker } from "../../web/staff/js/sound.js"
import { Clock } from "./support.js"

class ToyElement extends EventTarget {
  hidden = true
  textContent = ""
  href = ""
  focus() {}
  classes = new Set()
  classList = { toggle: (name, on) => on ? this.classes.add(name) : this.classes.delete(name) }
}

// What of a page a ring needs, without a browser.
function aRing(awake = true) {
  const parts = {}
  for (const name of ["ring-words", "ring-link", "ring-sound", "ring-hush", "ring-fold"]) parts[`[data-${name}]`] = new ToyElement()
  const place = Object.assign(new ToyElement(), { querySelector: name => parts[name] })
  globalThis.document = Object.assign(new EventTarget(), { hidden: true, title: "Calls · Porchlight" })
  const clock = new Clock()
  const heard = []
  const shakes = []
  const speaker = { awake, call: () => heard.push("call"), soft: () => heard.push("soft"), wake: async () => {} }
  const ring = new Ring(place, { me: "wren", speaker, timers: clock, shake: pattern => shakes.push(pattern) })
  const words = () => parts["[data-ring-words]"].textContent
  return { ring, place, parts, clock, heard, shakes, words }
}

const CALLED = { id: "a1", staff: "wren", kind: "need", need: "n1" }

test("who is called hears and sees it, and another tab tells", () => {
  const { ring, place, parts, heard, words } = aRing()

  ring.alert(CALLED)

  assert.equal(place.hidden, false)
  assert.equal(words(), "Someone needs to talk.")
  assert.equal(parts["[data-ring-link]"].href, "/staff/calls?alert=a1")
  assert.deepEqual(heard, ["call"])
  assert.equal(document.title, "(1) Calls · Porchlight")
})

test("what is about hours leads to hours, and what is about somebody to them", () => {
  const { ring, parts } = aRing()
  const link = () => parts["[data-ring-link]"].textContent

  ring.alert({ id: "a2", staff: "wren", kind: "gap" })
  assert.equal(link(), "See which hours")
  ring.alert(CALLED)
  assert.equal(link(), "See who")
})

test("who is not called hears nothing", () => {
  const { ring, place, heard } = aRing()

  ring.alert({ ...CALLED, staff: "otter" })

  assert.equal(place.hidden, true)
  assert.deepEqual(heard, [])
})

test("it rings again, but not for ever", () => {
  const { ring, clock, heard } = aRing()
  ring.alert(CALLED)

  clock.advance(600)

  assert.ok(heard.length > 5 && heard.length < 20)
})

test("hush is for the sound: the call stays in sight", () => {
  const { ring, place, clock, heard } = aRing()
  ring.alert(CALLED)

  ring.hush()
  clock.advance(60)

  assert.deepEqual(heard, ["call"])
  assert.equal(place.hidden, false)
})

test("whoever talks with somebody makes it small, and only one more need makes it large", () => {
  const { ring, place, parts, clock, heard, words } = aRing()
  const link = parts["[data-ring-link]"]
  ring.alert(CALLED)

  parts["[data-ring-fold]"].dispatchEvent(new Event("click"))
  clock.advance(60)

  assert.ok(place.classes.has("ring--small"))
  assert.equal(place.hidden, false)
  assert.equal(link.textContent, "1 person waits")
  assert.deepEqual(heard, ["call"])
  ring.alert({ ...CALLED, id: "a2" })
  assert.ok(place.classes.has("ring--small"))
  ring.alert({ ...CALLED, id: "a3", need: "n2" })
  assert.ok(!place.classes.has("ring--small"))
  assert.equal(words(), "2 people need to talk.")
  assert.equal(link.textContent, "See who")
})

test("once somebody has come the others are thanked, and then left alone", () => {
  const { ring, place, clock, heard, words } = aRing()
  ring.alert(CALLED)

  ring.need({ id: "n1", state: "accepted" })

  assert.equal(words(), "Taken, thank you.")
  assert.equal(document.title, "Calls · Porchlight")
  clock.advance(60)
  assert.equal(place.hidden, true)
  assert.deepEqual(heard, ["call"])
})

test("an alarm shows and sounds on any page, and leads to the calls", () => {
  const { ring, place, parts, heard, shakes, words } = aRing()

  ring.alarm("Somebody who needs to talk may not be heard.")

  assert.equal(place.hidden, false)
  assert.ok(place.classes.has("ring--now"))
  assert.equal(words(), "Somebody who needs to talk may not be heard.")
  assert.equal(parts["[data-ring-link]"].href, "/staff/calls")
  assert.deepEqual(heard, ["call"])
  assert.equal(shakes.length, 1)
})

test("a page that nobody has touched offers to sound for an alarm too", () => {
  const { ring, parts } = aRing(false)

  ring.alarm("Somebody who needs to talk may not be heard.")

  assert.equal(parts["[data-ring-sound]"].hidden, false)
})

test("an alarm takes no call away, and an alarm is not over when a call is", () => {
  const { ring, place, words } = aRing()
  ring.alert(CALLED)

  ring.alarm("Somebody who needs to talk may not be heard.")
  assert.equal(words(), "Someone needs to talk.")

  ring.need({ id: "n1", state: "ended" })
  assert.equal(place.hidden, false)
  assert.equal(words(), "Somebody who needs to talk may not be heard.")
})

test("a second need goes on ringing when the first is taken", () => {
  const { ring, words } = aRing()
  ring.alert(CALLED)
  ring.alert({ ...CALLED, id: "a2", need: "n2" })
  assert.equal(words(), "2 people need to talk.")

  ring.need({ id: "n1", state: "accepted" })

  assert.equal(words(), "Someone needs to talk.")
})

test("a need that only changed its step goes on", () => {
  const { ring, words } = aRing()
  ring.alert(CALLED)

  ring.need({ id: "n1", state: "offered" })

  assert.equal(words(), "Someone needs to talk.")
})

test("what was called while the line was down rings when it is back", () => {
  const { ring, heard } = aRing()

  ring.standing([{ need: "n1", alert: "a1", opened: false }])

  assert.deepEqual(heard, ["call"])
})

test("what one has looked at does not begin to ring again", () => {
  const { ring, place, heard } = aRing()

  ring.standing([{ need: "n1", alert: "a1", opened: true }])

  assert.deepEqual(heard, [])
  assert.equal(place.hidden, true)
})

test("what was taken while the line was down is quiet when it is back", () => {
  const { ring, place, clock, heard } = aRing()
  ring.alert(CALLED)

  ring.asks()
  ring.standing([])
  clock.advance(60)

  assert.equal(place.hidden, true)
  assert.deepEqual(heard, ["call"])
})

test("a call is younger than an answer that was asked for before it", () => {
  const { ring, place, words } = aRing()
  ring.asks()
  ring.alert(CALLED)

  ring.standing([])

  assert.equal(place.hidden, false)
  assert.equal(words(), "Someone needs to talk.")
})

test("who has come is younger than an answer that was asked for before it", () => {
  const { ring, words } = aRing()
  ring.alert(CALLED)
  ring.asks()
  ring.need({ id: "n1", state: "accepted" })

  ring.standing([{ need: "n1", alert: "a1", opened: false }])

  assert.equal(words(), "Taken, thank you.")
})

test("whoever was called while the line was down hears it, though others are called meanwhile", () => {
  const { ring, heard } = aRing()
  ring.asks()
  ring.need({ id: "n1", state: "offered" })

  ring.standing([{ need: "n1", alert: "a1", opened: false }])

  assert.deepEqual(heard, ["call"])
})

test("what can wait sounds once, softly", () => {
  const { ring, clock, heard, words } = aRing()

  ring.alert({ id: "a3", staff: "wren", kind: "hand", need: "" })
  clock.advance(60)

  assert.equal(words(), "Somebody asks you to take over a talk.")
  assert.deepEqual(heard, ["soft"])
})

test("a canary is heard by nobody", () => {
  const { ring, place, heard } = aRing()

  ring.alert({ id: "a4", staff: "wren", kind: "canary", need: "" })

  assert.equal(place.hidden, true)
  assert.deepEqual(heard, [])
})

test("a page that may not sound yet says how it could", () => {
  const { ring, parts, shakes } = aRing(false)

  ring.alert(CALLED)

  assert.equal(parts["[data-ring-sound]"].hidden, false)
  assert.equal(shakes.length, 1)
})

test("a phone shakes once somebody has touched the page, and a computer never", () => {
  const shakes = []
  const phone = active => ({ vibrate: pattern => shakes.push(pattern), userActivation: { hasBeenActive: active } })

  shakeIt([1], phone(false))
  shakeIt([2], phone(true))
  shakeIt([3], { vibrate: pattern => shakes.push(pattern) })
  shakeIt([4], {})

  assert.deepEqual(shakes, [[2], [3]])
})

test("a browser without sound is silent, and nothing breaks", async () => {
  const speaker = new Speaker(() => null)

  await speaker.wake()
  speaker.call()

  assert.equal(speaker.awake, false)
})

for (const [left, owed, words] of [
  [42, "first", "Your first line within 42 s, please. Then they know that somebody is there."],
  [100, "answer", "They wrote. After 2 min without a line from you others are called."],
  [0, "first", "Say something now: others are about to be called."]
]) {
  test(`${left} s before others are called, as ${owed}: ${words}`, () => {
    assert.equal(leftWords(left, owed), words)
  })
}
