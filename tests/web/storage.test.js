// Where a browser forbids keeping, things are kept while the page is open.

import assert from "node:assert/strict"
import { test } from "node:test"
import { Storage } from "../../web/js/storage.js"
import { aStorage } from "./support.js"

const kinds = {
  "a browser that keeps": aStorage,
  "a browser that forbids even naming it": () => new Storage(() => { throw new Error("forbidden") }),
  "a browser that has no room": () => new Storage(() => ({
    getItem: () => null,
    setItem: () => { throw new Error("full") },
    removeItem: () => {}
  }))
}

for (const [name, make] of Object.entries(kinds)) {
  test(`${name}: what is set can be got, listed, removed and cleared`, () => {
    const storage = make()
    storage.set("outbox.2", "b")
    storage.set("outbox.1", "a")
    storage.set("roll.coffee", "7")

    assert.equal(storage.get("outbox.1"), "a")
    assert.equal(storage.get("nothing"), null)
    assert.deepEqual(storage.keys("outbox."), ["outbox.1", "outbox.2"])
    storage.remove("outbox.1")
    assert.deepEqual(storage.keys(), ["outbox.2", "roll.coffee"])
    storage.clear()
    assert.deepEqual(storage.keys(), [])
  })
}

test("other pages' things are neither listed nor cleared", () => {
  const kept = { getItem: key => kept[key], setItem: () => {}, removeItem: key => delete kept[key], theirs: "1" }
  const storage = new Storage(() => kept)

  storage.clear()

  assert.deepEqual(storage.keys(), [])
  assert.equal(kept.theirs, "1")
})
