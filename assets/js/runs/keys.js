// The table of runs by the keyboard.

/**
 * The arrow keys go from run to run, the space bar ticks the one that has the focus, Enter opens it.
 * @param {KeyboardEvent} event
 * @param {HTMLElement} body of the table
 * @param {{chosen: Set<string>, choose: (names: string[], chosen: boolean) => void}} table
 */
export function onKey(event, body, table) {
  const active = document.activeElement;
  if (event.key === " " && active?.matches(".runs-open")) {
    event.preventDefault();
    const name = active.closest("tr")?.dataset.name ?? "";
    return table.choose([name], !table.chosen.has(name));
  }
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
  if (!step || active instanceof HTMLSelectElement) return;
  const buttons = /** @type {HTMLElement[]} */ ([...body.querySelectorAll(".runs-open")]);
  const row = active?.closest("tr");
  const at = buttons.findIndex((button) => row?.contains(button));
  const next = buttons[at < 0 ? 0 : at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
