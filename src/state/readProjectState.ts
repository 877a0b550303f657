import { fail } from "../core/diagnostic.ts";
import { type NodeState, PROJECT_STATE_SCHEMA, type ProjectState } from "../core/projectState.ts";

/** Lines of a state and the nodes that they say: those of another state that has the same line need not be read again. */
export type KnownLines = Map<string, NodeState>;

/**
 * A state as a store kept it. Null: of another version, which counts as missing. Throws TFM-STATE-002 for what is no
 * state at all; `path` is what messages call it. Nodes of lines in `known` are those of `known`, and it is given the
 * others: two states of a large project are nearly the same text.
 */
export function readProjectState(text: string, path: string, known: KnownLines = new Map()): ProjectState | null {
	const document = fromLines(text, known) ?? fromJson(text, path);
	const { schema_version: version, nodes } = (document ?? {}) as Partial<ProjectState>;
	if (typeof version !== "string" || typeof nodes !== "object" || nodes === null)
		fail("TFM-STATE-002", { path, problem: "it is no state of a project" });
	return version === PROJECT_STATE_SCHEMA ? (document as ProjectState) : null;
}

function fromJson(text: string, path: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		return fail("TFM-STATE-002", { path, problem: "it is not JSON" }, { cause });
	}
}

const NODES = '\n"nodes": {';
const END = "\n}}\n";

/** Null: it is not laid out as projectStateText does, or not JSON. */
function fromLines(text: string, known: KnownLines): unknown {
	const start = text.indexOf(NODES);
	if (start < 0 || !text.endsWith(END)) return null;
	try {
		const about = JSON.parse(`${text.slice(0, start).replace(/,$/, "")}}`) as object;
		const nodes: { [id: string]: NodeState } = {};
		const listed = text.slice(start + NODES.length + 1, -END.length);
		for (const line of listed === "" ? [] : listed.split("\n")) {
			const entry = line.endsWith(",") ? line.slice(0, -1) : line;
			const colon = entry.indexOf('": {') + 1;
			const id = JSON.parse(entry.slice(0, colon)) as string;
			let node = known.get(entry);
			if (node === undefined) {
				node = JSON.parse(entry.slice(colon + 1)) as NodeState;
				known.set(entry, node);
			}
			nodes[id] = node;
		}
		return { ...about, nodes };
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

/** A node a line, so that two states can be compared by eye. */
export function* projectStateText({ nodes, ...about }: ProjectState): Generator<string> {
	const head = JSON.stringify(about);
	yield `${head.slice(0, -1)},${NODES}`;
	let first = true;
	for (const [id, node] of Object.entries(nodes)) {
		yield `${first ? "\n" : ",\n"}${JSON.stringify(id)}: ${JSON.stringify(node)}`;
		first = false;
	}
	yield END;
}
