// The clips behind rows and columns of a lens figure, heard one after the other; the one that is heard is marked in the figure.

import { view } from "../core/view.js";
import { isPlaying, load, onPlaying, onTrouble, playInTurn } from "../sound/sound.js";

/** @import { ClipSound, Lens, LensFigure, LensPart } from "../core/types.d.ts" */

export class Turns {
  /** @param {(step: number) => Promise<Lens>} ask for the picture of a step once more */
  constructor(ask) {
    this.ask = ask;
    /** @type {{figure: LensFigure, parts: LensPart[], lens: Lens, sounds: ClipSound[]} | null} */
    this.turn = null;
    onPlaying(() => this.mark());
    onTrouble(({ sound, message }) => {
      if (this.turn?.sounds.some((own) => own === sound)) this.turn.figure.say(message);
    });
  }

  /**
   * @param {LensFigure} figure
   * @param {LensPart[]} parts
   * @param {Lens} lens what the figure is of
   * @param {number} asked when: the time of an event
   */
  async hear(figure, parts, lens, asked) {
    if (!lens.clips.length) return figure.say("This run did not keep which clips these are, so they cannot be played.");
    if (!lens.sounds) {
      const again = await this.ask(lens.step).catch(() => lens); // they may have been opened meanwhile
      Object.assign(lens, { sounds: again.sounds, note: again.note });
    }
    const { sounds, note, clips, fingerprint } = lens;
    if (!sounds) return figure.say(note || "The sounds of this run are not on this machine.");
    const heard = parts.filter(({ index }, i) => clips[index] && parts.findIndex((part) => part.index === index) === i);
    const ofParts = heard.map(({ index }) => ({ fingerprint, index: clips[index].clip }));
    this.turn = { figure, parts: heard, lens, sounds: ofParts };
    playInTurn(ofParts, { asked });
    if (heard.length) view.set({ clip: clips[heard[0].index].clip });
  }

  /**
   * Fetches what a click would play, so that it is heard at once.
   * @param {Lens} lens
   * @param {number} index
   */
  getReady({ sounds, clips, fingerprint }, index) {
    if (sounds && clips[index]) load({ fingerprint, index: clips[index].clip }).catch(() => {});
  }

  mark() {
    if (!this.turn) return;
    const { figure, parts, lens, sounds } = this.turn;
    const playing = parts.find((_, i) => isPlaying(sounds[i]));
    const clip = playing && lens.clips[playing.index];
    figure.mark(playing ?? null);
    figure.say(
      clip ? `▶ ${playing.axis} ${playing.index + 1}: ${[clip.label, clip.note].filter(Boolean).join("  ·  ")}` : "",
    );
  }
}
