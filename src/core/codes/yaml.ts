import type { CodeEntry } from "./entry.ts";

export const YAML_CODES = {} satisfies Record<string, CodeEntry<never>>;
