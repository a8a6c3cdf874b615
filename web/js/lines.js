// The help lines that the page shows, by country; where each comes from stands in
// docs/help-lines.md. The country is chosen here and stays on this device.

export const COUNTRIES = {
  AU: { name: "Australia", lines: [
    ["Lifeline, call, any hour", "13 11 14"],
    ["Alcohol and other drugs hotline, call", "1800 250 015"]
  ] },
  CA: { name: "Canada", lines: [
    ["Suicide crisis helpline, call or text, any hour", "988"],
    ["Overdose line, if you are using alone", "1-888-688-6677"]
  ] },
  IN: { name: "India", lines: [["Tele-MANAS, call, any hour, 20 languages", "14416"]] },
  IE: { name: "Ireland", lines: [
    ["Samaritans, call, free, any hour", "116 123"],
    ["Drugs and alcohol helpline, office hours", "1800 459 459"]
  ] },
  NZ: { name: "New Zealand", lines: [["Call or text, free, any hour", "1737"]] },
  ZA: { name: "South Africa", lines: [
    ["Suicide crisis helpline, call, any hour", "0800 567 567"],
    ["Substance abuse helpline, call, any hour", "0800 12 13 14"]
  ] },
  GB: { name: "United Kingdom", lines: [["Samaritans, call, free, any hour", "116 123"]] },
  US: { name: "United States", lines: [
    ["988 Lifeline, call or text, any hour (veterans press 1, español 2)", "988"],
    ["Overdose line, if you are using alone", "1-800-484-3731"],
    ["Treatment and information, any hour", "1-800-662-4357"]
  ] }
}

const KEY = "country"

// What was chosen; else where the browser's language comes from; else nothing.
export function countryOf(storage, languages = navigator.languages || []) {
  const chosen = storage.get(KEY)
  if (chosen in COUNTRIES) return chosen
  const regions = languages.map(language => language.split("-").pop().toUpperCase())
  return regions.find(region => region in COUNTRIES) || ""
}

export function chooseCountry(storage, country) {
  storage.set(KEY, country)
}

export function linesOf(country) {
  return country in COUNTRIES ? COUNTRIES[country].lines : []
}
