// Pictures: of a lens, of what was measured, of sounds; and what draws those of a lens.

/** From Python: a picture of a lens; `values` is base64 of little-endian float32, row by row. */
export interface LensPicture {
  name: string;
  title: string;
  meaning: string;
  kind: string;
  rows: string;
  columns: string;
  series: string[];
  low: number;
  high: number;
  /** what a matrix is to become: "identity", "diagonal", "shares" or "" */
  shows: string;
  shape: number[];
  values: string;
}

/** From Python: what a method's loss sees at a step; `clips` says which clip stands behind a row or column. */
export interface Lens {
  step: number;
  pictures: LensPicture[];
  clips: { clip: number; label: string; note: string }[];
  fingerprint: string;
  sounds: boolean;
  note: string;
}

/** From Python: explorer.runs.measured; `names` says by the words of an axis what its entries are called. */
export interface Measured {
  step: number;
  pictures: LensPicture[];
  names: Record<string, string[]>;
  note: string;
}

/** From Python: explorer.web.routes.sounds.picture_values; both arrays are base64 of bytes. */
export interface SpectrogramImage {
  seconds: number;
  /** null of a view that has no waveform, and then no `peaks` either */
  rms_db: number | null;
  peak_db: number | null;
  mels: number;
  frames: number;
  hop_seconds: number;
  mel_hz: number[];
  low_db: number;
  high_db: number;
  spectrogram: string;
  peaks: string;
}

/** A lens picture with its numbers, row by row. */
export type LensNumbers = Omit<LensPicture, "values"> & { values: Float32Array };

/** A spectrogram with its bytes: `cells` band by band, `peaks` as lowest and highest of each column. */
export type SpectrogramCells = Omit<SpectrogramImage, "peaks"> & { cells: Uint8Array; peaks: Int8Array };

/** A row or column of a lens figure. */
export interface LensPart {
  axis: string;
  index: number;
}

/** What one kind of lens figure is to the view that holds it. */
export interface LensFigure {
  box: HTMLElement;
  update: (pictures: LensPicture[]) => void;
  mark: (part: LensPart | null) => void;
  say: (text: string) => void;
  /** what ends its listening, once other figures take its place */
  leave?: () => unknown;
}

/** What a lens figure may ask of the view that holds it. */
export interface LensHost {
  nameOf: (words: string, i: number) => string;
  hear: (figure: LensFigure, parts: LensPart[], asked: number) => unknown;
  getReady: (index: number) => void;
}
