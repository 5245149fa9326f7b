// The map as a picture to keep: an SVG made of the points, with its legend; a PNG is drawn from it.

const SIDE = 1000;
const EDGE = 30;
const ROW = 22;
const LEGEND = 240;
const MOST_NAMES = 40;
const CUT = 30; // characters of a name

/** @import { Places, PointClass, Scale } from "../core/types.d.ts" */
/**
 * What is drawn: the classes of the points, of numbers their scale, and with `selected` only those points in their colours.
 * @typedef {{places: Places, classes: PointClass[], scale: Scale | null, title: string, heading: string,
 *   colours: {page: string, text: string, faint: string}, selected: Set<number> | null,
 *   written: (value: number) => string}} Drawing
 */

/**
 * An SVG document.
 * @param {Drawing} drawing
 */
export function svgOf({ places, classes, scale, title, heading, colours, selected, written }) {
  const { x, y } = places;
  const size = x.length > 8000 ? 2 : x.length > 2500 ? 3 : x.length > 800 ? 4 : 5;
  const [across, down] = [fitted(x, 1), fitted(y, -1)];
  const at = (/** @type {number} */ i) => [across(x[i]).toFixed(1), down(y[i]).toFixed(1)];
  const groups = classes.map(({ colour, marker, ids }) => {
    const kept = [...ids].filter((i) => !selected || selected.has(i));
    return `<g fill="${safe(colour)}">${kept.map((i) => shape(marker, size, at(i))).join("")}</g>`;
  });
  const rest = selected ? [...x.keys()].filter((i) => !selected.has(i)) : [];
  const faint = `<g fill="${safe(colours.faint)}" opacity="0.35">${rest.map((i) => shape("circle", size * 0.7, at(i))).join("")}</g>`;
  const legend = scale ? ramp(scale, written) : names(classes, selected);
  const width = SIDE + LEGEND;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${SIDE}" viewBox="0 0 ${width} ${SIDE}" `,
    `font-family="Inter, Segoe UI, system-ui, sans-serif" font-size="14" fill="${safe(colours.text)}">`,
    `<title>${safe(title)}</title><rect width="100%" height="100%" fill="${safe(colours.page)}"/>`,
    `${faint}${groups.join("")}<g transform="translate(${SIDE + 10} ${EDGE + 14})">`,
    `<text font-weight="600">${safe(short(heading))}</text>${legend}</g>`,
    `<text x="${EDGE}" y="${SIDE - 10}" font-size="12" opacity="0.7">${safe(title)}</text></svg>`,
  ].join("");
}

/**
 * @param {PointClass[]} classes
 * @param {Set<number> | null} selected
 */
function names(classes, selected) {
  const counted = classes.map((each) => ({
    ...each,
    count: selected ? [...each.ids].filter((i) => selected.has(i)).length : each.ids.length,
  }));
  const kept = counted.filter(({ count }) => count);
  const rows = kept.slice(0, MOST_NAMES).map(({ name, colour, marker, count }, i) => {
    const mark = `<g fill="${safe(colour)}">${shape(marker, 5, ["6", "-5"])}</g>`;
    return `<g transform="translate(0 ${(i + 1) * ROW})">${mark}<text x="20">${safe(short(name))} ${count}</text></g>`;
  });
  const left = kept.length - MOST_NAMES;
  return rows.join("") + (left > 0 ? `<text y="${(MOST_NAMES + 1) * ROW}">and ${left} more</text>` : "");
}

/**
 * @param {Scale} scale
 * @param {(value: number) => string} written
 */
function ramp({ low, high, colours }, written) {
  const height = 200 / colours.length;
  const bars = colours.map(
    (colour, i) => `<rect y="${(220 - (i + 1) * height).toFixed(1)}" width="18" height="${(height + 0.5).toFixed(1)}" fill="${safe(colour)}"/>`, // biome-ignore format: one line
  );
  const [top, bottom] = [written(high), written(low)].map(safe);
  return `${bars.join("")}<text x="28" y="34">${top}</text><text x="28" y="218">${bottom}</text>`;
}

/**
 * From the values of an axis to pixels.
 * @param {Float32Array} values
 * @param {1 | -1} way
 */
function fitted(values, way) {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  const scale = (SIDE - 2 * EDGE - 20) / (high - low || 1);
  return (/** @type {number} */ value) => (way > 0 ? EDGE + (value - low) * scale : EDGE + (high - value) * scale);
}

/**
 * @param {string} marker
 * @param {number} r
 * @param {string[]} at
 */
function shape(marker, r, [x, y]) {
  if (marker === "circle") return `<circle cx="${x}" cy="${y}" r="${r}"/>`;
  const d = {
    diamond: `m0-${1.3 * r}l${1.3 * r} ${1.3 * r}-${1.3 * r} ${1.3 * r}-${1.3 * r}-${1.3 * r}z`,
    square: `m-${r}-${r}h${2 * r}v${2 * r}h-${2 * r}z`,
    "triangle-up": `m0-${1.2 * r}l${1.2 * r} ${2.1 * r}h-${2.4 * r}z`,
    cross: `m-${r / 2}-${1.3 * r}h${r}v${r}h${r}v${r}h-${r}v${r}h-${r}v-${r}h-${r}v-${r}h${r}z`,
  }[marker];
  return `<path d="M${x} ${y}${d ?? ""}"/>`;
}

/** @param {string} name */
const short = (name) => (name.length > CUT ? `${name.slice(0, CUT - 1)}…` : name);

/** @type {Record<string, string>} */
const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/**
 * Text that is nothing but text in XML.
 * @param {string} text
 */
const safe = (text) => text.replace(/[^\P{C}\t\n]/gu, "").replace(/[&<>"]/g, (sign) => SIGNS[sign]);

/**
 * A PNG of an SVG document, twice as fine.
 * @param {string} svg
 * @returns {Promise<Blob>}
 */
export async function pngOf(svg) {
  const address = URL.createObjectURL(new Blob([svg], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 2 * (SIDE + LEGEND);
    canvas.height = 2 * SIDE;
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((/** @type {(made: Blob | null) => void} */ made) => canvas.toBlob(made));
    if (!blob) throw new Error("The picture could not be made.");
    return blob;
  } finally {
    URL.revokeObjectURL(address);
  }
}
