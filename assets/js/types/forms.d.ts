// Settings and forms.

/** From Python: Notice's value, as `said` makes it. */
export interface NoticeValue {
  text: string;
  tone: "" | "bad" | "busy";
  fraction?: number | null;
  /** a file to be downloaded, at an address relative to the page */
  link?: { address: string; words: string };
}

export type Scalar = string | number | boolean | null;

/** From Python: training.units.Unit */
export type SettingUnit = "" | "s" | "Hz" | "dB" | "share" | "ratio" | "neper" | "memory";

/** From Python: training.settings.Setting, as settings_group describes it. */
export interface Setting {
  name: string;
  kind: "bool" | "int" | "float" | "str";
  optional: boolean;
  default: Scalar;
  meaning: string;
  low: number | null;
  high: number | null;
  choices: string[] | null;
  scale: "linear" | "log";
  unit: SettingUnit;
  switch: boolean;
}

/** From Python: explorer.runs.run_settings: one setting of a run beside the default of its method */
export interface OwnSetting {
  name: string;
  title: string;
  value: Scalar;
  default: Scalar;
  unit: SettingUnit;
  changed: boolean;
}

/** From Python: explorer.runs.run_settings.run_settings */
export interface RunSettingsAnswer {
  method: string;
  encoder: string;
  usual_encoder: boolean;
  data: string;
  breaks: string[];
  settings: OwnSetting[];
  /** trains them once more at a command line; empty where none does */
  command: string;
  /** what is to be known of these settings; empty where Hearsight trained the run */
  note: string;
  /** whether a loop that Hearsight doesn't know trains it */
  watched: boolean;
}

/** From Python: settings_group */
export interface SettingsGroup {
  name: string;
  title: string;
  settings: Setting[];
  values: Record<string, Scalar>;
  open: boolean;
}

/** From Python: SettingsForm's value; the browser adds what was filled in, and the first mistake in words. */
export interface SettingsValue {
  groups: SettingsGroup[];
  filled?: Record<string, Record<string, Scalar>>;
  wrong?: string;
}
