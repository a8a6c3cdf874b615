// How long one may take over a line before others are called: a count-down that nobody
// is read out to every second.

const TICK_MS = 1000

// Nobody is hurried over an answer before it is time.
const HURRY_SECONDS = 120

export class FirstLine {
  #place
  #timers
  #now
  #until = 0
  #owed = ""
  #due = null

  constructor(place, { timers = globalThis, now = Date.now } = {}) {
    this.#place = place
    this.#timers = timers
    this.#now = now
  }

  // `owed` is "first", or "answer" when they wrote and wait.
  start(seconds, owed) {
    this.#until = this.#now() + seconds * 1000
    this.#owed = owed
    this.#tick()
  }

  stop() {
    this.#timers.clearTimeout(this.#due)
    this.#place.hidden = true
  }

  #tick() {
    this.#timers.clearTimeout(this.#due)
    const left = Math.max(0, Math.ceil((this.#until - this.#now()) / 1000))
    this.#place.hidden = this.#owed !== "first" && left > HURRY_SECONDS
    this.#place.textContent = leftWords(left, this.#owed)
    if (left > 0) this.#due = this.#timers.setTimeout(() => this.#tick(), TICK_MS)
  }
}

export function leftWords(left, owed) {
  if (left <= 0) return "Say something now: others are about to be called."
  const time = left < 100 ? `${left} s` : `${Math.ceil(left / 60)} min`
  if (owed === "first") return `Your first line within ${time}, please. Then they know that somebody is there.`
  return `They wrote. After ${time} without a line from you others are called.`
}
