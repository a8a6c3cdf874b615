// A member's writing is kept whole, but for what the house would refuse.

import assert from "node:assert/strict"
import { test } from "node:test"
import { lengthOf, textOf } from "../../web/js/text.js"

test("lines, tabs, emoji and other scripts are kept", () => {
  const text = "good morning 🌅\n\tсегодня\n\nمرحبا 👩‍👩‍👧"

  assert.equal(textOf(text), text)
})

test("control characters become spaces, and empty ends go", () => {
  assert.equal(textOf("a\u0000b\u0085c\r\nd\n \n"), "a b c\nd")
})

test("length is counted as the house counts: in code points", () => {
  assert.equal(lengthOf("🌅🌅"), 2)
})
