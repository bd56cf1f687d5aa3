// Looks at every page as a person would: a phone and a desktop, light and dark. Fails where axe-core finds
// a violation, the console an error, a request leaves the host, something overflows or moves, or a page is too large.
// Usage: node pages.mjs BASE [FOLDER for screenshots] [PATH…]. CHROMIUM names the browser.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const [base, folder, ...only] = process.argv.slice(2);
const host = new URL(base).host;
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"],
});
if (folder) mkdirSync(folder, { recursive: true });

const KIB = 1024;
const problems = [];
const note = (where, what) => problems.push(`${where}: ${what}`);

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
  about: "/about",
  missing: "/nowhere",
  german: "/?lang=de",
  ...Object.fromEntries(only.map((path) => [path.replaceAll(/\W+/g, "-").replace(/^-|-$/g, ""), path])),
};

async function look(name, path, width, scheme) {
  const where = `${name} ${width} ${scheme}`;
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: scheme,
    deviceScaleFactor: 1,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    // The browser itself reports that the page of an error is one.
    const expected = name === "missing" && message.text().includes("404");
    if (["error", "warning"].includes(message.type()) && !expected) note(where, message.text());
  });
  page.on("pageerror", (error) => note(where, `script: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).host !== host) note(where, `asks ${request.url()}`);
  });
  await page.addInitScript(() => {
    globalThis.moved = [];
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        // What moves inside a browser's own player has no node and is not ours.
        if (entry.sources.some((source) => source.node)) globalThis.moved.push(entry.value);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  const answer = await page.goto(base + path, { waitUntil: "networkidle" });
  const size = (await answer.body()).length;
  if (size > 100 * KIB) note(where, `has ${size} bytes`);
  const seen = await page.evaluate(() => ({
    moved: globalThis.moved,
    over: document.documentElement.scrollWidth - innerWidth,
    feeds: document.querySelectorAll("link[rel=alternate][type*='+']").length,
  }));
  if (seen.moved.length) note(where, `moves by ${seen.moved}`);
  if (seen.over > 0) note(where, `is ${seen.over} px too wide`);
  if (!seen.feeds) note(where, "leads to no feed");
  await page.evaluate(axe);
  const found = await page.evaluate(() =>
    globalThis.axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }),
  );
  for (const violation of found.violations) {
    const nodes = violation.nodes.map((node) => node.target.join(" ")).slice(0, 3);
    note(where, `${violation.id}: ${violation.help} (${nodes.join("; ")})`);
  }
  if (folder) {
    const file = join(folder, `${name}-${width}-${scheme}.png`);
    // Long lists are the same again further down.
    const tall = await page.evaluate(() => document.documentElement.scrollHeight);
    const clip = { x: 0, y: 0, width, height: Math.min(tall, width < 600 ? 2200 : 1500) };
    await page.screenshot({ path: file, fullPage: true, clip });
  }
  await context.close();
}

for (const [name, path] of Object.entries(pages)) {
  if (!path) {
    note(name, "no such page was found");
    continue;
  }
  for (const width of [390, 1280]) {
    for (const scheme of ["light", "dark"]) await look(name, path, width, scheme);
  }
}
await browser.close();
if (problems.length) {
  console.error(problems.join("\n"));
  process.exit(1);
}
console.log(`${Object.keys(pages).length} pages, each on a phone and a desktop, light and dark: no fault found`);
