// Which charts there are: what each one draws, the lines beside its curves, and one sentence on what it means.

const own = (key) => (rows) => (rows.some((row) => Number.isFinite(row[key])) ? [key] : []);

const NOT_PARTS = new Set(["train/loss", "train/learning_rate", "train/clips_per_second"]);

function partKeys(rows) {
  const found = new Set();
  for (const row of rows) {
    for (const key in row)
      if (key.startsWith("train/") && !NOT_PARTS.has(key) && Number.isFinite(row[key])) found.add(key);
  }
  return [...found];
}

const NONE = () => [];
const short = (digits) => (value) => value.toFixed(digits).replace("-", "−");
const scientific = (value) => (value ? value.toExponential(1).replace("-", "−") : "0");

function knnLines(baselines) {
  const knn = baselines.cross_group_knn?.[baselines.main_facet] ?? {};
  return [
    { value: knn.random_init, text: "random initialisation", tint: "warm" },
    { value: knn.mfcc, text: "MFCC" },
    { value: knn.log_mel, text: "log-mel", dash: "dot" },
    { value: knn.chance, text: "chance", dash: "dot" },
  ].map((line) => ({ ...line, text: `${line.text} ${Number.isFinite(line.value) ? line.value.toFixed(2) : ""}` }));
}

/** keys(rows) → metric names to draw; lines(baselines) → [{value, text}]; sparse: one point a snapshot. */
export const CHARTS = [
  {
    title: "Loss",
    unit: "loss",
    smoothable: true,
    format: short(3),
    keys: own("train/loss"),
    meaning: "What training makes small; the dashed line is what pure guessing scores.",
    lines: (baselines) => [{ value: baselines.loss?.value, text: "chance", tint: "warm" }],
  },
  {
    title: "Cross-group kNN",
    unit: "share right",
    sparse: true,
    format: short(3),
    keys: own("measure/cross_group_knn"),
    lines: knnLines,
    meaning:
      "How often the nearest clips from other sources share a clip's label; above random initialisation, it has learnt.",
  },
  {
    title: "Parts of the loss",
    unit: "value",
    smoothable: true,
    format: short(3),
    keys: partKeys,
    lines: NONE,
    meaning: "What the loss is made of, and what it is measured with.",
  },
  {
    title: "Normalised std",
    unit: "std · √d",
    sparse: true,
    format: short(2),
    keys: own("measure/normalised_std"),
    meaning: "How far the normalised embeddings spread: 1 is ideal, 0 is collapse to one point.",
    lines: () => [{ value: 1, text: "ideal" }],
  },
  {
    title: "Effective rank",
    unit: "dimensions",
    sparse: true,
    format: short(1),
    keys: own("measure/effective_rank"),
    lines: NONE,
    meaning: "How many directions the embeddings really use; when it falls to a few, dimensions have collapsed.",
  },
  {
    title: "Alignment",
    unit: "squared distance",
    sparse: true,
    format: short(3),
    keys: own("measure/alignment"),
    lines: NONE,
    meaning: "How far apart two views of one clip lie: smaller is better.",
  },
  {
    title: "Uniformity",
    unit: "log potential",
    sparse: true,
    format: short(2),
    keys: own("measure/uniformity"),
    lines: NONE,
    meaning: "How evenly clips fill the sphere: more negative is more even, 0 is collapse.",
  },
  {
    title: "Learning rate",
    unit: "per step",
    format: scientific,
    ticks: ".0e",
    keys: own("train/learning_rate"),
    lines: NONE,
    meaning: "The size of each step: it warms up, then falls.",
  },
  {
    title: "Speed",
    unit: "clips / s",
    format: short(0),
    smoothable: true,
    keys: own("train/clips_per_second"),
    lines: NONE,
    meaning: "Clips learnt from each second.",
  },
];
