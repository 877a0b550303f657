/**
 * The state of the present files as `tfm ci` found it last: target/state.json, and beside it what it holds for. Where
 * only texts of nodes changed since, it is what the state of now is made from (amendState.ts); otherwise it is used as a
 * whole or not at all, as the reading of the project is (ADR 0028).
 */
import { createHash, hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../ci/changeReview.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { NodeId } from "../../core/node.ts";
import type { NodeState, ProjectState } from "../../core/projectState.ts";
import { amendedStateText, type KnownLines, projectStateText, readProjectState } from "../../state/readProjectState.ts";
import type { Surroundings } from "../columnLineage/surroundings.ts";
import type { OpenProject } from "../openProject.ts";
import { type Asked, answersStand } from "../parseCache/askedReads.ts";
import { type EditedTexts, editedBetween, editedTexts } from "../parseCache/editedTexts.ts";
import { type Reads, recordReads } from "../parseCache/recordReads.ts";
import { writeWhole } from "../writeWhole.ts";

export interface KnownState {
	readonly state: ProjectState;
	/** What `tfm check` says of each model, less its rules. */
	readonly remarks: readonly Finding[];
	readonly asked: Asked;
}

/** A state as it was kept. */
export interface KeptState extends KnownState {
	/** Of state.json. */
	readonly text: string;
	/** Null: where a text changed, all nodes have to be looked at. */
	readonly surroundings: Surroundings | null;
}

/** Of files that differ from those of now in nothing but the texts of some nodes. */
export interface EarlierState extends KeptState {
	readonly edited: readonly NodeId[];
	readonly surroundings: Surroundings;
}

interface Header extends Asked {
	readonly key: string;
	/** The same as long as nothing but texts of nodes changes; null: the state is not to be amended. */
	readonly amend: { readonly base: string; readonly surroundings: Surroundings } | null;
	readonly edited: EditedTexts;
	/** Of state.json, as it was written. */
	readonly sum: string;
	readonly remarks: readonly Finding[];
}

export const statePath = ({ config }: Pick<OpenProject, "config">): string => join(config.targetDir, "state.json");
const headerPath = ({ config }: Pick<OpenProject, "config">): string => join(config.targetDir, "state.known.json");

const digest = (value: unknown): string => hash("sha1", JSON.stringify(value) ?? "", "base64");

/** Null: the project is not kept. Templates that ask the database say another thing where they may not. */
function keysOf({ known, environment }: OpenProject, { flags }: Invocation) {
	if (known === null) return null;
	const settings = [flags.extra.introspect !== false, environment?.name ?? null];
	return { key: digest([known.key, settings]), base: digest([known.base, settings]) };
}

/**
 * The state of these very files, or of files that differ in texts of nodes alone; null: of neither. `lines` is given the
 * nodes of the state.
 */
export function readKnownState(
	invocation: Invocation,
	project: OpenProject,
	lines: KnownLines,
):
	| { readonly kind: "known"; readonly kept: KeptState }
	| { readonly kind: "earlier"; readonly kept: EarlierState }
	| null {
	const keys = keysOf(project, invocation);
	if (keys === null) return null;
	const header = readHeader(headerPath(project));
	if (header === null || (header.key !== keys.key && header.amend?.base !== keys.base)) return null;
	if (!answersStand(header, project.facts.invocation)) return null;
	const text = readOrNull(statePath(project));
	if (text === null || hash("sha1", text, "base64") !== header.sum) return null;
	const state = readProjectState(text, "state.json", lines);
	if (state === null) return null;
	const surroundings = header.amend?.surroundings ?? null;
	const asked = { env: header.env, flags: header.flags };
	const kept = { state, remarks: header.remarks, asked, text, surroundings };
	if (header.key === keys.key) return { kind: "known", kept };
	if (surroundings === null) return null;
	const edited = editedBetween(header.edited, editedTexts(project));
	return { kind: "earlier", kept: { ...kept, surroundings, edited } };
}

/** A file that is damaged is as good as none. */
function readHeader(path: string): Header | null {
	const text = readOrNull(path);
	try {
		return text === null ? null : (JSON.parse(text) as Header);
	} catch (error) {
		if (error instanceof SyntaxError) return null;
		throw error;
	}
}

function readOrNull(path: string): string | null {
	try {
		return readFileSync(path, "utf8");
	} catch (error) {
		// A folder in its place is met by name when the file is written.
		if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EISDIR")) return null;
		throw error;
	}
}

/** The same project, which writes down what its templates ask of the environment and of the flags. */
export function recordAsked(project: OpenProject): { readonly project: OpenProject; readonly reads: Reads } {
	const { facts } = project;
	const { invocation, reads } = recordReads(facts.invocation);
	const { env, flags } = invocation;
	return { project: { ...project, facts: { ...facts, invocation: { ...facts.invocation, env, flags } } }, reads };
}

/** `asked` null: it does not follow from the project alone, and only the state itself is written. */
export function writeState(
	invocation: Invocation,
	project: OpenProject,
	found: Omit<KnownState, "asked"> & {
		readonly asked: Asked | null;
		readonly surroundings: Surroundings | null;
		/** The text of a state with the same nodes, of which these are others now. */
		readonly from: { readonly text: string; readonly changed: ReadonlyMap<string, NodeState> } | null;
	},
): void {
	const { state, remarks, asked, surroundings, from } = found;
	const amended = from === null ? null : amendedStateText(from.text, state, from.changed);
	const chunks = amended ?? [[...projectStateText(state)].join("")];
	writeWhole(statePath(project), chunks);
	const keys = keysOf(project, invocation);
	if (keys === null || asked === null) return;
	const sum = createHash("sha1");
	for (const chunk of chunks) sum.update(chunk);
	const header: Header = {
		key: keys.key,
		amend: surroundings === null ? null : { base: keys.base, surroundings },
		edited: editedTexts(project),
		sum: sum.digest("base64"),
		...asked,
		remarks,
	};
	writeWhole(headerPath(project), [JSON.stringify(header)]);
}
