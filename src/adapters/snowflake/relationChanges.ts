import type { RelationKind } from "../../core/relation.ts";
import { firstWords } from "./scanSql.ts";

/** A name as it is written, its parts as they are stored: one to three of them. */
export type WrittenName = readonly string[];

/** What a statement, once it has gone through, did to the relations that stand in schemas. */
export type RelationChange =
	/** `unless`: only where nothing stood there. */
	| { readonly kind: "made"; readonly name: WrittenName; readonly as: RelationKind; readonly unless: boolean }
	| { readonly kind: "dropped"; readonly name: WrittenName; readonly of: RelationKind }
	| { readonly kind: "renamed"; readonly name: WrittenName; readonly to: WrittenName; readonly of: RelationKind }
	/** Both are tables. */
	| { readonly kind: "swapped"; readonly name: WrittenName; readonly to: WrittenName }
	/** It stands as it stood, with another comment perhaps. */
	| { readonly kind: "altered"; readonly name: WrittenName }
	| { readonly kind: "schema dropped"; readonly name: WrittenName };

const PART = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_][\w$]*)`;
// `identifier($table)` names what a variable says.
const NAME = String.raw`(?!identifier\s*\()(${PART}(?:\s*\.\s*${PART}){0,2})`;
const RELATION = String.raw`((?:dynamic|materialized|external)\s+)?(table|view)`;
const LEAD = /^(?:\s+|--[^\n]*(?:\n|$)|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/;

const MADE = new RegExp(
	String.raw`^create\s+(?:or\s+(?:replace|alter)\s+)?((?:(?:local|global|temp|temporary|volatile|transient|secure|recursive)\s+)*)${RELATION}\s+(if\s+not\s+exists\s+)?${NAME}(?=[\s(]|$)`,
	"i",
);
const SCHEMA_MADE = new RegExp(
	String.raw`^create\s+(?:transient\s+)?schema\s+(?:if\s+not\s+exists\s+)?${NAME}\s*$`,
	"i",
);
const ALTERED = new RegExp(String.raw`^alter\s+${RELATION}\s+(?:if\s+exists\s+)?${NAME}\s+(\w+)(?:\s+(\w+))?`, "i");
const TARGET = new RegExp(String.raw`\s(?:rename\s+to|swap\s+with)\s+${NAME}\s*$`, "i");
const DROPPED = new RegExp(
	String.raw`^drop\s+${RELATION}\s+(?:if\s+exists\s+)?${NAME}(?:\s+(?:cascade|restrict))?\s*$`,
	"i",
);
const SCHEMA_DROPPED = new RegExp(
	String.raw`^drop\s+schema\s+(?:if\s+exists\s+)?${NAME}(?:\s+(?:cascade|restrict))?\s*$`,
	"i",
);
const TOLD = new RegExp(String.raw`^comment\s+(?:if\s+exists\s+)?on\s+${RELATION}\s+${NAME}\s`, "i");

/** Statements that make, drop and rename nothing. */
const HARMLESS = new Set(
	"SELECT WITH SHOW DESC DESCRIBE VALUES LIST LS EXPLAIN INSERT UPDATE DELETE MERGE COPY TRUNCATE PUT GET REMOVE RM GRANT REVOKE USE SET UNSET START COMMIT ROLLBACK".split(
		" ",
	),
);
/** Things beside relations that may be made, altered and dropped. */
const THINGS =
	/^(?:create|alter|drop|comment\s+(?:if\s+exists\s+)?on)\s+(?:or\s+replace\s+)?(?:(?:temp|temporary|transient|secure|masking|row\s+access|aggregate|external|file|data\s+metric)\s+)*(?:stage|format|function|procedure|sequence|stream|task|tag|policy|alert|role|user|warehouse|session|column)\b/i;

/**
 * `[]`: none. Null: not to be told, so anything may have changed; a procedure, a block of Snowflake Scripting, and
 * whatever is not known here.
 */
export function relationChanges(sql: string): readonly RelationChange[] | null {
	const [first = "", second = ""] = firstWords(sql, 2);
	if (first === "" || first.startsWith("(") || HARMLESS.has(first)) return [];
	if (first === "BEGIN") return ["", "TRANSACTION", "WORK", "NAME"].includes(second) ? [] : null;
	const text = sql.slice(LEAD.exec(sql)![0].length).trimEnd();
	const made = MADE.exec(text);
	if (made !== null) {
		const [, how = "", special, word = "", unless, name = ""] = made;
		// One session sees it, under a name that may be another relation's.
		if (/\b(?:temp|temporary|volatile)\b/i.test(how)) return [];
		return [{ kind: "made", name: partsOf(name), as: kindOf(special, word), unless: unless !== undefined }];
	}
	const altered = ALTERED.exec(text);
	if (altered !== null) {
		const [, special, word = "", written = "", verb = "", next = ""] = altered;
		const name = partsOf(written);
		const move = `${verb} ${next}`.toUpperCase();
		if (move !== "RENAME TO" && move !== "SWAP WITH") return [{ kind: "altered", name }];
		const to = TARGET.exec(text)?.[1];
		if (to === undefined) return null;
		const moved = { name, to: partsOf(to) };
		return [
			move === "SWAP WITH" ? { kind: "swapped", ...moved } : { kind: "renamed", ...moved, of: kindOf(special, word) },
		];
	}
	const dropped = DROPPED.exec(text);
	if (dropped !== null)
		return [{ kind: "dropped", name: partsOf(dropped[3] ?? ""), of: kindOf(dropped[1], dropped[2] ?? "") }];
	const told = TOLD.exec(text);
	if (told !== null) return [{ kind: "altered", name: partsOf(told[3] ?? "") }];
	const schema = SCHEMA_DROPPED.exec(text)?.[1];
	if (schema !== undefined) return [{ kind: "schema dropped", name: partsOf(schema) }];
	return SCHEMA_MADE.test(text) || THINGS.test(text) ? [] : null;
}

/** Bare parts are stored in capitals. */
const partsOf = (name: string): WrittenName =>
	[...name.matchAll(/"((?:[^"]|"")+)"|([\w$]+)/g)].map(
		([, quoted, bare = ""]) => quoted?.replaceAll('""', '"') ?? bare.toUpperCase(),
	);

function kindOf(special: string | undefined, word: string): RelationKind {
	const how = special?.trim().toUpperCase();
	if (how === "EXTERNAL") return "external";
	return how === undefined ? (word.toUpperCase() === "VIEW" ? "view" : "table") : "materialized_view";
}
