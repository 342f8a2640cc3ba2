/// Accuracy against confidence: how far the two differ in each part of the scale.
function reliability(bins, total) {
  const side = 260, left = 52, top = 12, histogram = 56, width = left + side + 8, height = top + side + histogram + 44;
  const x = (v) => left + v * side, y = (v) => top + side - v * side;
  const chart = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": "Reliability diagram; its numbers are in the table below" });
  const most = Math.max(1, ...bins.map((bin) => bin[2]));
  const base = top + side + histogram + 10;
  bins.forEach(([confidence, accuracy, number], i) => {
    const from = x(i / bins.length) + 1, across = side / bins.length - 2;
    if (number === 0) return;
    chart.append(svg("rect", { class: "bin", x: from, width: across, y: y(accuracy), height: y(0) - y(accuracy) }));
    const low = Math.min(accuracy, confidence), high = Math.max(accuracy, confidence);
    chart.append(svg("rect", { class: "gap", x: from, width: across, y: y(high), height: y(low) - y(high) }));
    const tall = Math.max(1, histogram * Math.log1p(number) / Math.log1p(most));
    chart.append(svg("rect", { class: "bin", x: from, width: across, y: base - tall, height: tall }));
  });
  chart.append(svg("path", { class: "ideal", d: `M${x(0)} ${y(0)}L${x(1)} ${y(1)}` }));
  chart.append(svg("path", { class: "axis", d: `M${x(0)} ${top}V${y(0)}H${x(1)}M${x(0)} ${base}H${x(1)}` }));
  for (const at of [0, 0.5, 1]) {
    chart.append(svg("text", { x: left - 6, y: y(at) + 4, "text-anchor": "end" }, `${100 * at} %`));
    chart.append(svg("text", { x: x(at), y: base + 16, "text-anchor": at === 1 ? "end" : at === 0 ? "start" : "middle" }, `${100 * at} %`));
  }
  chart.append(svg("text", { x: x(0.5), y: base + 32, "text-anchor": "middle" }, "how sure the network was"));
  const share = (i) => `${Math.round((100 * i) / bins.length)} to ${Math.round((100 * (i + 1)) / bins.length)} %`;
  const rows = bins.map(([confidence, accuracy, number], i) => number === 0 ? null :
    [share(i), percent(confidence), percent(accuracy), number.toLocaleString("en")]).filter(Boolean);
  return el("div", {}, chart,
    el("p", { class: "quiet" }, `Bars: how many answers were right. The dashed line: as many as the network was sure of; framed is what lies between. Below: how many of the ${count(total, "answer")} were so sure (logarithmic).`),
    el("details", {}, el("summary", {}, "The numbers"), table("Answers by how sure they were", ["sure", "mean", "right", "answers"], rows)));
}

/// Round numbers between low and high, about `most` of them.
function ticks(low, high, most) {
  const raw = (high - low) / most, power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= raw);
  const found = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step / 1e6; at += step) found.push(Number(at.toPrecision(10)));
  return found;
}

/// Curves over the epochs: [{name, values}], null where there is no value.
function curves(title, epochs, lines, show) {
  const width = 460, height = 240, left = 58, right = 10, top = 8, bottom = 36;
  const used = lines.filter((line) => line.values.some((value) => value !== null));
  const all = used.flatMap((line) => line.values.filter((value) => value !== null));
  if (all.length === 0) return null;
  let low = Math.min(...all), high = Math.max(...all);
  if (low === high) { low -= Math.abs(low) / 2 || 1; high += Math.abs(high) / 2 || 1; }
  const first = epochs[0], last = epochs[epochs.length - 1];
  const x = (epoch) => left + (last === first ? 0.5 : (epoch - first) / (last - first)) * (width - left - right);
  const y = (value) => top + (1 - (value - low) / (high - low)) * (height - top - bottom);
  const chart = svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title} after each epoch; the numbers are in the table below` });
  for (const at of ticks(low, high, 4)) {
    chart.append(svg("path", { class: "axis", d: `M${left} ${y(at)}H${width - right}` }));
    chart.append(svg("text", { x: left - 6, y: y(at) + 4, "text-anchor": "end" }, show(at)));
  }
  for (const at of ticks(first, Math.max(last, first + 1), 6).filter((each) => Number.isInteger(each) && each <= last)) {
    chart.append(svg("text", { x: x(at), y: height - bottom + 16, "text-anchor": "middle" }, String(at)));
  }
  chart.append(svg("text", { x: (left + width - right) / 2, y: height - 4, "text-anchor": "middle" }, "epoch"));
  used.forEach((line, i) => {
    const points = line.values.map((value, at) => (value === null ? null : `${x(epochs[at]).toFixed(1)} ${y(value).toFixed(1)}`)).filter(Boolean);
    if (points.length > 1) chart.append(svg("path", { class: `curve ${"abc"[i]}`, d: `M${points.join("L")}` }));
    else chart.append(svg("circle", { class: `curve ${"abc"[i]}`, cx: points[0].split(" ")[0], cy: points[0].split(" ")[1], r: 3 }));
  });
  return el("figure", { class: "weights" }, el("h3", {}, title), chart,
    el("ul", { class: "legend" }, used.map((line, i) => el("li", {}, el("span", { class: "abc"[i] }), line.name))));
}
