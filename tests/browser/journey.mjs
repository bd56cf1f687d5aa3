// A reader's way in a real browser. `sign-up BASE FOLDER`: two readers with the same interests sign up, one of them
// without a script; prints the addresses that the page gives them. `vote LINK FOLDER`: follows a link from a feed and
// presses the button. `operator LINK FOLDER MAILBOX`: the operator's link. Each page is looked at as pages.mjs does.
import { chromium } from "playwright-core";
import { look } from "./look.mjs";

const [act, target, folder, mailbox] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--hide-scrollbars"],
});
const problems = [];
const fail = (what) => {
  throw new Error(what);
};

async function signUp(base, scripts) {
  const context = await browser.newContext({
    javaScriptEnabled: scripts,
    timezoneId: "Europe/Berlin",
    permissions: ["clipboard-read", "clipboard-write"],
    viewport: { width: 390, height: 844 },
  });
  const page = await context.newPage();
  await page.goto(base);
  await page.getByLabel("What interests you?").fill("how cities work, batteries, sleep");
  if (scripts) {
    const zone = await page.locator("#zone").inputValue();
    if (zone !== "Europe/Berlin") fail(`the zone is guessed as ${zone}`);
  } else {
    await page.locator("#zone").selectOption("Europe/Berlin");
  }
  await page.getByRole("button", { name: "Get my brief" }).click();
  const address = page.getByLabel("feed address", { exact: false }).first();
  let copied = await address.inputValue();
  if (scripts) {
    await page.getByRole("button", { name: "Copy" }).first().click();
    await page.getByRole("button", { name: "Copied" }).waitFor();
    copied = await page.evaluate(() => navigator.clipboard.readText());
  }
  if (copied !== (await address.inputValue()) || !/\/brief\/[a-z0-9]{26,}\.atom$/.test(copied)) {
    fail("the copied text is no address of a brief");
  }
  const own = new URL(page.url());
  await context.close();
  return { feed: copied, page: own.pathname };
}

if (act === "sign-up") {
  const readers = [await signUp(target, true), await signUp(target, false)];
  for (const [name, path] of [["brief", ""], ["settings", "/settings"]]) {
    await look(browser, problems, { base: target, folder, name, path: readers[0].page + path });
  }
  for (const reader of readers) console.log(reader.feed);
} else if (act === "vote") {
  const { origin, pathname } = new URL(target);
  await look(browser, problems, { base: origin, folder, name: "feedback", path: pathname });
  const page = await browser.newPage();
  await page.goto(target);
  await page.locator("main form button").first().click();
  await page.getByRole("button", { name: "Undo" }).waitFor();
} else if (act === "operator") {
  const { origin } = new URL(target);
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(target);
  await page.getByRole("heading", { name: "OPML" }).waitFor();
  const storageState = await context.storageState();
  await look(browser, problems, { base: origin, folder, name: "operator", path: "/operator", storageState });
  await look(browser, problems, { base: origin, folder, name: "mailbox", path: `/operator/mailboxes/${mailbox}`, storageState });
  await look(browser, problems, { base: origin, folder, name: "operator-login", path: "/operator" });
}
await browser.close();
if (problems.length) {
  console.error(problems.join("\n"));
  process.exit(1);
}
