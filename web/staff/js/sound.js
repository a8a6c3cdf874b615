// Sounds: two soft notes for an urgent case, for those who ask for them; a call that
// nobody sleeps through; and a mark in the title.

const KEPT = "staff.sound"

const SOFT = [[523, 0], [659, 0.22]]
const CALL = [[659, 0], [880, 0.18], [659, 0.36], [880, 0.54]]
const SOFTLY = 0.12
const LOUDLY = 0.3

// What sounds. A browser lets a page sound only after somebody has touched it.
export class Speaker {
  #audio = null
  #make

  constructor(make = () => globalThis.AudioContext ? new AudioContext() : null) {
    this.#make = make
  }

  get awake() {
    return this.#audio !== null && this.#audio.state === "running"
  }

  // To be called while somebody touches the page.
  async wake() {
    if (!this.#audio) this.#audio = this.#make()
    if (this.#audio && this.#audio.state === "suspended") await this.#audio.resume()
  }

  soft() {
    this.#play(SOFT, SOFTLY)
  }

  call() {
    this.#play(CALL, LOUDLY)
  }

  #play(notes, volume) {
    if (this.awake) for (const [pitch, after] of notes) this.#note(pitch, after, volume)
  }

  #note(pitch, after, volume) {
    const from = this.#audio.currentTime + after
    const tone = this.#audio.createOscillator()
    const loud = this.#audio.createGain()
    tone.frequency.value = pitch
    loud.gain.setValueAtTime(0, from)
    loud.gain.linearRampToValueAtTime(volume, from + 0.03)
    loud.gain.exponentialRampToValueAtTime(0.001, from + 0.5)
    tone.connect(loud).connect(this.#audio.destination)
    tone.start(from)
    tone.stop(from + 0.55)
  }
}

// The switch for the soft notes.
export class Sound {
  #button
  #storage
  #speaker

  constructor(button, storage, speaker) {
    this.#button = button
    this.#storage = storage
    this.#speaker = speaker
    this.#show(this.#storage.get(KEPT) === "on")
    button.hidden = false
    button.addEventListener("click", () => this.#toggle())
  }

  get on() {
    return this.#button.getAttribute("aria-pressed") === "true"
  }

  ring() {
    if (this.on) this.#speaker.soft()
  }

  async #toggle() {
    const on = !this.on
    this.#storage.set(KEPT, on ? "on" : "off")
    this.#show(on)
    if (!on) return
    await this.#speaker.wake()
    this.ring()
  }

  #show(on) {
    this.#button.setAttribute("aria-pressed", String(on))
  }
}

// "(2) Urgent · Porchlight": seen from another tab.
export function marked(title, number) {
  const plain = title.replace(/^\(\d+\) /, "")
  return number > 0 ? `(${number}) ${plain}` : plain
}
