/** Whatever texts are edited, what is said beside the compiled SQL is what `tfm check` says of the files as they are. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { makeSandbox, NO_FLAGS, type Sandbox } from "../config/testing/sandbox.ts";
import { type Diagnostic, TfmError } from "../core/diagnostic.ts";
import type { Invocation } from "../core/invocation.ts";
import { sortDiagnostics } from "../core/sortDiagnostics.ts";
import { PARSE_OPTIONS } from "../manifest/testing/readProject.ts";
import { CHECKED } from "./check.ts";
import { checkFindings } from "./checkFindings.ts";
import { analyzeProject } from "./columnLineage/analyzeProject.ts";
import { analysedNodes } from "./columnLineage/compiledSql.ts";
import { type KeptAnalysis, keepAnalysis } from "./columnLineage/keepAnalysis.ts";
import { editTexts } from "./compileWatch.ts";
import type { OpenProject } from "./openProject.ts";
import { knowProject } from "./parseCache/knowProject.ts";
import { boxedFindings } from "./ruleFindings.ts";
import { findAfterEdits } from "./watchFindings.ts";

const RUNS = Number(process.env.TFM_PROPERTY_RUNS ?? 3);
const SEED = Number(process.env.TFM_PROPERTY_SEED ?? 1);

const from = (input: string, columns: string, rest = "") => `select ${columns} from {{ ref('${input}') }} ${rest}`;
const property = (columns: string) =>
	`sources: [{name: raw, tables: [{name: open}]}]\nmodels:\n  - {name: a, access: public, columns: [${columns}]}\n`;

/** By file, what it may hold; the first to begin with. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
	"tfm_project.yml": ["name: shop\nversion: '1.0'\nrules: {select_star: warn}\n", "name: shop\nversion: '1.0'\n"],
	"seeds/s.csv": ["id,name\n1,a\n", "id,more\n1,b\n"],
	"models/a.sql": [
		from("s", "id, name"),
		from("s", "id, upper(name) as name"),
		from("s", "id, name as title"),
		"select * from {{ ref('s') }}",
		from("s", "*, nothing"),
		"select id, name from {{ ref('s') }} where",
		"select s.id, t.name from {{ ref('s') }} s, elsewhere.t t",
		"select id, name, {{ graph.nodes.values() | map(attribute='raw_code') | join | length }} as n from {{ ref('s') }}",
		"select id, '{{ run_query('select 1') }}' as name from {{ ref('s') }}",
	],
	"models/e.sql": [
		`{{ config(materialized='ephemeral') }} ${from("a", "id, name")}`,
		`{{ config(materialized='ephemeral') }} ${from("a", "id, lower(name) as name, 2 as two")}`,
		`{{ config(materialized='ephemeral') }} ${from("a", "id, name,")}`,
	],
	"models/b.sql": [
		from("e", "*, {{ m() }} as m"),
		from("e", "id, name, {{ m() }} as m"),
		`${from("e", "*, {{ m() }} as m")} where id in (select id from "analytics"."public"."c")`,
	],
	"models/i.sql": [
		"{{ config(materialized='incremental') }} select id, m from {{ ref('b') }} {% if is_incremental() %}where id > 1{% endif %}",
		"{{ config(materialized='incremental') }} select id, m {% if is_incremental() %}, 1 as late{% endif %} from {{ ref('b') }}",
	],
	"models/c.sql": [from("b", "*, title"), from("b", "id, name, two"), from("b", "count(*) as n")],
	"models/o.sql": ["select id from {{ source('raw', 'open') }}", "select id, seen from {{ source('raw', 'open') }}"],
	"models/schema.yml": [
		property("{name: id}, {name: name}"),
		property("{name: name, meta: {pii: name}}"),
		property("{name: title}"),
	],
	"macros/m.sql": ["1", "2"].map((m) => `{% macro m() %}${m}{% endmacro %}`),
};
const FILES = Object.keys(TEXTS);
const SQL = FILES.flatMap((name, i) => (/^models.*sql$/.test(name) ? [i] : []));

const oneOf = (files: fc.Arbitrary<number>) => fc.record({ file: files, text: fc.nat(20) });
const edit = fc.oneof(
	{ weight: 8, arbitrary: oneOf(fc.constantFrom(...SQL)) },
	{ weight: 1, arbitrary: oneOf(fc.nat(FILES.length - 1)) },
);

function invocationIn(sandbox: Sandbox): Invocation {
	const flags = { ...NO_FLAGS, writeJson: false, extra: { introspect: false } };
	const rest = { signal: new AbortController().signal, clock: () => new Date(0) };
	return { cwd: sandbox.dir, env: {}, flags, ...rest } as unknown as Invocation;
}

async function open(sandbox: Sandbox): Promise<OpenProject> {
	const config = await sandbox.load();
	const read = knowProject(config, PARSE_OPTIONS, { build: null, because: "asked for" });
	const engine = { dialect: PARSE_OPTIONS.dialect, type: "postgres", macroDirs: PARSE_OPTIONS.builtinMacroDirs };
	return { ...read, config, engine, runId: "run", startedAt: new Date(0) } as OpenProject;
}

/** What `tfm check --no-introspect` says, without what it says of models that it may not ask the database for. */
async function checked(invocation: Invocation, project: OpenProject): Promise<readonly Diagnostic[]> {
	const fresh = { ...project, config: { ...project.config, targetDir: join(invocation.cwd, "target/cold") } };
	const analysed = await analyzeProject(invocation, fresh);
	const asks = new Set(
		[...analysed.compiled].flatMap(([id, found]) => ("reason" in found && found.asks === true ? [id] : [])),
	);
	const kinds: readonly string[] = CHECKED;
	const marked = [...project.manifest.nodes.values(), ...project.manifest.sources.values()].filter(
		({ unique_id: id, resource_type: type }) => kinds.includes(type) && !asks.has(id),
	);
	const models = analysedNodes(project).filter(({ unique_id: id }) => !asks.has(id));
	const found = checkFindings(fresh, analysed)(models, marked);
	return sortDiagnostics([...found, ...boxedFindings(project).found.map(({ diagnostic }) => diagnostic)]);
}

interface Counted {
	compared: number;
	/** Of those, not all nodes were looked at. */
	few: number;
}

async function compareAfter(
	sandbox: Sandbox,
	edits: readonly { readonly file: number; readonly text: number }[],
	counted: Counted,
): Promise<void> {
	const invocation = invocationIn(sandbox);
	const kept = keepAnalysis(invocation);
	let few = false;
	let unread = false;
	const watched: KeptAnalysis = {
		async look(project, ids) {
			const looked = await kept.look(project, ids);
			few = looked.models !== null;
			unread = Object.values(looked.lineage.nodes).some(({ status }) => status === "unparsed");
			return looked;
		},
		close: kept.close,
	};
	const findings = findAfterEdits(invocation, watched);
	let project: OpenProject | null = null;
	/** Files whose SQL could be read when their readers were looked at. */
	const unreadable = new Set<number>();
	try {
		for (const one of [null, ...edits]) {
			const texts = one === null ? [] : TEXTS[FILES[one.file]!]!;
			if (one !== null) sandbox.write({ [FILES[one.file]!]: texts[one.text % texts.length]! });
			const edited: ReturnType<typeof editTexts> =
				project === null || one === null ? null : editTexts(project, [join(sandbox.dir, FILES[one.file]!)]);
			project = edited?.project ?? (await open(sandbox));
			const { diagnostics, elsewhere } = await findings.find(project, edited?.ids ?? null);
			const expected = await checked(invocation, project);
			if (!few) unreadable.clear();
			else if (one !== null && unread) unreadable.add(one.file);
			else if (one !== null && edited?.ids.length !== 0) unreadable.delete(one.file);
			if (few) counted.few++;
			counted.compared++;
			const texted = (found: readonly Diagnostic[]) => found.map((d) => JSON.stringify(d));
			// Whatever is told is so; and where all SQL can be read, nothing else is.
			expect(texted(expected)).toEqual(expect.arrayContaining(texted(diagnostics)));
			if (unreadable.size === 0) expect(diagnostics.length + elsewhere).toBe(expected.length);
			const own = one === null ? [] : expected.filter(({ at }) => at?.file === FILES[one.file]);
			if (one !== null && SQL.includes(one.file) && edited !== null && edited.ids.length > 0)
				expect(texted(diagnostics)).toEqual(expect.arrayContaining(texted(own)));
		}
	} catch (error) {
		// A project that cannot be read ends a history.
		if (!(error instanceof TfmError)) throw error;
		expect(error.diagnostics).not.toEqual([]);
	} finally {
		await findings.close();
	}
}

it(`says what a check of all files says, in ${RUNS} histories`, { timeout: 600_000 }, async () => {
	const counted: Counted = { compared: 0, few: 0 };
	await fc.assert(
		fc.asyncProperty(fc.array(edit, { minLength: 4, maxLength: 12 }), async (edits) => {
			const sandbox = makeSandbox(Object.fromEntries(FILES.map((name) => [name, TEXTS[name]![0]!])));
			try {
				await compareAfter(sandbox, edits, counted);
			} finally {
				if (existsSync(sandbox.dir)) rmSync(sandbox.dir, { recursive: true, force: true });
			}
		}),
		{ numRuns: RUNS, seed: SEED },
	);
	// Not by looking at all files each time.
	expect(counted.few).toBeGreaterThan(counted.compared / 5);
	if (process.env.TFM_PROPERTY_RUNS !== undefined) process.stderr.write(`${JSON.stringify(counted)}\n`);
});
