import type { RowReview } from "../../ci/changeReview.ts";
import type { Adapter, Session } from "../../core/adapter.ts";
import { DatabaseError } from "../../core/databaseError.ts";
import { TfmError } from "../../core/diagnostic.ts";
import type { StoredNode } from "../../core/node.ts";
import type { RelationName } from "../../core/relation.ts";
import { ASIDE_NAMES, compareRows, type RowDiff } from "../../diff/diff.ts";
import { diffSide, keyOf } from "../rowDiff/diffSide.ts";
import type { DataSettings } from "./ciSettings.ts";

export interface BuiltPair {
	readonly node: StoredNode;
	/** What was built; a candidate, where a gate held it back. */
	readonly head: RelationName;
	/** Null: the node is new. */
	readonly base: RelationName | null;
}

export type DiffRules = Pick<DataSettings, "ignore" | "tolerance">;

/** Rows of one node on both sides. What the database refuses is said of the node: others can still be compared. */
export function compareBuilt(
	adapter: Adapter,
	{ node, head, base }: BuiltPair,
	{ rules, signal }: { readonly rules: DiffRules; readonly signal: AbortSignal },
): Promise<RowReview> {
	const { dialect } = adapter;
	return adapter.withSession(async (session) => {
		const key = keyOf(node);
		try {
			const headSide = await diffSide(session, head, { dialect, key });
			if (base === null) return { kind: "counted", now: await rowsIn(session, headSide.from, signal) };
			const baseSide = await diffSide(session, base, { dialect, key });
			if (baseSide.columns.length === 0) return { kind: "refused", because: "the base has no relation" };
			const found = await compareRows(
				{
					base: baseSide,
					head: headSide,
					key: keyOfBoth(key, [baseSide.columns, headSide.columns]),
					ignore: rules.ignore,
					tolerance: rules.tolerance,
					// Values are nobody's business on a pull request.
					samples: 0,
					name: node.name,
					dialect,
					near: head,
				},
				async (sql) => (await session.query(sql, [], { signal })).rows,
			);
			return reviewed(found);
		} catch (error) {
			signal.throwIfAborted();
			if (error instanceof DatabaseError || error instanceof TfmError)
				return { kind: "refused", because: error.message.split("\n")[0]! };
			throw error;
		} finally {
			// Rows of unequal parts; the next comparison makes its own.
			const made = ASIDE_NAMES.map((name) => dialect.render(dialect.comparing.aside(name, head)));
			if (!signal.aborted) await session.execute(dialect.comparing.dropAside(made));
		}
	});
}

/** A key column that one side does not have is no key of both. */
function keyOfBoth(
	key: readonly string[],
	sides: readonly (readonly { readonly name: string }[])[],
): readonly string[] {
	const has = (columns: readonly { readonly name: string }[], column: string): boolean =>
		columns.some(({ name }) => name.toLowerCase() === column.toLowerCase());
	return key.every((column) => sides.every((columns) => has(columns, column))) ? key : [];
}

async function rowsIn(session: Session, from: string, signal: AbortSignal): Promise<number> {
	return Number((await session.query(`select count(*) from ${from}`, [], { signal })).rows[0]?.[0] ?? 0);
}

function reviewed(diff: RowDiff): RowReview {
	const sides = ({ base, head }: { readonly base: number; readonly head: number }) => ({ base, now: head });
	const common = { kind: "compared", rows: sides(diff.rows), added: diff.added, removed: diff.removed } as const;
	const none = { base: 0, now: 0 };
	return diff.kind === "unkeyed"
		? {
				...common,
				key: diff.key,
				changed: null,
				columns: [],
				nullKeys: none,
				duplicates: sides(diff.duplicateRows),
			}
		: {
				...common,
				key: diff.key,
				changed: diff.changed,
				columns: diff.changedColumns.map(({ column, rows }) => ({ name: column, rows })),
				nullKeys: sides(diff.nullKeys),
				duplicates: none,
			};
}
