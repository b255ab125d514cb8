// What HTML cannot do by itself. Every page is whole without this.

const SOON = 4 * 60 * 60;

// ---- Times: the same words as approvals/pages/wording.py ----

function length(seconds) {
  let minutes = Math.floor(seconds / 60);
  let hours = Math.floor(minutes / 60);
  minutes %= 60;
  const days = Math.floor(hours / 24);
  hours %= 24;
  if (days >= 7) return `${days} days`;
  if (days) return hours ? `${days} d ${hours} h` : `${days} d`;
  if (hours) return minutes ? `${hours} h ${minutes} min` : `${hours} h`;
  return minutes ? `${minutes} min` : "less than a minute";
}

function about(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes >= 48 * 60) return `${Math.floor(minutes / (24 * 60))} days`;
  return minutes >= 60 ? `${Math.floor(minutes / 60)} h` : `${minutes} min`;
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function tick() {
  const now = Date.now();
  for (const element of document.querySelectorAll("time[data-deadline]")) {
    const seconds = (Date.parse(element.dateTime) - now) / 1000;
    element.dataset.urgency = seconds <= 0 ? "overdue" : seconds < SOON ? "soon" : "later";
    write(element, seconds > 0 ? `${length(seconds)} left` : `Overdue by ${length(-seconds)}`);
  }
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const seconds = (now - Date.parse(element.dateTime)) / 1000;
    write(element, seconds < 60 ? "just now" : `${about(seconds)} ago`);
  }
}

setInterval(tick, 10_000);

// ---- Pages look for news while somebody can see them ----

const LOOK_EVERY = 4_000;
let lookedAt = Date.now();

function look() {
  if (document.hidden || Date.now() - lookedAt < LOOK_EVERY - 100) return;
  lookedAt = Date.now();
  document.body.dispatchEvent(new CustomEvent("look"));
}

setInterval(look, LOOK_EVERY);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) { tick(); look(); }
});

// ---- News never overwrites what somebody is writing ----

// What a select shows before anybody touches it: where no option is marked, its first.
function isChosenAnew(select) {
  const options = [...select.options];
  const given = options.find((option) => option.defaultSelected) ?? options[0];
  return options.some((option) => option.selected !== (option === given));
}

function isBeingEdited(part) {
  if (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) return true;
  const changed = (field) =>
    field.type === "hidden" ? false
      : field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
      : field.tagName === "SELECT" ? isChosenAnew(field)
      : field.value !== field.defaultValue;
  return [...part.querySelectorAll("input, textarea, select")].some(changed);
}

function hold(part) {
  part.querySelectorAll("[data-news]").forEach((news) => { news.hidden = false; });
}

const opened = new Set();
let answered = null; // the part whose own form has just been answered: that one is always swapped

function remember(part) {
  part.querySelectorAll("details[open][id]").forEach((details) => opened.add(details.id));
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { elt, requestConfig, target } = event.detail;
  const asked = requestConfig.verb !== "get";
  answered = asked ? elt.closest("[data-part]") : null;
  if (asked || !elt.closest("[data-looks]") || !target.matches("[data-part]")) return;
  if (isBeingEdited(target)) event.detail.shouldSwap = false;
  else remember(target);
});

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const part = event.detail.target;
  if (part !== answered && isBeingEdited(part)) {
    event.detail.shouldSwap = false;
    hold(part);
  } else if (part !== answered) {
    remember(part);
  }
});

document.addEventListener("htmx:afterSettle", (event) => {
  tick();
  for (const id of opened) document.getElementById(id)?.setAttribute("open", "");
  opened.clear();
  if (event.detail.requestConfig?.verb !== "post") return;
  document.querySelector("[data-answer]")?.focus();
});

// ---- When an answer does not come ----

let troubleTimer;

function trouble(when, source) {
  const box = document.getElementById("trouble");
  if (!box || source?.closest("[data-looks]")) return;
  box.querySelectorAll("[data-when]").forEach((line) => { line.hidden = line.dataset.when !== when; });
  box.hidden = false;
  clearTimeout(troubleTimer);
  troubleTimer = setTimeout(() => { box.hidden = true; }, when === "silent" ? 8_000 : 30_000);
}

document.addEventListener("htmx:sendError", (event) => trouble("silent", event.detail.elt));
document.addEventListener("htmx:responseError", (event) => {
  const { status } = event.detail.xhr;
  trouble(status === 401 ? "signed-out" : status < 500 ? "refused" : "silent", event.detail.elt);
});

// A form that was open while somebody signed in again is still good.
document.addEventListener("htmx:configRequest", (event) => {
  const mark = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (mark && event.detail.verb === "post") event.detail.parameters.csrfmiddlewaretoken = mark[1];
});

// ---- Menus close when one looks away ----

function closeMenus(except) {
  document.querySelectorAll("details[data-menu][open]").forEach((menu) => {
    if (menu !== except) menu.open = false;
  });
}

document.addEventListener("click", (event) => closeMenus(event.target.closest("details[data-menu]")));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details[data-menu][open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
});
