// <need-card>: how it stands with one's need, and all that can be said and done about it.

import { act } from "./message.js"
import { callTo, countryOf, firstLineOf } from "./lines.js"
import { hoursNow } from "./honest.js"
import { headline, localInput, mayCallAt, MOST_SHARES, needRefusal, nextWords, SHARES, story, timesToChoose, whenWords, WISHES } from "./needwords.js"
import { aloud, copy, empty, made, part, tell } from "./page.js"
import { refusal } from "./plainly.js"
import { textOf } from "./text.js"

const WAITS = "Waiting for signal. What you pressed is kept, and goes by itself."
const TICK_MS = 1000
const WEEK_MS = 7 * 24 * 3600 * 1000

export class NeedCard extends HTMLElement {
  #need
  #storage
  #tick = null
  #state = ""
  #waits = false   // has something been pressed that cannot get out?
  #first = false   // do the help lines stand first?
  #folded = null  // are they folded up, because somebody is there?
  #hours = ""  // when somebody usually is there, once it is known
  #listening = () => this.show()
  #hears = ({ detail }) => this.#refused(detail)

  open({ need, stay, storage }) {
    this.#need = need
    this.#storage = storage
    this.append(copy("need-card"))
    this.querySelector("help-lines").open({ storage })
    this.querySelector("stay-choice").open({ stay, room: () => "" })
    this.#listen()
    this.#fillForms()
    need.addEventListener("change", this.#listening)
    need.addEventListener("refused", this.#hears)
    this.#tick = setInterval(() => this.#showNext(), TICK_MS)
    this.show()
    this.#askHours()
  }

  close() {
    clearInterval(this.#tick)
    this.#need.removeEventListener("change", this.#listening)
    this.#need.removeEventListener("refused", this.#hears)
  }

  // -- what the member does -----------------------------------------------------------

  #listen() {
    part(this, "press").onclick = () => this.#press()
    part(this, "withdraw").onclick = () => this.#withdraw()
    part(this, "say").onsubmit = event => this.#say(event)
    part(this, "call-back").onsubmit = event => this.#callBack(event)
    part(this, "at").oninput = () => this.#showTime()
    part(this, "call").onclick = event => this.#findLine(event)
    this.addEventListener("country", () => this.#showCall())
  }

  #press() {
    this.#note("")
    this.#need.press()
    part(this, "headline").focus()
  }

  #withdraw() {
    this.#note("")
    this.#need.withdraw()
    part(this, "headline").focus()
  }

  #say(event) {
    event.preventDefault()
    const said = { words: textOf(part(this, "words").value).trim(), wish: chosen(part(this, "wishes"))[0] || "", shares: chosen(part(this, "shares")) }
    if (!said.words && !said.wish && !said.shares.length) return
    this.#note("Thank you. Whoever comes will see it.")
    this.#need.tell(said)
    part(this, "more").open = false
    part(this, "headline").focus()
  }

  #callBack(event) {
    event.preventDefault()
    const at = timeOf(part(this, "at"))
    if (!mayCallAt(at)) return this.#note(needRefusal({ name: "call_back", code: "bad_call_back" }))
    this.#note("")
    this.#need.callBack(at)
    part(this, "later").open = false
    part(this, "headline").focus()
  }

  // Where one is, is not known: the lines of every country are a choice away.
  #findLine(event) {
    if (firstLineOf(countryOf(this.#storage))) return
    event.preventDefault()
    part(this, "lines").open = true
    part(this, "country").focus()
  }

  // -- the forms ------------------------------------------------------------------------

  #fillForms() {
    const { words, wish, shares } = this.#need.said
    part(this, "words").value = words
    for (const [name, label] of WISHES) part(this, "wishes").append(choice(name, label, name === wish, item => only(item)))
    for (const [name, label] of SHARES) part(this, "shares").append(choice(name, label, shares.includes(name), item => this.#few(item)))
    for (const form of this.#forms) form.ontoggle = () => this.#opened(form)
    this.#fillTimes()
  }

  get #forms() {
    return [part(this, "more"), part(this, "later")]
  }

  // What one fills in comes into sight, and has the room that it needs.
  #opened(form) {
    this.#makeRoom()
    if (!form.open) return
    this.#fillTimes()
    form.scrollIntoView({ block: "start" })
  }

  #makeRoom() {
    this.classList.toggle("need--filling", this.#forms.some(form => form.open && !form.hidden))
  }

  #few(item) {
    if (chosen(part(this, "shares")).length <= MOST_SHARES) return
    item.setAttribute("aria-pressed", false)
    this.#note(`${MOST_SHARES} are enough for now.`)
  }

  #fillTimes() {
    const [times, at] = [part(this, "times"), part(this, "at")]
    empty(times)
    for (const time of timesToChoose()) times.append(act(whenWords(time), "chip chip--tall", () => this.#choose(time)))
    at.min = localInput(Date.now())
    at.max = localInput(Date.now() + WEEK_MS)
  }

  #choose(time) {
    part(this, "at").value = localInput(time)
    this.#showTime()
  }

  #showTime() {
    const at = timeOf(part(this, "at"))
    tell(part(this, "when"), at ? `We call a peer for you ${whenWords(at)}.` : "")
  }

  // -- showing --------------------------------------------------------------------------

  show() {
    const need = this.#need
    const [calling, withPeer] = [need.isCalling, need.withPeer]
    this.#showHeadline(headline(need))
    this.#showStory(story(need))
    this.#showNext()
    part(this, "press").hidden = calling || withPeer
    part(this, "press").textContent = need.state ? "I need to talk now" : "Find someone for me"
    part(this, "withdraw").hidden = !calling && !withPeer && need.state !== "promised"
    part(this, "withdraw").textContent = { talking: "End this talk", promised: "No need any more" }[need.state] || "I am all right for now"
    for (const name of ["more", "later"]) part(this, name).hidden = !calling
    part(this, "later").hidden = !["raised", "offered"].includes(need.state)
    this.#makeRoom()
    this.#showCall()
    this.#showHours(need)
    this.#showLines(need)
    this.#clearNote(need)
  }

  // What was noted about how it stood before is no longer true.
  #clearNote({ state, waitsForLine }) {
    const waits = waitsForLine && state !== "kept"
    if (state !== this.#state || waits !== this.#waits) this.#note(waits ? WAITS : "")
    this.#state = state
    this.#waits = waits
  }

  // What is new stands at the top: it is not left above what one happens to see.
  #showHeadline(words) {
    if (part(this, "headline").textContent === words) return
    part(this, "headline").textContent = words
    if (!part(this, "more").contains(document.activeElement)) this.scrollTop = 0
  }

  // The same words again would be read out again.
  #showStory(lines) {
    const list = part(this, "story")
    if (list.said === lines.join("\n")) return
    list.said = lines.join("\n")
    empty(list)
    for (const line of lines) list.append(made("p", line))
  }

  // Not read out: it changes every second.
  #showNext() {
    tell(part(this, "next"), nextWords(this.#need))
  }

  async #askHours() {
    this.#hours = await hoursNow()
    this.#showHours(this.#need)
  }

  #showHours({ news, isCalling }) {
    tell(part(this, "hours"), isCalling && news && news.nobody ? this.#hours : "")
  }

  // When nobody can come the help lines stand first, below the words that point to them,
  // and after them when somebody can; they fold up when somebody is there.
  #showLines({ news, isCalling, withPeer, state }) {
    const lines = part(this, "lines")
    const first = isCalling && (state === "kept" || Boolean(news && news.nobody))
    if (first !== this.#first) part(this, first ? "story" : "tools").after(lines, part(this, "hours"))
    this.classList.toggle("need--lines", first)
    if (withPeer !== this.#folded) lines.open = !withPeer
    this.#first = first
    this.#folded = withPeer
  }

  #showCall() {
    const number = firstLineOf(countryOf(this.#storage))
    part(this, "call").textContent = number ? `Call ${number}` : "All help lines"
    part(this, "call").href = number ? callTo(number) : "/talk#lines"
  }

  #refused({ name, code, wait }) {
    const own = needRefusal({ name, code })
    const words = own === null ? refusal(code, wait) : own
    this.#note(words)
    aloud(words)
  }

  #note(words) {
    tell(part(this, "note"), words)
  }
}

function choice(name, label, pressed, changed) {
  const item = act(label, "chip chip--tall", () => {
    item.setAttribute("aria-pressed", item.getAttribute("aria-pressed") !== "true")
    changed(item)
  })
  item.value = name
  item.setAttribute("aria-pressed", pressed)
  return item
}

// One of them, or none.
function only(item) {
  for (const other of item.parentElement.children) if (other !== item) other.setAttribute("aria-pressed", false)
}

function chosen(list) {
  return [...list.querySelectorAll("[aria-pressed=true]")].map(item => item.value)
}

function timeOf(input) {
  return input.value ? new Date(input.value).getTime() : 0
}
