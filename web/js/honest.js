// When somebody is usually there to talk, as the house itself has counted it.

import { tell } from "./page.js"

// Leaves the element hidden when the house says nothing, or cannot be heard.
export async function tellHours(element) {
  try {
    const answer = await fetch("/hours.json", { credentials: "omit" })
    const { told } = answer.ok ? await answer.json() : {}
    tell(element, typeof told === "string" ? told : "")
  } catch {
    tell(element, "")
  }
}
