// A talk on the page without a script, for whoever pressed before there was one here.

import assert from "node:assert/strict"
import { test } from "node:test"
import { PlainTalk } from "../../web/js/plaintalk.js"

function aTalk(status, { referrer = "", type = "navigate" } = {}) {
  const asked = []
  const fetch = async address => {
    asked.push(address)
    if (!status) throw new TypeError("no signal")
    return { status }
  }
  const page = { referrer, location: { origin: "https://porch.example" } }
  return { asked, talk: new PlainTalk({ fetch, page, came: () => type }) }
}

for (const from of [{ referrer: "https://porch.example/talk?came" }, { type: "back_forward" }]) {
  test(`whoever comes back is asked after: ${JSON.stringify(from)}`, async () => {
    const { asked, talk } = aTalk(200, from)

    assert.equal(await talk.look(false), true)
    assert.equal(talk.isOpen, true)
    assert.deepEqual(asked, ["/talk/open"])
  })
}

for (const referrer of ["", "https://porch.example/", "https://elsewhere.example/talk"]) {
  test(`whoever comes from "${referrer}" costs the house nothing`, async () => {
    const { asked, talk } = aTalk(200, { referrer })

    assert.equal(await talk.look(false), false)
    assert.deepEqual(asked, [])
  })
}

test("a page that comes out of the browser's memory asks too", async () => {
  assert.equal(await aTalk(200).talk.look(true), true)
})

test("until the house has said so it may go on: whoever presses is led to it, not to another", async () => {
  const { talk } = aTalk(204, { type: "back_forward" })

  const looking = talk.look(false)

  assert.equal(talk.isOpen, true)
  assert.equal(await looking, false)
  assert.equal(talk.isOpen, false)
})

for (const status of [204, 404, 503, 0]) {
  test(`an answer of ${status} is no talk`, async () => {
    assert.equal(await aTalk(status).talk.look(true), false)
  })
}
