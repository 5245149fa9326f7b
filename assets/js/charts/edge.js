// Lines beside curves that lie far from all else: told at the edge of the chart, so that they don't press the curves flat.

/** @import { Level } from "./declared.js" */

/**
 * Those that matter least and lie farther from the curves and from the other lines than these reach, at the nearer end of that reach,
 * with an arrow that says where they are; all others as they are.
 * @template {Level} Line
 * @param {Line[]} lines
 * @param {number[]} values of all that is drawn but them
 * @returns {(Line & {far: boolean})[]}
 */
export function atEdge(lines, values) {
  const near = [...values, ...lines.filter(({ look }) => look !== "dotted").map(({ value }) => value)];
  const [low, high] = [Math.min(...near), Math.max(...near)];
  const room = high - low;
  return lines.map((line) => {
    const [under, over] = [line.value < low - room, line.value > high + room];
    const far = line.look === "dotted" && room > 0 && (under || over);
    return far
      ? { ...line, far, text: `${line.text} ${under ? "↓" : "↑"}`, value: under ? low : high }
      : { ...line, far };
  });
}
