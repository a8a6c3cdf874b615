// What stands on staff pages: ages, words with places to fill, and scripts held to the
// same rules as the member's.

import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { ago } from "../../web/staff/js/ago.js"
import { complaint, unfilled } from "../../web/staff/js/replies.js"
import { marked } from "../../web/staff/js/sound.js"

const SCRIPTS = new URL("../../web/staff/js/", import.meta.url)
const TEMPLATES = new URL("../../chat/templates/", import.meta.url)

for (const [seconds, words] of [
  [5, "just now"], [60, "1 min"], [3599, "59 min"], [3600, "1 h"], [3660, "1 h 1 min"],
  [86399, "23 h 59 min"], [86400, "1 day"], [200000, "2 days"], [-3, "just now"]
]) {
  test(`${seconds} seconds are "${words}"`, () => {
    assert.equal(ago(seconds), words)
  })
}

test("words with a place that nobody filled cannot go", () => {
  assert.deepEqual(unfilled("Your message had {what} in it, {name}."), ["{what}", "{name}"])
  assert.equal(complaint("Hello {name}"), "Still to be filled: {name}")
})

test("words whose places are filled can go", () => {
  assert.equal(complaint("Hello there. You are welcome."), "")
})

test("the title says how many urgent cases are new, once", () => {
  assert.equal(marked("(1) Urgent · Porchlight", 2), "(2) Urgent · Porchlight")
  assert.equal(marked("(2) Urgent · Porchlight", 0), "Urgent · Porchlight")
})

for (const name of readdirSync(SCRIPTS)) {
  const text = readFileSync(new URL(name, SCRIPTS), "utf8")

  test(`${name} says what it is, is small, and makes no markup of text`, () => {
    assert.match(text, /^\/\/ ./)
    assert.ok(text.split("\n").length <= 300)
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|DOMParser/)
  })

  test(`${name} asks nothing of the house by the clock`, () => {
    assert.doesNotMatch(text, /setInterval/)
  })
}

for (const name of readdirSync(TEMPLATES)) {
  const text = readFileSync(new URL(name, TEMPLATES), "utf8")

  test(`${name} has no style or script in it, and trusts no text`, () => {
    assert.doesNotMatch(text, /<style|\sstyle=|\son[a-z]+=|<script(?! type="module" src)|\|\s*safe|autoescape/)
  })

  // Before somebody has signed in, and on pages for members, there is no token to carry.
  if (!/^(enrol|sign_in|confirm|plain)/.test(name)) test(`each form that changes something in ${name} carries the token`, () => {
    for (const [form] of text.matchAll(/<form[^>]*method="post"[\s\S]*?<\/form>/g)) {
      assert.match(form, /csrf/)
    }
  })
}
