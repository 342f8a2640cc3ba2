/// Pictures shown at once; more are drawn when they are asked for.
const PAGE = 60;

function photo(row) {
  const [uri, width, height] = row.photo;
  // At most 300 pixels high, in its own proportions.
  const wide = Math.ceil(Math.min(480, Math.max(112, width), (300 * width) / height)), boxes = [];
  const overlay = svg("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  for (const digit of row.digits ?? []) {
    const [x, y, across, down] = digit.slice(6, 10);
    boxes.push(svg("rect", { x, y, width: across, height: down }));
  }
  overlay.append(...boxes);
  const image = el("img", { src: uri, alt: `${row.name}, made small`, width: wide, height: Math.round((wide * height) / width) });
  return { node: el("div", { class: "photo" }, image, overlay), boxes };
}

/// What the network saw of each digit; a button shows where in the picture that is.
function saw(row, sheet, boxes) {
  const single = row.digits.length === 1;
  return el("ul", { class: "saw" }, row.digits.map((digit, i) => {
    const name = data.classes[digit[0]], box = boxes[i];
    const mark = (on) => () => box && box.classList.toggle("on", on);
    const canvas = drawn(sheet, digit[10], `what the network saw: ${name}`);
    if (single) return el("li", {}, canvas);
    return el("li", {}, el("button", {
      type: "button", title: [0, 2, 4].map((at) => `${data.classes[digit[at]]} ${percent(digit[at + 1], 1)}`).join(", "),
      onmouseenter: mark(true), onmouseleave: mark(false), onfocus: mark(true), onblur: mark(false),
    }, canvas, `${name} ${percent(digit[1], 0)}`));
  }));
}

function scan(row, sheet) {
  const shown = row.photo ? photo(row) : { node: null, boxes: [] };
  const item = el("li", { class: "scan" }, el("h3", {}, row.name), shown.node);
  if (row.error) {
    item.append(el("p", { class: "failed" }, row.error));
    return item;
  }
  const unsure = row.sure !== undefined && row.sure < data.threshold;
  item.append(el("p", { class: "answer" }, row.text ?? "no digit"));
  if (row.sure !== undefined) item.append(el("p", { class: "quiet" }, `${row.text.length > 1 ? "the least sure digit " : "sure "}${percent(row.sure)}${unsure ? ", unsure" : ""}`));
  if (row.note) item.append(el("p", { class: "failed" }, row.note));
  if (row.digits) {
    item.append(saw(row, sheet, shown.boxes));
    if (row.digits.length === 1) {
      const digit = row.digits[0];
      item.append(bars([0, 2, 4].map((at) => [data.classes[digit[at]], digit[at + 1]])));
    }
  }
  return item;
}

function scanList(sheet) {
  const list = el("ul", { class: "scans", id: "scans" }), told = el("p", { class: "quiet", role: "status" });
  const more = el("button", { type: "button", class: "more" }, "Show more");
  const search = el("input", { type: "search", id: "search", autocomplete: "off" });
  const which = el("select", { id: "which" },
    [["all", "all"], ["unsure", data.threshold > 0 ? `below ${percent(data.threshold, 0)}` : "below 90 %"], ["none", "without an answer"]]
      .map(([value, text]) => el("option", { value }, text)));
  const limit = data.threshold > 0 ? data.threshold : 0.9;
  let found = [], shown = 0;

  function wanted(row) {
    if (which.value === "unsure" && !(row.sure < limit)) return false;
    if (which.value === "none" && row.sure !== undefined) return false;
    const text = search.value.trim().toLowerCase();
    return text === "" || row.name.toLowerCase().includes(text) || row.text === search.value.trim();
  }
  function draw() {
    const next = found.slice(shown, shown + PAGE);
    list.append(...next.map((row) => scan(row, sheet)));
    shown += next.length;
    more.hidden = shown >= found.length;
    told.textContent = `${shown.toLocaleString("en")} of ${count(found.length, "picture")} shown, the least sure first.`;
  }
  function start() {
    found = data.rows.filter(wanted);
    shown = 0;
    list.replaceChildren();
    draw();
  }
  more.addEventListener("click", () => {
    const first = shown;
    draw();
    // Where the reader was, and not the end of the page.
    const item = list.children[first];
    if (item) { item.tabIndex = -1; item.focus(); }
  });
  search.addEventListener("input", start);
  which.addEventListener("change", start);
  section("Pictures", { class: "wide" },
    el("div", { class: "controls" }, el("label", {}, "Name or answer", search), el("label", {}, "How sure", which)),
    told, list, more);
  start();
}

function showScans() {
  return loaded(data.sheet).then((image) => {
    const answered = data.pictures - data.failed - data.blank;
    document.getElementById("summary").remove();
    const left = data.pictures - data.rows.length;
    section("In short", { class: "wide", id: "short" },
      el("p", {}, `${count(data.pictures, "picture")}: ${answered.toLocaleString("en")} read with ${count(data.digits, "digit")}, ${data.blank.toLocaleString("en")} without a digit, ${data.failed.toLocaleString("en")} could not be read.`),
      left > 0 ? el("p", { class: "failed" }, `The page holds the ${data.rows.length.toLocaleString("en")} least sure; ${left.toLocaleString("en")} surer ones are left out.`) : null,
      el("p", { class: "quiet" }, "What could not be read comes first, then the answer of which the network was least sure. The least sure are shown with their picture and what the network saw of it; the others by name and answer alone, so that the page stays small."));
    scanList({ image, columns: data.columns });
    facts(data.facts);
  });
}
