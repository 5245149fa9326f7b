// What is looked at stands in the page's address, so that it can be sent to others and survives a reload.
// (The word "page" is Gradio's own there.) What comes back from it is checked here and again by whoever uses it.

const CHECKS = {
  tab: (text) => (/^(listen|train|map|find|methods)$/.test(text) ? text : null),
  run: (text) => (/^[\w.-]{1,120}$/.test(text) ? text : null),
  method: (text) => (/^\w{1,60}$/.test(text) ? text : null),
  clip: (text) => (/^\d{1,9}$/.test(text) ? Number(text) : null),
};

/** {tab, run, method, clip}, null where the address says nothing or nonsense. */
export function readAddress() {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(Object.entries(CHECKS).map(([name, check]) => [name, check(query.get(name) ?? "")]));
}

/** Changes some of these in the address; null takes one away. */
export function writeAddress(changes) {
  const url = new URL(location.href);
  if ("run" in changes && url.searchParams.has("run") && changes.run !== url.searchParams.get("run"))
    url.searchParams.delete("clip");
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || CHECKS[name](String(value)) === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  history.replaceState(history.state, "", url);
}
