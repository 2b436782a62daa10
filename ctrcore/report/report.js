/* Draws the figures, one after the other so that the page can be read meanwhile, and gives them the paper's width. */
"use strict";
(function () {
  const PAPER = 640; // CSS pixels of a figure between the margins of A4
  const FLAT = 340; // height on paper of curves, so that a page holds two of them
  const look = JSON.parse(document.getElementById("look").textContent);
  const waiting = Array.from(document.querySelectorAll("script[data-plot]"));
  const drawn = [];
  const config = {
    responsive: true,
    displaylogo: false,
    modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"],
  };

  /* On a phone: smaller words, and scales that take the whole width. */
  function narrow(figure) {
    figure.layout.font = { size: 10 };
    for (const trace of figure.data) {
      const bar = trace.colorbar;
      if (bar && bar.orientation === "h") {
        bar.len = 1;
        bar.title.side = "top";
      }
    }
  }

  function draw(source) {
    const place = document.getElementById(source.dataset.plot);
    const figure = JSON.parse(source.textContent);
    figure.layout.template = look;
    if (place.clientWidth < 480) narrow(figure);
    figure.layout.autosize = true;
    place.dataset.height = String(figure.layout.height); // plotly forgets it when a window changes its size
    Plotly.newPlot(place, figure.data, figure.layout, config);
    drawn.push(place);
  }

  function next() {
    if (waiting.length) {
      draw(waiting.shift());
      setTimeout(next, 0);
    } else {
      document.documentElement.dataset.drawn = String(drawn.length);
    }
  }

  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details").forEach((part) => (part.open = true));
    while (waiting.length) draw(waiting.shift());
    for (const place of drawn) {
      const high = Number(place.dataset.height);
      Plotly.relayout(place, { width: PAPER, height: high > FLAT && high <= 480 ? FLAT : high, autosize: false });
      place.style.minHeight = "0";
    }
  });
  window.addEventListener("afterprint", function () {
    for (const place of drawn) Plotly.relayout(place, { width: null, height: Number(place.dataset.height), autosize: true });
  });
  next();
})();
