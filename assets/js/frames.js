// The pictures of a movement: as many as the screen shows, or few where the processor must draw each of them itself.

const SOFTWARE_FRAME_MS = 80; // every frame that the processor draws is taken from the training

let name = null;

/** "" where the browser has no WebGL, otherwise the name of what draws it, as far as the browser tells. */
export function renderer() {
  return (name ??= asked());
}

function asked() {
  try {
    const gl = document.createElement("canvas").getContext("webgl");
    if (!gl) return "";
    const more = gl.getExtension("WEBGL_debug_renderer_info");
    return String(gl.getParameter(more ? more.UNMASKED_RENDERER_WEBGL : gl.RENDERER)) || "unnamed";
  } catch {
    return "";
  }
}

/** Whether the processor itself draws what the page shows. */
export const isSoftware = () => renderer() === "" || /swiftshader|llvmpipe|software|basic render/i.test(renderer());

/** Calls `step` when the next picture of a movement is due; returns what calls it off. */
export function nextFrame(step) {
  if (isSoftware()) {
    const timer = setTimeout(step, SOFTWARE_FRAME_MS);
    return () => clearTimeout(timer);
  }
  const frame = requestAnimationFrame(step);
  return () => cancelAnimationFrame(frame);
}
