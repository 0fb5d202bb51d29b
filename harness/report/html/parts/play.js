// One play in full.

const FACTS = ["The dialler's handshake finished", "The listener accepted its certificate", "SIP was answered"];
const SEEN = [["no", "bad"], ["yes", "good"], ["nobody could see it", "quiet"]];

function playPage(play, back, before, after, width) {
  const say = telling(play);
  const hung = play.steps.find((step) => step.stage) || play.steps[play.steps.length - 1];
  return [
    html("nav", { class: "turn", "aria-label": "Plays" }, back, before, after),
    html("h2", { tabindex: -1, id: "play-title" }, say(play.title)),
    html("p", { class: "meta" }, [play.id, play.row ? `row ${play.row}` : "", `TLS ${play.tls}`, play.network].filter(Boolean).join(" · "), " ",
      play.met ? badge("as expected", "good") : badge("not as expected", "bad")),
    play.mismatches.length ? html("ul", { class: "bad" }, play.mismatches.map((number) => html("li", {}, say(number)))) : null,
    html("p", { class: "story" }, say(play.story)),
    outcome(play, hung, say),
    hung && hung.facts.length ? facts(hung) : null,
    cause(play, say),
    html("h3", {}, "The ladder"),
    html("div", { class: "drawn" }, ladder(play, width)),
    html("h3", {}, "What each end saw"), views(play, say),
    comparison(play, say),
    play.policies.length ? policies(play, say) : null,
    html("h3", {}, "Who dialled whom"), played(play),
  ].filter(Boolean);
}

function outcome(play, hung, say) {
  if (!play.stage) return html("p", { class: "outcome good" }, html("strong", {}, "Completed. "), hung ? say(hung.means) : "");
  return html("p", { class: "outcome bad" }, html("strong", {}, `Stopped at ${play.stage}. `), `${say(hung.step)}, by ${say(hung.by)}: ${say(hung.means)}`);
}

function facts(step) {
  return html("ul", { class: "facts" }, FACTS.map((name, place) => {
    const [words, kind] = SEEN[step.facts[place]];
    return html("li", {}, html("span", {}, name), html("strong", { class: kind }, words));
  }));
}

function cause(play, say) {
  return html("section", { class: "cause" },
    html("h3", {}, play.cause === "none" ? "Nothing is wrong" : `Cause: ${play.cause}`),
    html("p", {}, say(play.why)),
    play.remedies.length ? html("h4", {}, "What to do") : null,
    html("ol", { class: "remedies" }, play.remedies.map((remedy) => html("li", {}, say(remedy[0]), where(say(remedy[1]), say(remedy[2]))))),
    play.warnings.map((number) => html("p", { class: "warn" }, html("strong", {}, "Warning: "), say(number))),
    play.or.length ? html("p", {}, html("strong", {}, "Or it is: "), play.or.join(", ")) : null,
    say(play.probe) ? html("p", {}, html("strong", {}, "To tell: "), say(play.probe)) : null);
}

function where(screen, command) {
  return html("div", { class: "where" },
    screen ? html("div", {}, "Screen: ", html("span", { class: "screen" }, screen)) : null,
    command ? html("div", {}, "Command: ", html("code", {}, command)) : null);
}

function views(play, say) {
  return html("div", {}, play.steps.map((step) => html("section", { class: "step" },
    html("h4", {}, `${say(step.step)}: ${step.stage ? `stopped at ${step.stage}` : "completed"}`),
    html("div", { class: "pair" }, step.ends.map(([name, saw]) => html("div", { class: "card" },
      html("h5", {}, say(name)), html("ol", {}, saw.map((number) => html("li", {}, say(number))))))))));
}

// The change beside its control: the settings of both, the verdict of both.
function comparison(play, say) {
  const control = play.control;
  return html("section", {},
    html("h3", {}, control ? "The change, beside its control" : "A baseline: the story as it goes where nothing is wrong"),
    html("div", { class: "pair" },
      side("This play", play, play.play, say),
      control ? side("The control", control, control.play.length ? control.play : play.play, say) : null),
    control ? html("p", {}, control.differs ? "They end differently, so the change is what matters." : "Both come to the same end: this proves nothing.") : null);
}

function side(name, told, steps, say) {
  return html("div", { class: "card" }, html("h4", {}, name),
    told.change.length ? html("ul", { class: "changes" }, told.change.map((row) => changed(row.map(say))))
      : html("p", {}, "The healthy lab, nothing changed."),
    html("h5", {}, "Play"), html("ol", {}, steps.map((number) => html("li", {}, say(number)))),
    html("h5", {}, "Verdict"), html("ul", {}, told.steps.map((step) => html("li", {}, `${say(step.step)}: `,
      html("strong", { class: step.stage ? "bad" : "good" }, step.stage ? `stopped at ${step.stage}` : "completed"),
      step.stage ? `, ${say(step.who)}` : ""))),
    html("p", {}, "Cause: ", html("strong", {}, told.cause)));
}

function changed([path, before, after, meaning, screen, command]) {
  return html("li", {}, html("code", {}, path), html("div", {}, html("del", {}, before), " → ", html("ins", {}, after)),
    html("div", { class: "kind" }, meaning), where(screen, command));
}

function policies(play, say) {
  return html("section", {},
    html("h3", {}, `Names: ${play.names.map(say).join(", ")}`),
    html("p", {}, "What each name policy says of the certificate that mattered:"),
    opinions(play.policies.map(([policy, accepted, reason]) => [policy, accepted, say(reason)])));
}

function played(play) {
  const places = data.estate.places;
  const order = Object.fromEntries(places.map((place, number) => [place[0], number]));
  const lines = new Map();
  for (const [one, other, port] of play.dialled) {
    const key = `${one} ${other}`;
    if (!lines.has(key)) lines.set(key, [order[one], order[other], []]);
    lines.get(key)[2].push(port);
  }
  return estatePicture(places, [...lines.values()], play.hung.map((name) => order[name]));
}
