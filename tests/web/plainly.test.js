// Whatever the house may answer, the page has a sentence for it.

import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { controlWords, mayBeSaidLater, plainUntil, refusal, teamWords } from "../../web/js/plainly.js"

const ROOT = new URL("../../", import.meta.url)
const protocol = read("docs/protocol.md")
const UNKNOWN = refusal("no such code", 0)

function read(path) {
  return readFileSync(new URL(path, ROOT), "utf8")
}

function section(heading) {
  return protocol.split(/^#+ /m).find(text => text.startsWith(heading))
}

const codes = [...section("Codes of `refused`").matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code)

for (const code of codes) {
  test(`there is a sentence for ${code}`, () => {
    assert.notEqual(refusal(code, 0), UNKNOWN)
    assert.match(refusal(code, 0), /[.…]$/)
  })
}

test("all codes were found", () => {
  assert.ok(codes.length >= 20)
})

const kinds = [...section("`care`, `notice`, `word`").split("Kinds:")[1].matchAll(/`([a-z_]+)`/g)]
  .map(([, kind]) => kind)
  .filter(kind => !["undone", "may_appeal", "appeal"].includes(kind))

for (const kind of kinds) {
  test(`there is a sentence for the word ${kind}`, () => {
    assert.notEqual(teamWords(kind), teamWords("no such kind"))
  })
}

test("all kinds were found", () => {
  assert.ok(kinds.length >= 11)
})

// The categories for which a rule of ours may block, read where they are written.
const files = ["abuse/hate", "abuse/sexual", "abuse/insults", "abuse/threats", "abuse/baiting", "abuse/outing",
  "sourcing/drugs", "sourcing/vices", "spam/cues"]
const blocking = new Set()
for (const file of files) {
  for (const cue of read(`chat/rules/${file}.toml`).split(/^\[\[/m)) {
    const category = /^category = "(\w+)"/m.exec(cue)
    if (category && /^action = "block"/m.test(cue)) blocking.add(category[1])
  }
}

for (const concern of blocking) {
  test(`who is refused for ${concern} is told what would be welcome`, () => {
    assert.notEqual(refusal("blocked", 0, "say", concern), refusal("blocked", 0, "say"))
  })
}

test("the concerns of the rules were found", () => {
  assert.ok(blocking.size >= 5, [...blocking].join())
})

test("what waits for somebody else may be said later as it is", () => {
  assert.deepEqual(["read_first", "suspended", "room_locked"].map(mayBeSaidLater), [true, true, true])
  assert.ok(!mayBeSaidLater("blocked"))
})

test("a time today is told without its day", () => {
  const now = new Date(2026, 10, 21, 9, 0)
  const at = hour => new Date(2026, 10, 21, hour, 30).getTime() / 1000

  assert.match(plainUntil(at(12), now), /^Until 12:30.* today\.$/)
  assert.match(plainUntil(at(36), now), /^Until Sunday/)
  assert.match(plainUntil(at(24 * 7 + 1), now), /28/)
})

test("how the room is held is told in one line, and nothing when it is not", () => {
  const free = { slow: 0, locked: false, shield: false, greeting: "" }

  assert.equal(controlWords(free), "")
  assert.match(controlWords({ ...free, slow: 30 }), /30 seconds/)
  assert.match(controlWords({ ...free, locked: true, slow: 30 }), /closed this room/)
  assert.doesNotMatch(controlWords({ ...free, locked: true, slow: 30 }), /30/)
  assert.match(controlWords({ ...free, shield: true, greeting: "Welcome." }), /^Welcome\. .*newcomers/)
})
