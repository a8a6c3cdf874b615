// <stay-choice>: how often one wants to check in. <stay-strip>: the button to do it with,
// on every page.

import { act } from "./message.js"
import { needRefusal } from "./needwords.js"
import { aloud, part, tell } from "./page.js"
import { refusal } from "./plainly.js"
import { MINUTES, SOON_MS, stayWords } from "./stay.js"

const TICK_MS = 5000
const SOON = "It is nearly time to check in. The button is above."

export class StayChoice extends HTMLElement {
  #stay = null
  #listening = () => { this.hidden = this.#stay.isOn }

  // `room` tells which room it is chosen in, if any.
  open({ stay, room }) {
    this.#stay = stay
    this.append(document.getElementById("stay-choice").content.cloneNode(true))
    const choices = part(this, "minutes")
    for (const minutes of MINUTES) {
      choices.append(act(`${minutes} minutes`, "button button--small button--quiet", () => stay.here(minutes, room())))
    }
    stay.addEventListener("change", this.#listening)
    this.#listening()
  }

  // The page that it stands on is left for good, and the check-ins go on.
  disconnectedCallback() {
    if (this.#stay) this.#stay.removeEventListener("change", this.#listening)
  }
}

export class StayStrip extends HTMLElement {
  #stay
  #toldSoon = 0

  open({ stay }) {
    this.#stay = stay
    part(this, "here").onclick = () => stay.here()
    part(this, "stop").onclick = () => this.#stop()
    stay.addEventListener("change", () => this.#show())
    stay.addEventListener("refused", ({ detail }) => this.#refused(detail))
    setInterval(() => this.#show(), TICK_MS)
    this.#show()
  }

  #stop() {
    this.#stay.stop()
    document.querySelector("main h1").focus()
  }

  #show() {
    const { isOn, due, waitsForLine } = this.#stay
    const words = isOn || waitsForLine ? stayWords(this.#stay) : ""
    if (part(this, "words").textContent !== words) part(this, "words").textContent = words
    this.hidden = !words
    part(this, "here").hidden = part(this, "stop").hidden = !isOn
    this.#remind(isOn && due - Date.now() < SOON_MS, due)
  }

  // Once for each check-in.
  #remind(soon, due) {
    this.classList.toggle("strip--soon", soon)
    if (!soon || Math.abs(this.#toldSoon - due) < SOON_MS) return
    this.#toldSoon = due
    if (due > Date.now()) aloud(SOON)
  }

  #refused({ name, code, wait }) {
    const own = needRefusal({ name, code })
    const words = own === null ? refusal(code, wait) : own
    this.hidden = !words
    tell(part(this, "words"), words)
  }
}
