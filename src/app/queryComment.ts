import type { StatementComment } from "../core/adapter.ts";
import type { CompilerPort } from "../core/compiler.ts";
import { fail } from "../core/diagnostic.ts";
import type { Manifest } from "../core/manifest.ts";
import type { NodeId, Plain } from "../core/node.ts";
import type { JournalEntry } from "../core/request.ts";
import { PUBLISHED } from "./database.ts";

/** For `query-comment: {append: true}`, which says where and not what. */
const DEFAULT = "{{ tojson({'app': 'tfm', 'target_name': target.name, 'node_id': node.unique_id if node else none}) }}";

interface Written {
	readonly template: string;
	readonly append: boolean;
}

/** The key is a text, or a mapping of `comment` and `append`; `job-label` is BigQuery's. Null: nothing is sent. */
function readWritten(written: Plain | undefined): Written | null {
	if (written === undefined || written === null) return null;
	if (typeof written !== "object" || Array.isArray(written))
		return written === "" ? null : { template: String(written), append: false };
	const { comment = DEFAULT, append } = written as Readonly<Record<string, Plain>>;
	return comment === null || comment === "" ? null : { template: String(comment), append: append === true };
}

/**
 * `query-comment` of the project: what each statement of a node carries to the server. A template over `node` (none for
 * what belongs to no node) and `connection_name`, and all that a macro sees; rendered once for each node. Unlike dbt, a
 * project that does not write the key sends no comment. Throws TFM-CONFIG-037 for one that cannot be used.
 */
export function createQueryComment(
	key: Plain | undefined,
	{ manifest, compiler }: { readonly manifest: Manifest; readonly compiler: Pick<CompilerPort, "renderText"> },
): ((node: NodeId | null) => StatementComment | null) | null {
	const written = readWritten(key);
	if (written === null) return null;
	const known = new Map<NodeId | null, StatementComment | null>();
	const render = (id: NodeId | null): StatementComment | null => {
		const entries: JournalEntry[] = [];
		const journal = { entries, append: (entry: JournalEntry) => void entries.push(entry) };
		const node = id === null ? null : (manifest.nodes.get(id) ?? null);
		const extra = { node, connection_name: id ?? "master" };
		const outcome = compiler.renderText(
			written.template,
			{ node: null, label: "query-comment", extra },
			journal,
			PUBLISHED,
		);
		if (outcome.kind !== "rendered") return fail("TFM-CONFIG-037", { problem: "it asks the database" });
		const text = outcome.text.trim();
		if (text.includes("*/"))
			fail("TFM-CONFIG-037", {
				problem: `${JSON.stringify(text)} holds */, which would end it`,
				dbt: `query comment contains illegal value "*/": ${text}`,
			});
		return text === "" ? null : { text, append: written.append };
	};
	const commentOf = (id: NodeId | null): StatementComment | null => {
		if (!known.has(id)) known.set(id, render(id));
		return known.get(id) ?? null;
	};
	// A mistake in it is told before anything is run.
	commentOf(null);
	return commentOf;
}
