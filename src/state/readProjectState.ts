import { fail } from "../core/diagnostic.ts";
import { type NodeState, PROJECT_STATE_SCHEMA, type ProjectState } from "../core/projectState.ts";

/** Of each node its line in a state and what that says: a node of another state that has the same line is the same. */
export type KnownLines = Map<string, { readonly line: string; readonly node: NodeState }>;

/** What a text is that is no state, or none that this version can use. */
export interface UnusableState {
	readonly problem: string;
	/** A whole state, and of another version. */
	readonly otherVersion: boolean;
}

/**
 * A state as a store kept it, or what is wrong with it. Nodes whose line is that in `known` are those of `known`, and it is
 * given those that it lacks: two states of a large project are nearly the same text.
 */
export function parseProjectState(
	text: string,
	known: KnownLines = new Map(),
): { readonly state: ProjectState } | UnusableState {
	const document = fromLines(text, known) ?? fromJson(text);
	if (document === undefined) return { problem: "it is not JSON", otherVersion: false };
	const { schema_version: version, nodes } = (document ?? {}) as Partial<ProjectState>;
	if (typeof version !== "string" || typeof nodes !== "object" || nodes === null)
		return { problem: "it is no state of a project", otherVersion: false };
	return version === PROJECT_STATE_SCHEMA
		? { state: document as ProjectState }
		: { problem: "it has another format", otherVersion: true };
}

/** The same where what is no state is a mistake (TFM-STATE-002), `path` its name. Null: of another version. */
export function readProjectState(text: string, path: string, known: KnownLines = new Map()): ProjectState | null {
	const read = parseProjectState(text, known);
	if ("state" in read) return read.state;
	return read.otherVersion ? null : fail("TFM-STATE-002", { path, problem: read.problem });
}

/** Undefined: it is not JSON. */
function fromJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		if (error instanceof SyntaxError) return undefined;
		throw error;
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
			const written = entry.slice(1, colon - 1);
			const id = written.includes("\\") ? (JSON.parse(entry.slice(0, colon)) as string) : written;
			const same = known.get(id);
			if (same?.line === entry) {
				nodes[id] = same.node;
				continue;
			}
			const node = JSON.parse(entry.slice(colon + 1)) as NodeState;
			if (same === undefined) known.set(id, { line: entry, node });
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

/**
 * The text of a state, from that of another one which has the same nodes: lines of nodes that are the same are taken as
 * they stand. Null: the text is not laid out as projectStateText does, or lacks a node.
 */
export function amendedStateText(
	text: string,
	{ nodes: _, ...about }: ProjectState,
	changed: ReadonlyMap<string, NodeState>,
): readonly string[] | null {
	let at = text.indexOf(NODES);
	if (at < 0) return null;
	const chunks = [JSON.stringify(about).slice(0, -1), ","];
	for (const [id, node] of [...changed].sort(([a], [b]) => (a < b ? -1 : 1))) {
		const key = `\n${JSON.stringify(id)}: `;
		const start = text.indexOf(key, at);
		const end = text.indexOf("\n", start + 1);
		if (start < 0 || end < 0) return null;
		chunks.push(text.slice(at, start), key, JSON.stringify(node), text[end - 1] === "," ? "," : "");
		at = end;
	}
	return [...chunks, text.slice(at)];
}
