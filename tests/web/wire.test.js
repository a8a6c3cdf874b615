// The codec writes and reads the very bytes that the server does.

import assert from "node:assert/strict"
import { test } from "node:test"
import { bytesOf, hex, read, request } from "../../web/js/frames.js"
import { pack, unpack } from "../../web/js/wire.js"
import { readJson } from "./support.js"

const vectors = readJson("../vectors.json")
const every = [...vectors.requests, ...vectors.events]

const REQUESTS = [
  "", "hello", "join", "leave", "say", "take_back", "react", "typing", "here", "name", "earlier",
  "report", "heed", "appeal", "bell", "raise", "withdraw", "call_back", "stay", "talk_more", "card"
]

function value(plain) {
  if (Array.isArray(plain)) return plain.map(value)
  return plain && plain.hex !== undefined ? bytesOf(plain.hex) : plain
}

for (const { name, frame, hex: bytes } of every) {
  test(`${name} is packed byte for byte`, () => {
    assert.equal(hex(pack(value(frame))), bytes)
  })

  test(`${name} is unpacked`, () => {
    assert.deepEqual(unpack(bytesOf(bytes)), value(frame))
  })
}

for (const { name, frame: [kind, ...fields], hex: bytes } of vectors.requests) {
  test(`a request made by its name is ${name}`, () => {
    assert.equal(hex(request(REQUESTS[kind], ...value(fields))), bytes)
  })
}

for (const { name, hex: bytes } of vectors.events) {
  test(`${name} is read by its name`, () => {
    assert.equal(read(bytesOf(bytes)).name, name.split(",")[0])
  })
}

for (const number of [
  0, 127, 128, 255, 256, 65535, 65536, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER,
  -1, -32, -33, -128, -129, -32768, -32769, -(2 ** 31)
]) {
  test(`${number} comes back as itself`, () => {
    assert.equal(unpack(pack(number)), number)
  })
}

for (const length of [0, 31, 32, 255, 256, 8000]) {
  test(`a text of ${length} bytes comes back as itself`, () => {
    assert.equal(unpack(pack("x".repeat(length))), "x".repeat(length))
  })
}

for (const [name, bytes] of [
  ["nothing", ""], ["half a text", "a568"], ["two values", "0101"], ["a map", "80"],
  ["bad UTF-8", "a1ff"], ["an array without end", "dcffff"]
]) {
  test(`${name} is an error`, () => {
    assert.throws(() => unpack(bytesOf(bytes)))
  })
}

test("a kind of event that is not known yet is passed over", () => {
  assert.equal(read(pack([99, "new"])), null)
})

test("a member is a string that can be compared", () => {
  const said = read(pack([36, "coffee", 1, 2, bytesOf("0a0b0c0d0e"), "hello"]))

  assert.deepEqual(said, {
    name: "said", room: "coffee", position: 1, at: 2, who: "0a0b0c0d0e", text: "hello", reply: 0
  })
})
