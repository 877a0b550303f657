import type { Dialect } from "../core/adapter.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { BuildableNode } from "../core/plan.ts";
import { isWritable, type StoredNames, storedName } from "../core/storedName.ts";
import { pointerOf } from "../core/versionPointer.ts";

const BYTES = new TextEncoder();

/** What ends a bare name, or begins another part of it. */
const NEEDS_QUOTES = /[".]/;

/** The longest name of UTF-16 units that surely fits, whatever its letters are. */
const surelyFits = (name: string, maxBytes: number): boolean => name.length * 3 <= maxBytes;

/**
 * Why a node cannot be built under its name (TFM-APP-013): Postgres cuts a name at 63 bytes without a word that anybody
 * reads, and two models could meet in one relation. It is a failure of that node alone, and none before the node's turn
 * (dbt-postgres: "Relation name … is longer than 63 characters", when a materialization names its relation). So is a name that would end in
 * the middle of itself, where `quoting` leaves it bare: the database would call it a mistake in the SQL. Null: the
 * database takes the names as they are.
 */
export function nameProblem(
	node: BuildableNode,
	dialect: Pick<Dialect, "maxIdentifierBytes" | "isReservedSchema"> & StoredNames,
): Diagnostic | null {
	const maxBytes = dialect.maxIdentifierBytes;
	const target = storedName(node, dialect);
	const pointer = pointerOf(node, dialect);
	const names = [
		["relation", target.identifier],
		...(pointer === null ? [] : [["relation", pointer.identifier] as const]),
		["schema", node.layer === null ? target.schema : node.schema],
		["database", target.database],
	] as const;
	const writable =
		isWritable(node) && (node.resource_type !== "model" || node.pointer == null || isWritable(node.pointer));
	for (const [what, name] of names) {
		const tooLong = !surelyFits(name, maxBytes) && BYTES.encode(name).length > maxBytes;
		const unquoted = !writable && NEEDS_QUOTES.test(name);
		const problem = unquoted
			? "holds a quotation mark or a dot, and is written without quotes"
			: what === "database"
				? null
				: name === ""
					? "is empty"
					: name.includes("\0")
						? "holds a zero byte"
						: tooLong
							? `has ${BYTES.encode(name).length} bytes, ${maxBytes} are allowed`
							: what === "schema" && dialect.isReservedSchema(name)
								? "is reserved: the database keeps such names for itself"
								: null;
		if (problem === null) continue;
		const facts = {
			node: node.name,
			what,
			name: name.replaceAll("\0", "\\0"),
			problem,
			...(tooLong ? { maxBytes } : {}),
			...(unquoted ? { unquoted: true as const } : {}),
		};
		return diagnostic("TFM-APP-013", facts, { at: node.location });
	}
	return null;
}
