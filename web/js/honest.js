// When somebody is usually there to talk, as the house itself has counted it.

import { tell } from "./page.js"

// Leaves the element hidden when the house says nothing, or cannot be heard.
export async function tellHours(element) {
  tell(element, await hoursNow())
}

// "" when the house says nothing, or cannot be heard.
export async function hoursNow() {
  try {
    const answer = await fetch("/hours.json", { credentials: "omit" })
    return answer.ok ? hoursWords(await answer.json()) : ""
  } catch {
    return ""
  }
}

// The hours, and by whose clock they are, unless the reader's own shows the same time.
export function hoursWords({ told, zone }, now = new Date(), own = undefined) {
  if (typeof told !== "string" || !told) return ""
  if (!zone) return told
  const there = clock(now, zone)
  return there === clock(now, own) ? told : `${told} By ${nameOf(zone)}${there && `, which shows ${there} now`}.`
}

// "Sunday 02:20"; "" for a zone that this browser does not know.
function clock(now, zone) {
  try {
    return now.toLocaleString("en-GB", { weekday: "long", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: zone }).replace(/,? at |, /, " ")
  } catch {
    return ""
  }
}

function nameOf(zone) {
  return zone === "UTC" ? "universal time (UTC)" : `the clock of ${zone.split("/").pop().replace(/_/g, " ")}`
}
