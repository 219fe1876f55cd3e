// What was typed into a topic is not lost without a word, and a fault goes when its field changes.
const form = document.getElementById("topic");
let changed = form.classList.contains("unsaved");

function clearFault(field) {
  if (!field.hasAttribute("aria-invalid")) return;
  field.removeAttribute("aria-invalid");
  field.removeAttribute("aria-describedby");
  field.closest("label")?.querySelectorAll(".wrong").forEach((told) => told.remove());
  const all = document.getElementById("faults");
  all?.querySelectorAll(`a[href="#${CSS.escape(field.id)}"]`).forEach((link) => link.closest("li").remove());
  if (all && !all.querySelector("li")) all.remove();
}

for (const kind of ["input", "change"]) {
  form.addEventListener(kind, (event) => { changed = true; clearFault(event.target); });
}
form.addEventListener("submit", () => { changed = false; });
window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
