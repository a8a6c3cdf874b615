// Wakes when an alert comes, shows it whatever becomes of the rest, and tells the house
// that it arrived. It knows an id and a few words, and keeps nothing.

const TITLE = "Porchlight"
const OTHER_WORDS = "There is something for you"
const ICON = "/css/porch.svg"
const CONFIRM = "/staff/confirm"
const CALLS = "/staff/calls"
const CALL_WORDS = ["Someone needs to talk", "Someone still needs to talk"]
const SHAKE = [400, 200, 400, 200, 400]

// A phone that was just woken may have no network for a moment.
const CONFIRM_AFTER_SECONDS = [0, 1, 3, 8]

// Where a page of ours left by which address this browser is known, and how it can prove
// to the house that it is this browser which moved.
const KEPT = "porchlight-staff"
const KNOWN_AS = "/staff/known-as"

function read(data) {
  try {
    const { id, text } = data.json()
    return { id: String(id ?? ""), text: String(text || OTHER_WORDS) }
  } catch {
    return { id: "", text: OTHER_WORDS }
  }
}

// The same tag replaces: an alert that comes twice is one, and so is all that calls, which
// does not pile up from step to step.
function show({ id, text }) {
  return registration.showNotification(TITLE, {
    body: text,
    tag: CALL_WORDS.includes(text) ? "call" : `alert-${id}`,
    renotify: true,
    requireInteraction: true,
    vibrate: SHAKE,
    icon: ICON,
    data: { id }
  })
}

function later(seconds) {
  return new Promise(done => { setTimeout(done, seconds * 1000) })
}

// Who knows the id may confirm it: no cookie goes with it.
async function post(path, body) {
  const answer = await fetch(path, { method: "POST", body, credentials: "omit" })
  if (answer.status >= 500) throw new Error("not now")
  return answer
}

async function confirm(id) {
  if (!id) return
  for (const seconds of CONFIRM_AFTER_SECONDS) {
    if (seconds) await later(seconds)
    try {
      await post(CONFIRM, id)
      return
    } catch {
      // Tried again after the next pause.
    }
  }
}

// A page of calls that is open comes to the front; a talk that goes on stays as it is.
async function open(id) {
  const address = id ? `${CALLS}?alert=${encodeURIComponent(id)}` : CALLS
  const pages = await clients.matchAll({ type: "window", includeUncontrolled: true })
  const page = pages.find(each => new URL(each.url).pathname === CALLS)
  if (!page) return clients.openWindow(address)
  await page.focus().catch(() => {})
  return page.navigate(address).catch(() => clients.openWindow(address))
}

async function knownAs() {
  const kept = await caches.open(KEPT)
  const found = await kept.match(KNOWN_AS)
  return found ? found.json() : {}
}

// The browser was given another address: the house has to know it, or is never heard.
async function renew({ oldSubscription, newSubscription }) {
  const known = await knownAs()
  const was = oldSubscription?.endpoint ?? known.was
  const subscription = newSubscription ?? await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: await (await fetch(`${CONFIRM}/key`, { credentials: "omit" })).text()
  })
  const kept = await caches.open(KEPT)
  await kept.put(KNOWN_AS, Response.json({ was: subscription.endpoint, proof: known.proof }))
  await post(`${CONFIRM}/moved`, JSON.stringify({ was, proof: known.proof, subscription }))
}

addEventListener("install", () => skipWaiting())
addEventListener("activate", event => event.waitUntil(clients.claim()))
addEventListener("push", event => {
  const told = read(event.data)
  // What could not be shown has reached nobody.
  event.waitUntil(show(told).then(() => confirm(told.id)))
})
addEventListener("notificationclick", event => {
  event.notification.close()
  event.waitUntil(open(event.notification.data?.id ?? ""))
})
addEventListener("pushsubscriptionchange", event => event.waitUntil(renew(event)))
