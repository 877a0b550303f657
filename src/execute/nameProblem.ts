import type { Dialect } from "../core/adapter.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { BuildableNode } from "../core/plan.ts";
import { storedName } from "../core/storedName.ts";
import { pointerOf } from "../core/versionPointer.ts";

const BYTES = new TextEncoder();

/** The longest name of UTF-16 units that surely fits, whatever its letters are. */
const surelyFits = (name: string, maxBytes: number): boolean => name.length * 3 <= maxBytes;

/**
 * Why a node cannot be built under its name (TFM-APP-013): Postgres cuts a name at 63 bytes without a word that anybody
 * reads, and two models could meet in one relation. It is a failure of that node alone, and none before the node's turn
 * (dbt-postgres: "Relation name … is longer than 63 characters", when a materialization names its relation). Null: the
 * database takes the names as they are.
 */
export function nameProblem(
	node: BuildableNode,
	dialect: Pick<Dialect, "maxIdentifierBytes" | "isReservedSchema" | "fold" | "storedDatabase">,
): Diagnostic | null {
	const maxBytes = dialect.maxIdentifierBytes;
	const target = storedName(node, dialect);
	const pointer = pointerOf(node, dialect);
	const names = [
		["relation", target.identifier],
		...(pointer === null ? [] : [["relation", pointer.identifier] as const]),
		["schema", target.schema],
	] as const;
	for (const [what, name] of names) {
		const tooLong = !surelyFits(name, maxBytes) && BYTES.encode(name).length > maxBytes;
		const problem =
			name === ""
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
		};
		return diagnostic("TFM-APP-013", facts, { at: node.location });
	}
	return null;
}
