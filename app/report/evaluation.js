/// The picture of a sample with what it is and what was said of it.
function sampleLabel(names, sample) {
  return `picture ${sample[0]}: ${names[sample[1]]}, answered ${names[sample[2]]}`;
}

function topThree(names, sample) {
  return [[names[sample[4]], sample[5]], [names[sample[6]], sample[7]], [names[sample[8]], sample[9]]];
}

function headline(e, comparison) {
  const margin = Math.max(0.002, 3 * (e.high - e.low)), low = Math.max(0, e.low - margin), high = Math.min(1, e.high + margin);
  const x = (share) => (100 * (share - low)) / (high - low || 1);
  const scale = svg("svg", { viewBox: "0 0 100 10", preserveAspectRatio: "none", role: "img", "aria-label": `from ${percent(e.low)} to ${percent(e.high)}` },
    svg("rect", { x: 0, y: 3, width: 100, height: 4, rx: 2, fill: "var(--rest)" }),
    svg("rect", { x: x(e.low), y: 3, width: x(e.high) - x(e.low), height: 4, fill: "var(--bar)" }),
    svg("rect", { x: x(e.accuracy) - 0.4, y: 0, width: 0.8, height: 10, fill: "var(--text)" }));
  document.getElementById("summary").remove();
  section("Accuracy", { id: "accuracy", class: "wide" },
    el("p", { class: "headline" }, percent(e.accuracy)),
    el("p", {}, `${e.correct.toLocaleString("en")} of ${count(e.count, "picture")} right; with 95 % confidence between ${percent(e.low)} and ${percent(e.high)} of such pictures.`),
    el("div", { class: "scale" }, scale),
    comparison ? el("p", { id: "comparison" }, comparison) : null,
    el("p", { class: "quiet" }, `Loss ${e.loss.toFixed(4)}, calibration error ${percent(e.ece)}.`));
}

function heatMap(e, sheet) {
  const names = e.classes, named = names.some((name) => name.length > 2);
  const panel = el("section", { id: "cell", "aria-live": "polite", "aria-label": "Pictures behind the cell" });
  const most = Math.max(1, ...e.confusion.flatMap((row, i) => row.filter((_, j) => i !== j)));
  const buttons = new Map();

  function open(label, answer) {
    for (const button of buttons.values()) {
      const chosen = button === buttons.get(`${label} ${answer}`);
      button.setAttribute("aria-pressed", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
    const number = e.confusion[label][answer], places = e.cells[label][answer];
    const what = label === answer ? `${names[label]}, recognised` : `${names[label]}, taken for ${names[answer]}`;
    const some = places.length < number ? `; the ${places.length} least sure of the label` : "";
    panel.replaceChildren(
      el("h3", {}, `${what}: ${count(number, "picture")}${some}`),
      el("ul", { class: "pictures" }, places.map((place) => el("li", {}, el("figure", {},
        drawn(sheet, place, sampleLabel(names, e.samples[place])),
        el("figcaption", {}, `no. ${e.samples[place][0]}`, el("br"),
          `${percent(e.samples[place][5], 1)}${label === answer ? "" : `, label ${percent(e.samples[place][3], 1)}`}`))))));
  }
  function move(event, label, answer) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!step) return;
    event.preventDefault();
    for (let i = label + step[0], j = answer + step[1]; names[i] !== undefined && names[j] !== undefined; i += step[0], j += step[1]) {
      const button = buttons.get(`${i} ${j}`);
      if (button) { button.focus(); return; }
    }
  }
  function cell(number, label, answer) {
    if (number === 0) return el("td", {}, "0");
    const right = label === answer;
    const support = e.scores[label][3];
    const heat = right ? (number / support) ** 2 : Math.sqrt(number / most);
    const button = el("button", {
      type: "button", class: right ? "right" : "wrong", "--heat": heat.toFixed(3), "aria-pressed": "false", tabindex: -1,
      "data-cell": `${label} ${answer}`,
      "aria-label": `${names[label]} answered ${names[answer]}: ${count(number, "picture")}`,
      onclick: () => open(label, answer), onkeydown: (event) => move(event, label, answer),
    }, number.toLocaleString("en"));
    buttons.set(`${label} ${answer}`, button);
    return el("td", {}, button);
  }

  const heat = el("table", { class: named ? "heat named" : "heat", id: "confusion" },
    el("caption", {}, "A row is what a picture is, a column what it was taken for. A cell opens its pictures; arrow keys go from one to the next."),
    el("thead", {}, el("tr", {}, el("th", { class: "corner" }, el("span", { class: "quiet" }, named ? "is / taken for" : "")),
      names.map((name) => el("th", { scope: "col", title: name }, el("span", {}, name))))),
    el("tbody", {}, e.confusion.map((row, i) => el("tr", {},
      el("th", { scope: "row", title: names[i] }, names[i]), row.map((number, j) => cell(number, i, j))))));
  // An empty corner is no heading.
  if (!named) heat.querySelector(".corner").replaceWith(el("td"));
  section("What was taken for what", { class: "wide" }, named ? wide("Confusion matrix", heat) : heat, panel);
  let first = null;
  e.confusion.forEach((row, i) => row.forEach((number, j) => {
    const wrong = i !== j;
    if (number > 0 && (first === null || (wrong && (first[2] === false || number > first[3])))) first = [i, j, wrong, number];
  }));
  if (first) open(first[0], first[1]);
}

function worst(e, sheet) {
  if (e.worst.length === 0) return;
  const wrong = e.count - e.correct;
  section(`The ${count(e.worst.length, "worst mistake")}`, { class: "wide", id: "worst" },
    el("p", { class: "quiet" }, `Of ${count(wrong, "wrong answer")}, those that gave the label least; the three most probable answers of each.`),
    el("ul", { class: "cards" }, e.worst.map((place) => {
      const sample = e.samples[place];
      return el("li", { class: "card" }, drawn(sheet, place, sampleLabel(e.classes, sample)),
        el("div", {}, el("h3", {}, `${e.classes[sample[1]]}, taken for ${e.classes[sample[2]]}`), bars(topThree(e.classes, sample)),
          el("p", { class: "quiet" }, `no. ${sample[0]}; the label ${percent(sample[3])}`)));
    })));
}

function perClass(e) {
  const rows = e.classes.map((name, i) => {
    const [precision, recall, f1, support] = e.scores[i];
    return [name, percent(precision), percent(recall), percent(f1), support.toLocaleString("en")];
  });
  section("Class by class", { id: "class-by-class" }, wide("Table of classes", table("Precision: how many of the answers were right; recall: how many of the pictures were found", ["class", "precision", "recall", "F1", "pictures"], rows, { id: "classes" })));
}

function weights(pictures) {
  section("What was learnt", { class: "wide" },
    el("figure", { class: "weights" },
      el("img", { class: "weights kernels", src: pictures.kernels, alt: "The five kernels of 3x3 weights of the first layer, side by side" }),
      el("figcaption", {}, "The five kernels of the convolution. Blue is negative, white zero, red positive; each has a scale of its own.")),
    el("figure", { class: "weights" },
      el("img", { class: "weights", src: pictures.folded, alt: "300 maps of 28x28 weights, one for each unit of the first hidden layer" }),
      el("figcaption", {}, "The convolution and the first linear layer as the one affine map that they are: what each of the 300 units looks for in the 28x28 pixels.")));
}

function learning(run) {
  const column = (name) => run.epochs.map((epoch) => epoch[name] ?? null);
  const epochs = column("epoch");
  if (epochs.length === 0) return;
  const name = { train: "training pictures, as changed", val: "validation", test: "test" };
  const decimals = (value) => String(Number(value.toPrecision(3)));
  const number = (value) => (value === null ? "" : value.toFixed(4));
  section("How it learnt", { class: "wide", id: "learning" },
    el("div", { class: "curves" },
      curves("Loss", epochs, [{ name: name.train, values: column("train_loss") }, { name: name.val, values: column("val_loss") }, { name: name.test, values: column("test_loss") }], decimals),
      curves("Accuracy", epochs, [{ name: name.val, values: column("val_accuracy") }, { name: name.test, values: column("test_accuracy") }], (value) => `${decimals(100 * value)} %`),
      curves("Learning rate", epochs, [{ name: "learning rate", values: column("lr") }], decimals)),
    el("details", {}, el("summary", {}, "The numbers"), wide("Epoch by epoch", table("After each epoch", ["epoch", "loss", "val loss", "test loss", "val right", "test right", "rate", "seconds"],
      run.epochs.map((epoch) => [String(epoch.epoch), number(epoch.train_loss), number(epoch.val_loss ?? null), number(epoch.test_loss ?? null), number(epoch.val_accuracy ?? null), number(epoch.test_accuracy ?? null), epoch.lr.toExponential(2), epoch.seconds.toFixed(2)])))));
}

function showEvaluation() {
  const e = data.evaluation;
  const before = () => { if (data.run) learning(data.run); };
  if (!e) { before(); weights(data.weights); facts(data.facts); return Promise.resolve(); }
  return loaded(e.sheet).then((image) => {
    const sheet = { image, columns: e.columns };
    headline(e, data.comparison);
    before();
    heatMap(e, sheet);
    section("How sure, how right", { id: "reliability" }, reliability(e.bins, e.count));
    perClass(e);
    worst(e, sheet);
    weights(data.weights);
    facts(data.facts);
  });
}
