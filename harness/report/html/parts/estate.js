// The picture of the lab, and of one play in it: who dialled whom, on which port.

function estatePicture(places, lines, hung = []) {
  const used = new Set(lines.flatMap(([one, other]) => [one, other]));
  const there = new Set(lines.map(([one, other]) => `${one} ${other}`));
  const met = new Map();
  for (const end of lines.flatMap(([one, other]) => [one, other])) met.set(end, (met.get(end) || 0) + 1);
  const taken = [];
  const drawn = lines.map(([one, other, ports]) =>
    estateLine(places[one], places[other], ports, taken, {
      back: there.has(`${other} ${one}`),
      hung: hung[0] === one && hung[1] === other,
      far: met.get(one) > met.get(other),
    }));
  const boxes = places.map((place, number) => (used.has(number) ? estateBox(place) : null));
  const words = lines.map(([one, other, ports]) => html("li", {}, `${places[one][1]} dials ${places[other][1]} on ${ports.join(", ")}`));
  const size = { viewBox: "0 0 1280 570", role: "img", "aria-label": "Actors of the lab and the ports they dial; as text below" };
  return html("figure", { class: "estate" },
    html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Picture of the lab" },
      svg("svg", size, estateGrounds(), drawn.map(([way]) => way), boxes, drawn.map(([, words]) => words))),
    html("details", {}, html("summary", {}, "The same as text"), html("ul", {}, words)));
}

function estateGrounds() {
  const grounds = [[0, 220, "Internet"], [440, 320, "DMZ"], [800, 480, "Inside"]];
  return grounds.map(([x, width, name]) => svg("g", {},
    svg("rect", { x, y: 0, width, height: 570, rx: 8, class: "zone" }),
    svg("text", { x: x + 10, y: 560, class: "zone-name" }, name)));
}

function estateBox([, name, x, y]) {
  const width = estateWidth(name);
  return svg("g", {},
    svg("rect", { x: x - width / 2, y: y - 15, width, height: 30, rx: 6, class: "actor" }),
    svg("text", { x, y: y + 5, "text-anchor": "middle" }, name));
}

function estateWidth(name) {
  return Math.max(96, name.length * 7.6 + 18);
}

// A line, and its ports, which are drawn above all lines. Lines there and back bend to opposite sides. The ports stand
// at the end where fewer lines meet, or further along where other ports stand already.
function estateLine([, name1, x1, y1], [, name2, x2, y2], ports, taken, { back, hung, far }) {
  const length = Math.hypot(x2 - x1, y2 - y1), bend = back ? 34 : 0;
  const cx = (x1 + x2) / 2 + ((y2 - y1) / length) * bend, cy = (y1 + y2) / 2 - ((x2 - x1) / length) * bend;
  const curve = (t, a, b, c) => (1 - t) ** 2 * a + 2 * t * (1 - t) * b + t * t * c;
  const upright = Math.abs(x2 - x1) < 60, room = (name) => estateWidth(name) / 2 + (far ? 36 : 16) + ports.join(" ").length * 4;
  const first = upright ? 0.5 : far ? 1 - room(name2) / length : room(name1) / length;
  const side = !upright ? "middle" : cx < x1 ? "end" : "start";
  const at = (t) => ({ x: curve(t, x1, cx, x2) + (upright ? Math.sign(cx - x1 || 1) * 8 : 0), y: curve(t, y1, cy, y2) + 4 });
  const words = estateFree([0, 1, 2, 3, 4].map((steps) => at(first + steps * (first > 0.5 ? -0.07 : 0.07))), ports, taken);
  const kind = hung ? "dial hung" : "dial";
  return [
    svg("g", { class: kind },
      svg("path", { d: `M${x1},${y1}Q${cx},${cy} ${x2},${y2}`, class: "way" }),
      estatePoint(x2 - cx, y2 - cy, x2, y2, estateWidth(name2) / 2)),
    svg("g", { class: kind }, svg("text", { ...words, "text-anchor": side, class: "ports" }, ports.join(", "))),
  ];
}

// The first of several places at which ports hide no others; it is taken from then on.
function estateFree(places, ports, taken) {
  const wide = (one, other) => (one.join(" ").length + other.join(" ").length) * 4;
  const free = ({ x, y }) => taken.every((each) => Math.abs(each.x - x) > wide(each.ports, ports) || Math.abs(each.y - y) > 14);
  const place = places.find(free) || places[0];
  taken.push({ ...place, ports });
  return place;
}

// The arrow head, where the line meets the box of whoever is dialled.
function estatePoint(dx, dy, x, y, half) {
  const share = Math.min(half / Math.max(Math.abs(dx), 1), 15 / Math.max(Math.abs(dy), 1));
  const turn = (Math.atan2(dy, dx) * 180) / Math.PI;
  return svg("path", { d: "M0,0l-11,-5v10z", class: "point", transform: `translate(${x - dx * share},${y - dy * share}) rotate(${turn})` });
}
