import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { diagnostic } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { type NodeState, PROJECT_STATE_SCHEMA, type ProjectState } from "../../core/projectState.ts";
import type { KnownLines } from "../../state/readProjectState.ts";
import type { OpenProject } from "../openProject.ts";
import { askedIn } from "../parseCache/askedReads.ts";
import { readKnownState, recordAsked, statePath, writeState } from "./knownState.ts";

let targetDir: string;
beforeEach(() => {
	targetDir = mkdtempSync(join(tmpdir(), "tfm-known-"));
});
afterEach(() => rmSync(targetDir, { recursive: true, force: true }));

const surroundings = { schemas: ["shop"], personal: false };
const nodes = (text: string) => new Map([["model.shop.orders", { raw_code: text, code_line: 1, code_column: 1 }]]);
const project = (known: string | null, env: object = { RATE: "four words of it" }, flags: object = { DEBUG: false }) =>
	({
		known: known === null ? null : { key: known, base: known, edited: [] },
		config: { targetDir },
		facts: { invocation: { env, flags } },
	}) as unknown as OpenProject;
const invocation = (introspect = true) => ({ flags: { extra: { introspect } } }) as unknown as Invocation;

const node = (code: string) => ({ resource_type: "model", name: "orders", code, reads: [] });
const state = {
	schema_version: PROJECT_STATE_SCHEMA,
	tfm_version: "1",
	project: "shop",
	target: "pglite dev",
	commit: null,
	nodes: { "model.shop.orders": node("1"), 'model.shop.a": b': node("2") },
} as unknown as ProjectState;
const remarks = [{ node: "model.shop.orders", diagnostic: diagnostic("TFM-RULE-011", { node: "orders" }) }];

/** As `tfm ci` does it, with templates that ask for a variable of the environment and a flag. */
function keep(
	asked: (facts: OpenProject["facts"]["invocation"]) => unknown = ({ env, flags }) => [env.RATE, flags.DEBUG],
) {
	const { project: recorded, reads } = recordAsked(project("k"));
	asked(recorded.facts.invocation);
	writeState(invocation(), project("k"), { state, remarks, asked: askedIn(reads), surroundings, from: null });
}
const known = (of = project("k"), by = invocation(), lines: KnownLines = new Map()) =>
	readKnownState(by, of, lines)?.kept ?? null;
/** The same project with another text of one model. */
const edited = (text: string, base = "k") =>
	({
		...project("k"),
		known: { key: text, base, edited: ["model.shop.orders"] },
		manifest: { nodes: nodes(text) },
	}) as unknown as OpenProject;

describe("the state of files that were looked at", () => {
	it("is known, with its remarks, and shares its nodes with a state that has the same lines", () => {
		keep();
		expect(known()).toMatchObject({ state, remarks });
		const lines: KnownLines = new Map();
		const first = known(project("k"), invocation(), lines)!.state.nodes["model.shop.orders"];
		expect(known(project("k"), invocation(), lines)!.state.nodes["model.shop.orders"]).toBe(first);
	});

	it.each([
		["other files", () => known(project("other"))],
		["a project that is not kept", () => known(project(null))],
		["another value of what templates asked", () => known(project("k", { RATE: "5" }))],
		["a variable that is no longer there", () => known(project("k", {}))],
		["another flag", () => known(project("k", undefined, { DEBUG: true }))],
		["templates that may not ask the database", () => known(project("k"), invocation(false))],
	])("is not that of %s", (_, read) => {
		keep();
		expect(read()).toBe(null);
	});

	it.each([
		[
			"state.json was edited",
			() => writeFileSync(statePath(project("k")), `${readFileSync(statePath(project("k")))} `),
		],
		["state.json is gone", () => rmSync(statePath(project("k")))],
		["its head is damaged", () => writeFileSync(join(targetDir, "state.known.json"), '{"key":')],
		[
			"a folder stands in place of its head",
			() => {
				rmSync(join(targetDir, "state.known.json"));
				mkdirSync(join(targetDir, "state.known.json"));
			},
		],
	])("is not used where %s", (_, damage) => {
		keep();
		damage();
		expect(known()).toBe(null);
		rmSync(join(targetDir, "state.known.json"), { recursive: true, force: true });
	});

	it("is where one begins with when nothing but texts of nodes changed, and says which", () => {
		keep();
		const found = readKnownState(invocation(), edited("select 2"), new Map());
		expect(found).toMatchObject({ kind: "earlier", kept: { state, surroundings, edited: ["model.shop.orders"] } });
		expect(known(edited("select 2", "other"))).toBe(null);
	});

	it("holds of which texts it is: one that is as it was then is no edit, one that was taken back is", () => {
		writeState(invocation(), edited("select 2"), {
			state,
			remarks,
			asked: { env: [], flags: [] },
			surroundings,
			from: null,
		});
		expect(readKnownState(invocation(), edited("select 3"), new Map())).toMatchObject({
			kind: "earlier",
			kept: { edited: ["model.shop.orders"] },
		});
		const back = { ...project("k"), manifest: { nodes: nodes("select 1") } } as unknown as OpenProject;
		expect(readKnownState(invocation(), back, new Map())).toMatchObject({
			kind: "earlier",
			kept: { edited: ["model.shop.orders"] },
		});
		expect(readKnownState(invocation(), edited("select 2"), new Map())).toMatchObject({ kind: "known" });
	});

	it("is not amended where all nodes have to be looked at", () => {
		writeState(invocation(), project("k"), {
			state,
			remarks,
			asked: { env: [], flags: [] },
			surroundings: null,
			from: null,
		});
		expect(known(edited("select 2"))).toBe(null);
	});

	it("is written over from the one that stands as it would be written whole", () => {
		keep();
		const { text } = known()!;
		const changed = new Map([["model.shop.orders", node("3")]]) as unknown as Map<string, NodeState>;
		const now = { ...state, commit: "c", nodes: { ...state.nodes, ...Object.fromEntries(changed) } };
		writeState(invocation(), project("k"), { state: now, remarks, asked: null, surroundings, from: { text, changed } });
		const amended = readFileSync(statePath(project("k")), "utf8");
		writeState(invocation(), project("k"), { state: now, remarks, asked: null, surroundings, from: null });
		expect(amended).toBe(readFileSync(statePath(project("k")), "utf8"));
	});

	it("is not kept where a template looked at all of the environment", () => {
		keep(({ env }) => Object.keys(env));
		expect(known()).toBe(null);
	});

	it("holds no value of the environment", () => {
		keep();
		expect(readFileSync(join(targetDir, "state.known.json"), "utf8")).not.toContain("four words");
	});
});
