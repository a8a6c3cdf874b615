// Is the line slow? Then who is here and who is writing are left out. The member's own
// word counts before the browser's guess.

const KEY = "light"

export function isLight(storage, line = navigator.connection) {
  const chosen = storage.get(KEY)
  return chosen === null ? looksSlow(line) : chosen === "yes"
}

export function chooseLight(storage, light) {
  storage.set(KEY, light ? "yes" : "no")
}

function looksSlow(line) {
  if (!line) return false
  return Boolean(line.saveData) || /^(slow-)?2g$/.test(line.effectiveType || "")
}
