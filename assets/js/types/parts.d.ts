// What every part is given, and what elements are made from.

// A row may hold other things than numbers; whoever reads one looks whether it is finite.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type Loose = any;

/** What `mount` is given beside its element: the component's value and settings, and the ways to the server. */
export interface PartWith<Settings, Value> {
  props: { value: Value | null } & Settings;
  trigger: (event: string, detail: object) => void;
  watch: (name: string, listener: () => void) => void;
}
export type Part<Value> = PartWith<unknown, Value>; // one without settings of its own

/** An error with the server's status where the server answered. */
export type Refusal = Error & { status?: number };

type TagOf<Spec extends string> = Spec extends `${infer Tag}.${string}` ? Tag : Spec;
/** The element that `make` makes: "button.round" is a button. */
export type Made<Spec extends string> =
  TagOf<Spec> extends keyof HTMLElementTagNameMap ? HTMLElementTagNameMap[TagOf<Spec>] : HTMLElement;

type Listeners = { [Type in keyof HTMLElementEventMap as `on${Type}`]?: (event: HTMLElementEventMap[Type]) => void };
export interface Attributes extends Listeners {
  style?: Partial<Record<keyof CSSStyleDeclaration, string>>;
  [name: string]: Loose;
}

export type Child = Node | string | null | undefined;

export type IconName =
  | ("play" | "pause" | "stop" | "search" | "back" | "forward" | "close" | "add" | "edit" | "repeat")
  | ("minus" | "hand" | "box" | "lasso" | "fit" | "camera");
