// How we reach you: asks this browser to be woken, and shows what has arrived.

const WORKER = "/staff/sw.js"
const SCOPE = "/staff/"
const KEPT = "porchlight-staff"
const KNOWN_AS = "/staff/known-as"

const LOOK_SECONDS = 2
const LOOK_TIMES = 30

const NO = {
  denied: "This browser was told not to show messages of this page. You can allow it in the browser’s settings for this site, and try again.",
  cannot: "This browser cannot be woken. Please use another one.",
  home: "On an iPhone or iPad this works only from the home screen: see below.",
  failed: "That did not work. Please try again in a minute."
}

const SYSTEMS = [
  ["iPhone", /iPhone/], ["iPad", /iPad/], ["Android", /Android/], ["Windows", /Windows/],
  ["Mac", /Mac OS X|Macintosh/], ["Chromebook", /CrOS/], ["Linux", /Linux/]
]
const BROWSERS = [
  ["Firefox", /Firefox|FxiOS/], ["Edge", /Edg/], ["Samsung Internet", /SamsungBrowser/],
  ["Opera", /OPR/], ["Chrome", /Chrome|CriOS/], ["Safari", /Safari/]
]

// Returns what a peer would call this device: "Firefox on Android".
export function nameOf(agent) {
  const first = list => list.find(([, pattern]) => pattern.test(agent))?.[0]
  const browser = first(BROWSERS) ?? "A browser"
  const system = first(SYSTEMS)
  return system ? `${browser} on ${system}` : browser
}

// Returns why this browser cannot be set up, or nothing.
export function hindrance({ navigator, PushManager, Notification }) {
  if (navigator.serviceWorker && PushManager && Notification) return ""
  return /iPhone|iPad/.test(navigator.userAgent) ? "home" : "cannot"
}

// Returns by what the server's list and this browser know the same address.
export async function markOf(endpoint) {
  const hashed = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint))
  const bytes = [...new Uint8Array(hashed)]
  return bytes.map(each => each.toString(16).padStart(2, "0")).join("").slice(0, 16)
}

// A browser counts the address of a worker as a script, and wants it vouched for.
function trusted(address) {
  const types = globalThis.trustedTypes
  if (!types) return address
  return types.createPolicy("worker", { createScriptURL: () => WORKER }).createScriptURL(address)
}

class Device {
  constructor(box) {
    this.box = box
    this.button = box.querySelector("[data-device-button]")
    this.words = box.querySelector("[data-device-words]")
    this.button.addEventListener("click", () => this.setUp())
  }

  async show() {
    const why = hindrance(globalThis)
    if (why) {
      this.say(NO[why])
      return
    }
    this.button.hidden = false
    const known = await this.known()
    if (!known) return
    const row = document.querySelector(`[data-mark="${await markOf(known.endpoint)}"]`)
    if (!row) return
    row.querySelector("[data-here]").hidden = false
    this.button.textContent = "Set it up again"
    this.button.classList.add("button--quiet")
  }

  async known() {
    const registration = await navigator.serviceWorker.getRegistration(SCOPE)
    return registration?.pushManager.getSubscription()
  }

  async setUp() {
    this.button.disabled = true
    this.say("Your browser may ask you now: please allow it.")
    try {
      const was = (await this.known())?.endpoint ?? ""
      await this.keep(await this.subscribe(), was)
      location.assign("/staff/ways?did=push")
    } catch (error) {
      this.say(error.told ?? (Notification.permission === "denied" ? NO.denied : NO.failed))
      this.button.disabled = false
    }
  }

  async subscribe() {
    if (await Notification.requestPermission() !== "granted") throw new Error("not allowed")
    const registration = await navigator.serviceWorker.register(trusted(WORKER), { scope: SCOPE })
    // Asked anew each time: a subscription by another key would wake nobody.
    const old = await registration.pushManager.getSubscription()
    await old?.unsubscribe()
    await navigator.serviceWorker.ready
    return registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey: this.box.dataset.key
    })
  }

  async keep(subscription, was) {
    const answer = await fetch("/staff/ways/push", {
      method: "POST",
      headers: { "content-type": "application/json", "x-csrf": this.box.dataset.csrf },
      body: JSON.stringify({ subscription, label: nameOf(navigator.userAgent), was })
    })
    if (!answer.ok) {
      await subscription.unsubscribe()
      const { told } = await answer.json().catch(() => ({}))
      throw Object.assign(new Error("refused"), { told })
    }
    const { proof } = await answer.json()
    const kept = await caches.open(KEPT)
    await kept.put(KNOWN_AS, Response.json({ was: subscription.endpoint, proof }))
  }

  say(text) {
    this.words.textContent = text
  }
}

// While a test is under way the list is looked at again, until everything has arrived.
class List {
  constructor(body) {
    this.body = body
    this.left = LOOK_TIMES
  }

  watch() {
    if (this.body.dataset.testing !== "yes" || !this.left) return
    this.left -= 1
    setTimeout(() => this.look(), LOOK_SECONDS * 1000)
  }

  async look() {
    try {
      const answer = await fetch("/staff/ways.json", { headers: { accept: "application/json" } })
      if (answer.ok) this.fill(await answer.json())
    } catch {
      // The next look finds it.
    }
    this.watch()
  }

  fill({ ways, testing }) {
    for (const { id, state, words } of ways) {
      const row = document.querySelector(`[data-way="${CSS.escape(id)}"]`)
      if (!row) continue
      row.dataset.state = state
      const place = row.querySelector("[data-way-words]")
      if (place.textContent !== words) place.textContent = words
    }
    this.body.dataset.testing = testing ? "yes" : "no"
    const note = document.querySelector("[data-testing-words]")
    if (note && !testing) note.textContent = "Your test has arrived."
  }
}

if (globalThis.document) {
  const box = document.querySelector("[data-device]")
  if (box) new Device(box).show()
  new List(document.body).watch()
}
