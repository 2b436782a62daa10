// Texts come from uploads: they only ever become text nodes and attributes, never markup.
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 150, HEIGHT = 40, GAP_X = 70, GAP_Y = 12;

export default function ({ data, parentElement, setStateValue }) {
  const root = parentElement.querySelector(".flow");
  root.replaceChildren();
  const parts = [];  // everything that lights up: [element, id]
  const note = make("div", "note");

  function make(name, kind, text) {
    const element = document.createElement(name);
    if (kind) element.className = kind;
    if (text !== undefined) element.textContent = text;
    return element;
  }
  function draw(name, attributes, parent) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.appendChild(element);
    return element;
  }
  function light(id) {
    for (const [element, ids] of parts) element.classList.toggle("on", id ? ids.includes(id) : data.lit.some((one) => ids.includes(one)));
    const node = data.nodes.find((one) => one.id === id);
    note.textContent = node ? node.note : "";
  }
  function listen(element, id) {
    element.setAttribute("tabindex", "0");
    element.setAttribute("role", "button");
    element.addEventListener("mouseenter", () => light(id));
    element.addEventListener("mouseleave", () => light(data.chosen));
    element.addEventListener("focus", () => light(id));
    element.addEventListener("click", () => setStateValue("chosen", id));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); setStateValue("chosen", id); }
    });
  }
  for (const terms of data.formula) {
    const line = make("div", "line");
    for (const term of terms) {
      const span = make("span", "term");
      const symbol = make("span", "symbol", term.text);
      if (term.sub) symbol.appendChild(make("sub", "", term.sub));
      span.appendChild(symbol);
      if (term.value !== null) span.appendChild(make("span", "number", term.value.toFixed(term.digits)));
      if (term.id) { listen(span, term.id); parts.push([span, [term.id]]); }
      line.appendChild(span);
    }
    root.appendChild(line);
  }
  const columns = new Map();
  for (const node of data.nodes) columns.set(node.column, [...(columns.get(node.column) ?? []), node]);
  const tallest = Math.max(0, ...[...columns.values()].map((one) => one.length));
  const wide = columns.size * (WIDTH + GAP_X), high = tallest * (HEIGHT + GAP_Y) + GAP_Y;
  const svg = draw("svg", { viewBox: `0 0 ${wide} ${high}`, width: "100%", role: "img", "aria-label": data.alt }, root);
  const place = new Map();
  [...columns.keys()].sort((a, b) => a - b).forEach((column, x) => columns.get(column).forEach((node, y, all) => {
    const top = (high - all.length * (HEIGHT + GAP_Y)) / 2;
    place.set(node.id, [x * (WIDTH + GAP_X), top + y * (HEIGHT + GAP_Y)]);
  }));
  for (const edge of data.edges) {
    const [x1, y1] = place.get(edge.source), [x2, y2] = place.get(edge.target);
    const line = draw("path", { class: "edge", d: `M${x1 + WIDTH},${y1 + HEIGHT / 2} C${x1 + WIDTH + GAP_X / 2},${y1 + HEIGHT / 2} ${x2 - GAP_X / 2},${y2 + HEIGHT / 2} ${x2},${y2 + HEIGHT / 2}`, "stroke-width": 1 + 6 * edge.weight }, svg);
    parts.push([line, [edge.source, edge.target]]);
  }
  for (const node of data.nodes) {
    const [x, y] = place.get(node.id);
    const group = draw("g", { class: node.faded ? "node faded" : "node", transform: `translate(${x},${y})` }, svg);
    draw("rect", { width: WIDTH, height: HEIGHT, rx: 6 }, group);
    draw("text", { x: 8, y: 16 }, group).textContent = node.label;
    if (node.value !== null) draw("text", { x: 8, y: 32 }, group).textContent = node.value.toFixed(2);
    listen(group, node.id);
    parts.push([group, [node.id]]);
  }
  root.appendChild(note);
  light(data.chosen);
}
