// The live formula above the flow of a row through a model; what is pointed at in one lights up in the other.
// Texts come from uploads: they only ever become text nodes and attributes, never markup.
const SVG = "http://www.w3.org/2000/svg";
const MEASURE = document.createElement("canvas").getContext("2d");
const kept = new WeakMap();  // what the reader does, by root: outlives a change of the data

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".flow");
  let view = kept.get(root);
  if (!view) {
    view = { hover: "", focus: "", stops: {}, width: 0 };
    kept.set(root, view);
    listen(root, view);
    view.observer = new ResizeObserver(() => {
      if (Math.abs(root.clientWidth - view.width) > 1) render(root, view);
    });
    view.observer.observe(root);
  }
  view.data = data;
  view.chosen = data.chosen;
  view.send = (id) => setTriggerValue("chosen", id);
  render(root, view);
  return () => { view.observer.disconnect(); kept.delete(root); };
}

function render(root, view) {
  const { data } = view;
  const active = root.getRootNode().activeElement;
  const focused = active && root.contains(active) ? [active.dataset.group, active.dataset.id] : null;
  view.width = root.clientWidth || 700;
  view.unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  view.font = getComputedStyle(root).fontFamily;
  const scene = layout(view);
  view.place = scene.place;
  patch(root, [
    { key: "formula", tag: "div", at: { class: "formula", role: "group", "aria-label": data.words.formula }, in: data.formula.map((line, row) => ({
      key: `line${row}`, tag: "div", at: { class: "line" }, in: line.map((term, place) => drawTerm(view, term, `${row}.${place}`)),
    })) },
    { key: "diagram", tag: "svg", at: { viewBox: `0 0 ${scene.wide} ${scene.high}`, role: "group", "aria-label": data.alt, style: `height:${scene.high * Math.min(1, view.width / scene.wide)}px` }, in: [
      ...scene.headings, ...data.edges.flatMap((edge) => drawEdge(view, edge)), ...data.nodes.map((node) => drawNode(view, node)),
    ] },
    { key: "note", tag: "div", at: { class: "note", "aria-live": "polite" }, text: "" },
  ]);
  for (const group of ["term", "node"]) rove(root, view, group);
  if (focused && root.getRootNode().activeElement !== active) find(root, ...focused)?.focus({ preventScroll: true });
  light(root, view);
}

// Everything is laid out in pixels of the container, so that type stays readable; only below a least width it shrinks.
function layout(view) {
  const { data, width, unit } = view;
  const columns = new Map();
  for (const node of data.nodes) columns.set(node.column, [...(columns.get(node.column) ?? []), node]);
  const order = [...columns.keys()].sort((a, b) => a - b), count = Math.max(1, order.length);
  const tallest = Math.max(0, ...[...columns.values()].map((nodes) => nodes.length));
  view.dense = tallest > 8;
  const least = 92 * unit, most = 210 * unit;
  let gap = Math.max(22 * unit, width * (count > 4 ? 0.045 : 0.075));
  const wide = Math.min(most, Math.max(least, (width - gap * (count - 1)) / count));
  if (count > 1) gap = Math.max(22 * unit, Math.min(160 * unit, (width - wide * count) / (count - 1)));
  const size = (node) => (view.dense ? 25 : node.value === null && !node.vector.length ? 28 : 40) * unit;
  const between = (view.dense ? 5 : 7) * unit, head = data.headings.length ? 24 * unit : 0;
  const tall = (nodes) => nodes.reduce((sum, node) => sum + size(node) + between, -between);
  const inside = Math.max(0, ...[...columns.values()].map(tall));
  const widths = shared(view, order.map((column) => columns.get(column)), wide), starts = [];
  widths.reduce((x, one) => { starts.push(x); return x + one + gap; }, 3);
  const place = new Map(), headings = [];
  order.forEach((column, x) => {
    let y = head + 3 + (inside - tall(columns.get(column))) / 2;
    for (const node of columns.get(column)) {
      place.set(node.id, { x: starts[x], y, wide: widths[x], high: size(node), column: x });
      y += size(node) + between;
    }
    const text = data.headings[x] ?? "";
    if (text) headings.push({ key: `head${x}`, tag: "text", at: { class: "heading", x: starts[x], y: 14 * unit }, in: named(view, text, widths[x] + gap / 2, 11.5) });
  });
  // In a dense column the cells of the vectors begin where its longest name ends.
  view.named = Math.max(0, ...data.nodes.filter((node) => node.vector.length).map((node) => measure(view, node.label, 12.5)));
  view.largest = Math.max(1e-9, ...data.nodes.flatMap((node) => node.vector.map(Math.abs)));
  return { place, headings, wide: 6 + count * wide + (count - 1) * gap, high: head + inside + 6 };
}

// Columns are equally wide, unless names are too long for one while others have room to spare.
function shared(view, columns, wide) {
  const { unit, dense } = view;
  const needs = columns.map((nodes) => Math.max(...nodes.map((node) => {
    const named = measure(view, node.label, 12.5) + 17 * unit;
    if (node.vector.length) return Math.max(named, wide);
    return named + (dense && node.value !== null ? written(node.value, node.digits).length * 7 * unit + 6 : 0);
  })));
  const sum = (numbers) => numbers.reduce((total, one) => total + one, 0);
  const lack = sum(needs.map((need) => Math.max(0, need - wide))), spare = sum(needs.map((need) => Math.max(0, wide - need)));
  const moved = Math.min(lack, spare);
  return needs.map((need) => (moved ? wide + (need > wide ? ((need - wide) * moved) / lack : ((need - wide) * moved) / spare) : wide));
}

function drawTerm(view, term, key) {
  const known = term.value !== null, number = known ? written(term.value, term.digits) : "";
  const at = { class: term.id ? "term live" : "term" };
  if (term.id) Object.assign(at, button("term", term.id, `${term.text}${term.sub ? " " + term.sub : ""} ${number}`));
  return { key: `${key}${term.id}`, tag: "span", at, in: [
    { key: "symbol", tag: "span", at: { class: "symbol" }, in: [
      { key: "text", tag: "span", text: term.text }, ...(term.sub ? [{ key: "sub", tag: "sub", text: term.sub }] : []),
    ] },
    ...(known ? [{ key: "number", tag: "span", at: { class: `number ${tone(term)}` }, text: number }] : []),
  ] };
}

function drawEdge(view, edge) {
  const from = view.place.get(edge.source), to = view.place.get(edge.target);
  if (!from || !to) return [];
  const x1 = from.x + from.wide, y1 = from.y + from.high / 2, x2 = to.x, y2 = to.y + to.high / 2, bend = Math.max(12, (x2 - x1) / 2);
  return [{ key: `edge ${edge.source} ${edge.target}`, tag: "path", at: {
    class: `edge ${edge.sign > 0 ? "up" : edge.sign < 0 ? "down" : ""}`, "data-source": edge.source, "data-target": edge.target,
    d: `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`,
    style: `stroke-width:${1.2 + 6 * Math.min(1, Math.max(0, edge.weight))}px`,
  } }];
}

function drawNode(view, node) {
  const { x, y, wide, high } = view.place.get(node.id), { unit, dense } = view;
  const number = node.vector.length || node.value === null ? "" : written(node.value, node.digits);
  const said = node.vector.length ? node.vector.map((one) => written(one, 2)).join(", ") : number;
  const begin = Math.min(0.72 * wide, Math.max(0.5 * wide, view.named + 17 * unit));
  const right = dense ? (node.vector.length ? wide - begin : number.length * 7 * unit + 6) : 0;
  const line = dense ? high / 2 + 4 * unit : number || node.vector.length ? 15.5 * unit : high / 2 + 4 * unit;
  const inner = [
    { key: "full", tag: "title", text: `${node.label} ${said}`.trim() },
    { key: "box", tag: "rect", at: { class: "box", width: wide, height: high, rx: 6 * unit } },
    { key: "label", tag: "text", at: { class: "label", x: 9 * unit, y: line, style: `font-size:${12.5 * unit}px` }, text: fit(view, node.label, wide - 16 * unit - right, 12.5) },
  ];
  if (number) {
    inner.push({ key: "strip", tag: "rect", at: { class: `strip ${tone(node)}`, x: 0, y: 5 * unit, width: 3.5 * unit, height: high - 10 * unit, rx: 2 } });
    inner.push({ key: "number", tag: "text", at: { class: `number ${tone(node)}`, x: dense ? wide - 7 * unit : 9 * unit, y: dense ? line : 32.5 * unit, "text-anchor": dense ? "end" : "start", style: `font-size:${(dense ? 12 : 14) * unit}px` }, text: number });
  }
  if (node.vector.length) inner.push(...drawCells(view, node.vector, dense ? begin : 6 * unit, dense ? 4 * unit : 20 * unit, dense ? wide - begin - 5 * unit : wide - 12 * unit, dense ? high - 8 * unit : 16 * unit));
  const at = { class: node.faded ? "node faded" : "node", transform: `translate(${x},${y})`, ...button("node", node.id, `${node.label} ${said}`) };
  return { key: `node ${node.id}`, tag: "g", at, in: inner };
}

// A vector's numbers as cells; the number itself is left to the colour where there is no room for it.
function drawCells(view, vector, x, y, wide, high) {
  const step = wide / vector.length, size = 10.5;
  const digits = [2, 1].find((one) => step - 2 > measure(view, written(-0.44, one), size));
  return vector.flatMap((value, place) => {
    const strength = Math.round(12 + 48 * Math.min(1, Math.abs(value) / view.largest));
    const cell = { key: `cell${place}`, tag: "rect", at: { class: `cell ${sign(value)}`, x: x + place * step, y, width: Math.max(1, step - 1.5), height: high, rx: 2, style: `--strength:${strength}%` } };
    const text = { key: `in${place}`, tag: "text", at: { class: "in-cell", x: x + (place + 0.5) * step - 0.75, y: y + high / 2 + 3.7 * view.unit, "text-anchor": "middle", style: `font-size:${size * view.unit}px` }, text: digits ? written(value, digits) : "" };
    return digits ? [cell, text] : [cell];
  });
}

function light(root, view) {
  const { data } = view, id = view.hover || view.focus || view.chosen, near = new Set([id]);
  for (const edge of data.edges) if (edge.source === id) near.add(edge.target); else if (edge.target === id) near.add(edge.source);
  root.classList.toggle("pointing", Boolean(view.hover || view.focus));
  for (const one of root.querySelectorAll("[data-id]")) {
    const own = one.dataset.id;
    one.classList.toggle("on", own === id);
    one.classList.toggle("near", own !== id && near.has(own));
    one.classList.toggle("lit", data.lit.includes(own));
    one.classList.toggle("chosen", own === view.chosen);
    one.setAttribute("aria-pressed", String(own === view.chosen));
  }
  for (const edge of root.querySelectorAll(".edge")) edge.classList.toggle("on", edge.dataset.source === id || edge.dataset.target === id);
  const node = data.nodes.find((one) => one.id === id), note = root.querySelector(".note");
  patch(note, node ? [{ key: "of", tag: "strong", text: node.label }, { key: "say", tag: "span", text: node.note ? ` ${node.note}` : "" }] : [{ key: "say", tag: "span", text: data.words.hint }]);
}

function listen(root, view) {
  const idOf = (event) => event.target.closest?.("[data-id]")?.dataset.id ?? "";
  const show = (what, id) => { if (view[what] !== id) { view[what] = id; light(root, view); } };
  const select = (id) => { view.chosen = view.chosen === id ? "" : id; light(root, view); view.send(view.chosen); };
  root.addEventListener("pointerover", (event) => { if (event.pointerType !== "touch") show("hover", idOf(event)); });
  root.addEventListener("pointerleave", () => show("hover", ""));
  root.addEventListener("focusin", (event) => {
    const { group, id } = event.target.dataset;
    if (!group) return;
    view.stops[group] = id;
    rove(root, view, group);
    show("focus", event.target.matches(":focus-visible") ? id : "");
  });
  root.addEventListener("focusout", () => show("focus", ""));
  root.addEventListener("click", (event) => { const id = idOf(event); if (id) select(id); });
  root.addEventListener("keydown", (event) => {
    const { group, id } = event.target.dataset;
    if (!group) return;
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); if (!event.repeat) select(id); }
    const next = event.key.startsWith("Arrow") && (group === "term" ? nextTerm(root, event) : nextNode(root, view, id, event.key));
    if (next) { event.preventDefault(); next.focus(); }
  });
}

// One stop of the Tab key for the formula and one for the diagram; the arrows move within them.
function rove(root, view, group) {
  const all = [...root.querySelectorAll(`[data-group="${group}"]`)];
  const stop = all.find((one) => one.dataset.id === view.stops[group]) ?? all[0];
  for (const one of all) one.setAttribute("tabindex", one === stop ? "0" : "-1");
}

function nextTerm(root, event) {
  const terms = [...root.querySelectorAll("[data-group=term]")], place = terms.indexOf(event.target);
  if (event.key === "ArrowDown") return find(root, "node", event.target.dataset.id);
  return terms[place + ({ ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? NaN)];
}

function nextNode(root, view, id, key) {
  const here = view.place.get(id), way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!here || !way) return null;
  const linked = new Set(view.data.edges.flatMap((edge) => (edge.source === id ? [edge.target] : edge.target === id ? [edge.source] : [])));
  const fitting = [...view.place].filter(([other, at]) => other !== id && (way[0] ? Math.sign(at.column - here.column) === way[0] : at.column === here.column && Math.sign(at.y - here.y) === way[1]));
  const far = ([other, at]) => Math.abs(at.column - here.column) * 1e5 + (way[0] && !linked.has(other) ? 1e4 : 0) + Math.abs(at.y - here.y);
  fitting.sort((a, b) => far(a) - far(b));
  return fitting.length ? find(root, "node", fitting[0][0]) : null;
}

function find(root, group, id) {
  return [...root.querySelectorAll(`[data-group="${group}"]`)].find((one) => one.dataset.id === id);
}

// Bring the children in line with what is wanted, reusing elements: focus stays, and colours may fade over.
function patch(parent, wanted) {
  const old = new Map([...parent.childNodes].map((child) => [child.flowKey, child]));
  const names = new Set(wanted.map((one) => one.key));
  for (const [key, child] of old) if (!names.has(key)) child.remove();
  wanted.forEach((one, place) => {
    const inSvg = one.tag === "svg" || parent.namespaceURI === SVG;
    const element = old.get(one.key) ?? (inSvg ? document.createElementNS(SVG, one.tag) : document.createElement(one.tag));
    element.flowKey = one.key;
    for (const [name, value] of Object.entries(one.at ?? {})) if (element.getAttribute(name) !== String(value)) element.setAttribute(name, value);
    if (parent.childNodes[place] !== element) parent.insertBefore(element, parent.childNodes[place] ?? null);
    if (one.text === undefined) patch(element, one.in ?? []);
    else if (element.textContent !== one.text) element.textContent = one.text;
  });
}

function button(group, id, label) {
  return { "data-group": group, "data-id": id, role: "button", "aria-label": label.trim() };
}

function named(view, text, wide, size) {
  return [{ key: "full", tag: "title", text }, { key: "shown", tag: "tspan", at: { style: `font-size:${size * view.unit}px` }, text: fit(view, text, wide, size) }];
}

function measure(view, text, size) {
  MEASURE.font = `${size * view.unit}px ${view.font}`;
  return MEASURE.measureText(text).width;
}

function fit(view, text, wide, size) {
  if (measure(view, text, size) <= wide) return text;
  const letters = [...text.slice(0, 200)];
  while (letters.length > 1 && measure(view, letters.join("") + "…", size) > wide) letters.pop();
  return letters.join("") + "…";
}

function written(value, digits) {
  const text = Math.abs(value) >= 1e4 ? Math.abs(value).toLocaleString("en", { maximumFractionDigits: digits }) : Math.abs(value).toFixed(digits);
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

function tone(part) {
  return part.neutral ? "" : sign(part.value);
}

function sign(value) {
  return value > 0 ? "up" : value < 0 ? "down" : "";
}
