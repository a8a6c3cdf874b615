// The help lines that the page shows, by country; where each comes from stands in
// docs/help-lines.md. The country is chosen here and stays on this device.

export const COUNTRIES = {
  AU: { name: "Australia", lines: [
    ["Emergency, if somebody may die", "000"],
    ["Lifeline, call, any hour", "13 11 14"],
    ["Alcohol and other drugs hotline, call", "1800 250 015"]
  ] },
  CA: { name: "Canada", lines: [
    ["Emergency, if somebody may die", "911"],
    ["Suicide crisis helpline, call or text, any hour", "988"],
    ["Overdose line, if you are using alone", "1-888-688-6677"]
  ] },
  IN: { name: "India", lines: [["Tele-MANAS, call, any hour, 20 languages", "14416"]] },
  IE: { name: "Ireland", lines: [
    ["Emergency, if somebody may die", "112"],
    ["Samaritans, call, free, any hour", "116 123"],
    ["Drugs and alcohol helpline, office hours", "1800 459 459"]
  ] },
  NZ: { name: "New Zealand", lines: [
    ["Emergency, if somebody may die", "111"],
    ["Somebody to talk to, call or text, free, any hour", "1737"]
  ] },
  ZA: { name: "South Africa", lines: [
    ["Emergency, from a mobile phone, if somebody may die", "112"],
    ["Suicide crisis helpline, call, any hour", "0800 567 567"],
    ["Substance abuse helpline, call, any hour", "0800 12 13 14"]
  ] },
  GB: { name: "United Kingdom", lines: [
    ["Emergency, if somebody may die", "999"],
    ["Samaritans, call, free, any hour", "116 123"]
  ] },
  US: { name: "United States", lines: [
    ["Emergency, if somebody may die", "911"],
    ["988 Lifeline, call or text, any hour (veterans press 1, español 2)", "988"],
    ["Overdose line, if you are using alone", "1-800-484-3731"],
    ["Treatment and information, any hour", "1-800-662-4357"]
  ] }
}

const KEY = "country"

// Where the clock of a device is set to. A phone's language is often that of another
// country, and a number that cannot be called from here is no help.
const ZONES = {
  AU: /^Australia\//,
  CA: /^America\/(Toronto|Montreal|Vancouver|Edmonton|Calgary|Winnipeg|Regina|Halifax|Moncton|St_Johns|Whitehorse|Yellowknife|Iqaluit)$/,
  IN: /^Asia\/(Kolkata|Calcutta)$/,
  IE: /^Europe\/Dublin$/,
  NZ: /^Pacific\/(Auckland|Chatham)$/,
  ZA: /^Africa\/Johannesburg$/,
  GB: /^Europe\/(London|Belfast)$/,
  US: /^(US\/.*|Pacific\/Honolulu|America\/(New_York|Chicago|Denver|Los_Angeles|Phoenix|Anchorage|Detroit|Boise|Juneau|Nome|Indiana\/.*|Kentucky\/.*|North_Dakota\/.*))$/
}

// What was chosen; else what the clock says; else, if there is none, nothing.
export function countryOf(storage, zone = zoneHere()) {
  const chosen = storage.get(KEY)
  if (chosen !== null) return known(chosen) ? chosen : ""
  return Object.keys(ZONES).find(code => ZONES[code].test(zone)) || ""
}

export function chooseCountry(storage, country) {
  storage.set(KEY, country)
}

export function linesOf(country) {
  return known(country) ? COUNTRIES[country].lines : []
}

// The number to call to talk with somebody, or "": ambulances come second.
export function firstLineOf(country) {
  const [, number] = linesOf(country).find(([words]) => !isEmergency(words)) || ["", ""]
  return number
}

export function isEmergency(words) {
  return words.startsWith("Emergency")
}

export function callTo(number) {
  return `tel:${number.replace(/\D/g, "")}`
}

function known(country) {
  return Object.keys(COUNTRIES).includes(country)
}

function zoneHere() {
  try {
    return Intl.DateTimeFormat().resolvedOptions().timeZone || ""
  } catch {
    return ""
  }
}
