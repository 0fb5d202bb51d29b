// The dialog that shows a chain as somebody presented it. Escape closes it, as it does any dialog.

function openCertificate(number, play) {
  const dialog = document.getElementById("certificate");
  const presented = data.presented[number];
  showCertificate(dialog, presented, 0, play);
  dialog.showModal();
}

function showCertificate(dialog, presented, place, play) {
  const facts = data.certificates[presented.chain[place]];
  dialog.replaceChildren(
    html("form", { method: "dialog" }, html("button", { class: "close", autofocus: true }, "Close")),
    html("h2", { id: "certificate-name" }, facts.label),
    chain(dialog, presented, place, play),
    html("dl", { class: "rows" }, facts.rows.flatMap(([word, words]) => [
      html("dt", {}, word),
      html("dd", {}, words, word === "Validity" ? validity(presented.dates[place]) : null),
    ])),
    names(facts),
    place === 0 ? asked(presented) : html("p", {}, "A CA certificate: no policy looks for a name in it."),
  );
}

function validity(words) {
  if (!words) return null;
  return badge(`${words} for this verifier`, words === "in date" ? "good" : "bad");
}

function chain(dialog, presented, place, play) {
  const steps = presented.chain.map((number, at) => {
    const choose = () => {
      showCertificate(dialog, presented, at, play);
      dialog.querySelectorAll(".chain button")[at].focus();
    };
    const attributes = { type: "button", click: choose, "aria-current": at === place ? "true" : null };
    return html("li", {}, html("button", attributes, data.certificates[number].label));
  });
  const count = presented.chain.length;
  return html("nav", { "aria-label": "Chain as sent" },
    html("h3", {}, `Chain as sent: ${count} certificate${count === 1 ? "" : "s"}`), html("ol", { class: "chain" }, steps));
}

function names(facts) {
  if (!facts.names.length) return html("p", {}, "It carries no name that a policy could read.");
  const policies = data.policies.map(([name]) => html("th", { scope: "col" }, name));
  const rows = facts.names.map(([kind, name, ...read]) => html("tr", {},
    html("th", { scope: "row" }, name, html("span", { class: "kind" }, ` ${kind}`)),
    read.map((yes) => html("td", { class: yes ? "good" : "bad" }, yes ? "yes" : "no"))));
  return html("section", {}, html("h3", {}, "Its names: which policy would accept the peer by each"),
    html("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Names" },
      html("table", {}, html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "Name"), policies)), html("tbody", {}, rows))));
}

function asked(presented) {
  if (!presented.names.length) return html("p", {}, "Whoever received it here looked for no name in it.");
  return html("section", {}, html("h3", {}, `Looked for here: ${presented.names.join(", ")}`), opinions(presented.policies));
}

// What each name policy says: [policy, accepted, reason].
function opinions(policies) {
  const summaries = Object.fromEntries(data.policies);
  return html("ul", { class: "policies" }, policies.map(([policy, accepted, reason]) => html("li", {},
    badge(accepted ? "accepts" : "refuses", accepted ? "good" : "bad"), html("strong", {}, ` ${policy} `), reason,
    html("span", { class: "kind" }, ` (it reads ${summaries[policy] || "names"})`))));
}
