/**
 * The state of the present files as `tfm ci` found it last: target/state.json, and beside it what it holds for. It is
 * used as a whole or not at all, as the reading of the project is (ADR 0028).
 */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Finding } from "../../ci/changeReview.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { ProjectState } from "../../core/projectState.ts";
import { type KnownLines, projectStateText, readProjectState } from "../../state/readProjectState.ts";
import type { OpenProject } from "../openProject.ts";
import { type Reads, recordReads } from "../parseCache/recordReads.ts";
import { writeWhole } from "../writeWhole.ts";

export interface KnownState {
	readonly state: ProjectState;
	/** What `tfm check` says of each model, less its rules. */
	readonly remarks: readonly Finding[];
	readonly asked: Asked;
}

/** What templates asked, values as digests: an environment may hold what nobody should read in a file. */
export interface Asked {
	readonly env: readonly (readonly [name: string, digest: string])[];
	readonly flags: readonly (readonly [name: string, digest: string])[];
}

interface Header extends Asked {
	readonly key: string;
	/** Of state.json, as it was written. */
	readonly sum: string;
	readonly remarks: readonly Finding[];
}

export const statePath = ({ config }: Pick<OpenProject, "config">): string => join(config.targetDir, "state.json");
const headerPath = ({ config }: Pick<OpenProject, "config">): string => join(config.targetDir, "state.known.json");

const digest = (value: unknown): string => hash("sha1", JSON.stringify(value) ?? "", "base64");

/** Null: the project is not kept. Templates that ask the database say another thing where they may not. */
const keyOf = ({ known }: OpenProject, { flags }: Invocation): string | null =>
	known === null ? null : digest([known, flags.extra.introspect !== false]);

/** Null: nothing is known of these very files. `lines` is given the nodes of the state. */
export function readKnownState(invocation: Invocation, project: OpenProject, lines: KnownLines): KnownState | null {
	const key = keyOf(project, invocation);
	if (key === null) return null;
	const header = readHeader(headerPath(project));
	if (header === null || header.key !== key) return null;
	const { env, flags } = project.facts.invocation;
	if (header.env.some(([name, was]) => digest(env[name]) !== was)) return null;
	if (header.flags.some(([name, was]) => digest(flags[name]) !== was)) return null;
	const text = readOrNull(statePath(project));
	if (text === null || hash("sha1", text, "base64") !== header.sum) return null;
	const state = readProjectState(text, "state.json", lines);
	return state === null ? null : { state, remarks: header.remarks, asked: { env: header.env, flags: header.flags } };
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
		if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
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

/** Null: it has looked at all of the environment. */
export function askedIn({ env, flags, repeatable }: Reads): Asked | null {
	const digests = (asked: ReadonlyMap<string, unknown>) =>
		[...asked].map(([name, value]) => [name, digest(value)] as const);
	return repeatable ? { env: digests(env), flags: digests(flags) } : null;
}

/** `asked` null: it does not follow from the project alone, and only the state itself is written. */
export function writeState(
	invocation: Invocation,
	project: OpenProject,
	{ state, remarks, asked }: Omit<KnownState, "asked"> & { readonly asked: Asked | null },
): void {
	const text = [...projectStateText(state)].join("");
	writeWhole(statePath(project), [text]);
	const key = keyOf(project, invocation);
	if (key === null || asked === null) return;
	const header: Header = { key, sum: hash("sha1", text, "base64"), ...asked, remarks };
	writeWhole(headerPath(project), [JSON.stringify(header)]);
}
