// Single keys press what is on the screen; nothing here can be done only by key.
const popover = () => document.querySelector(":popover-open");
const current = () => document.querySelector(".row[aria-current]");

function press(key) {
  const wanted = `[data-key="${CSS.escape(key)}"]`;
  const open = popover();
  const control = open ? (open.querySelector(wanted) ?? document.querySelector(`[popovertarget="${open.id}"]${wanted}`)) : document.querySelector(wanted);
  if (!control?.checkVisibility()) return false;
  control.click();
  return true;
}

function step(by) {
  const rows = [...document.querySelectorAll(".row")].filter((row) => row.checkVisibility());
  const next = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(current()) + by))];
  if (!next || next === current()) return false;
  next.focus({ focusVisible: true });
  next.scrollIntoView({ block: "nearest" });
  next.click();
  return true;
}

function act(key) {
  if (!popover() && key === "j") return step(1);
  if (!popover() && key === "k") return step(-1);
  return press(key);
}

document.addEventListener("keydown", (event) => {
  if (document.documentElement.dataset.keys === "off" || event.defaultPrevented || event.isComposing) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
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
