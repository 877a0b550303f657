import type { Dialect } from "../../core/adapter.ts";
import { firstWords } from "./scanSql.ts";

/**
 * What a statement does to the session beside its work. Snowflake commits an open transaction before each statement that
 * defines something, and making a schema also makes it the current one.
 */
export interface StatementEffects {
	/** `rows`: DML, for which a transaction is worth beginning; `defines`: ends an open transaction with a commit. */
	readonly work: "reads" | "rows" | "defines" | "begins" | "ends" | "session";
	/** What the next user of the session must find as it was. */
	readonly changes: "role" | "warehouse" | "schema" | "tag" | "parameters" | "temporary" | "variables" | null;
}

const READS = new Set(["SELECT", "WITH", "SHOW", "DESC", "DESCRIBE", "VALUES", "LIST", "LS", "EXPLAIN", ""]);
const ROWS = new Set(["INSERT", "UPDATE", "DELETE", "MERGE", "COPY"]);
const DEFINES = new Set(["CREATE", "ALTER", "DROP", "TRUNCATE", "COMMENT", "GRANT", "REVOKE", "UNDROP"]);

export function effectsOf(sql: string): StatementEffects {
	const words = firstWords(sql);
	const [first = "", second = ""] = words;
	const effects = (work: StatementEffects["work"], changes: StatementEffects["changes"] = null): StatementEffects => ({
		work,
		changes,
	});
	if (first === "BEGIN" || first === "START") return effects("begins");
	if (first === "COMMIT" || first === "ROLLBACK") return effects("ends");
	if (first === "USE") {
		if (second === "ROLE" || second === "SECONDARY") return effects("session", "role");
		return effects("session", second === "WAREHOUSE" ? "warehouse" : "schema");
	}
	if (first === "SET" || first === "UNSET") return effects("session", "variables");
	if (first === "ALTER" && second === "SESSION")
		return effects("session", words[3]?.startsWith("QUERY_TAG") === true ? "tag" : "parameters");
	if (first === "CREATE") {
		const what = words.filter((word) => word !== "OR" && word !== "REPLACE")[1] ?? "";
		if (what === "TEMP" || what === "TEMPORARY") return effects("defines", "temporary");
		if (what === "SCHEMA" || what === "DATABASE" || (what === "TRANSIENT" && words.includes("SCHEMA")))
			return effects("defines", "schema");
	}
	if (DEFINES.has(first)) return effects("defines");
	if (ROWS.has(first)) return effects("rows");
	return effects(READS.has(first) || first.startsWith("(") ? "reads" : "rows");
}

const NAME = String.raw`((?:"(?:[^"]|"")+"|[\w$]+)(?:\.(?:"(?:[^"]|"")+"|[\w$]+)){0,2})`;
const MADE = new RegExp(
	String.raw`^\s*create\s+(?:or\s+replace\s+)?temp(?:orary)?\s+table\s+(?:if\s+not\s+exists\s+)?${NAME}`,
	"i",
);
const DROPPED = new RegExp(String.raw`^\s*drop\s+table\s+(?:if\s+exists\s+)?${NAME}\s*$`, "i");

/**
 * The temporary table that a statement makes or drops, as it is written there: a session that dropped what it made needs
 * no new login. Null: none, or not to be told.
 */
export function temporaryTable(sql: string): { readonly made: boolean; readonly name: string } | null {
	const [made, dropped] = [MADE.exec(sql)?.[1], DROPPED.exec(sql)?.[1]];
	if (made !== undefined) return { made: true, name: made };
	return dropped === undefined ? null : { made: false, name: dropped };
}

const SCHEMA = new RegExp(
	String.raw`^\s*create\s+(?:or\s+replace\s+)?(?:transient\s+)?(schema|database)\s+(?:if\s+not\s+exists\s+)?${NAME}`,
	"i",
);

/** Whether a statement makes a schema in another database than this one, which makes that the current one. */
export function madeElsewhere(sql: string, database: string, { fold }: Pick<Dialect, "fold">): boolean {
	const [, what = "", name = ""] = SCHEMA.exec(sql) ?? [];
	const parts = [...name.matchAll(/"((?:[^"]|"")+)"|([\w$]+)/g)];
	if (parts.length !== 2 || what.toLowerCase() !== "schema") return false;
	const [, quoted, bare = ""] = parts[0]!;
	return (quoted?.replaceAll('""', '"') ?? fold(bare)) !== database;
}
