// A pseudonym is read from the bytes of `who`.

import assert from "node:assert/strict"
import { test } from "node:test"
import { COLOURS, nameOf, SHAPES } from "../../web/js/names.js"
import { FIRST, SECOND } from "../../web/js/words.js"

test("there are 256 first and 256 second words, each once", () => {
  assert.equal(new Set(FIRST).size, 256)
  assert.equal(new Set(SECOND).size, 256)
})

test("the first two bytes are the words, the third colour and shape", () => {
  assert.deepEqual(nameOf("00ff0a0000"), {
    words: `${FIRST[0]} ${SECOND[255]}`, colour: COLOURS[2], shape: SHAPES[1]
  })
})

test("every look has a colour and a shape", () => {
  for (let look = 0; look < 256; look++) {
    const { colour, shape } = nameOf(`0000${look.toString(16).padStart(2, "0")}0000`)
    assert.ok(colour && shape)
  }
})

test("the last two bytes change nothing that is seen", () => {
  assert.deepEqual(nameOf("0102030405"), nameOf("010203ffff"))
})
