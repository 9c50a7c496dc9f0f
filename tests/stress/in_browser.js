// Told to a page before its own scripts: what becomes of a click, as the one who clicked sees it.
(() => {
  const measured = (window.measured = { first: null, whole: null, longestTask: 0, longestFrame: 0, cls: 0, shifts: 0 });
  let clicked = null;

  // The time at which what is in the document now has been painted.
  const painted = () =>
    new Promise((done) =>
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => done(performance.now());
        port2.postMessage(null);
      }),
    );

  window.measureNext = () => Object.assign(measured, { first: null, whole: null, longestTask: 0, longestFrame: 0 });

  let before = 0;
  function frame(at) {
    if (clicked !== null && before) measured.longestFrame = Math.max(measured.longestFrame, at - before);
    before = at;
    requestAnimationFrame(frame);
  }
  requestAnimationFrame(frame);

  addEventListener("click", (event) => {
    if (event.isTrusted) clicked = event.timeStamp;
  }, true);

  let seen = false;
  new MutationObserver(async () => {
    if (clicked === null || seen || !document.querySelector("article[aria-busy] td .number:not(:empty)")) return;
    seen = true;
    measured.first = (await painted()) - clicked;
  }).observe(document, { childList: true, subtree: true });

  async function shown() {
    const whole = (await painted()) - clicked;
    measured.first ??= whole; // nodes as rows are all there at once
    measured.whole = whole;
    clicked = null;
    seen = false;
  }
  document.addEventListener("page-whole", shown);
  document.addEventListener("part-shown", shown);

  new PerformanceObserver((list) => {
    for (const task of list.getEntries()) measured.longestTask = Math.max(measured.longestTask, task.duration);
  }).observe({ type: "longtask" });

  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) {
      measured.shifts += shift.value;
      if (!shift.hadRecentInput) measured.cls += shift.value;
    }
  }).observe({ type: "layout-shift", buffered: true });
})();
