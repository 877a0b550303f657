/** Whatever changes between two commands, the lineage that is known is the one that looking at all files gives. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { brief, makeSandbox, NO_FLAGS, type Sandbox } from "../../config/testing/sandbox.ts";
import { TfmError } from "../../core/diagnostic.ts";
import type { Invocation } from "../../core/invocation.ts";
import type { ColumnLineage } from "../../core/lineage.ts";
import { PARSE_OPTIONS } from "../../manifest/testing/readProject.ts";
import { indexLineage } from "../../sql/traceColumns.ts";
import { CHECKED } from "../check.ts";
import { checkFindings } from "../checkFindings.ts";
import { displayName } from "../displayName.ts";
import type { OpenProject } from "../openProject.ts";
import { knowProject } from "../parseCache/knowProject.ts";
import { analysisOf, type FoundAnalysis, knownLineage } from "./analysisOf.ts";
import { analysedNodes } from "./compiledSql.ts";
import { countLineage, type FoundLineage, foundLineage } from "./foundLineage.ts";
import { readKeptLineage } from "./keptLineage.ts";
import { lineagePath } from "./lineageDocument.ts";
import { columnText, overviewText } from "./lineageText.ts";

const RUNS = Number(process.env.TFM_PROPERTY_RUNS ?? 2);
const SEED = Number(process.env.TFM_PROPERTY_SEED ?? 1);

const from = (input: string, columns: string, rest = "") => `select ${columns} from {{ ref('${input}') }} ${rest}`;
/** `execute`: asked when a node is rendered, and not when the project is read. */
const macros = (texts: readonly string[]) =>
	texts.flatMap((text) => [
		`{% macro m() %}{% if execute %}{{ ${text} | string | replace("'", "") }}{% endif %}{% endmacro %}`,
		`{% macro m() %}{{ ${text} | string | replace("'", "") }}{% endmacro %}`,
	]);

/** By file, what it may hold; the first to begin with. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
	"tfm_project.yml": [1, 2].map((v) => `name: shop\nversion: '1.0'\nprofile: shop\nvars: {v: ${v}}\n`),
	"profiles.yml": ["one", "two"].map(
		(schema) =>
			`shop: {target: dev, outputs: {dev: {type: postgres, host: h, user: u, password: p, port: 5432, dbname: d, schema: ${schema}}}}\n`,
	),
	"seeds/s.csv": ["id,name\n1,a\n", "id,name,more\n1,a,b\n", "id,name\nx,a\n"],
	"models/a.sql": [
		from("s", "id, name"),
		from("s", "id, upper(name) as name"),
		from("s", "id::text as id, name"),
		from("s", "id as name, id"),
		from("s", "id, name, 1 as more"),
		from("s", "id, name", "where id > {{ var('v') }}"),
		from("s", "*, nothing"),
		"select id, name from {{ ref('s') }} where",
		"select s.id, t.name from {{ ref('s') }} s, elsewhere.t t",
		"select id, name, {{ graph.nodes.values() | map(attribute='raw_code') | join | length }} as n from {{ ref('s') }}",
		"select id, '{{ run_query('select 1') }}' as name from {{ ref('s') }}",
	],
	"models/e.sql": [
		`{{ config(materialized='ephemeral') }} ${from("a", "id, name")}`,
		`{{ config(materialized='ephemeral') }} ${from("a", "id, '{{ m() }}' as name")}`,
	],
	"models/b.sql": [
		from("e", "*, '{{ m() }}' as m"),
		from("e", "id, upper(name) as name, '{{ m() }}' as m"),
		from("e", "id, max(name) as name, 2 as m", "group by id"),
		from("e", "id, name, {{ m() | length }} as m"),
		`{{ config(post_hook="insert into {{ this }} select * from {{ ref('a') if env_var('LATER', 'one') == 'one' else ref('s') }}") }} ${from("e", "id, 1 as m")}`,
	],
	"models/i.sql": [
		"{{ config(materialized='incremental') }} select id, m from {{ ref('b') }} {% if is_incremental() %}where id > 1{% endif %}",
		"{{ config(materialized='incremental') }} select id, m {% if is_incremental() %}, '{{ m() }}' as late{% endif %} from {{ ref('b') }}",
	],
	"models/c.sql": [
		from("b", "*"),
		from("b", "id, name"),
		from("b", "id, case when id > 1 then name else m::text end as name"),
		from("b", "count(*) as n"),
		`select * from {{ ref('b') }} join "d"."two"."a" using (id)`,
	],
	"models/schema.yml": [
		"description: words, tags: [one, two], ",
		"meta: {pii: name}, ",
		"",
		"meta: {pii: none, pii_reason: hashed}, ",
	].flatMap((says) =>
		["", "description: more, tags: [two], "].map(
			(more) =>
				`models:\n  - name: a\n    columns: [{name: name, ${says}data_tests: [not_null]}, {name: id, description: key}]\n` +
				`  - name: b\n    columns: [{name: name, ${more}data_tests: [not_null]}]\n`,
		),
	),
	"macros/m.sql": macros([
		"env_var('TAG', 'none')",
		"flags.FAIL_FAST",
		"1",
		"var('v')",
		"target.schema",
		"model.config.materialized",
		"model.created_at",
		"run_started_at",
		"invocation_id",
		"modules.datetime.datetime.now()",
		"dbt_metadata_envs",
		"invocation_args_dict",
	]),
};
const FILES = Object.keys(TEXTS);
const SQL = FILES.flatMap((name, i) => (/^models.*sql$/.test(name) ? [i] : []));

type Edit =
	| { readonly kind: "write"; readonly file: number; readonly text: number }
	| { readonly kind: "remove"; readonly file: number }
	| {
			readonly kind: "env";
			readonly name: "TAG" | "LATER" | "DBT_ENV_CUSTOM_ENV_X";
			readonly value: string | undefined;
	  }
	| { readonly kind: "flag"; readonly value: boolean }
	| { readonly kind: "document"; readonly what: "gone" | "other" | "short" | "note gone" | "note damaged" };

const edit: fc.Arbitrary<Edit> = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({ kind: fc.constant("write" as const), file: fc.constantFrom(...SQL), text: fc.nat(20) }),
	},
	{
		weight: 3,
		arbitrary: fc.record({ kind: fc.constant("write" as const), file: fc.nat(FILES.length - 1), text: fc.nat(24) }),
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("remove" as const), file: fc.nat(FILES.length - 1) }) },
	{
		weight: 4,
		arbitrary: fc.record({
			kind: fc.constant("env" as const),
			name: fc.constantFrom("TAG", "LATER", "DBT_ENV_CUSTOM_ENV_X"),
			value: fc.constantFrom(undefined, "one", "two"),
		}),
	},
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant("flag" as const), value: fc.boolean() }) },
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant("document" as const),
			what: fc.constantFrom("gone", "other", "short", "note gone", "note damaged"),
		}),
	},
);

/** Whoever else writes these files. */
function damage(sandbox: Sandbox, what: Extract<Edit, { kind: "document" }>["what"]): void {
	const [document, note] = ["lineage.columns.json", "lineage_kept.tfm"].map((name) =>
		join(sandbox.dir, "target", name),
	);
	if (what === "gone") rmSync(document!, { force: true });
	else if (what === "other") writeFileSync(document!, `{"metadata": {},\n"nodes": {\n}}\n`);
	else if (what === "short") writeFileSync(document!, "");
	else if (what === "note gone") rmSync(note!, { force: true });
	else writeFileSync(note!, "{");
}

/** All that `tfm lineage` and `tfm check` say, as text. */
function said(project: OpenProject, analysed: FoundAnalysis, lineage: FoundLineage): readonly string[] {
	const kinds: readonly string[] = CHECKED;
	const marked = [...project.manifest.nodes.values(), ...project.manifest.sources.values()].filter(
		({ resource_type: type }) => kinds.includes(type),
	);
	const findings = checkFindings(project, analysed)(analysedNodes(project), marked);
	const view = {
		lineage,
		index: indexLineage(lineage),
		directions: ["upstream", "downstream"],
		nameOf: lineage.nameOf,
	} as const;
	return [
		overviewText(lineage.counts),
		...lineage.ids.flatMap((node) =>
			lineage.nodeOf(node)!.columns.map(({ name: column }) => columnText({ ...view, starts: [] }, { node, column })),
		),
		...findings.map((one) => JSON.stringify(one)),
		...Object.entries(lineage.whole().nodes).map((entry) => JSON.stringify(entry)),
	];
}

interface Counted {
	compared: number;
	/** Of those without looking at all nodes, and of these where texts had changed. */
	known: number;
	amended: number;
}

interface Step {
	readonly env: Readonly<Record<string, string>>;
	readonly failFast: boolean;
	readonly number: number;
}

async function openAt(sandbox: Sandbox, { env, failFast, number }: Step) {
	const flags = { ...NO_FLAGS, extra: { introspect: false } };
	const rest = { signal: new AbortController().signal, clock: () => new Date(number) };
	const invocation = { cwd: sandbox.dir, env, flags, ...rest } as unknown as Invocation;
	const startedAt = new Date(number * 86_400_000);
	const asked = { id: `run ${number}`, startedAt, now: () => number * 3_600_000, env, flags: { FAIL_FAST: failFast } };
	const config = await sandbox.load({ env });
	const options = { ...PARSE_OPTIONS, invocation: asked };
	const read = (build: string | null, targetDir: string): OpenProject =>
		({
			...knowProject(config, options, { build, because: "asked for" }),
			...{ config: { ...config, targetDir }, runId: asked.id, startedAt },
			engine: { dialect: options.dialect, type: "postgres", macroDirs: options.builtinMacroDirs },
		}) as OpenProject;
	return {
		invocation,
		warm: () => read("1", config.targetDir),
		cold: () => read(null, join(sandbox.dir, "target/cold")),
	};
}

async function compareAfter(sandbox: Sandbox, edits: readonly Edit[], counted: Counted): Promise<void> {
	const env: Record<string, string> = {};
	let failFast = false;
	for (const [number, one] of [null, ...edits].entries()) {
		if (one?.kind === "write") {
			const texts = TEXTS[FILES[one.file]!]!;
			sandbox.write({ [FILES[one.file]!]: texts[one.text % texts.length]! });
		} else if (one?.kind === "remove") rmSync(join(sandbox.dir, FILES[one.file]!), { force: true });
		else if (one?.kind === "env" && one.value !== undefined) env[one.name] = one.value;
		else if (one?.kind === "env") delete env[one.name];
		else if (one?.kind === "flag") failFast = one.value;
		else if (one?.kind === "document" && number > 1) damage(sandbox, one.what);
		try {
			const { invocation, warm, cold } = await openAt(sandbox, { env: { ...env }, failFast, number });
			const fresh = cold();
			const analysed = await analysisOf(invocation, fresh);
			const expected = said(fresh, analysed, foundLineage(analysed.lineage, displayName(fresh)));
			// Twice: the second command finds what the first one left.
			for (const time of [1, 2]) {
				const project = warm();
				const stood = readKeptLineage(invocation, project) !== null;
				const kept = await knownLineage(invocation, project);
				if (kept !== null && time === 1) counted.known++;
				if (kept !== null && !stood) counted.amended++;
				const found = await analysisOf(invocation, project);
				const opened = kept?.open() ?? foundLineage(found.lineage, displayName(project));
				if (kept !== null) expect(kept.counts).toEqual(countLineage(Object.values(opened.whole().nodes)));
				const document = JSON.parse(readFileSync(lineagePath(project), "utf8")) as ColumnLineage;
				expect(JSON.stringify(document.nodes)).toBe(JSON.stringify(analysed.lineage.nodes));
				expect(said(project, found, opened)).toEqual(expected);
				expect(said(project, found, foundLineage(found.lineage, displayName(project)))).toEqual(expected);
			}
			counted.compared++;
		} catch (error) {
			// A project that cannot be read has no lineage.
			if (!(error instanceof TfmError)) throw error;
			expect(error.diagnostics.map(brief)).not.toEqual([]);
		}
	}
}

/** Texts whose SQL can be read, of which mostly one is edited after the other. */
const calm: fc.Arbitrary<Edit> = fc.oneof(
	{
		weight: 9,
		arbitrary: fc.record({ kind: fc.constant("write" as const), file: fc.constantFrom(...SQL), text: fc.nat(2) }),
	},
	{
		weight: 1,
		arbitrary: fc.record({
			kind: fc.constant("write" as const),
			file: fc.constant(FILES.indexOf("models/schema.yml")),
			text: fc.nat(7),
		}),
	},
);

it.each([
	["whatever was edited", edit, 0],
	["where mostly texts were edited", calm, 1 / 8],
] as const)(`is never stale, %s, in ${RUNS} histories`, { timeout: 600_000 }, async (_what, edits, share) => {
	const counted: Counted = { compared: 0, known: 0, amended: 0 };
	await fc.assert(
		fc.asyncProperty(fc.array(edits, { minLength: 6, maxLength: 14 }), async (history) => {
			const sandbox = makeSandbox(Object.fromEntries(FILES.map((name) => [name, TEXTS[name]![0]!])));
			try {
				await compareAfter(sandbox, history, counted);
			} finally {
				sandbox.remove();
			}
		}),
		{ numRuns: RUNS, seed: SEED },
	);
	if (process.env.TFM_PROPERTY_RUNS !== undefined) process.stderr.write(`${JSON.stringify(counted)}\n`);
	// Not by looking at all files each time.
	expect(counted.known).toBeGreaterThan(counted.compared / 10);
	expect(counted.amended).toBeGreaterThanOrEqual(counted.compared * share);
});
