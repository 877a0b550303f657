import { afterEach, expect, it } from "vitest";
import { NO_FLAGS, type Sandbox } from "../../config/testing/sandbox.ts";
import type { Invocation } from "../../core/invocation.ts";
import { PARSE_OPTIONS, shop } from "../../manifest/testing/readProject.ts";
import type { OpenProject } from "../openProject.ts";
import { askedIn } from "../parseCache/askedReads.ts";
import { knowProject } from "../parseCache/knowProject.ts";
import { recordRendering } from "../parseCache/recordReads.ts";
import { analysisOf } from "./analysisOf.ts";
import { analysedNodes, compiledSql } from "./compiledSql.ts";
import { readKeptLineage } from "./keptLineage.ts";

let sandbox: Sandbox;
afterEach(() => sandbox.remove());

const invocation = (introspect = false): Invocation => {
	const flags = { ...NO_FLAGS, extra: { introspect } };
	const rest = { env: {}, signal: new AbortController().signal, clock: () => new Date(0) };
	return { cwd: sandbox.dir, flags, ...rest } as unknown as Invocation;
};

async function open(): Promise<OpenProject> {
	const config = await sandbox.load();
	const read = knowProject(config, PARSE_OPTIONS, { build: "1", because: "" });
	const engine = { dialect: PARSE_OPTIONS.dialect, type: "postgres", macroDirs: PARSE_OPTIONS.builtinMacroDirs };
	return { ...read, config, engine, runId: "run", startedAt: new Date(0) } as unknown as OpenProject;
}

async function isKnownAfterLooking(model: string): Promise<boolean> {
	sandbox = shop({ "models/a.sql": model });
	await analysisOf(invocation(), await open());
	return readKeptLineage(invocation(), await open()) !== null;
}

/** Without the analysis, which starts a thread. */
async function isSteady(value: string): Promise<boolean> {
	sandbox = shop({ "models/a.sql": `select ${value} as id` });
	const project = await open();
	const { invocation: recorded, reads } = recordRendering(project.facts.invocation);
	const watched = { ...project, facts: { ...project.facts, invocation: recorded } };
	const { unsteady } = await compiledSql(invocation(), watched, analysedNodes(project));
	return !unsteady && askedIn(reads) !== null;
}

it("a lineage is known until a file changes", async () => {
	expect(await isKnownAfterLooking("select 1 as id")).toBe(true);
	sandbox.write({ "models/a.sql": "select 2 as id" });
	expect(readKeptLineage(invocation(), await open())).toBeNull();
});

it.each([
	["draws at random", "{{ [1, 2] | random }}"],
	["draws at random in a macro of its own", "{% macro m() %}{{ [1, 2] | random }}{% endmacro %}{{ m() }}"],
	["asks when the run began", "{% if execute %}'{{ run_started_at }}'{% endif %}"],
	["asks for the time", "'{{ modules.datetime.datetime.now() if execute }}'"],
	["asks for the run", "'{{ invocation_id if execute }}'"],
	["asks when its node was made", "{{ model.created_at if execute else 1 }}"],
	["asks for all of the environment", "{{ dbt_metadata_envs | length if execute else 1 }}"],
	["takes too much of the machine", "{% if execute %}{{ ('a' * 50000001) | upper }}{% endif %}"],
])("SQL may be another one the next time where a template %s", async (_what, value) => {
	expect(await isSteady(value)).toBe(false);
});

it("SQL is what it was where templates look at their nodes, at flags and at variables of the environment", async () => {
	expect(await isSteady("'{{ model.config.materialized }} {{ flags.FAIL_FAST }} {{ env_var('HERE', 'none') }}'")).toBe(
		true,
	);
});

it.each(["[1, 2] | random", "run_started_at.second if execute else 1"])(
	"nothing is known after {{ %s }}",
	async (value) => {
		expect(await isKnownAfterLooking(`select {{ ${value} }} as id`)).toBe(false);
	},
);

it("what was found without the database is not taken where it may be asked", async () => {
	expect(await isKnownAfterLooking("select '{{ run_query('select 1') }}' as id")).toBe(true);
	expect(readKeptLineage(invocation(true), await open())).toBeNull();
});

it("what is found without the database, which no template asks, holds where it may be asked", async () => {
	expect(await isKnownAfterLooking("select 1 as id")).toBe(true);
	expect(readKeptLineage(invocation(true), await open())).not.toBeNull();
});

it("a seed that was edited while it was looked at, and is put back, leaves nothing known", async () => {
	sandbox = shop({ "seeds/s.csv": "id\n1\n" });
	const project = await open();
	sandbox.write({ "seeds/s.csv": "id,more\n1,2\n" });
	await analysisOf(invocation(), project);
	sandbox.write({ "seeds/s.csv": "id\n1\n" });
	expect(readKeptLineage(invocation(), await open())).toBeNull();
});

it("a lineage that nothing was written of is not known", async () => {
	sandbox = shop({ "models/a.sql": "select 1 as id" });
	const { flags, ...rest } = invocation();
	await analysisOf({ ...rest, flags: { ...flags, writeJson: false } } as Invocation, await open());
	expect(readKeptLineage(invocation(), await open())).toBeNull();
});
