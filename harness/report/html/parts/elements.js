"use strict";

// What the page shows. Strangers wrote parts of it: nothing of it ever becomes markup, only text.
const data = JSON.parse(document.getElementById("data").textContent);

const SVG = "http://www.w3.org/2000/svg";
const BLOCK = /\ue000/g;

// Returns a function from the number of a text to the text, with the addresses of that play's lab.
function telling(play) {
  return (number) => data.texts[number].replace(BLOCK, play.block);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== ""));
  return element;
}

// Elements: a name, attributes (functions are listeners), children (strings become text).
function html(name, attributes, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function svg(name, attributes, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

function hidden(words) {
  return html("span", { class: "unseen" }, words);
}

function badge(words, kind) {
  return html("span", { class: `badge ${kind}` }, words);
}

// A play, with what it shares with others put in its place.
function whole(play) {
  return {
    ...play,
    key: `${play.id}@${play.tls}@${play.network}`,
    marks: play.marks.map((number) => data.marks[number]),
    steps: play.steps.map((number) => data.things[number]),
    control: data.things[play.control],
    dialled: data.things[play.dialled],
    policies: data.things[play.policies],
  };
}
