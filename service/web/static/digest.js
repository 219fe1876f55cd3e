// j and k walk through the digest; other keys press what is in the item at hand, not in the first.
const items = () => [...document.querySelectorAll("[data-item]")];
const current = () => document.querySelector("[data-item][aria-current]");

function choose(item) {
  current()?.removeAttribute("aria-current");
  item.setAttribute("aria-current", "true");
}

function step(by) {
  const all = items();
  const next = all[Math.min(all.length - 1, Math.max(0, all.indexOf(current()) + by))];
  if (!next) return;
  choose(next);
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (document.documentElement.dataset.keys === "off" || event.isComposing || document.querySelector(":popover-open")) return;
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "j" || event.key === "k") {
    step(event.key === "j" ? 1 : -1);
    event.preventDefault();
  } else if (event.key.length === 1) {
    const control = current()?.querySelector(`.acts [data-key="${CSS.escape(event.key)}"], h2 [data-key="${CSS.escape(event.key)}"]`);
    if (control) { control.click(); event.preventDefault(); }
  }
}, { capture: true });
document.addEventListener("focusin", (event) => { const item = event.target.closest("[data-item]"); if (item) choose(item); });

document.querySelector("main")?.classList.add("js-items");
const first = document.querySelector("[data-item]:target") ?? items()[0];
if (first) choose(first);
