// What private talks leave on the device is wiped when they have been over for an hour.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Outbox } from "../../web/js/outbox.js"
import { Traces } from "../../web/js/traces.js"
import { aStorage, Clock } from "./support.js"

const TALK = "talk-000102030405060708090a0b0c0d0e0f"
const AN_HOUR = 3600

function someTraces() {
  const [storage, session, clock] = [aStorage(), aStorage(), new Clock()]
  const outbox = new Outbox(storage, clock.now)
  const traces = new Traces({ storage, session, outbox, now: clock.now })
  traces.begun(TALK)
  outbox.add({ room: TALK, kind: "say", text: "not sent yet" })
  outbox.add({ room: "coffee", kind: "say", text: "of a room" })
  session.set(`draft.${TALK}`, "not finished")
  session.set("draft.coffee", "of a room")
  return { storage, session, clock, outbox, traces }
}

test("while a talk goes on everything stays", () => {
  const { clock, outbox, session, traces } = someTraces()
  clock.advance(2 * AN_HOUR)

  traces.sweep()

  assert.equal(outbox.entries(TALK).length, 1)
  assert.equal(session.get(`draft.${TALK}`), "not finished")
})

test("an hour after its end nothing of it is left, and rooms keep theirs", () => {
  const { clock, storage, outbox, session, traces } = someTraces()
  traces.over(TALK)
  clock.advance(AN_HOUR - 1)
  traces.sweep()
  assert.equal(outbox.entries(TALK).length, 1)

  clock.advance(1)
  traces.sweep()

  assert.equal(outbox.entries(TALK).length, 0)
  assert.equal(session.get(`draft.${TALK}`), null)
  assert.equal(storage.keys().some(key => (key + storage.get(key)).includes(TALK)), false)
  assert.equal(outbox.entries("coffee").length, 1)
  assert.equal(session.get("draft.coffee"), "of a room")
})

test("a talk of which the house tells nothing any more is over", () => {
  const { clock, outbox, traces } = someTraces()

  traces.only([])
  clock.advance(AN_HOUR)
  traces.sweep()

  assert.equal(outbox.entries(TALK).length, 0)
})

test("what another tab has wiped leaves no draft in this one", () => {
  const { session, storage, traces } = someTraces()
  storage.remove("talks")

  traces.sweep()

  assert.equal(session.get(`draft.${TALK}`), null)
})
