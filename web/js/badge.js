// A member's colour and shape, drawn. Decoration: the words beside it say who it is.

const SVG = "http://www.w3.org/2000/svg"

const OUTLINES = {
  circle: "M12 2a10 10 0 1 0 0 20a10 10 0 1 0 0-20z",
  square: "M6 3h12a3 3 0 0 1 3 3v12a3 3 0 0 1-3 3H6a3 3 0 0 1-3-3V6a3 3 0 0 1 3-3z",
  triangle: "M12 3l10.5 18h-21z",
  diamond: "M12 1l11 11-11 11L1 12z",
  hexagon: "M12 1.5l9.5 5.2v10.6L12 22.5l-9.5-5.2V6.7z",
  star: "M12 1.5l3.2 6.9 7.5.9-5.5 5.2 1.4 7.4L12 18.2l-6.6 3.7 1.4-7.4L1.3 9.3l7.5-.9z",
  leaf: "M21.5 2.5C21.5 14 17 20.5 9.5 20.5 5.5 20.5 3 18 3 14 3 7 9 2.5 21.5 2.5z",
  drop: "M12 1.5c4.5 5.3 7.5 9.3 7.5 13.1a7.5 7.5 0 0 1-15 0C4.5 10.8 7.5 6.8 12 1.5z"
}

export function badge({ colour, shape }) {
  const svg = document.createElementNS(SVG, "svg")
  const path = document.createElementNS(SVG, "path")
  svg.setAttribute("class", `badge badge--${colour}`)
  svg.setAttribute("viewBox", "0 0 24 24")
  svg.setAttribute("aria-hidden", "true")
  path.setAttribute("d", OUTLINES[shape])
  svg.append(path)
  return svg
}
