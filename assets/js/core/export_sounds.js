// The sounds of an exported run, the last of them kept, and their pictures, drawn from the sounds themselves.

import { refused } from "./export_files.js";
import { Recent } from "./recent.js";

const KEPT = 64;

/** @import { ExportFiles } from "./export_files.js" */
/** @import { SpectrogramImage } from "./types.d.ts" */
/** @typedef {(bytes: ArrayBuffer) => Promise<Float32Array>} Decode a sound file to its samples at 16 kHz, mono */
/** @typedef {(samples: Float32Array) => SpectrogramImage} Draw */

export class ExportSounds {
  /**
   * @param {ExportFiles} files
   * @param {Decode} decode
   * @param {Draw | null} draw
   */
  constructor(files, decode, draw) {
    this.files = files;
    this.decode = decode;
    this.draw = draw;
    /** @type {Recent<ArrayBuffer>} */
    this.heard = new Recent(KEPT);
  }

  /** @param {number} index of the clip */
  async bytes(index) {
    const path = `sounds/${index}.mp3`;
    const file = await this.heard.get(path, () => this.files.bytes(path, (bytes) => bytes));
    return file.slice(0); // who decodes it takes it away
  }

  /** @param {number} index of the clip */
  async picture(index) {
    const { draw } = this;
    const bytes = await this.bytes(index);
    if (!draw) throw refused("This page draws no spectrograms.", 404);
    const samples = await this.decode(bytes).catch(() => {
      throw this.files.failed(`sounds/${index}.mp3`, "is damaged", 422);
    });
    return draw(samples);
  }
}
