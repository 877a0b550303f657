import type { Dialect } from "../../core/adapter.ts";
import type { QuotePolicy } from "../../core/relation.ts";
import type { ProfileFields } from "./connectionOptions.ts";

/**
 * The fields of a profile with `database` and `schema` as SQL writes them. A login takes names as SQL does, bare ones in
 * upper case and quoted ones as they are, whereas the project's `quoting` says of these two whether they are quoted. Role
 * and warehouse have no such setting: whoever quotes them writes the quotes into the profile.
 */
export function quotedNames(fields: ProfileFields, quoting: Partial<QuotePolicy>): ProfileFields {
	const quoted = (name: "database" | "schema"): ProfileFields => {
		const written = fields[name];
		return quoting[name] === true && typeof written === "string" ? { [name]: inQuotes(written) } : {};
	};
	return { ...fields, ...quoted("database"), ...quoted("schema") };
}

/** How SQL writes a name that a person wrote: bare or quoted by who wrote it; what could be neither is quoted. */
export const inSql = (written: string): string => (/^[A-Za-z_][\w$]*$/.test(written) ? written : inQuotes(written));

/** How Snowflake stores a name that stands in SQL: bare ones are folded, quoted ones are as they stand. */
export const stored = (written: string, { fold }: Pick<Dialect, "fold">): string =>
	/^".+"$/s.test(written) ? written.slice(1, -1).replaceAll('""', '"') : fold(written);

/** Written without quotes, though it looks like a name that needs them: `Sales`, `big-wh`; `sales` is taken for SALES. */
export const isMixed = (written: string): boolean =>
	!/^".*"$/s.test(written) && !/^(?:[a-z_][a-z0-9_$]*|[A-Z_][A-Z0-9_$]*)$/.test(written);

/** A name that stands in quotes already keeps them. */
const inQuotes = (written: string): string =>
	/^"(?:[^"]|"")+"$/.test(written) ? written : `"${written.replaceAll('"', '""')}"`;
