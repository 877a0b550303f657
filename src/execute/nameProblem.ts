import type { Dialect } from "../core/adapter.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { SourceNode, TestNode } from "../core/node.ts";
import type { BuildableNode } from "../core/plan.ts";
import { bareParts, isWritable, type StoredNames, storedName } from "../core/storedName.ts";
import { pointerOf } from "../core/versionPointer.ts";

const BYTES = new TextEncoder();

/** What ends a bare name, or begins another part of it. */
const NEEDS_QUOTES = /[".]/;

/** What no database reads as a name without quotes; letters of other alphabets are left to it. */
const NEVER_BARE = /^[0-9]|[^\w$\0\u0080-\uffff]/;

/** The longest name of UTF-16 units that surely fits, whatever its letters are. */
const surelyFits = (name: string, maxBytes: number): boolean => name.length * 3 <= maxBytes;

/**
 * Why a node cannot be built under its name (TFM-APP-013): Postgres cuts a name at 63 bytes without a word that anybody
 * reads, and two models could meet in one relation. It is a failure of that node alone, and none before the node's turn
 * (dbt-postgres: "Relation name … is longer than 63 characters", when a materialization names its relation). So is a name that would end in
 * the middle of itself, or is none (`my orders`, `v-1`), where `quoting` leaves it bare: the database would call it a
 * mistake in the SQL. So are the table of a landing load, and that of a test's kept rows. Null: the database takes the
 * names as they are.
 */
export function nameProblem(
	node: BuildableNode | SourceNode | TestNode,
	dialect: Pick<Dialect, "maxIdentifierBytes" | "isReservedSchema"> & StoredNames,
): Diagnostic | null {
	const maxBytes = dialect.maxIdentifierBytes;
	const target = storedName(node, dialect);
	const isBuilt = node.resource_type !== "source" && node.resource_type !== "test";
	const pointer = isBuilt ? pointerOf(node, dialect) : null;
	const bare = bareParts(node);
	const names = [
		["relation", target.identifier],
		...(pointer === null ? [] : [["relation", pointer.identifier] as const]),
		["schema", node.layer === null || !isBuilt ? target.schema : node.schema],
		["database", target.database],
	] as const;
	const writable =
		isWritable(node) && (node.resource_type !== "model" || node.pointer == null || isWritable(node.pointer));
	for (const [what, name] of names) {
		const unquoted = writable ? (bare[what] ? unquotable(name) : null) : NEEDS_QUOTES.test(name) ? ENDS_EARLY : null;
		const bytes = what === "database" || surelyFits(name, maxBytes) ? 0 : BYTES.encode(name).length;
		const tooLong = bytes > maxBytes ? `has ${bytes} bytes, ${maxBytes} are allowed` : null;
		const problem = unquoted ?? (what === "database" ? null : (faultOf(name) ?? tooLong));
		const reserved = what === "schema" && dialect.isReservedSchema(name) ? RESERVED : null;
		if (problem === null && reserved === null) continue;
		const facts = {
			node: node.name,
			what,
			name: name.replaceAll("\0", "\\0"),
			problem: (problem ?? reserved)!,
			...(tooLong === null ? {} : { maxBytes }),
			...(unquoted === null ? {} : { unquoted: true as const }),
			...(node.resource_type === "source" ? { source: true as const } : {}),
		};
		return diagnostic("TFM-APP-013", facts, { at: node.location });
	}
	return null;
}

const ENDS_EARLY = "holds a quotation mark or a dot, and is written without quotes";
const RESERVED = "is reserved: the database keeps such names for itself";

const faultOf = (name: string): string | null =>
	name === "" ? "is empty" : name.includes("\0") ? "holds a zero byte" : null;

/** What keeps a name from being one without quotes. */
function unquotable(name: string): string | null {
	const [sign] = NEVER_BARE.exec(name) ?? [];
	if (sign === undefined) return null;
	const what = /\s/.test(sign) ? "a blank" : `"${sign}"`;
	return `${/[0-9]/.test(sign) ? "begins with a digit" : `holds ${what}`}, and is written without quotes`;
}
