import type { CodeEntry } from "./entry.ts";

export const DATABASE_CODES = {} satisfies Record<string, CodeEntry<never>>;
