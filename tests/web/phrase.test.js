// Twelve words are the secret, and a slip of the pen is noticed.

import assert from "node:assert/strict"
import { createHash } from "node:crypto"
import { test } from "node:test"
import { bytesOf, hex } from "../../web/js/frames.js"
import { NotTwelveWords, secretOf, UnknownWord, wordsOf, WrongWords } from "../../web/js/phrase.js"
import { Secret } from "../../web/js/secret.js"
import { sha256 } from "../../web/js/sha256.js"
import { aStorage, readJson } from "./support.js"

// The words of the examples at their places in the list; written by the Python library.
const { numbers, phrases } = readJson("phrases.json")
const LIST = Array.from({ length: 2048 }, (_, number) => `(${number})`)
for (const [word, number] of Object.entries(numbers)) LIST[number] = word

for (const [secret, phrase] of Object.entries(phrases)) {
  test(`${secret} is ${phrase}`, () => {
    assert.equal(wordsOf(bytesOf(secret), LIST).join(" "), phrase)
  })

  test(`${phrase} is ${secret}`, () => {
    assert.equal(hex(secretOf(phrase, LIST)), secret)
  })
}

const [[SECRET, PHRASE]] = Object.entries(phrases).slice(1)

test("numbers, commas, capitals and line ends are forgiven", () => {
  const written = PHRASE.split(" ").map((word, i) => `${i + 1}. ${word.toUpperCase()},`).join("\n")

  assert.equal(hex(secretOf(written, LIST)), SECRET)
})

test("the first four letters of a word are enough", () => {
  const short = PHRASE.split(" ").map(word => word.slice(0, 4)).join(" ")

  assert.equal(hex(secretOf(short, LIST)), SECRET)
})

test("eleven words are not twelve", () => {
  assert.throws(() => secretOf(PHRASE.split(" ").slice(1).join(" "), LIST), NotTwelveWords)
})

test("a word that is none is named", () => {
  assert.throws(() => secretOf(PHRASE.replace("liar", "porch"), LIST),
    reason => reason instanceof UnknownWord && reason.message === "porch")
})

test("two words that changed places are noticed", () => {
  const [first, second, ...rest] = PHRASE.split(" ")

  assert.throws(() => secretOf([second, first, ...rest].join(" "), LIST), WrongWords)
})

test("our SHA-256 is SHA-256", () => {
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (7 * i) & 0xff)
    assert.equal(hex(sha256(bytes)), createHash("sha256").update(bytes).digest("hex"))
  }
})

test("a device makes its secret once", () => {
  const storage = aStorage()

  const first = hex(new Secret(storage).bytes)

  assert.equal(first.length, 32)
  assert.equal(hex(new Secret(storage).bytes), first)
})

test("a spoiled secret is replaced by a new one", () => {
  const storage = aStorage()
  storage.set("secret", "oops")

  assert.equal(new Secret(storage).bytes.length, 16)
})
