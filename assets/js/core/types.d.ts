// What crosses from Python to the page, and what the page's modules share; a file for each topic. Nothing here runs: the type
// checker reads it, and a test holds each type that says "from Python" against values that Python makes.

export type * from "../types/exports.d.ts";
export type * from "../types/forms.d.ts";
export type * from "../types/knowledge.d.ts";
export type * from "../types/map.d.ts";
export type * from "../types/methods.d.ts";
export type * from "../types/parts.d.ts";
export type * from "../types/pictures.d.ts";
export type * from "../types/runs.d.ts";
export type * from "../types/sounds.d.ts";
export type * from "../types/tags.d.ts";
export type * from "../types/twins.d.ts";
