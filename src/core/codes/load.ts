import type { CodeEntry } from "./entry.ts";

export const LOAD_CODES = {} satisfies Record<string, CodeEntry<never>>;
