// When to dial again.

import assert from "node:assert/strict"
import { test } from "node:test"
import { afterClose, delay, delayWhenFull } from "../../web/js/backoff.js"

for (const [attempts, shortest, longest] of [
  [0, 500, 1000], [1, 1000, 2000], [4, 8000, 16000], [5, 15000, 30000], [60, 15000, 30000]
]) {
  test(`attempt ${attempts} waits ${shortest} to ${longest} ms`, () => {
    assert.equal(delay(attempts, 0), shortest)
    assert.equal(delay(attempts, 1), longest)
  })
}

test("a full house is left alone for 30 to 60 seconds", () => {
  assert.equal(delayWhenFull(0), 30000)
  assert.equal(delayWhenFull(1), 60000)
})

for (const [code, then] of [
  [1000, "resume"], [1001, "resume"], [1006, "resume"], [1011, "resume"], [1012, "resume"],
  [4000, "resume"], [4001, "resume"], [4100, "later"], [4201, "later"],
  [1002, "stop"], [1003, "stop"], [1007, "stop"], [1009, "stop"], [4200, "stop"],
  [4202, "stop"], [4299, "stop"]
]) {
  test(`after ${code}: ${then}`, () => {
    assert.equal(afterClose(code), then)
  })
}
