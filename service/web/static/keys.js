// Single keys press what is on the screen; nothing here can be done only by key.
const popover = () => document.querySelector(":popover-open");
const current = () => document.querySelector(".row[aria-current]");
const rows = () => [...document.querySelectorAll(".row")].filter((row) => row.checkVisibility());
const CHORD_MS = 1500;
let going = 0; // until when the next letter names an area

function press(key) {
  const wanted = `[data-key="${CSS.escape(key)}"]`;
  const open = popover();
  const control = open ? (open.querySelector(wanted) ?? document.querySelector(`[popovertarget="${open.id}"]${wanted}`)) : document.querySelector(wanted);
  if (!control?.checkVisibility()) return false;
  control.click();
  return true;
}

function step(by) {
  const all = rows();
  // Round the end: a lead that was accepted moves down, and the next offer is on top.
  const next = all.at((all.indexOf(current()) + by) % all.length);
  if (!next || next === current()) return false;
  next.focus({ focusVisible: true });
  next.scrollIntoView({ block: "nearest" });
  next.click();
  return true;
}

function go(key) {
  const area = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  area?.click();
  return Boolean(area);
}

function choose() {
  const box = current()?.parentElement.querySelector(".pick input");
  box?.click();
  return Boolean(box);
}

function search(key) {
  const field = document.querySelector(`[data-focus="${CSS.escape(key)}"]`);
  if (!field?.checkVisibility()) return false;
  field.focus();
  field.select();
  return true;
}

function act(key) {
  if (popover()) return press(key);
  if (performance.now() < going) {
    going = 0;
    return go(key);
  }
  if (key === "g") {
    going = performance.now() + CHORD_MS;
    return true;
  }
  if (key === "j") return step(1);
  if (key === "k") return step(-1);
  if (key === "s") return choose();
  return search(key) || press(key);
}

document.addEventListener("keydown", (event) => {
  if (document.documentElement.dataset.keys === "off" || event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const field = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
  if (field) {
    if (event.key === "Escape" && field.dataset.focus && !field.value) field.blur();
    return;
  }
  const again = event.key === "Enter" && event.target.matches(".row[aria-current]");
  if ((event.key.length === 1 && act(event.key)) || (again && press("o"))) event.preventDefault();
});

// The list stays while the lead beside it is swapped: move its mark along.
document.addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (!row || event.ctrlKey || event.metaKey || event.shiftKey) return;
  current()?.removeAttribute("aria-current");
  row.setAttribute("aria-current", "true");
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id === "detail") event.detail.target.scrollTop = 0;
});

// After a decision about a lead the one below it is looked at, not the first of the list.
document.addEventListener("submit", (event) => {
  const back = event.target.closest("#detail")?.querySelector("article") && event.target.elements.namedItem("back");
  if (!back || "stay" in back.dataset || !back.value.startsWith("/inbox?")) return;
  const all = rows();
  const at = all.indexOf(current());
  const next = all[at + 1] ?? all[at - 1];
  if (at >= 0 && next) back.value = next.getAttribute("href");
});
