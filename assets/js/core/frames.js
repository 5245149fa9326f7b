// The pictures of a movement: as many as the screen shows, or few where the processor must draw each of them itself.

const SOFTWARE_FRAME_MS = 80; // every frame that the processor draws is taken from the training

const NAMES = /swiftshader|llvmpipe|software|basic render/i; // what draws where there is no GPU
/** @type {boolean | null} */
let software = null;

/** Whether the processor itself draws what the page shows. */
export const isSoftware = () => (software ??= asked());

function asked() {
  const gl = document.createElement("canvas").getContext("webgl");
  const more = gl?.getExtension("WEBGL_debug_renderer_info");
  return !gl || NAMES.test(String(gl.getParameter(more ? more.UNMASKED_RENDERER_WEBGL : gl.RENDERER)));
}

/**
 * Calls `step` when the next picture of a movement is due; returns what calls it off.
 * @param {() => void} step
 */
export function nextFrame(step) {
  if (isSoftware()) {
    const timer = setTimeout(step, SOFTWARE_FRAME_MS);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(step);
  return () => cancelAnimationFrame(frame);
}
