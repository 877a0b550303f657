import type { CodeEntry } from "./entry.ts";

export const RUN_CODES = {} satisfies Record<string, CodeEntry<never>>;
