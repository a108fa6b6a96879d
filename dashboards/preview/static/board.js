// Draws a board: one request brings stats and tables as HTML and charts as figures.
"use strict";

const board = document.getElementById("board");
const seconds = { "30s": 30, "1m": 60, "5m": 300 }[board.dataset.refresh];
let busy = false;

// A phone that is turned, a window that is drawn wider: the charts follow.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) if (target.figure) Plotly.Plots.resize(target);
});

function themed(figure) {
  const style = getComputedStyle(document.documentElement);
  const [text, edge, panel] = ["--text", "--edge", "--panel"].map((name) => style.getPropertyValue(name).trim());
  const layout = structuredClone(figure.layout);
  layout.font = { color: text, size: 12, family: getComputedStyle(document.body).fontFamily };
  layout.hoverlabel = { bgcolor: panel, bordercolor: edge, font: { color: text } };
  for (const axis of [layout.xaxis, layout.yaxis]) Object.assign(axis, { gridcolor: edge, zerolinecolor: edge, linecolor: edge });
  return layout;
}

function draw(panel) {
  const content = board.querySelector(`[data-panel="${panel.id}"] .content`);
  if (!content) return;
  if (panel.figure) {
    if (!content.classList.contains("js-plotly-plot")) content.replaceChildren();
    content.figure = panel.figure;
    sizes.observe(content);
    return Plotly.react(content, panel.figure.data, themed(panel.figure), { displayModeBar: false });
  }
  if (content.figure) {
    sizes.unobserve(content);
    Plotly.purge(content);
    delete content.figure;
  }
  content.innerHTML = panel.html;
}

async function load() {
  if (busy) return;
  busy = true;
  try {
    const answer = await fetch(board.dataset.source, { cache: "no-store" });
    if (!answer.ok) throw new Error(answer.status);
    const data = await answer.json();
    await Promise.all(data.panels.map(draw));
    document.getElementById("updated").textContent = data.updated;
    document.getElementById("offline").hidden = true;
    document.documentElement.dataset.drawn = data.panels.length;
  } catch (fault) {
    document.getElementById("offline").hidden = false;
    console.error(fault);
  } finally {
    busy = false;
  }
}

document.getElementById("controls").addEventListener("change", (event) => {
  const box = event.target;
  if (box.type !== "checkbox") return box.form.requestSubmit();
  // All and single values exclude each other.
  for (const other of box.form.querySelectorAll(`input[name="${box.name}"]`))
    if (box.checked && other !== box && (box.value === "$__all" || other.value === "$__all")) other.checked = false;
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const content of document.querySelectorAll(".js-plotly-plot")) Plotly.relayout(content, themed(content.figure));
});
if (seconds) setInterval(() => document.hidden || load(), seconds * 1000);
load();
