// Looks at every public page as a person would, with look.mjs. Usage: node pages.mjs BASE [FOLDER for screenshots].
// CHROMIUM names the browser.
import { chromium } from "playwright-core";
import { look } from "./look.mjs";

const [base, folder] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"],
});
const problems = [];

/** The first address on a page that matches. */
async function link(path, pattern) {
  const html = await (await fetch(base + path)).text();
  return [...html.matchAll(/href="([^"]+)"/g)].map((m) => m[1]).find((href) => pattern.test(href));
}

const insight = await link("/latest", /^\/insights\/[a-z0-9]+$/);
const pages = {
  landing: "/",
  latest: "/latest",
  topics: "/topics",
  topic: await link("/", /^\/topics\/[a-z0-9-]+$/),
  shows: "/sources",
  show: await link("/latest", /^\/sources\/[a-z0-9]+$/),
  episode: await link(insight, /^\/items\/[a-z0-9]+$/),
  insight,
  search: "/search",
  results: "/search?q=battery",
  query: "/feed?q=battery+OR+sleep",
  about: "/about",
  missing: "/nowhere",
  german: "/?lang=de",
};
for (const [name, path] of Object.entries(pages)) {
  if (!path) problems.push(`${name}: no such page was found`);
  else await look(browser, problems, { base, folder, name, path, status: name === "missing" ? 404 : 200 });
}

// What needs no script works without one.
const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
for (const [name, path] of Object.entries(pages)) {
  await plain.goto(base + path);
  const height = await plain.evaluate(() => document.querySelector("main").offsetHeight).catch(() => 1);
  const text = await plain.locator("main").innerText();
  if (!height || text.length < 40) problems.push(`${name}: is empty without a script`);
}

// Results while one types.
const page = await browser.newPage();
await page.goto(`${base}/search`);
await page.getByRole("searchbox").pressSequentially("battery");
await page.locator("#results .card").first().waitFor({ timeout: 10_000 }).catch(() => problems.push("search: no instant results"));

await browser.close();
if (problems.length) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${Object.keys(pages).length} pages, each on a phone and a desktop, light and dark: no fault found`);
