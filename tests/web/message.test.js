// What stands beside one's own message, while it is on its way and after.

import assert from "node:assert/strict"
import { test } from "node:test"
import { markOf } from "../../web/js/message.js"

test("nothing is called sent before the house has it", () => {
  for (const alone of [true, false]) {
    assert.equal(markOf({ mark: "kept", alone }), "on this phone")
    assert.equal(markOf({ mark: "sent", alone }), "on its way")
  }
  assert.equal(markOf({ mark: "said", alone: true }), "sent")
  assert.equal(markOf({ mark: "said", alone: false }), "in the room")
})
