// plotly.js, loaded from where the page is when the first chart or map is shown, and the look all charts share.

import { drawn } from "./first.js";
import { source } from "./source.js";
import { colour } from "./theme.js";

/** @type {Promise<any> | null} */
let loading = null;

/** The Plotly library; it comes when what the visitor waits for is there. */
export function plotly() {
  loading ??= drawn.then(load);
  return loading;
}

/** @returns {Promise<any>} */
const load = () =>
  new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = source.plotly;
    script.onload = () => {
      // Where there is a <base>, Plotly writes the page's whole address into each reference to a clip path. As soon as the
      // address changes, the browser fetches the page anew for it and clips nothing. Gradio's says "./", which changes nothing.
      document.querySelector("base")?.removeAttribute("href");
      resolve(/** @type {any} */ (window).Plotly);
    };
    script.onerror = () => {
      loading = null;
      reject(new Error("The charts could not be loaded. Reload the page."));
    };
    document.head.append(script);
  });

/** @type {Promise<unknown>} */
let turn = Promise.resolve();

/** One drawing after the other, each in a task of its own, so that a click between two is answered. */
export function drawingTurn() {
  turn = turn.then(() => new Promise((settle) => setTimeout(settle)));
  return turn;
}

export const fontFamily = () => getComputedStyle(document.body).getPropertyValue("--h-font").trim();

/**
 * Axis settings in the page's colours.
 * @param {Record<string, unknown>} more
 */
export function axis(more = {}) {
  return {
    gridcolor: colour("grid"),
    linecolor: colour("line"),
    zeroline: false,
    showline: false,
    ticks: "",
    automargin: true,
    tickfont: { size: 11, color: colour("faint-text") },
    title: { font: { size: 11, color: colour("faint-text") }, standoff: 4 },
    ...more,
  };
}

/** @type {Record<string, string>} */
const HARMLESS = { "<": "‹", ">": "›", "&": "＆" };

/**
 * Text for places where Plotly reads a few HTML tags: every sign that could begin one is taken away.
 * @param {unknown} text
 */
export const plain = (text) => String(text).replace(/[<>&]/g, (sign) => HARMLESS[sign]);
