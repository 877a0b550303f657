import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { diagnostic } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import { PROJECT_STATE_SCHEMA, type ProjectState } from "../../core/projectState.ts";
import type { KnownLines } from "../../state/readProjectState.ts";
import type { OpenProject } from "../openProject.ts";
import { askedIn, readKnownState, recordAsked, statePath, writeState } from "./knownState.ts";

let targetDir: string;
beforeEach(() => {
	targetDir = mkdtempSync(join(tmpdir(), "tfm-known-"));
});
afterEach(() => rmSync(targetDir, { recursive: true, force: true }));

const project = (known: string | null, env: object = { RATE: "four words of it" }, flags: object = { DEBUG: false }) =>
	({ known, config: { targetDir }, facts: { invocation: { env, flags } } }) as unknown as OpenProject;
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
	writeState(invocation(), project("k"), { state, remarks, asked: askedIn(reads) });
}
const known = (of = project("k"), by = invocation(), lines: KnownLines = new Map()) => readKnownState(by, of, lines);

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
	])("is not used where %s", (_, damage) => {
		keep();
		damage();
		expect(known()).toBe(null);
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
