// One written sentence on the page: what was wrong with a file, what is being made. Text only, whatever stands in it.

import { make } from "../core/elements.js";
import { tellWrongFiles } from "../sound/wrong_files.js";

/** @type {NoticeValue} */
const EMPTY = { text: "", tone: "" };

/** @import { NoticeValue, PartWith } from "../core/types.d.ts" */

/**
 * The component: without a text it takes no room.
 * @param {HTMLElement} root
 * @param {PartWith<{reveals?: boolean, sounds_of?: {field: string, expected: string} | null}, NoticeValue>} part
 */
export function mount(root, { props, watch }) {
  const line = make("p.notice-line");
  const link = make("a.notice-link", { download: true });
  const share = make("span");
  const bar = make("div.state-bar", {}, share);
  root.append(line, link, bar);
  let refused = ""; // what the page itself says of a file, in place of the value, until the next one
  const update = () => {
    const {
      text,
      tone,
      fraction,
      link: to,
    } = refused ? { ...EMPTY, text: refused, tone: "bad" } : props.value || EMPTY;
    const appears = root.hidden && Boolean(text);
    root.hidden = !text;
    root.dataset.tone = tone;
    root.setAttribute("role", tone === "bad" ? "alert" : "status");
    line.textContent = text;
    link.hidden = !to;
    link.textContent = to?.words ?? "";
    link.href = new URL(to?.address ?? "", document.baseURI).href;
    bar.hidden = !Number.isFinite(fraction);
    share.style.width = `${100 * (fraction ?? 0)}%`;
    if (appears && props.reveals) root.scrollIntoView({ block: "nearest" });
  };
  /** @param {string} sentence */
  const say = (sentence) => {
    refused = sentence;
    update();
  };
  watch("value", () => say(""));
  if (props.sounds_of) tellWrongFiles(props.sounds_of.field, props.sounds_of.expected, say);
  update();
}
