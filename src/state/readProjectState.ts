import { fail } from "../core/diagnostic.ts";
import { PROJECT_STATE_SCHEMA, type ProjectState } from "../core/projectState.ts";

/**
 * A state as a store kept it. Null: of another version, which counts as missing. Throws TFM-STATE-002 for what is no
 * state at all; `path` is what messages call it.
 */
export function readProjectState(text: string, path: string): ProjectState | null {
	let document: unknown;
	try {
		document = JSON.parse(text);
	} catch (cause) {
		fail("TFM-STATE-002", { path, problem: "it is not JSON" }, { cause });
	}
	const { schema_version: version, nodes } = (document ?? {}) as Partial<ProjectState>;
	if (typeof version !== "string" || typeof nodes !== "object" || nodes === null)
		fail("TFM-STATE-002", { path, problem: "it is no state of a project" });
	return version === PROJECT_STATE_SCHEMA ? (document as ProjectState) : null;
}

/** A node a line, so that two states can be compared by eye. */
export function* projectStateText({ nodes, ...about }: ProjectState): Generator<string> {
	const head = JSON.stringify(about);
	yield `${head.slice(0, -1)},\n"nodes": {`;
	let first = true;
	for (const [id, node] of Object.entries(nodes)) {
		yield `${first ? "\n" : ",\n"}${JSON.stringify(id)}: ${JSON.stringify(node)}`;
		first = false;
	}
	yield "\n}}\n";
}
