"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("main");

/// An element with attributes and children; strings become text and nothing else.
function el(name, attributes = {}, ...children) {
  return furnish(document.createElement(name), attributes, children);
}
function svg(name, attributes = {}, ...children) {
  return furnish(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}
function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("--")) node.style.setProperty(name, value);
    else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== null) node.setAttribute(name, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return node;
}

let headings = 0;
function section(title, attributes, ...children) {
  const id = `h${++headings}`;
  const node = el("section", { "aria-labelledby": id, ...attributes }, el("h2", { id }, title), ...children);
  main.append(node);
  return node;
}

/// "98.5 %"; what is nearly certain is not called certain.
function percent(share, digits = 2) {
  const text = (100 * share).toFixed(digits);
  return share < 1 && Number(text) === 100 ? `> ${(100 - 10 ** -digits).toFixed(digits)} %` : `${text} %`;
}
function count(number, one, many = `${one}s`) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

function loaded(uri) {
  if (!uri) return Promise.resolve(null);
  const image = new Image();
  image.src = uri;
  return image.decode().then(() => image);
}

/// One 28x28 picture of a sheet of them.
function drawn(sheet, place, label) {
  const canvas = el("canvas", { class: "digit", width: 28, height: 28, role: "img", "aria-label": label });
  const x = (place % sheet.columns) * 28, y = Math.floor(place / sheet.columns) * 28;
  canvas.getContext("2d").drawImage(sheet.image, x, y, 28, 28, 0, 0, 28, 28);
  return canvas;
}

function bars(pairs) {
  return el("dl", { class: "bars" }, pairs.map(([name, share]) => [
    el("dt", { title: name }, name),
    el("dd", { class: "bar", "aria-hidden": "true" }, el("span", { "--share": share })),
    el("dd", {}, percent(share, 1)),
  ]));
}

function table(caption, head, rows, attributes = {}) {
  return el("table", { class: "plain", ...attributes },
    el("caption", {}, caption),
    el("thead", {}, el("tr", {}, head.map((text) => el("th", { scope: "col" }, text)))),
    el("tbody", {}, rows.map((row) => el("tr", {}, row.map((text, i) =>
      i === 0 ? el("th", { scope: "row" }, text) : el("td", {}, text))))));
}

/// What may be wider than a narrow screen, to be scrolled by keyboard too.
function wide(label, child) {
  return el("div", { class: "scroll", role: "region", "aria-label": label, tabindex: 0 }, child);
}

function facts(pairs) {
  section("How this was made", { class: "wide" }, el("dl", { class: "facts" },
    pairs.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])));
}
