// Two soft notes for an urgent case, for those who ask for them, and a mark in the title.

const KEPT = "staff.sound"

export class Sound {
  #button
  #storage
  #audio = null

  constructor(button, storage) {
    this.#button = button
    this.#storage = storage
    this.#show(this.#storage.get(KEPT) === "on")
    button.hidden = false
    button.addEventListener("click", () => this.#toggle())
    // A browser lets a page sound only after somebody has touched it.
    if (this.on) document.addEventListener("pointerdown", () => this.#wake(), { once: true })
  }

  get on() {
    return this.#button.getAttribute("aria-pressed") === "true"
  }

  ring() {
    if (!this.on || !this.#audio) return
    this.#note(523, 0)
    this.#note(659, 0.22)
  }

  #toggle() {
    const on = !this.on
    this.#storage.set(KEPT, on ? "on" : "off")
    this.#show(on)
    if (!on) return
    this.#wake()
    this.ring()
  }

  #show(on) {
    this.#button.setAttribute("aria-pressed", String(on))
  }

  #wake() {
    if (!this.#audio && globalThis.AudioContext) this.#audio = new AudioContext()
  }

  #note(pitch, after) {
    const from = this.#audio.currentTime + after
    const tone = this.#audio.createOscillator()
    const loud = this.#audio.createGain()
    tone.frequency.value = pitch
    loud.gain.setValueAtTime(0, from)
    loud.gain.linearRampToValueAtTime(0.12, from + 0.03)
    loud.gain.exponentialRampToValueAtTime(0.001, from + 0.5)
    tone.connect(loud).connect(this.#audio.destination)
    tone.start(from)
    tone.stop(from + 0.55)
  }
}

// "(2) Urgent · Porchlight": seen from another tab.
export function marked(title, urgent) {
  const plain = title.replace(/^\(\d+\) /, "")
  return urgent > 0 ? `(${urgent}) ${plain}` : plain
}
