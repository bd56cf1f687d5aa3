// The few things that a page can't do without a script. Everything works without it.
"use strict";

// Buttons that copy a field.
function copyButtons(within) {
  for (const button of within.querySelectorAll("[data-copy]")) {
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
}
copyButtons(document);

// The reader's time zone, where the field still has its first value.
for (const select of document.querySelectorAll("select[data-zone]")) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || select.value !== select.dataset.zone) continue;
  if (![...select.options].some((option) => option.value === zone)) {
    select.prepend(new Option(zone.replaceAll("_", " "), zone));
  }
  select.value = zone;
}

// Results while one types. The form works without; so does the address, which stays that of the search.
for (const form of document.querySelectorAll("form[data-live]")) {
  const into = document.getElementById(form.dataset.into);
  const field = form.querySelector("input[type=search]");
  const error = field && document.getElementById(field.getAttribute("aria-describedby"));
  if (!into || !error) continue;
  let asked = 0;
  let waiting;
  const fail = (text) => {
    error.hidden = !text;
    error.textContent = text;
    field.toggleAttribute("aria-invalid", Boolean(text));
    field.closest(".field").classList.toggle("bad", Boolean(text));
  };
  const look = async () => {
    const mine = ++asked;
    const params = new URLSearchParams(new FormData(form));
    let answer, text;
    try {
      answer = await fetch(`${form.dataset.live}?${params}`);
      text = await answer.text();
    } catch {
      return; // The button still works.
    }
    if (mine !== asked) return;
    if (answer.status === 400) return fail(text);
    if (!answer.ok) return;
    fail("");
    into.innerHTML = text;
    copyButtons(into);
    history.replaceState(null, "", `${form.action}?${params}`);
  };
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    if (field.value.trim()) waiting = setTimeout(look, 300);
  });
}

// The operator's link has the secret behind its #, which is sent to nobody; here it goes into the form.
for (const form of document.querySelectorAll("form[data-secret]")) {
  const secret = location.hash.slice(1);
  if (!secret) continue;
  history.replaceState(null, "", location.pathname);
  document.getElementById(form.dataset.secret).value = secret;
  form.submit();
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
