// How long ago something was, in the words that the server uses as well.

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function ago(seconds) {
  if (seconds < MINUTE) return "just now"
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`
  if (seconds < DAY) return hours(seconds)
  const days = Math.floor(seconds / DAY)
  return days === 1 ? "1 day" : `${days} days`
}

function hours(seconds) {
  const minutes = Math.floor(seconds % HOUR / MINUTE)
  const whole = `${Math.floor(seconds / HOUR)} h`
  return minutes ? `${whole} ${minutes} min` : whole
}

// Ages go on by themselves: nothing is asked for that.
export function keepAges(root, now = Date.now) {
  for (const time of root.querySelectorAll("[data-opened]")) {
    time.textContent = ago(now() / 1000 - Number(time.dataset.opened))
  }
}
