import type { CodeEntry } from "./entry.ts";

export const CONFIG_CODES = {} satisfies Record<string, CodeEntry<never>>;
