// How we reach you: what this browser is called, and whether it can be woken.

import assert from "node:assert/strict"
import test from "node:test"

import { hindrance, markOf, nameOf } from "../../web/staff/js/ways.js"

const IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"

test("a device has the name that its owner would give it", () => {
  const named = {
    [IPHONE]: "Safari on iPhone",
    "Mozilla/5.0 (Android 15; Mobile; rv:153.0) Gecko/153.0 Firefox/153.0": "Firefox on Android",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36 Edg/150.0.0.0": "Edge on Windows",
    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36": "Samsung Internet on Android",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Safari/537.36": "Chrome on Linux",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15": "Safari on Mac"
  }
  for (const [agent, name] of Object.entries(named)) assert.equal(nameOf(agent), name)
})

test("a browser that nobody knows is one all the same", () => {
  assert.equal(nameOf(""), "A browser")
})

test("what a browser lacks is found before anything is asked", () => {
  const able = { navigator: { serviceWorker: {}, userAgent: "Firefox" }, PushManager: {}, Notification: {} }
  assert.equal(hindrance(able), "")
  assert.equal(hindrance({ ...able, PushManager: undefined }), "cannot")
  assert.equal(hindrance({ navigator: { userAgent: IPHONE } }), "home")
})

test("an address has the mark that the server gives it", async () => {
  // The first of the SHA-256 of it, as any program computes it.
  assert.equal(await markOf("abc"), "ba7816bf8f01cfea")
})
