// When a room is usually busy, in the reader's own time.

const WORTH_SAYING = 0.5

// Returns the UTC hour with the most members, or null when there is nothing to tell.
export function busiest(busy) {
  const most = Math.max(0, ...(busy || []))
  return most >= WORTH_SAYING ? busy.indexOf(most) : null
}

export function hourHere(utcHour, language = undefined, zone = undefined, now = new Date()) {
  const moment = new Date(now)
  moment.setUTCHours(utcHour, 0, 0, 0)
  return moment.toLocaleTimeString(language, { hour: "numeric", minute: "2-digit", timeZone: zone })
}
