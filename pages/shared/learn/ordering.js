// A list to put in order, and its pairs as a matrix whose border is the ROC staircase. Texts only become text nodes.
const SVG = "http://www.w3.org/2000/svg";
const CELL = 44, LEFT = 44, FOOT = 44, EDGE = 13;
const MARKS = { 1: "✓", 0: "✗", 0.5: "½" }, KINDS = { 1: "right", 0: "wrong", 0.5: "tie" };

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".ordering");
  const had = root.contains(root.getRootNode().activeElement) ? root.dataset.focus : "";  // the reader goes on where he was
  root.replaceChildren();
  const note = make("div", "note");
  note.setAttribute("aria-live", "polite");
  const items = new Map(), cells = new Map();

  function make(name, kind, text) {
    const element = document.createElement(name);
    if (kind) element.className = kind;
    if (text !== undefined) element.textContent = text;
    return element;
  }
  function draw(name, attributes, parent, text) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    if (text !== undefined) element.textContent = text;
    parent.appendChild(element);
    return element;
  }
  function remember(element, name) {
    element.addEventListener("focus", () => { root.dataset.focus = name; });
  }
  function order() {
    return [...root.querySelectorAll(".item")].map((item) => item.dataset.id);
  }
  function move(id, to) {
    const ids = order().filter((one) => one !== id);
    ids.splice(to, 0, id);
    setTriggerValue("moved", ids.join(""));
  }
  function light(pair) {
    const ids = pair.split("-");
    for (const [id, item] of items) item.classList.toggle("on", ids.includes(id));
    for (const [id, cell] of cells) cell.classList.toggle("on", id === pair);
    note.textContent = data.notes[pair] ?? data.hint;
  }
  // The window listens, as an element that is moved within the page loses the pointer that it has captured.
  function drag(item, start) {
    if (start.target.closest("button") || start.button) return;
    start.preventDefault();
    item.focus();
    const before = order().join(""), listening = new AbortController();
    item.classList.add("dragged");
    const follow = ({ clientY }) => {
      const others = [...root.querySelectorAll(".item")].filter((one) => one !== item);
      const middle = (one) => { const box = one.getBoundingClientRect(); return box.top + box.height / 2; };
      const below = others.find((one) => clientY < middle(one)) ?? null;
      if (item.nextElementSibling !== below) item.parentElement.insertBefore(item, below);
    };
    const drop = () => {
      listening.abort();
      item.classList.remove("dragged");
      if (order().join("") !== before) setTriggerValue("moved", order().join(""));
    };
    window.addEventListener("pointermove", follow, { signal: listening.signal });
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, drop, { signal: listening.signal });
  }
  function listItem(row, place) {
    const item = make("li", "item");
    item.dataset.id = row.id;
    item.append(make("span", "place", `${place + 1}`), dot(row.clicked), make("span", "label", row.label), make("span", "score", row.score));
    if (data.movable) {
      item.tabIndex = 0;
      item.setAttribute("aria-label", `${place + 1}. ${row.label}, ${row.clicked ? data.words.clicked : data.words.other}`);
      item.onpointerdown = (event) => drag(item, event);
      item.onkeydown = (event) => {
        const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
        if (step) { event.preventDefault(); shift(row.id, place, step); }
      };
      remember(item, row.id);
      for (const [step, sign] of [[-1, "↑"], [1, "↓"]]) {
        const button = make("button", "", sign);
        button.type = "button";
        button.disabled = place + step < 0 || place + step >= data.rows.length;
        button.setAttribute("aria-label", `${step < 0 ? data.words.up : data.words.down}: ${row.label}`);
        button.onclick = () => shift(row.id, place, step);
        remember(button, `${row.id}${sign}`);
        if (had === `${row.id}${sign}`) requestAnimationFrame(() => (button.disabled ? item : button).focus());
        item.appendChild(button);
      }
      if (had === row.id) requestAnimationFrame(() => item.focus());
    }
    return item;
  }
  function shift(id, place, step) {
    if (place + step >= 0 && place + step < data.rows.length) move(id, place + step);
  }
  function dot(clicked) {
    const found = make("span", clicked ? "dot clicked" : "dot other");
    found.setAttribute("role", "img");
    found.setAttribute("aria-label", clicked ? data.words.clicked : data.words.other);
    return found;
  }
  function legend() {
    const found = make("div", "legend");
    found.setAttribute("aria-hidden", "true");
    found.append(dot(true), make("span", "", data.words.clicked), dot(false), make("span", "", data.words.other));
    return found;
  }
  function list() {
    const found = make("ol", data.movable ? "movable" : "");
    found.setAttribute("aria-label", data.words.list);
    data.rows.forEach((row, place) => {
      if (data.called === place) found.appendChild(make("li", "line", data.words.line));
      const item = listItem(row, place);
      items.set(row.id, item);
      found.appendChild(item);
    });
    if (data.called === data.rows.length) found.appendChild(make("li", "line", data.words.line));
    return found;
  }
  function matrix() {
    const high = data.clicked.length * CELL, wide = data.others.length * CELL;
    const svg = draw("svg", { viewBox: `0 0 ${LEFT + wide + EDGE} ${EDGE + high + FOOT}`, role: "group", "aria-label": data.alt }, make("div"));
    const place = new Map(data.rows.map((row, at) => [row.id, at + 1]));
    const names = [];
    data.clicked.forEach((mine, y) => {
      draw("text", { class: "tick", x: LEFT - 12, y: EDGE + high - (y + 0.5) * CELL + 5 }, svg, place.get(mine));
      data.others.forEach((other, x) => {
        const name = `${mine}-${other}`, value = data.pairs[y][x];
        const cell = draw("g", { class: `cell ${KINDS[value]}`, tabindex: -1, role: "button", "aria-label": data.notes[name], transform: `translate(${LEFT + x * CELL},${EDGE + high - (y + 1) * CELL})` }, svg);
        draw("rect", { x: 1, y: 1, width: CELL - 2, height: CELL - 2, rx: 4 }, cell);
        draw("text", { x: CELL / 2, y: CELL / 2 + 6 }, cell, MARKS[value]);
        cell.onmouseenter = () => light(name);
        cell.onmouseleave = () => light(data.chosen);
        cell.onclick = () => setTriggerValue("chosen", name);
        cell.onkeydown = (event) => {
          const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
          if (event.key === "Enter" || event.key === " ") { event.preventDefault(); setTriggerValue("chosen", name); }
          if (step) { event.preventDefault(); cells.get(`${data.clicked[y + step[1]]}-${data.others[x + step[0]]}`)?.focus(); }
        };
        cell.addEventListener("focus", () => light(name));
        remember(cell, name);
        if (had === name) requestAnimationFrame(() => cell.focus());
        cells.set(name, cell);
        names.push(name);
      });
    });
    cells.get(names.includes(data.chosen) ? data.chosen : names[0])?.setAttribute("tabindex", 0);
    data.others.forEach((other, x) => draw("text", { class: "tick", x: LEFT + (x + 0.5) * CELL, y: EDGE + high + 18 }, svg, place.get(other)));
    const at = ([x, y]) => `${LEFT + x * wide},${EDGE + (1 - y) * high}`;
    if (data.stairs.length) draw("polyline", { class: "stairs", points: data.stairs.map(at).join(" ") }, svg);
    if (data.point) draw("circle", { class: "point", cx: at(data.point).split(",")[0], cy: at(data.point).split(",")[1], r: 9 }, svg);
    draw("text", { class: "axis", x: LEFT + wide / 2, y: EDGE + high + 37 }, svg, data.words.x);
    draw("text", { class: "axis", transform: `translate(14,${EDGE + high / 2}) rotate(-90)` }, svg, data.words.y);
    return svg;
  }
  const left = make("div", "list"), right = make("div", "matrix");
  left.append(legend(), list());
  right.append(matrix(), note);
  root.append(left, right);
  light(data.chosen);
}
