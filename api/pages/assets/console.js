// What the console's pages do beside htmx: keys, the palette, drafts, counting down, and saying that the connection is lost. Every page works
// without it. `data-key="g q"`: what is pressed for a link, button or field; `data-always`: also while that is folded away. `data-draft`: a field whose words outlive the page.

const root = document.documentElement;
root.classList.add("scripted");
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const shown = (element) => element.checkVisibility?.() ?? true;
const typing = (element) => element.isContentEditable || /^(input|textarea|select)$/i.test(element.tagName) && !/^(checkbox|radio)$/.test(element.type);

// Keys: one, or two after one another within a second.
let before = "", forget;
const byKey = (key) => all("[data-key]").find((element) => element.dataset.key === key && !element.disabled && (shown(element) || element.dataset.always !== undefined));
const use = (element) => {
  for (let at = element.matches("summary") ? element.parentElement : element; (at = at.parentElement?.closest("details"));) at.open = true;
  if (/^(input|textarea|select)$/i.test(element.tagName)) element.focus();
  else element.click();
};
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "k") {
    event.preventDefault();
    return openPalette();
  }
  const form = event.target.form ?? event.target.closest?.("form");
  if ((event.ctrlKey || event.metaKey) && event.key === "Enter" && form) {
    event.preventDefault();
    return form.requestSubmit();
  }
  if (event.key === "Escape" && typing(event.target)) return event.target.blur();
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || event.target.closest?.("dialog")) return;
  if (event.key === "j" || event.key === "k") return move(event.key === "j" ? 1 : -1);
  if (event.key === "x") return choose();
  if (event.key === "?") {
    event.preventDefault();
    return openPalette();
  }
  const pressed = before + event.key;
  before = "";
  clearTimeout(forget);
  const element = byKey(pressed) ?? byKey(event.key);
  if (element) {
    event.preventDefault();
    use(element);
  } else if (all("[data-key]").some((one) => one.dataset.key.startsWith(`${event.key} `))) {
    before = `${event.key} `;
    forget = setTimeout(() => { before = ""; }, 1000);
  }
});

// j and k go from row to row, x chooses the one that has the focus.
const choose = () => document.activeElement?.closest("[data-row]")?.querySelector("input[type=checkbox]")?.click();
const move = (step) => {
  const rows = all("[data-row]").filter(shown);
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[Math.min(Math.max(at + step, 0), rows.length - 1)];
  (next?.matches("a, [tabindex]") ? next : next?.querySelector("a"))?.focus();
};

// The palette: whatever has a key or a name in it, found by its words.
const palette = () => document.getElementById("palette");
const openPalette = () => {
  if (!palette() || palette().open) return;
  palette().querySelector("input").value = "";
  list("");
  palette().showModal();
};
const list = (words) => {
  const entries = all("[data-key], [data-palette]").filter((element) => !element.disabled && element.dataset.open !== "palette");
  palette().querySelector("ul").replaceChildren(...entries.flatMap((element) => {
    const name = (element.dataset.palette || element.getAttribute("aria-label") || element.textContent || element.name).trim().replace(/\s+/g, " ");
    if (!name.toLowerCase().includes(words.toLowerCase())) return [];
    const item = document.createElement("li"), button = document.createElement("button"), key = document.createElement("kbd");
    button.type = "button";
    button.append(name);
    if (element.dataset.key) button.append(key);
    key.textContent = element.dataset.key ?? "";
    button.addEventListener("click", () => { palette().close(); use(element); });
    item.append(button);
    return [item];
  }));
};
addEventListener("input", (event) => {
  if (event.target.closest("#palette")) list(event.target.value);
  if (event.target.dataset.draft) keep(event.target);
});
addEventListener("keydown", (event) => {
  if (!event.target.closest?.("#palette")) return;
  const buttons = all("#palette li button"), at = buttons.indexOf(document.activeElement);
  if (event.key === "Enter" && at < 0) buttons[0]?.click();
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    buttons[Math.max(0, Math.min(buttons.length - 1, at + (event.key === "ArrowDown" ? 1 : -1)))]?.focus();
  }
});
addEventListener("click", (event) => {
  const opener = event.target.closest?.("[data-open]");
  if (!opener) return;
  if (opener.dataset.open === "palette") openPalette();
  else document.getElementById(opener.dataset.open)?.showModal();
});
addEventListener("change", (event) => {
  const every = event.target.dataset.all;
  if (every) all(`input[type=checkbox][name="${every}"]`).forEach((box) => { box.checked = event.target.checked; });
});

// A form that opens has its first empty field in focus.
addEventListener("toggle", (event) => {
  if (event.target.matches?.("details.act[open]")) (event.target.querySelector(".saved[open] > summary") ?? event.target.querySelector("textarea, select, input:not([type=hidden]), button.main"))?.focus();
}, true);
addEventListener("click", (event) => event.target.closest?.("[name=_fill]")?.form.querySelector("textarea").focus());  // to be read and sent

// A piece of evidence opens above the page that it is on.
const viewer = () => {
  const made = document.getElementById("viewer") ?? document.body.appendChild(Object.assign(document.createElement("dialog"), { id: "viewer" }));
  if (!made.open) made.showModal();
  return made;
};
addEventListener("click", async (event) => {
  const link = event.target.closest?.("a[data-view]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const answer = await fetch(link.href).catch(gone);
  const piece = answer?.ok && new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("piece");
  if (!piece) return location.assign(link.href);
  all("a[data-view]", piece).forEach((each) => { each.href = new URL(each.getAttribute("href"), link.href); });
  viewer().replaceChildren(piece);
  piece.querySelector("a")?.focus();
});
addEventListener("click", (event) => { if (event.target.id === "viewer") event.target.close(); });

// News of the case that the page shows (`data-news`): its parts are put in place anew, words that were typed stay.
const touched = (part) => all("input, textarea, select", part).some((field) => field === document.activeElement
  || (/^(checkbox|radio)$/.test(field.type) ? field.checked !== field.defaultChecked : "defaultValue" in field && field.type !== "hidden" && field.value !== field.defaultValue));
const PLACES = "a[href], button, summary, [tabindex]", main = () => document.getElementById("main");
const renew = async () => {
  const answer = await fetch(location.href, { headers: { "Redress-Behind": "news" } }).catch(gone);
  if (!answer?.ok) return;
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [page, newer] = [document, now].map((one) => one.querySelector("[data-news]"));
  if (page && newer) page.dataset.version = newer.dataset.version;
  const parts = all("[data-live]").filter((part) => !touched(part));
  const all_ = all("#acts").some(touched) ? parts : [...parts, ...all("#acts")];
  for (const part of all_) {
    const next = now.getElementById(part.id);
    if (!next || part.querySelector("details.act[open]")) continue;
    all("details", part).forEach((old, at) => { const same = all("details", next)[at]; if (same && !same.classList.contains("act")) same.open = old.open; });
    const top = all(".talk", part)[0]?.scrollTop, focused = all(PLACES, part).indexOf(document.activeElement);
    part.replaceWith(next);
    if (focused >= 0) (all(PLACES, next)[focused] ?? main()).focus({ preventScroll: true });
    if (top) all(".talk", next)[0].scrollTop = top;
    globalThis.htmx?.process(next);
  }
  count();
  back();
};

// Drafts: what is typed outlives the page, until its form was taken. `data-kept`: where the server keeps those of a form.
const waiting = new Map();
const store = async (form, leaving = false) => {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
  const body = new URLSearchParams([...new FormData(form)].filter(([name, value]) => typeof value === "string" && name !== "_form"));
  const answer = await fetch(form.dataset.kept, { method: "POST", body, keepalive: leaving }).catch(gone);
  if (answer?.ok) form.elements._revision.value = await answer.text();
  else if (answer?.status === 409) form.querySelector("[data-elsewhere]").hidden = false;
};
addEventListener("input", ({ target }) => {
  const form = target.form;
  if (!form?.dataset.kept) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(store, 500, form));
});
addEventListener("submit", ({ target }) => { clearTimeout(waiting.get(target)); waiting.delete(target); }, true);
addEventListener("pagehide", () => { for (const form of waiting.keys()) store(form, true); });
const keep = (field) => {
  if (field.value) sessionStorage.setItem(`draft ${field.dataset.draft}`, field.value);
  else sessionStorage.removeItem(`draft ${field.dataset.draft}`);
};
const restore = () => all("[data-draft]").forEach((field) => {
  const kept = sessionStorage.getItem(`draft ${field.dataset.draft}`);
  if (kept && !field.value) field.value = kept;
});
const taken = (form) => all("[data-draft]", form).forEach((field) => sessionStorage.removeItem(`draft ${field.dataset.draft}`));

// Counting down: the server's words until a minute has passed, then the browser's.
const relative = new Intl.RelativeTimeFormat(root.lang, { numeric: "always" });
const STEPS = [["day", 172_800], ["hour", 7_200], ["minute", 60], ["second", 0]];
const LENGTH = { day: 86_400, hour: 3_600, minute: 60, second: 1 };
const count = () => all("time[data-left]").forEach((time) => {
  const seconds = (new Date(time.dateTime) - Date.now()) / 1000;
  const [unit] = STEPS.find(([, least]) => Math.abs(seconds) >= least);
  time.textContent = relative.format(Math.trunc(seconds / LENGTH[unit]), unit);
  time.classList.toggle("late", seconds <= 0);
});
setInterval(count, 30_000);
const seconds = new Intl.NumberFormat(root.lang, { style: "unit", unit: "second", unitDisplay: "long" });
setInterval(() => all("time[data-until]").forEach((time) => {
  time.textContent = seconds.format(Math.max(0, Math.ceil((new Date(time.dateTime) - Date.now()) / 1000)));
}), 250);

// What happens elsewhere: pages say what they follow, and ask for themselves again when it concerns a case that they show.
const follow = document.body.dataset.follow;
if (follow || document.querySelector("[data-refresh], [data-news]")) {
  const events = new EventSource(`/v1/me/events?${follow}&since=${document.body.dataset.since}`);
  const busy = () => Boolean(document.querySelector("dialog[open], .bulk[open], .problem[role=alert]"));  // what is filled in or was refused stays
  let due, missed = false;
  const news = () => {
    clearTimeout(due);
    due = setTimeout(() => {
      if (document.querySelector("[data-news]")) renew();
      else if (!(missed = busy())) document.body.dispatchEvent(new Event("news"));
    }, 150);
  };
  const about = (id, version = Infinity) => all("[data-case]").some((row) => row.dataset.case === id)
    || all("[data-news]").some((page) => page.dataset.news === id && version > Number(page.dataset.version));
  events.addEventListener("case", ({ data }) => { const { case_id, version } = JSON.parse(data); if (about(case_id, version)) news(); });
  events.addEventListener("presence", ({ data }) => { if (about(JSON.parse(data).case_id)) news(); });
  events.addEventListener("reload", news);
  addEventListener("toggle", () => { if (missed) news(); }, true);
  addEventListener("htmx:before:swap", (event) => {  // a list that renews itself: what was done stays said, and what began meanwhile goes first
    if (!event.target.matches?.("[data-refresh]")) return;
    if ((missed = busy())) return event.preventDefault();
    const said = document.querySelector(".told");
    if (said) event.detail.tasks[0].fragment.querySelector(".heading")?.after(said.cloneNode(true));
  });
  events.addEventListener("count", ({ data }) => {
    const { id, count, more } = JSON.parse(data);
    all("[data-count]").filter((one) => one.dataset.count === id).forEach((one) => { one.textContent = count + (more ? "+" : ""); });
  });
  events.addEventListener("end", () => events.close());
}

// The connection.
const lost = document.getElementById("lost");
const gone = () => { lost.textContent = document.body.dataset.lost; lost.hidden = false; };
const back = () => {
  if (lost.hidden) return;
  lost.textContent = document.body.dataset.back;
  setTimeout(() => { lost.hidden = true; }, 3000);
};
addEventListener("offline", gone);
addEventListener("online", back);
addEventListener("htmx:error", gone);
addEventListener("htmx:after:swap", back);

// After htmx put something in place: what is wrong is read out first; a form that was taken needs no draft.
addEventListener("htmx:after:request", (event) => {
  const { response, sourceElement } = event.detail.ctx;
  if (response.status < 400 && sourceElement.matches?.("form")) taken(sourceElement);
});
addEventListener("htmx:after:swap", () => {
  restore();
  count();
  const wrong = document.querySelector("[role=alert].problem");
  if (wrong) wrong.focus();
  else if (document.activeElement === document.body || !shown(document.activeElement)) main().focus({ preventScroll: true });  // what had the focus is gone
});
if (document.querySelector(".told")) taken(document);
restore();
document.querySelector("[role=alert].problem")?.focus();
