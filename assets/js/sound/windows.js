// Where clips lie in files that give several.

/**
 * Where in its file a clip lies, as the map says it: `explorer/sounds/windows.py`.
 * @param {Float32Array | null} windows from and to of each clip in seconds, NaN where its file gives it alone
 * @param {number} clip
 */
export function windowOf(windows, clip) {
  const [from, to] = windows?.subarray(2 * clip, 2 * clip + 2) ?? [];
  if (!(from >= 0)) return "";
  return to < 60 ? `${from.toFixed(1)}–${to.toFixed(1)} s` : `${clock(from)}–${clock(to)}`;
}

/** @type {(seconds: number) => string} "30:34.0", "1:30:34.0" */
function clock(seconds) {
  const tenths = Math.round(seconds * 10);
  const [hours, minutes] = [Math.floor(tenths / 36_000), Math.floor(tenths / 600) % 60];
  const before = hours ? `${hours}:${`${minutes}`.padStart(2, "0")}` : `${minutes}`;
  return `${before}:${((tenths % 600) / 10).toFixed(1).padStart(4, "0")}`;
}
