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

async function answer(url, options) {
  let reply;
  try {
    reply = await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("The page's server does not answer.");
  }
  if (reply.ok) return reply;
  const said = await reply.json().catch(() => ({}));
  const error = new Error(typeof said.detail === "string" ? said.detail : `The server answered ${reply.status}.`);
  error.status = reply.status;
  throw error;
}

export const fetchJson = async (url, options) => (await answer(url, options)).json();
export const fetchBytes = async (url, options) => (await answer(url, options)).arrayBuffer();
export const fetchReply = answer;

/** The bytes that JSON carries as base64. */
export function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}
