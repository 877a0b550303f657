import type { CodeEntry } from "./entry.ts";

export const CLI_CODES = {} satisfies Record<string, CodeEntry<never>>;
