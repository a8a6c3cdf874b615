// What the tests of the page lean on: a clock that is moved, a socket that is a toy.

import { readFileSync } from "node:fs"
import { Storage } from "../../web/js/storage.js"
import { unpack } from "../../web/js/wire.js"

export function readJson(name) {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"))
}

// Lets everything that has been promised happen.
export function settled() {
  return new Promise(resolve => setImmediate(resolve))
}

export function aStorage() {
  return new Storage(() => new ToyKept())
}

class ToyKept {
  getItem(key) { return Object.hasOwn(this, key) ? this[key] : null }
  setItem(key, value) { this[key] = String(value) }
  removeItem(key) { delete this[key] }
}

export class Clock {
  at = 1700000000000
  #timers = new Map()
  #last = 0

  now = () => this.at
  setTimeout = (act, delay) => {
    this.#timers.set(++this.#last, { act, due: this.at + delay })
    return this.#last
  }
  clearTimeout = id => this.#timers.delete(id)

  advance(seconds) {
    const until = this.at + seconds * 1000
    for (;;) {
      const [id, next] = [...this.#timers].sort((a, b) => a[1].due - b[1].due)[0] || []
      if (!next || next.due > until) break
      this.#timers.delete(id)
      this.at = next.due
      next.act()
    }
    this.at = until
  }
}

// The other end of every line that is dialled.
export class Exchange {
  sockets = []

  dial = () => {
    const socket = new ToySocket()
    this.sockets.push(socket)
    return socket
  }

  get last() {
    return this.sockets[this.sockets.length - 1]
  }
}

class ToySocket {
  sent = []
  closed = false

  send(bytes) { this.sent.push(unpack(bytes)) }
  close() { this.closed = true }

  get kinds() { return this.sent.map(([kind]) => kind) }
  open() { this.onopen() }
  hear(bytes) { this.onmessage({ data: bytes.buffer }) }
  breaks(code = 1006) { this.onclose({ code }) }
}
