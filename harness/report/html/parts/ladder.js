// The ladder. Each mark is a row: its stretch of the lifelines as SVG, its words beside it, so that words wrap,
// zoom and print as text. A lifeline is thick from where its side believed its handshake done to where that ended.

const ENCRYPTED = 1, LOST = 2, ENDS = 4, REFUSES = 8;
const NARROW = 22, WIDE = 112, LEVEL = 100, SHARE = 0.46, SLIM = 0.33;
const HALF = "0.8em";

// `connection` draws that one alone; `width` is what there is, in pixels.
function ladder(play, width, connection = 0) {
  const say = telling(play);
  const marks = play.marks.filter((mark) => !connection || connectionOf(mark) === connection);
  const lanes = lanesOf(play, marks, connection);
  const share = width * (width < 600 ? SLIM : SHARE);
  const spacing = Math.max(NARROW, Math.min(WIDE, share / Math.max(lanes.length, 1)));
  const sheet = { say, lanes, spacing, names: play.lifelines.map(say), play, span: spacing * lanes.length };
  const believing = play.lifelines.map(() => new Set());
  const rows = marks.map((mark) => row(mark, sheet, believing));
  return html("div", { class: "ladder" }, head(sheet), html("ol", {}, rows), legend());
}

function connectionOf(mark) {
  return mark[0] === "a" ? mark[6] : mark[0] === "n" ? mark[3] : 0;
}

function lanesOf(play, marks, connection) {
  const all = play.lifelines.map((_, place) => place);
  if (!connection) return all;
  const ends = new Set(marks.flatMap((mark) => (mark[0] === "a" ? [mark[1], mark[2]] : [mark[1]])));
  return all.filter((place) => ends.has(place));
}

function across(sheet, place) {
  return sheet.spacing * (sheet.lanes.indexOf(place) + 0.5);
}

function head(sheet) {
  const level = sheet.spacing >= LEVEL;
  const rise = 20 + 5 * Math.max(0, ...sheet.lanes.map((place) => sheet.names[place].length));
  const names = sheet.lanes.map((place) => {
    const x = across(sheet, place);
    if (!level) return svg("text", { transform: `translate(${x},${rise - 6}) rotate(-40)` }, sheet.names[place]);
    const lines = sheet.names[place].split(" ");
    const spans = lines.map((word, at) => svg("tspan", { x, y: 44 - 16 * (lines.length - 1 - at) }, word));
    return svg("text", { "text-anchor": "middle" }, spans);
  });
  const size = { width: sheet.span, height: level ? 52 : rise, class: "names", "aria-hidden": "true" };
  return html("div", { class: "head" }, svg("svg", size, names));
}

function row(mark, sheet, believing) {
  if (mark[0] === "h") return heading(mark, sheet, believing);
  const before = believing.map((connections) => connections.size > 0);
  const drawn = mark[0] === "n" ? note(mark, sheet) : arrow(mark, sheet);
  follow(mark, believing);
  const after = believing.map((connections) => connections.size > 0);
  return line(sheet, before, after, drawn, drawn.kind);
}

function line(sheet, before, after, drawn, kind) {
  const lifelines = sheet.lanes.flatMap((place) => lifeline(across(sheet, place), before[place], after[place]));
  const centre = svg("svg", { y: HALF, overflow: "visible" }, drawn.strokes);
  const lanes = html("div", { class: "lanes", "aria-hidden": "true" }, svg("svg", {}, lifelines, centre));
  lanes.style.width = `${sheet.span}px`;
  return html("li", { class: kind }, lanes, html("div", { class: "words" }, drawn.words));
}

function lifeline(x, before, after) {
  return [
    svg("line", { x1: x, x2: x, y1: 0, y2: HALF, class: before ? "believes" : "lifeline" }),
    svg("line", { x1: x, x2: x, y1: HALF, y2: "100%", class: after ? "believes" : "lifeline" }),
  ];
}

// Keeps, for each lifeline, the connections on which that side believes to be done.
function follow(mark, believing) {
  if (mark[0] === "n" && mark[4]) believing[mark[1]].add(mark[3]);
  if (mark[0] === "a" && mark[4] & ENDS) {
    believing[mark[1]].delete(mark[6]);
    if (!(mark[4] & LOST)) believing[mark[2]].delete(mark[6]);
  }
}

function heading(mark, sheet, believing) {
  const now = believing.map((connections) => connections.size > 0);
  const drawn = { strokes: [], words: [html("strong", {}, sheet.say(mark[1]))] };
  return line(sheet, now, now, drawn, mark[2] ? "heading stopped" : "heading");
}

function note(mark, sheet) {
  const [, place, number, , done] = mark;
  const strokes = [svg("circle", { cx: across(sheet, place), r: done ? 7 : 4, class: done ? "done" : "inside" })];
  const words = [html("span", { class: "who" }, `${sheet.names[place]}: `), sheet.say(number)];
  return { strokes, kind: done ? "note done" : "note", words: done ? [badge("believes it is done", "good"), ...words] : words };
}

function arrow(mark, sheet) {
  const [, sender, receiver, number, flags, layer, , chain] = mark;
  const name = data.layers[layer];
  const said = `${sheet.names[sender]} to ${sheet.names[receiver]}${flags & ENCRYPTED ? ", encrypted" : ""}: `;
  const words = [html("span", { class: `layer ${name.toLowerCase()}` }, name), hidden(said)];
  words.push(...label(sheet.say(number), chain, sheet.play));
  const kind = flags & LOST ? "arrow lost" : flags & REFUSES ? "arrow refuses" : "arrow";
  return { strokes: shaft(across(sheet, sender), across(sheet, receiver), flags, name), kind, words };
}

// The words for a Certificate are a button that opens it.
function label(words, chain, play) {
  const from = words.indexOf("Certificate ("), to = words.lastIndexOf("sent)") + 5;
  if (chain === undefined || chain < 0) return [words];
  const whole = from < 0 || to <= from;
  const named = whole ? "Certificate" : words.slice(from, to);
  const open = { type: "button", class: "certificate", click: () => openCertificate(chain, play) };
  const button = html("button", open, named);
  return whole ? [words, " ", button] : [words.slice(0, from), button, words.slice(to)];
}

function shaft(from, to, flags, layer) {
  const way = to > from ? 1 : -1;
  const dashed = flags & ENCRYPTED ? " encrypted" : "";
  const kind = `shaft ${layer.toLowerCase()}${dashed}${flags & (REFUSES | LOST) ? " bad" : ""}`;
  if (from === to) return [svg("circle", { cx: from, r: 4, class: "inside" })];
  if (flags & LOST) {
    const x = (from + to) / 2;
    return [
      svg("line", { x1: from, x2: x - way * 7, y1: 0, y2: 0, class: kind }),
      svg("path", { d: `M${x - 5},-5l10,10m0,-10l-10,10`, class: "cross" }),
    ];
  }
  const tip = to - way * 2;
  const head = `M${tip},0l${-way * 8},-4.5v9z`;
  return [
    svg("line", { x1: from, x2: tip - way * 7, y1: 0, y2: 0, class: kind }),
    svg("path", { d: head, class: `tip ${layer.toLowerCase()}${flags & REFUSES ? " bad" : ""}` }),
  ];
}

function legend() {
  const entry = (strokes, words) =>
    html("span", {}, svg("svg", { width: 46, height: 16, "aria-hidden": "true" }, svg("svg", { y: 8, overflow: "visible" }, strokes)), words);
  return html("p", { class: "legend" },
    entry(shaft(2, 44, 0, "TLS"), "in clear"),
    entry(shaft(2, 44, ENCRYPTED, "TLS"), "encrypted"),
    entry(shaft(2, 44, LOST, "TLS"), "sent, never read"),
    entry([svg("circle", { cx: 22, r: 4, class: "inside" })], "inside one actor"),
    entry([svg("line", { x1: 22, x2: 22, y1: -8, y2: 8, class: "believes" }), svg("circle", { cx: 22, r: 7, class: "done" })],
      "from here on this side believes that the connection stands"));
}
