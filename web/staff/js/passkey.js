// Passkeys: asks the browser for one and sends its answer with the form that wants it.

const WORDS = {
  NotAllowedError: "Nothing was chosen, or it took too long. You can try again.",
  InvalidStateError: "This device has a passkey for you already.",
  SecurityError: "Passkeys do not work at this address."
}

export function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"))
  return Uint8Array.from(plain, each => each.charCodeAt(0))
}

export function text(buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
}

// Returns what the server asks for as the browser wants it: with bytes, not with text.
export function options(asked) {
  const read = JSON.parse(asked)
  read.challenge = bytes(read.challenge)
  if (read.user) read.user.id = bytes(read.user.id)
  for (const list of [read.excludeCredentials, read.allowCredentials]) {
    for (const each of list ?? []) each.id = bytes(each.id)
  }
  return read
}

// Returns what the browser answers as the server reads it.
export function answer({ id, rawId, type, response }) {
  const said = {}
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) said[name] = text(response[name])
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: said })
}

async function ask(form) {
  const publicKey = options(form.dataset.asked)
  return form.dataset.passkey === "create"
    ? navigator.credentials.create({ publicKey })
    : navigator.credentials.get({ publicKey })
}

async function submit(form) {
  const words = form.querySelector("[data-passkey-words]")
  const button = form.querySelector("button")
  button.disabled = true
  words.textContent = "Your device asks you now …"
  try {
    form.elements.credential.value = answer(await ask(form))
    form.submit()
  } catch (error) {
    words.textContent = WORDS[error.name] ?? "That did not work. You can try again."
    button.disabled = false
  }
}

function show(form) {
  form.hidden = false
  for (const note of document.querySelectorAll("[data-no-passkey]")) note.hidden = true
  form.addEventListener("submit", event => {
    event.preventDefault()
    submit(form)
  })
}

// An invitation stands behind the #, which no server is told; nor is the next page.
function takeInvitation() {
  const field = document.querySelector("[data-invitation]")
  if (!field || location.hash.length < 2) return
  field.value = location.hash.slice(1)
  history.replaceState(null, "", location.pathname)
}

if (globalThis.document) {
  if (globalThis.PublicKeyCredential) document.querySelectorAll("[data-passkey]").forEach(show)
  takeInvitation()
}
