// The page itself: asked for at once, strict, and from nowhere else.

import assert from "node:assert/strict"
import { readdirSync, readFileSync } from "node:fs"
import { test } from "node:test"

const WEB = new URL("../../web/", import.meta.url)
const html = read("index.html")
const scripts = readdirSync(new URL("js/", WEB)).filter(name => name.endsWith(".js"))

function read(path) {
  return readFileSync(new URL(path, WEB), "utf8")
}

function needed(name, found = new Set()) {
  if (found.has(name)) return found
  found.add(name)
  for (const [, next] of read(`js/${name}`).matchAll(/from "\.\/([a-z0-9]+\.js)"/g)) needed(next, found)
  return found
}

test("the page asks for one script, which is sent with all that it imports", () => {
  const asked = [...html.matchAll(/<script type="module" src="([^"]+)"/g)].map(([, path]) => path)

  assert.deepEqual(asked, ["/js/app.js"])
  assert.ok(needed("app.js").size > 1)
})

test("every module is for the first view, or is fetched by it later, or is for the desk", () => {
  const desk = readdirSync(new URL("staff/js/", WEB)).map(name => read(`staff/js/${name}`))
  const wanted = new Set([...needed("app.js"), ...needed("device.js")])
  for (const text of desk) {
    for (const [, name] of text.matchAll(/from "\.\.\/\.\.\/js\/([a-z0-9]+\.js)"/g)) needed(name, wanted)
  }

  assert.deepEqual(scripts.filter(name => !wanted.has(name)), [])
})

test("no style or script stands in the page itself", () => {
  assert.doesNotMatch(html, /<style|\sstyle=|\son[a-z]+=|<script(?! type="module" src)/)
})

test("nothing is fetched from elsewhere", () => {
  for (const text of [html, read("css/app.css"), ...scripts.map(name => read(`js/${name}`))]) {
    for (const [address] of text.matchAll(/https?:\/\/[^"'\s)]+/g)) {
      assert.equal(address, "http://www.w3.org/2000/svg")
    }
  }
})

for (const name of scripts) {
  const text = read(`js/${name}`)

  test(`${name} says what it is, and is small`, () => {
    assert.match(text, /^\/\/ ./)
    assert.ok(text.split("\n").length <= 300)
  })

  test(`${name} makes no markup of text`, () => {
    assert.doesNotMatch(text, /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function/)
  })

  test(`${name} runs on phones of 2020`, () => {
    assert.doesNotMatch(text, /\?\?=|\|\|=|&&=|\.at\(|replaceChildren|replaceAll|structuredClone|randomUUID|Object\.hasOwn|static \{/)
  })
}
