// Making elements. Text always goes in as text: a label may hold anything, and nothing in it may run.

/** @import { Attributes, Child, IconName, Made } from "./types.d.ts" */

/**
 * make("button.round", {title: "Play"}, "text or nodes", …)
 * @template {string} Spec
 * @param {Spec} tagAndClasses
 * @param {Attributes} attributes listeners are called on…; what is null, undefined or false is left out
 * @param {Child[]} children
 * @returns {Made<Spec>}
 */
export function make(tagAndClasses, attributes = {}, ...children) {
  const [tag, ...classes] = tagAndClasses.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return /** @type {Made<Spec>} */ (element);
}

/**
 * As `make`, for what is drawn as SVG: an element of HTML by the same name draws nothing.
 * @template {keyof SVGElementTagNameMap} Name
 * @param {Name} name
 * @param {Record<string, string | number>} attributes
 * @param {Element[]} children
 */
export function makeSvg(name, attributes = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

/** @type {Record<IconName, string>} */
const SHAPES = {
  play: "M7 4.5v15l12-7.5z",
  pause: "M6.5 4.5h4v15h-4zM13.5 4.5h4v15h-4z",
  stop: "M5.5 5.5h13v13h-13z",
  search:
    "M10.5 4a6.5 6.5 0 1 0 4 11.6l4.7 4.7 1.4-1.4-4.7-4.7A6.5 6.5 0 0 0 10.5 4zm0 2a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9z",
  back: "M15.4 5.4 14 4l-8 8 8 8 1.4-1.4L8.8 12z",
  forward: "M8.6 5.4 10 4l8 8-8 8-1.4-1.4 6.6-6.6z",
  edit: "M4 16.5V20h3.5L18 9.5 14.5 6zM19 8.5l1.2-1.2c.5-.5.5-1.2 0-1.7l-1.8-1.8c-.5-.5-1.2-.5-1.7 0L15.5 5z",
  repeat: "M7 7h9v3l4.5-4L16 2v3H5v7h2zM17 17H8v-3l-4.5 4L8 22v-3h11v-7h-2z",
  add: "M11 5h2v6h6v2h-6v6h-2v-6H5v-2h6z",
  minus: "M5 11h14v2H5z",
  hand: "M12 2l3 3h-2v6h6V9l3 3-3 3v-2h-6v6h2l-3 3-3-3h2v-6H5v2l-3-3 3-3v2h6V5H9z",
  box: "M4 4h4v2H6v2H4zM10 4h4v2h-4zM16 4h4v4h-2V6h-2zM4 10h2v4H4zM18 10h2v4h-2zM4 16h2v2h2v2H4zM10 18h4v2h-4zM18 16h2v4h-4v-2h2z",
  lasso:
    "M12 3c-5 0-9 2.9-9 6.5 0 2.2 1.5 4.200 3.800 5.300-.2 1.200-.9 2.300-2.300 3.100l1 1.700c2-1.100 3.100-2.700 3.300-4.200 1 .2 2.100.4 3.200.4 5 0 9-2.900 9-6.500S17 3 12 3zm0 2c4 0 7 2.100 7 4.500S16 14 12 14c-1 0-2-.1-2.900-.4C8.700 12 7.400 11.200 6 11.500c-.6-.6-1-1.300-1-2C5 7.100 8 5 12 5z",
  fit: "M4 4h6v2H7.400l3.300 3.300-1.400 1.400L6 7.400V10H4zM14 4h6v6h-2V7.400l-3.300 3.300-1.400-1.400L16.600 6H14zM4 14h2v2.600l3.300-3.300 1.400 1.400L7.400 18H10v2H4zM18 14h2v6h-6v-2h2.600l-3.300-3.300 1.400-1.400 3.300 3.300z",
  camera: "M9 5 7.500 7H4v12h16V7h-3.500L15 5zm3 4.500a3.700 3.700 0 1 1 0 7.400 3.700 3.700 0 0 1 0-7.400z",
  close: "M6.4 5 5 6.4 10.6 12 5 17.6 6.4 19l5.6-5.6 5.6 5.6 1.4-1.4-5.6-5.6L19 6.4 17.6 5 12 10.6z",
};

/**
 * One of the few icons of the page; decoration only, the button around it carries the words.
 * @param {IconName} name
 */
export const icon = (name) =>
  makeSvg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, makeSvg("path", { d: SHAPES[name] }));

/** The button that closes what it stands in. @param {() => void} close */
export const closing = (close) =>
  make("button.round", { type: "button", "aria-label": "Close", onclick: close }, icon("close"));

/**
 * @param {HTMLElement} button
 * @param {IconName} name
 */
export function replaceIcon(button, name) {
  if (button.dataset.icon === name) return;
  button.dataset.icon = name;
  button.querySelector("svg")?.remove();
  button.prepend(icon(name));
}

/**
 * Calls `draw` now and whenever the element gets another size (also when its tab is shown first).
 * @param {HTMLElement} element
 * @param {() => void} draw
 */
export function onResize(element, draw) {
  let width = -1,
    height = -1;
  new ResizeObserver(() => {
    const { clientWidth: w, clientHeight: h } = element;
    if (w === 0 || (w === width && h === height)) return;
    width = w;
    height = h;
    draw();
  }).observe(element);
}

/**
 * What gives the focus back to what has it now in a list, once that was drawn anew: in the item of the same name to what has the
 * same class, else to its first button, else to another element.
 * @param {HTMLElement} list
 * @param {string} attribute that names an item
 * @param {HTMLElement | null} [otherwise]
 */
export function refocusing(list, attribute, otherwise = null) {
  const active = document.activeElement;
  const item = list.contains(active) ? active?.closest(`[${attribute}]`) : null;
  if (!active || !item) return () => {};
  const name = item.getAttribute(attribute);
  const own = active.classList.length ? `.${CSS.escape(active.classList[0])}` : active.localName;
  return () => {
    const again = [...list.children].find((each) => each.getAttribute(attribute) === name);
    /** @type {HTMLElement | null | undefined} */ (
      again?.querySelector(own) ?? again?.querySelector("button") ?? otherwise
    )?.focus();
  };
}

/**
 * Calls `look` whenever the element comes to be laid out, as when its tab is opened.
 * @param {HTMLElement} element
 * @param {() => void} look
 */
export function onShown(element, look) {
  let shown = false;
  new ResizeObserver(() => {
    const before = shown;
    shown = element.offsetParent !== null;
    if (shown && !before) look();
  }).observe(element);
}

/**
 * The element at which an event arrived.
 * @param {Event} event
 */
export const targetOf = (event) => /** @type {HTMLElement} */ (event.target);

/**
 * What is drawn with on a canvas.
 * @param {HTMLCanvasElement} canvas
 */
export const contextOf = (canvas) => /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));

/**
 * A canvas context in CSS pixels, sharp on any screen; null while the canvas is not shown.
 * @param {HTMLCanvasElement} canvas
 */
export function sharpContext(canvas, width = canvas.clientWidth, height = canvas.clientHeight) {
  if (!width || !height) return null;
  const ratio = window.devicePixelRatio || 1;
  const w = Math.round(width * ratio),
    h = Math.round(height * ratio);
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
  }
  const context = contextOf(canvas);
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
