// The page of a lesson: one slide after the other. Arrow keys turn them; they are one long page all the same.

const plays = data.plays.map(whole).map((play, place) => ({ ...play, ...data.sides[place], say: telling(play) }));
const pairs = plays.filter((_, place) => place % 2 === 0).map((one, place) => [one, plays[2 * place + 1]]);
const broken = pairs.map((pair) => pair[1]);
const lesson = document.getElementById("lesson");

function slide(name, ...children) {
  return html("section", { class: "slide", tabindex: -1, "aria-label": name }, children);
}

function last(play) {
  return play.steps[play.steps.length - 1];
}

function verdictWords(play) {
  return play.rows[play.rows.length - 1][1];
}

function opening() {
  const [first] = broken;
  const ports = pairs[0].map((play) => html("th", { scope: "col" }, `Port ${play.port}`));
  const rows = pairs.map((pair) => html("tr", {}, html("th", { scope: "row" }, `TLS ${pair[0].tls}`),
    pair.map((play) => html("td", { class: play.stage ? "bad" : "good" }, verdictWords(play),
      play.stage ? html("div", { class: "kind" }, play.say(last(play).who)) : null))));
  return slide("The two ports",
    html("h1", {}, data.title), html("p", { class: "lead" }, first.say(first.story)),
    html("table", { class: "big" }, html("thead", {}, html("tr", {}, html("td", {}), ports)), html("tbody", {}, rows)),
    html("p", { class: "lead" }, html("strong", {}, "Why: "), first.say(first.why)));
}

function sideBySide(pair) {
  return slide(`TLS ${pair[0].tls}`,
    html("h2", {}, `TLS ${pair[0].tls}: the same ${pair[0].say(last(pair[0]).step)} on both ports`),
    html("div", { class: "pair" }, pair.map((play) => html("article", { class: play.stage ? "side bad-side" : "side good-side" },
      html("h3", {}, `Port ${play.port}: `, html("span", { class: play.stage ? "bad" : "good" }, verdictWords(play))),
      html("div", { class: "drawn" })))));
}

function factsOf(play) {
  const words = [["no", "bad"], ["yes", "good"], ["nobody could see it", "quiet"]];
  const facts = last(play).facts;
  const names = ["handshake finished, for the dialler", "certificate accepted, by the listener", "SIP answered"];
  return html("ul", { class: "facts" }, facts.map((fact, place) =>
    html("li", {}, html("span", {}, names[place]), html("strong", { class: words[fact][1] }, words[fact][0]))));
}

// In TLS 1.3 the dialler is done first and is refused afterwards; what the facts say decides what is written.
function moment(play) {
  const step = last(play), [finished, accepted] = step.facts;
  const late = finished === 1 && accepted === 0;
  const words = late
    ? `${play.say(step.by)} believes that it is done. The refusal comes after that: ${play.say(step.who)}.`
    : `${play.say(step.by)} learns it within its own handshake: ${play.say(step.who)}.`;
  return html("article", { class: late ? "card late" : "card" },
    html("h3", {}, `TLS ${play.tls}: ${late ? "the late refusal" : "refused at once"}`), html("p", { class: "lead" }, words), factsOf(play),
    step.ends.map(([name, saw]) => html("div", {}, html("h4", {}, `What ${play.say(name)} saw`),
      html("ol", {}, saw.map((number) => html("li", {}, play.say(number)))))));
}

function table() {
  const columns = pairs.flatMap((pair) => pair.map((play) => html("th", { scope: "col" }, `TLS ${play.tls}, port ${play.port}`)));
  const rows = pairs[0][0].rows.map(([name], place) => html("tr", {}, html("th", { scope: "row" }, name),
    pairs.flat().map((play) => html("td", {}, play.rows[place][1]))));
  return slide("Fact by fact", html("h2", {}, "Fact by fact"),
    html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Facts" },
      html("table", { class: "facts-table" }, html("thead", {}, html("tr", {}, html("td", {}), columns)), html("tbody", {}, rows))));
}

function remedies() {
  const [play] = broken;
  return slide("What to do", html("h2", {}, "What to do"),
    html("ol", { class: "remedies" }, play.remedies.map(([action, screen, command]) => html("li", {}, play.say(action),
      play.say(screen) ? html("div", { class: "where" }, "Screen: ", html("span", { class: "screen" }, play.say(screen))) : null,
      play.say(command) ? html("div", { class: "where" }, "Command: ", html("code", {}, play.say(command))) : null))),
    play.say(play.probe) ? html("p", { class: "lead" }, html("strong", {}, "To be sure: "), play.say(play.probe)) : null);
}

function draw(wanted = 0) {
  lesson.querySelectorAll(".drawn").forEach((place, number) =>
    place.replaceChildren(ladder(plays[number], wanted || place.clientWidth, plays[number].connection)));
}

function turn(way) {
  const slides = [...lesson.querySelectorAll(".slide")];
  const here = slides.findLastIndex((each) => each.getBoundingClientRect().top < innerHeight / 3);
  const next = slides[Math.max(0, Math.min(slides.length - 1, here + way))];
  next.focus({ preventScroll: true });
  next.scrollIntoView();
}

lesson.append(opening(), ...pairs.map(sideBySide),
  slide("The moment of the refusal", html("h2", {}, "The moment of the refusal"), html("div", { class: "pair" }, broken.map(moment))),
  table(), remedies());
draw();
addEventListener("resize", () => draw());
addEventListener("beforeprint", () => draw(460));
addEventListener("afterprint", () => draw());
addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]") || event.target.closest(".scroll")) return;
  if (event.key === "ArrowRight") turn(1);
  if (event.key === "ArrowLeft") turn(-1);
});
