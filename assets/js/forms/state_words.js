// Where a run stands, in words.

import { counted, duration } from "../core/number_words.js";

/** @import { RunStatus } from "../core/types.d.ts" */
/** @typedef {Partial<RunStatus> & Pick<RunStatus, "state">} Told a status, of which only the state is needed */

/**
 * One sentence on a status.
 * @param {Told} status
 * @param {(run: string) => string} [called] what another run is called
 */
export function stateLine(status, called = (run) => run) {
  const step = Number(status.step ?? 0).toLocaleString("en");
  const besides = status.message ? `. ${status.message}` : "";
  const because = status.message ? `: ${uncapitalised(status.message)}` : ".";
  switch (status.state) {
    case "waiting":
      return waiting(status, called);
    case "preparing":
      return `Preparing${status.message ? `: ${uncapitalised(status.message)}` : " data"} ${percent(status.progress)}`;
    case "training":
      return `Training, step ${step}${status.steps ? ` of ${status.steps.toLocaleString("en")}` : ""}${besides}`;
    case "paused":
      return `Paused at step ${step}.`;
    case "stopping":
      return "Stopping after this step.";
    case "stopped":
      return status.watched ? `Stopped at step ${step}.` : `Stopped at step ${step}; it can be resumed.`;
    case "finished":
      if (status.watched && status.message) return status.message;
      return `Finished after ${counted(status.step ?? 0, "step")} in ${duration(status.seconds)}.${besides.slice(1)}`;
    case "exported":
      return `At step ${step} when it was exported; it was still being trained.`;
    case "failed":
      return `Failed${because}`;
    case "crashed":
      return status.watched
        ? `Crashed at step ${step}: its program ended without closing the run.`
        : `Crashed at step ${step}. Resume goes on from the last checkpoint.`;
    case "disk_full":
      return `The disk is full. Make room, then resume${status.step ? ` from step ${step}` : ""}.`;
    default:
      return "This run was written by a newer version of Hearsight.";
  }
}

/**
 * @param {Told} status
 * @param {(run: string) => string} called
 */
function waiting({ place, behind, paused }, called) {
  if (place === 0) return "Its trainer is being started.";
  if (!place) return "Waiting, but in no queue: Resume puts it there.";
  // Not "until it has ended": a command that trains several runs has the device again before the queue looks.
  const first = behind ? `; the run “${called(behind)}” ${paused ? "is paused and holds" : "has"} the device` : "";
  const others = place > 1 ? `, and ${counted(place - 1, "other run")} ${place > 2 ? "wait" : "waits"} before it` : "";
  return `Waiting, place ${place} in the queue${first}${first && others}.`;
}

/** @param {string} text */
const uncapitalised = (text) => (/^[A-Z][a-z]/.test(text) ? text[0].toLowerCase() + text.slice(1) : text);
/** @param {number} [share] */
const percent = (share) => (share !== undefined && Number.isFinite(share) ? `${Math.round(share * 100)} %` : "");

/**
 * How long it will take, how fast it is and on what, of a run that trains or is paused; of one that waits how long that may take.
 * @param {Told} status
 * @param {boolean} compact whether there is little room
 */
export function factsOf({ state, seconds_left, clips_per_second, device, wait }, compact) {
  if (state === "waiting") return wait ? [`What is before it may train for about ${duration(wait)} more.`] : [];
  if (state !== "training" && state !== "paused") return [];
  const left = Number.isFinite(seconds_left) ? `${duration(seconds_left)} left` : "";
  const speed =
    state === "training" && clips_per_second ? `${Math.round(clips_per_second).toLocaleString("en")} clips/s` : "";
  return [left, speed, compact ? "" : device].filter(Boolean);
}
