// Looks at one page on a phone and a desktop, light and dark, and notes what is wrong with it: violations that
// axe-core finds, errors on the console, requests that leave the host, what overflows or moves, too many bytes.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const LIMIT = 100 * 1024;

export async function look(browser, problems, page) {
  for (const width of [390, 1280]) {
    for (const scheme of ["light", "dark"]) await once(browser, problems, page, width, scheme);
  }
}

async function once(browser, problems, { base, folder, name, path, status = 200, storageState }, width, scheme) {
  const note = (what) => problems.push(`${name} ${width} ${scheme}: ${what}`);
  const context = await browser.newContext({
    viewport: { width, height: width < 600 ? 844 : 900 },
    colorScheme: scheme,
    deviceScaleFactor: 1,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    storageState,
  });
  const page = await context.newPage();
  page.on("console", (message) => {
    // The browser itself reports that the page of an error is one.
    const expected = status !== 200 && message.text().includes(`${status}`);
    if (["error", "warning"].includes(message.type()) && !expected) note(message.text());
  });
  page.on("pageerror", (error) => note(`script: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).host !== new URL(base).host) note(`asks ${request.url()}`);
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
  if (answer.status() !== status) note(`answers ${answer.status()}`);
  const size = (await answer.body()).length;
  if (size > LIMIT) note(`has ${size} bytes`);
  const seen = await page.evaluate(() => ({
    moved: globalThis.moved,
    over: document.documentElement.scrollWidth - innerWidth,
    tall: document.documentElement.scrollHeight,
    feeds: document.querySelectorAll("link[rel=alternate][type*='+']").length,
  }));
  if (seen.moved.length) note(`moves by ${seen.moved}`);
  if (seen.over > 0) note(`is ${seen.over} px too wide`);
  if (!seen.feeds) note("leads to no feed");
  await page.evaluate(axe);
  const found = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: values }), RULES);
  for (const violation of found.violations) {
    const nodes = violation.nodes.map((node) => node.target.join(" ")).slice(0, 3);
    note(`${violation.id}: ${violation.help} (${nodes.join("; ")})`);
  }
  if (folder) {
    mkdirSync(folder, { recursive: true });
    // Long lists are the same again further down.
    const clip = { x: 0, y: 0, width, height: Math.min(seen.tall, width < 600 ? 2200 : 1500) };
    await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.png`), fullPage: true, clip });
  }
  await context.close();
}
