import type { CodeEntry } from "./entry.ts";

export const SELECT_CODES = {} satisfies Record<string, CodeEntry<never>>;
