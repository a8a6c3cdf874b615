// Being called: on whatever staff page is open it sounds, shows on top and in the title,
// and shakes a phone, until somebody has taken the need, or one says hush. Whoever talks
// with somebody can make it small, until there is more to tell.

import { part } from "../../js/page.js"
import { marked } from "./sound.js"

const AGAIN_MS = 5000
const MOST_TIMES = 12
const SHAKE = [300, 150, 300]
const THANKS_MS = 8000
const CALLING = ["raised", "offered"]
const TAKEN = ["accepted", "talking"]

const OTHERS = {
  hand: ["Somebody asks you to take over a talk.", "/staff/calls"],
  company: ["A peer would like somebody to sit in with them.", "/staff/calls"],
  swap: ["A shift is looking for somebody.", "/staff/rota", "See which shift"],
  gap: ["Some hours ahead still need somebody.", "/staff/coverage", "See which hours"]
}

export class Ring {
  #place
  #me
  #speaker
  #shake
  #timers
  #called = new Map()   // need → the alert by which one was called
  #heard = new Set()    // needs of which there was news since one asked how it stands
  #left = 0
  #sounding = null
  #thanking = null
  #small = false
  #alarm = ""           // what may be wrong, while nobody has looked

  constructor(place, { me, speaker, shake = shakeIt, timers = globalThis }) {
    this.#place = place
    this.#me = me
    this.#speaker = speaker
    this.#shake = shake
    this.#timers = timers
    part(place, "ring-sound").addEventListener("click", () => this.#turnOn())
    part(place, "ring-hush").addEventListener("click", () => this.hush())
    part(place, "ring-fold").addEventListener("click", () => this.#makeSmall())
    document.addEventListener("visibilitychange", () => this.#mark())
  }

  // Somebody is called, maybe oneself.
  alert({ id, staff, kind, need }) {
    if (staff !== this.#me) return
    this.#heard.add(need)
    if (need) this.#call(need, id)
    else if (OTHERS[kind]) this.#tell(...OTHERS[kind])
  }

  // Somebody may not be heard at all: everybody's matter, so it sounds once each time.
  alarm(words) {
    this.#alarm = words
    this.#speaker.call()
    this.#shake(SHAKE)
    part(this.#place, "ring-sound").hidden = this.#speaker.awake
    this.#fold(false)
    if (!this.#called.size) this.#showAlarm()
  }

  // Called when one asks how it stands.
  asks() {
    this.#heard.clear()
  }

  // How it stood, as far as one was called: after a gap of the line. News is younger than
  // the answer. What one has looked at already does not begin to ring again.
  standing(calls) {
    const then = new Set([...calls.map(({ need }) => need), ...this.#heard])
    for (const need of [...this.#called.keys()]) if (!then.has(need)) this.#over(need)
    for (const { need, alert, opened } of calls) {
      if (!opened && !this.#called.has(need) && !this.#heard.has(need)) this.#call(need, alert)
    }
  }

  // A need is not as it was.
  need({ id, state }) {
    if (CALLING.includes(state)) return
    this.#heard.add(id)
    if (this.#called.has(id)) this.#over(id, TAKEN.includes(state) ? "Taken, thank you." : "They do not need anybody any more.")
  }

  hush() {
    this.#left = 0
    this.#timers.clearTimeout(this.#sounding)
    part(this.#place, "ring-hush").hidden = true
  }

  // The way to who calls stays, with how many there are.
  #makeSmall() {
    this.hush()
    this.#fold(true)
    if (this.#called.size) this.#showCalls()
    part(this.#place, "ring-link").focus()
  }

  #fold(small) {
    this.#small = small
    this.#place.classList.toggle("ring--small", small)
  }

  #call(need, alert) {
    if (!this.#called.has(need)) this.#fold(false)
    this.#called.set(need, alert)
    this.#showCalls()
    this.#left = MOST_TIMES
    this.#sound()
    this.#mark()
  }

  // Something that can wait: one soft sound, and words that stay.
  #tell(words, address, way) {
    if (this.#called.size || this.#alarm) return
    this.#speaker.soft()
    this.#fold(false)
    this.#show(words, address, way)
  }

  #over(need, thanks = "") {
    this.#called.delete(need)
    this.#mark()
    if (this.#called.size) return this.#showCalls()
    this.hush()
    if (this.#alarm) return this.#showAlarm()
    if (!thanks) return this.#close()
    this.#show(thanks, "/staff/calls", "To the calls")
    this.#thanking = this.#timers.setTimeout(() => this.#close(), THANKS_MS)
  }

  #showCalls() {
    const alerts = [...this.#called.values()]
    const one = alerts.length === 1
    const words = one ? "Someone needs to talk." : `${alerts.length} people need to talk.`
    const small = one ? "1 person waits" : `${alerts.length} people wait`
    const address = `/staff/calls?alert=${encodeURIComponent(alerts[alerts.length - 1])}`
    this.#show(words, address, this.#small ? small : undefined)
  }

  #showAlarm() {
    this.#show(this.#alarm, "/staff/calls")
  }

  #show(words, address, way = "See who") {
    this.#timers.clearTimeout(this.#thanking)
    this.#place.hidden = false
    part(this.#place, "ring-words").textContent = words
    part(this.#place, "ring-link").href = address
    part(this.#place, "ring-link").textContent = way
    this.#place.classList.toggle("ring--now", this.#called.size > 0 || this.#alarm !== "")
  }

  #close() {
    this.#place.hidden = true
  }

  #sound() {
    this.#timers.clearTimeout(this.#sounding)
    part(this.#place, "ring-sound").hidden = this.#speaker.awake
    part(this.#place, "ring-hush").hidden = false
    if (this.#left-- <= 0) return this.hush()
    this.#speaker.call()
    this.#shake(SHAKE)
    this.#sounding = this.#timers.setTimeout(() => this.#sound(), AGAIN_MS)
  }

  async #turnOn() {
    await this.#speaker.wake()
    part(this.#place, "ring-sound").hidden = this.#speaker.awake
    this.#speaker.call()
  }

  // Who looks at the page sees the call; the title is for the other tabs.
  #mark() {
    document.title = marked(document.title, document.hidden ? this.#called.size : 0)
  }
}

// A page that nobody has touched may not, which a browser would complain about, and a
// computer cannot.
export function shakeIt(pattern, device = navigator) {
  const touched = !device.userActivation || device.userActivation.hasBeenActive
  if (device.vibrate && touched) device.vibrate(pattern)
}
