// Small hands for the page: copies of its templates, and the parts in them.

const ALOUD_MS = 10000

export function copy(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true)
}

// All that is in a template.
export function parts(id) {
  return document.getElementById(id).content.cloneNode(true)
}

export function part(element, name) {
  return element.querySelector(`[data-${name}]`)
}

export function empty(element) {
  while (element.firstChild) element.firstChild.remove()
}

// Shows the words, or hides the element when there are none.
export function tell(element, words) {
  element.textContent = words || ""
  element.hidden = !words
}

export function items(list, texts) {
  empty(list)
  for (const text of texts) list.append(made("li", text))
}

export function made(tag, text, className = "") {
  const element = document.createElement(tag)
  element.textContent = text
  if (className) element.className = className
  return element
}

export function announce(element, name, detail = null) {
  element.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }))
}

// Says something to those who listen to the page, once; the screen shows it elsewhere.
export function aloud(words) {
  const line = made("p", words)
  document.querySelector("[data-aloud]").append(line)
  setTimeout(() => line.remove(), ALOUD_MS)
}

export function fades(hours) {
  if (!hours) return "What is said here is not kept. Who comes later cannot read it."
  if (hours === 1) return "What is said is gone after an hour."
  if (hours < 1) return `What is said is gone after ${Math.round(hours * 60)} minutes.`
  return `What is said is gone after ${Math.round(hours)} hours.`
}
