// Links to text for a forum copy it. Without this, or where nothing may be copied, they show it.
async function copied(address) {
  const answer = await fetch(address);
  if (!answer.ok || answer.redirected) return false;
  const text = await answer.text();
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return true;
  }
  // A page that did not come by HTTPS has no clipboard of its own.
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest("[data-copies] a");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const done = await copied(link.href).catch(() => false);
  if (!done) {
    location.assign(link.href);
    return;
  }
  const told = link.parentElement.querySelector("[role=status]") ?? link.parentElement.appendChild(document.createElement("span"));
  told.setAttribute("role", "status");
  told.textContent = " Copied.";
  link.focus();
});
