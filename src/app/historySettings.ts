import type { ProjectConfig } from "../core/config.ts";
import { diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import type { HistorySettings } from "../core/ports.ts";

const DAY_MS = 86_400_000;
const KEEP_DAYS = 90;

/** `90d`, `12w`; a bare number is days. */
function readDays(value: Plain): number | undefined {
	const match = /^(\d+)\s*(d|w)?$/.exec(String(value).trim());
	return match === null ? undefined : Number(match[1]) * (match[2] === "w" ? 7 : 1);
}

/** `history:` of the project file; undefined: none is written (TFM-HIST-002 for what cannot be read). */
export function historySettings({ tfm, places }: ProjectConfig): HistorySettings | undefined {
	const written = (tfm?.history ?? {}) as { readonly [key: string]: Plain };
	const at = places.get("history");
	const refuse = (key: string, value: Plain, expected: string): never => {
		const facts = { key, value: JSON.stringify(value), expected };
		throw new TfmError(diagnostic("TFM-HIST-002", facts, at === undefined ? {} : { at }));
	};
	for (const key of Object.keys(written))
		if (key !== "keep" && key !== "enabled") refuse(key, written[key] ?? null, "a key that exists: keep, enabled");
	const { enabled = true, keep = KEEP_DAYS } = written;
	if (typeof enabled !== "boolean") refuse("enabled", enabled, "true or false");
	const days = readDays(keep) ?? refuse("keep", keep, "a time such as 90d or 12w");
	return enabled === true ? { keepMs: days * DAY_MS } : undefined;
}
