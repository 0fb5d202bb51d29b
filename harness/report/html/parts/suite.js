// The page of a run: filters, the table of plays, one play. The fragment of the address keeps all of it.

const CHOICES = ["family", "stage", "cause", "tls"];
const COMPLETED = "completed";
const plays = data.plays.map(whole).map((play) => ({ ...play, sought: searched(play) }));
const filters = document.getElementById("filters");
let drawnWidth = 0;

function searched(play) {
  const say = telling(play);
  const who = play.steps.map((step) => say(step.who));
  return [play.id, play.row, play.cause, play.stage, say(play.title), say(play.story), say(play.why), ...who].join("\n").toLowerCase();
}

function fragment() {
  return new URLSearchParams(location.hash.slice(1));
}

function address(changes) {
  const wanted = fragment();
  for (const [name, value] of Object.entries(changes)) value ? wanted.set(name, value) : wanted.delete(name);
  return `#${wanted}`;
}

function choices() {
  const found = { family: [], stage: [COMPLETED, ...data.stages], cause: [], tls: [] };
  for (const name of ["family", "cause", "tls"]) found[name] = [...new Set(plays.map((play) => play[name]))].sort();
  const used = new Set(plays.map((play) => play.stage || COMPLETED));
  found.stage = found.stage.filter((stage) => used.has(stage));
  for (const [name, words] of Object.entries(found)) {
    document.getElementById(name).append(...words.map((word) => html("option", { value: word }, word)));
  }
}

function matching() {
  const wanted = fragment();
  const words = (wanted.get("text") || "").toLowerCase().split(/\s+/).filter(Boolean);
  return plays.filter((play) =>
    CHOICES.every((name) => !wanted.get(name) || (play[name] || COMPLETED) === wanted.get(name))
    && (!wanted.get("odd") || !play.met)
    && words.every((word) => play.sought.includes(word)));
}

function tableRow(play) {
  const say = telling(play);
  const stopped = play.steps.find((step) => step.stage);
  return html("tr", {},
    html("td", { class: "row" }, play.row),
    html("th", { scope: "row" }, html("a", { href: address({ play: play.key }) }, say(play.title)), html("div", { class: "kind" }, play.id)),
    html("td", {}, play.tls),
    html("td", { class: stopped ? "bad" : "good" }, play.stage || COMPLETED),
    html("td", {}, stopped ? say(stopped.who) : ""),
    html("td", {}, play.cause === "none" ? "" : play.cause),
    html("td", {}, play.met ? html("span", { class: "good" }, "yes") : html("strong", { class: "bad" }, "NO")));
}

function showList() {
  const found = matching();
  document.getElementById("rows").replaceChildren(...found.map(tableRow));
  document.getElementById("count").textContent = `${found.length} of ${counted(plays.length)}`;
}

function showPlay(play) {
  const found = matching(), place = found.indexOf(play);
  const link = (other, words) => (other ? html("a", { href: address({ play: other.key }) }, words) : null);
  const twin = plays.find((each) => each.id === play.id && each.tls !== play.tls && each.network === play.network);
  const area = document.getElementById("play");
  drawnWidth = area.clientWidth;
  area.replaceChildren(...playPage(play, html("a", { href: address({ play: "" }), id: "back" }, "All plays"),
    [link(found[place - 1], "Previous"), link(found[place + 1], "Next")],
    link(twin, twin ? `The same in TLS ${twin.tls}` : ""), drawnWidth));
  document.title = `${telling(play)(play.title)} (TLS ${play.tls})`;
}

function show() {
  const wanted = fragment();
  const play = plays.find((each) => each.key === wanted.get("play"));
  for (const field of filters.elements) {
    if (field.type === "checkbox") field.checked = Boolean(wanted.get(field.name));
    else if (field.name) field.value = wanted.get(field.name) || "";
  }
  const cameBack = !play && !document.getElementById("play").hidden;
  document.getElementById("overview").hidden = Boolean(play);
  document.getElementById("play").hidden = !play;
  document.body.classList.toggle("one-play", Boolean(play));
  if (play) { showPlay(play); window.scrollTo(0, 0); document.getElementById("play-title").focus({ preventScroll: true }); return; }
  document.title = "sip-mtls report";
  showList();
  if (cameBack) document.getElementById("text").focus({ preventScroll: true });
}

function filtered() {
  const changes = {};
  for (const field of filters.elements) {
    if (field.name) changes[field.name] = field.type === "checkbox" ? (field.checked ? "1" : "") : field.value;
  }
  history.replaceState(null, "", address(changes));
  showList();
}

function redraw(width) {
  const play = plays.find((each) => each.key === fragment().get("play"));
  const drawn = document.querySelector("#play .drawn");
  if (!play || !drawn || width === drawnWidth) return;
  drawnWidth = width;
  drawn.replaceChildren(ladder(play, width));
}

function counted(number) {
  return `${number} play${number === 1 ? "" : "s"}`;
}

function summary() {
  const odd = plays.filter((play) => !play.met).length;
  const words = [counted(plays.length), odd ? `${odd} not as expected` : "all as expected"];
  if (data.days.length) words.push(`the whole lab as of ${data.days.join(", ")}`);
  if (data.started) words.push(`begun ${data.started.replace("T", " ")} by the lab's clock`);
  document.getElementById("summary").textContent = words.join(" · ");
}

filters.addEventListener("input", filtered);
filters.addEventListener("submit", (event) => event.preventDefault());
filters.addEventListener("reset", () => setTimeout(filtered));
addEventListener("hashchange", show);
addEventListener("resize", () => redraw(document.getElementById("play").clientWidth));
addEventListener("beforeprint", () => redraw(660));
addEventListener("afterprint", () => redraw(document.getElementById("play").clientWidth));
addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !document.querySelector("dialog[open]") && fragment().get("play")) location.hash = address({ play: "" });
  if (event.key === "/" && !event.target.closest("input, select") && !fragment().get("play")) {
    event.preventDefault();
    document.getElementById("text").focus();
  }
});
choices();
summary();
document.getElementById("picture-title").textContent = data.estate.title;
document.getElementById("picture").replaceChildren(estatePicture(data.estate.places, data.estate.lines));
if (plays.length === 1 && !location.hash) history.replaceState(null, "", address({ play: plays[0].key }));
show();
