import type { Hook, Plain } from "../core/node.ts";
import { isRecord } from "./configDefaults.ts";

/** dbt's macros `before_begin` and `after_commit` give a hook as JSON text. */
function fromJson(text: string): Plain {
	if (!text.trimStart().startsWith("{") || text.trimStart().startsWith("{{") || text.trimStart().startsWith("{%"))
		return null;
	try {
		return JSON.parse(text) as Plain;
	} catch {
		return null;
	}
}

/** A hook as written (text, JSON text or mapping); undefined when it is none of them. */
export function readHook(written: Plain): Hook | undefined {
	const value = typeof written === "string" ? (fromJson(written) ?? { sql: written }) : written;
	if (!isRecord(value) || typeof value.sql !== "string") return undefined;
	return Object.freeze({
		sql: value.sql,
		transaction: value.transaction !== false,
		...(typeof value.index === "number" ? { index: value.index } : {}),
	});
}
