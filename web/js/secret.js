// The device's secret: 128 random bits. Whoever holds it is the same person again, in
// every room; it never leaves the device but in the first frame to the house.

import { bytesOf, hex } from "./frames.js"

const KEY = "secret"

export class Secret {
  #storage
  #random

  constructor(storage, random = bytes => crypto.getRandomValues(bytes)) {
    this.#storage = storage
    this.#random = random
  }

  get exists() {
    return /^[0-9a-f]{32}$/.test(this.#storage.get(KEY) || "")
  }

  get bytes() {
    if (!this.exists) this.replace(this.#random(new Uint8Array(16)))
    return bytesOf(this.#storage.get(KEY))
  }

  replace(bytes) {
    this.#storage.set(KEY, hex(bytes))
  }
}
