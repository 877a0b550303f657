import type { CodeEntry } from "./entry.ts";

export const REF_CODES = {} satisfies Record<string, CodeEntry<never>>;
