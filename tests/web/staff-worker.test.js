// The worker that is woken by an alert, in a browser that is a toy.

import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { runInNewContext } from "node:vm"
import { settled } from "./support.js"

const CODE = readFileSync(new URL("../../web/staff/sw.js", import.meta.url), "utf8")
const NOTIFY = readFileSync(new URL("../../chat/oncall/notify.py", import.meta.url), "utf8")
const CALLS = ["Someone needs to talk", "Someone still needs to talk"]

function aWorker() {
  const heard = {}
  const shown = []
  const confirmed = []
  runInNewContext(CODE, {
    addEventListener: (name, act) => { heard[name] = act },
    registration: { showNotification: async (title, more) => shown.push(more) },
    fetch: async (_path, { body }) => {
      confirmed.push(body)
      return { status: 204 }
    },
    setTimeout
  })
  const push = async told => {
    heard.push({ data: { json: () => told }, waitUntil() {} })
    await settled()
  }
  return { push, shown, confirmed }
}

test("all that calls somebody is one notification, which rings again", async () => {
  const { push, shown, confirmed } = aWorker()

  for (const [number, text] of CALLS.entries()) await push({ id: `a${number}`, text })

  assert.deepEqual(shown.map(({ tag }) => tag), ["call", "call"])
  assert.ok(shown.every(({ renotify }) => renotify))
  assert.deepEqual(confirmed, ["a0", "a1"])
})

test("what calls nobody takes no call away", async () => {
  const { push, shown } = aWorker()

  await push({ id: "a1", text: "Somebody asks you to take over" })

  assert.equal(shown[0].tag, "alert-a1")
})

for (const text of CALLS) {
  test(`"${text}" is what a call says`, () => {
    assert.match(NOTIFY, new RegExp(`"need(_again)?": "${text}"`))
  })
}
