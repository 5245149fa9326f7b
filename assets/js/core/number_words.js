// Numbers as they are said all over the page.

/** How long something takes or is, in about two digits; nothing where that is not known. @type {(seconds: unknown) => string} */
export function duration(seconds) {
  if (typeof seconds !== "number" || !Number.isFinite(seconds)) return "";
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}

/** So many of a thing whose plural ends with s: "1 step", "2,000 steps". @type {(count: number, thing: string) => string} */
export const counted = (count, thing) => `${count.toLocaleString("en")} ${thing}${count === 1 ? "" : "s"}`;

/** A share of 1, ".80"; nothing where there is none. @type {(value: unknown) => string} */
export const share = (value) => (typeof value === "number" ? value.toFixed(2).replace(/^0/, "") : "");
