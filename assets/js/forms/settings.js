// A form made from described settings, a field for each, in groups.

import { make } from "../core/elements.js";
import { KeptForm } from "./kept_form.js";
import { hold } from "./new_run.js";
import { SettingField } from "./setting_field.js";

/** @import { PartWith, Scalar, Setting, SettingsValue } from "../core/types.d.ts" */
/** @import { Written } from "./kept_form.js" */
/** @typedef {{group: string, field: SettingField}} Placed a field and the name of its group */

const small = window.matchMedia("(max-width: 640px)"); // there the form would hide all else

/** Whether both are the same setting; what is said of it may change as runs are trained. @type {(a: Setting, b: Setting) => boolean} */
const same = (a, b) => JSON.stringify({ ...a, meaning: "" }) === JSON.stringify({ ...b, meaning: "" });

/** @type {(fields: Placed[]) => Record<string, Written>} */
const written = (fields) =>
  Object.fromEntries(
    fields.map(({ group, field: { setting, value } }) => [`${group} ${setting.name}`, { setting, value }]),
  );

/**
 * The component: what was filled in is written to value.filled, and sent as `change`.
 * @param {HTMLElement} root
 * @param {PartWith<{holds?: boolean}, SettingsValue>} part `holds`: whether it is the form of a new run
 */
export function mount(root, { props, trigger, watch }) {
  const kept = new KeptForm(root);
  /** @type {Placed[]} */
  let fields = [];
  let mine = "";
  const changed = () => fields.filter(({ field }) => field.isChanged);
  const keep = () => kept.write(written(changed()));
  /** @param {boolean} quietly */
  const tell = (quietly) => {
    /** @type {Record<string, Record<string, Scalar>>} */
    const filled = {};
    let wrong = "";
    for (const { group, field } of fields) {
      filled[group] ??= {};
      filled[group][field.setting.name] = field.value;
      wrong ||= field.check();
    }
    mine = JSON.stringify({ ...props.value, filled, wrong });
    props.value = JSON.parse(mine);
    if (props.holds)
      hold({
        method: props.value?.groups?.[0]?.title ?? "",
        changed: changed().map(({ field: { setting, value } }) => ({ name: setting.name, value, unit: setting.unit })),
      });
    if (quietly) return;
    keep();
    trigger("change", {});
  };
  const update = () => {
    if (JSON.stringify(props.value) === mine) return;
    const known = fields.length ? written(fields) : kept.read();
    fields = [];
    root.replaceChildren(
      ...(props.value?.groups ?? []).map(({ title, name, settings, values = {}, open }) => {
        const boxes = settings.map((setting) => {
          const before = known[`${name} ${setting.name}`];
          const usual = before && same(before.setting, setting) ? before.value : setting.default;
          const begun = setting.name in values ? values[setting.name] : usual;
          const field = new SettingField(setting, begun, () => tell(false));
          fields.push({ group: name, field });
          return field.box;
        });
        return make(
          "details.settings-group",
          { open: open !== false && !small.matches },
          make("summary", {}, title),
          make("div.settings-grid", {}, ...boxes),
        );
      }),
    );
    tell(true);
    if (props.value?.groups?.some(({ values }) => Object.keys(values ?? {}).length)) keep(); // as a run was
  };
  root.addEventListener("input", keep); // also what is being typed
  watch("value", update);
  update();
}
