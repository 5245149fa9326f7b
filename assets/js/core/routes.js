// The page's byte routes: one place that knows their addresses.

const root = new URL("gradio_api/x/", document.baseURI).href;
const word = encodeURIComponent;

export const address = {
  run: (name, rest) => `${root}run/${word(name)}/${rest}`,
  sound: (sound, what) =>
    sound.upload !== undefined
      ? `${root}upload/${word(sound.upload)}/${what}`
      : `${root}${what}/${word(sound.fingerprint)}/${sound.index}`,
  pictures: (fingerprint, indices) => `${root}pictures/${word(fingerprint)}?of=${indices.join(",")}`,
};

/** One text per sound: a sound is {fingerprint, index} of a data set's clip, or {upload: token}. */
export function soundKey(sound) {
  if (!sound) return "";
  return sound.upload !== undefined ? `u:${sound.upload}` : `${sound.fingerprint}:${sound.index}`;
}

export const sameSound = (a, b) => soundKey(a) === soundKey(b);

// What a request asks for, by the word of its address that names it: for the sentence that tells that it did not come.
const ASKED = {
  news: "the news of the run",
  baselines: "what the run is compared with",
  points: "the clips of the map",
  layout: "the map of this step",
  neighbours: "the nearest clips",
  lens: "the method's picture",
  clip: "the sound",
  picture: "the spectrogram",
  pictures: "the spectrograms",
};

function asked(url) {
  const [kind, , topic] = url.slice(root.length).split(/[/?]/);
  return ASKED[kind === "run" || kind === "upload" ? topic : kind] ?? "what the page asked for";
}

/** What `read` makes of the reply. Throws one plain sentence; its `status` is the server's, where the server answered. */
async function answer(url, read, { signal, seconds = 20 } = {}) {
  const limit = AbortSignal.timeout(seconds * 1000);
  try {
    const reply = await fetch(url, { signal: signal ? AbortSignal.any([signal, limit]) : limit });
    if (reply.ok) return await read(reply);
    throw await refusal(reply);
  } catch (error) {
    if (error.status !== undefined || error.name === "AbortError") throw error;
    if (limit.aborted) throw new Error(`The server did not send ${asked(url)} within ${seconds} seconds.`);
    throw new Error("The page's server does not answer.");
  }
}

async function refusal(reply) {
  const said = await reply.json().catch(() => ({}));
  const error = new Error(typeof said.detail === "string" ? said.detail : `The server answered ${reply.status}.`);
  return Object.assign(error, { status: reply.status });
}

/** `options`: {signal} to call it off, and {seconds} after which it is given up. */
export const fetchJson = (url, options) => answer(url, (reply) => reply.json(), options);
/** Bytes may be many, and lines are slow: they have more time. */
export const fetchBytes = (url, options) => answer(url, (reply) => reply.arrayBuffer(), { seconds: 60, ...options });

/** The bytes that JSON carries as base64. */
export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
