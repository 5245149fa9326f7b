// Paints the points of the map: each class in its colour and its shape.

const FADED = 0.07;
const SOLID = 0.85;

/** classes: [{ids, colour, marker, faded}]; `across` and `down` give pixels. Thousands of points take a few milliseconds. */
export function paintPoints(context, classes, { x, y, across, down, size }) {
  for (const { ids, colour, marker, faded } of classes) {
    context.fillStyle = colour;
    context.globalAlpha = faded ? FADED : SOLID;
    context.beginPath();
    const outline = OUTLINES[marker] ?? OUTLINES.circle;
    for (const id of ids) outline(context, across(x[id]), down(y[id]), size / 2);
    context.fill();
  }
  context.globalAlpha = 1;
}

const polygon = (corners) => (context, x, y, r) => {
  corners.forEach(([dx, dy], i) =>
    i ? context.lineTo(x + dx * r, y + dy * r) : context.moveTo(x + dx * r, y + dy * r),
  );
  context.closePath();
};
const OUTLINES = {
  circle: (context, x, y, r) => {
    context.moveTo(x + r, y);
    context.arc(x, y, r, 0, 2 * Math.PI);
  },
  diamond: polygon([
    [0, -1.3],
    [1.3, 0],
    [0, 1.3],
    [-1.3, 0],
  ]),
  square: polygon([
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ]),
  "triangle-up": polygon([
    [0, -1.2],
    [1.1, 0.7],
    [-1.1, 0.7],
  ]),
  cross: polygon([
    [-0.4, -1.2],
    [0.4, -1.2],
    [0.4, -0.4],
    [1.2, -0.4],
    [1.2, 0.4],
    [0.4, 0.4],
    [0.4, 1.2],
    [-0.4, 1.2],
    [-0.4, 0.4],
    [-1.2, 0.4],
    [-1.2, -0.4],
    [-0.4, -0.4],
  ]),
};
