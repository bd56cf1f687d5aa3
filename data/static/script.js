// The few things that a page can't do without a script. Everything works without it.
"use strict";

// Buttons that copy a field.
for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  if (!field || !navigator.clipboard) continue;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      return; // The text is selected: the keyboard copies it.
    }
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// The reader's time zone, where the field still has its first value.
for (const select of document.querySelectorAll("select[data-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || select.value !== select.dataset.zone) continue;
  if (![...select.options].some((option) => option.value === zone)) {
    select.prepend(new Option(zone.replaceAll("_", " "), zone));
  }
  select.value = zone;
}

// Links into a recording play it on the page.
for (const link of document.querySelectorAll("[data-play]")) {
  const player = document.getElementById(link.dataset.play);
  if (!player) continue;
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    player.currentTime = Number(link.dataset.at);
    try {
      await player.play();
    } catch {
      location.assign(link.href); // The browser's own player may know more.
    }
  });
}
