import { createCompiler } from "../../compile/compiler.ts";
import type { Hook, NodeId } from "../../core/node.ts";
import type { HookWrite } from "../../sql/inheritFacts.ts";
import { PUBLISHED } from "../database.ts";
import type { OpenProject } from "../openProject.ts";
import { failureOf, watchedJournals } from "./compiledSql.ts";
import { CHAIN_OF_NAMES, type NodeNames } from "./namedByHand.ts";

interface HookText {
	readonly by: string;
	/** The node that the hook belongs to; null: the project's. */
	readonly node: NodeId | null;
	/** As rendered, or as written where that needs the database. */
	readonly sql: string;
}

export interface HookWrites {
	/** By the unique id of the node that is written into. */
	readonly writes: ReadonlyMap<string, readonly HookWrite[]>;
	/** There are hooks that may write. */
	readonly any: boolean;
	/** The text of one may come out differently the next time. */
	readonly unsteady: boolean;
}

const WRITES = new RegExp(
	String.raw`\b(?:update(?:\s+only)?|insert\s+into|merge\s+into|copy)\s+(${CHAIN_OF_NAMES}|\{\{\s*this\s*\}\})`,
	"giu",
);
const READS = new RegExp(String.raw`\b(?:from|join|using)\s+(${CHAIN_OF_NAMES}|\{\{)`, "giu");
/** Words that write, or a macro that may have such. Most hooks grant, comment or make an index. */
const MAY_WRITE = /\b(?:update|insert|merge|copy)\b|\{[{%].*\w\s*\(/isu;

/**
 * Hooks that write into the relation of a node, by the unique id of that node: what they read may be in any of its
 * columns. A hook's text is looked at, no further: of a statement that reads nothing else, nothing comes in.
 */
export function hookWrites(project: OpenProject, names: NodeNames): HookWrites {
	const found = new Map<string, HookWrite[]>();
	const { texts, unsteady } = hookTexts(project);
	for (const { by, node, sql } of texts)
		for (const statement of sql.split(";")) {
			const targets = [...statement.matchAll(WRITES)].flatMap(([, written = ""]) =>
				written.startsWith("{{") ? (node ?? []) : names.idsIn(written),
			);
			const reads = [...statement.matchAll(READS)].flatMap(([, written = ""]): string[] => {
				const ids = names.idsIn(written);
				return ids.length > 0 ? [...ids] : [by];
			});
			for (const target of new Set(targets)) {
				const others = reads.filter((id) => id !== target);
				if (others.length > 0) found.set(target, [...(found.get(target) ?? []), { by, reads: others }]);
			}
		}
	return { writes: found, unsteady, any: texts.length > 0 };
}

const hooksOf = (config: { readonly "pre-hook"?: unknown; readonly "post-hook"?: unknown }) =>
	(["pre-hook", "post-hook"] as const).flatMap((kind) =>
		(Array.isArray(config[kind]) ? (config[kind] as readonly Hook[]) : []).map(({ sql }) => ({ kind, sql })),
	);

function hookTexts({ manifest, facts }: OpenProject): {
	readonly texts: readonly HookText[];
	readonly unsteady: boolean;
} {
	const texts: HookText[] = [...manifest.nodes.values()].flatMap((node): HookText[] =>
		node.resource_type === "operation"
			? [{ by: node.name, node: null, sql: node.raw_code }]
			: hooksOf(node.config).map(({ kind, sql }) => ({ by: `the ${kind} of ${node.name}`, node: node.unique_id, sql })),
	);
	const writing = texts.filter(({ sql }) => MAY_WRITE.test(sql));
	if (writing.length === 0) return { texts: writing, unsteady: false };
	const compiler = createCompiler({ ...facts, manifest });
	const journals = watchedJournals();
	let failedForWant = false;
	const rendered = writing.map((text) => {
		try {
			const outcome = compiler.renderText(text.sql, { node: text.node, label: text.by }, journals.open(), PUBLISHED);
			return outcome.kind === "rendered" ? { ...text, sql: outcome.text } : text;
		} catch (error) {
			// A mistake in a hook is for the run to say; here its text stands as it is.
			failedForWant ||= failureOf(error).forWant;
			return text;
		}
	});
	return { texts: rendered, unsteady: failedForWant || journals.drawn() };
}
