// Narrows the list of nodes and keeps its count right. The page works without it.
function start() {
  const form = document.querySelector("form.choose");
  const boxes = form ? [...form.querySelectorAll('input[name="node"]')] : [];
  const box = form?.querySelector("[data-filter]");
  const count = form?.querySelector("[data-count]");

  function recount() {
    count.textContent = `${boxes.filter((each) => each.checked).length} of ${boxes.length} chosen`;
  }

  function narrow(text) {
    const wanted = text.trim().toLocaleLowerCase();
    for (const each of boxes) {
      each.closest("li").hidden = !each.closest("label").textContent.toLocaleLowerCase().includes(wanted);
    }
  }

  if (count) form.addEventListener("change", recount);
  if (box) {
    const filter = box.querySelector("input");
    box.hidden = false;
    filter.addEventListener("input", () => narrow(filter.value));
    filter.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
    narrow(filter.value);
    for (const button of box.querySelectorAll("[data-choose]")) {
      button.addEventListener("click", () => {
        const all = button.dataset.choose === "all";
        for (const each of boxes) {
          if (!all) each.checked = false;
          else if (!each.closest("li").hidden) each.checked = true;
        }
        recount();
      });
    }
  }
}

start();
document.addEventListener("page-shown", start);
