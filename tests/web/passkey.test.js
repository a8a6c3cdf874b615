// Passkeys: what the server asks for becomes bytes, what the browser answers text.

import assert from "node:assert/strict"
import test from "node:test"

import { answer, bytes, options, text } from "../../web/staff/js/passkey.js"

const buffer = (...values) => Uint8Array.from(values).buffer

test("bytes survive the way there and back, whatever they are", () => {
  const all = Uint8Array.from({ length: 256 }, (_, n) => n)
  for (const size of [0, 1, 2, 3, 255, 256]) {
    const some = all.slice(0, size)
    assert.deepEqual(bytes(text(some.buffer)), some)
  }
})

test("text is as URLs have it, without padding", () => {
  assert.equal(text(buffer(251, 255, 254)), "-__-")
  assert.equal(text(buffer(1)), "AQ")
})

test("what is asked for has bytes where the browser wants them", () => {
  const asked = options(JSON.stringify({
    challenge: "AQI",
    rp: { id: "chat.example" },
    user: { id: "YWIxMg", name: "Robin" },
    excludeCredentials: [{ id: "AQ", type: "public-key" }]
  }))

  assert.deepEqual(asked.challenge, Uint8Array.of(1, 2))
  assert.deepEqual(asked.user.id, new TextEncoder().encode("ab12"))
  assert.deepEqual(asked.excludeCredentials[0].id, Uint8Array.of(1))
  assert.equal(asked.rp.id, "chat.example")
})

test("asking for one that is there already needs no user", () => {
  const asked = options('{"challenge":"AQ","rpId":"chat.example","allowCredentials":[{"id":"Ag"}]}')

  assert.deepEqual(asked.allowCredentials, [{ id: Uint8Array.of(2) }])
  assert.equal(asked.user, undefined)
})

test("a new passkey is answered with what the server reads, and no more", () => {
  const said = JSON.parse(answer({
    id: "AQ",
    rawId: buffer(1),
    type: "public-key",
    response: { clientDataJSON: buffer(2), attestationObject: buffer(3), getTransports: () => [] }
  }))

  assert.deepEqual(said, {
    id: "AQ", rawId: "AQ", type: "public-key",
    response: { clientDataJSON: "Ag", attestationObject: "Aw" }
  })
})

test("a used passkey may leave out whose it is", () => {
  const response = {
    clientDataJSON: buffer(1), authenticatorData: buffer(2), signature: buffer(3), userHandle: null
  }
  const said = JSON.parse(answer({ id: "AQ", rawId: buffer(1), type: "public-key", response }))

  assert.deepEqual(said.response, { clientDataJSON: "AQ", authenticatorData: "Ag", signature: "Aw" })
})
