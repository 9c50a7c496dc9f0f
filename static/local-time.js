// Adds the viewer's own time to times that are written in UTC, where it is another. The page works without it.
const own = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit",
});
const moment = (time) => new Date(time.dateTime);
const differs = (time) => moment(time).getTimezoneOffset() !== 0;

function start() {
  for (const time of document.querySelectorAll("time[datetime]")) {
    if (differs(time)) time.title = `your time: ${own.format(moment(time))}`;
  }

  const beside = document.querySelector("[data-own-time]");
  const ends = [...(beside?.parentElement.querySelectorAll("time") ?? [])];
  if (ends.some(differs)) {
    beside.textContent = ` (your time: ${own.formatRange(...ends.map(moment))})`;
  }
}

start();
for (const name of ["page-shown", "page-whole"]) document.addEventListener(name, start);
