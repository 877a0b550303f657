import { basename } from "node:path";
import { type Diagnostic, diagnostic, fail, TfmError } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import { findNode } from "../core/manifest.ts";
import { type GraphNode, isStored, type TestNode } from "../core/node.ts";
import type { RelationName } from "../core/relation.ts";
import type { ResultTable } from "../core/resultTable.ts";
import { storedName } from "../core/storedName.ts";
import { suggestName } from "../core/suggestName.ts";
import { judgeWarnings } from "../core/warningPolicy.ts";
import { rejectsOf } from "../load/landingTable.ts";
import { dbtMessage, manifestFacts, maskTable, printTable, type TableFormat } from "../report/report.ts";
import { personalColumns } from "./columnLineage/personalColumns.ts";
import { logNodes, openEvents } from "./commandEvents.ts";
import { candidateBinding, type Database, PUBLISHED, withDatabase } from "./database.ts";
import { firstRows, firstRowsOf, firstRowsUnder, type Reading, rowsOfStatement } from "./firstRows.ts";
import { inlineId, inlineQuery } from "./inlineQuery.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { selectIds } from "./selectFor.ts";

interface Shown {
	/** Absent: inline SQL. */
	readonly id?: string;
	readonly name?: string;
	readonly table: ResultTable;
	/** A line below the table, for a person. */
	readonly note?: string;
}

/** `tfm show`: the first rows of a model, of SQL, of a test's failures, or of what a load turned away. */
export async function showCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	const { inline, inlineDirect, failures, rejects, limit, output = "text" } = invocation.flags.extra;
	const rows = Number(limit ?? 5);
	const look = async (database: Database): Promise<readonly Shown[]> => {
		const reading = { project, database, rows };
		if (typeof inline === "string") return [await showInline(reading, inline)];
		if (typeof inlineDirect === "string") return [{ table: await rowsOfStatement(reading, inlineDirect) }];
		if (typeof failures === "string") return [await showFailures(invocation, reading, failures)];
		if (typeof rejects === "string") return [await showRejects(reading, rejects)];
		const all: Shown[] = [];
		for (const node of nodes) all.push(await showNode(reading, node));
		return all;
	};
	const byName = [inline, inlineDirect, failures, rejects].every((given) => typeof given !== "string");
	const { nodes, warnings } = byName ? selectedNodes(invocation, project) : { nodes: [], warnings: [] };
	const format = String(output) as TableFormat;
	const print = invocation.log?.onScreen === true ? logPrinter(invocation, project) : plainPrinter(invocation);
	// What there is to say of the project, as every command says it.
	const events = openEvents(invocation, project);
	for (const remark of warnings) events({ event: "diagnostic", diagnostic: remark }, "warn");
	events.close();
	if (byName && nodes.length === 0) {
		logNodes(invocation, project, 0);
		return 0;
	}
	const shown = await withDatabase(invocation, project, look, { defers: new Set() });
	logNodes(invocation, project, shown.length);
	for (const one of shown) print(one, format);
	return 0;
}

type Printer = (shown: Shown, format: TableFormat) => void;

function plainPrinter({ stdout, output: { verbosity } }: Invocation): Printer {
	return ({ name, table, note }, format) => {
		if (format === "text" && name !== undefined && verbosity >= 0) stdout.write(`${name}\n`);
		stdout.write(printTable(table, format, name));
		if (format === "text" && note !== undefined && verbosity >= 0) stdout.write(`${note}\n`);
	};
}

/** As dbt's ShowNode, in its words. */
function logPrinter({ log, clock, output }: Invocation, project: OpenProject): Printer {
	const quiet = output.verbosity < 0;
	return ({ name, table, id }, format) => {
		const text = printTable(table, format, name);
		const title = name === undefined ? "Previewing inline node:" : `Previewing node '${name}':`;
		const msg = (format === "text" && !quiet ? `${title}\n${text}` : text).replace(/\n$/, "");
		const data = {
			is_inline: name === undefined,
			node_name: name ?? "inline_query",
			output_format: format,
			preview: format === "json" ? JSON.stringify(JSON.parse(text).show) : text,
			quiet,
			unique_id: id ?? inlineId(project),
		};
		log?.write(dbtMessage("ShowNode", msg, { ts: clock().toISOString(), data }));
	};
}

async function showInline(reading: Reading, sql: string): Promise<Shown> {
	const { project, database } = reading;
	const node = inlineQuery(project, sql);
	const { compiled } = await database.render((journal) => database.compiler.compileInline(node, journal, PUBLISHED));
	return { table: await firstRows(reading, compiled.sql, "the inline query").catch(toldAsStatement(compiled.sql)) };
}

/** What is no query is refused where one must stand; the hint says how it is sent as it is. */
const toldAsStatement =
	(sql: string) =>
	(error: unknown): never => {
		const [first] = error instanceof TfmError ? error.diagnostics : [];
		const [, word] = /^(?:\s+|--.*\n|\/\*[\s\S]*?\*\/)*(show|describe|desc|explain|list|call)\b/i.exec(sql) ?? [];
		if (first?.code !== "TFM-APP-009" || word === undefined) throw error;
		const next = `--inline takes a query, of which it asks for some rows: --inline-direct sends a statement like ${word.toLowerCase()} as it is`;
		throw new TfmError({ ...first, next }, { cause: error });
	};

/** A model's own query as it would be built now; relations of seeds and sources as they stand. */
async function showNode(reading: Reading, node: GraphNode): Promise<Shown> {
	const { database } = reading;
	if (node.resource_type === "seed" || node.resource_type === "source") {
		const relation = storedName(node, reading.project.engine.dialect);
		return { id: node.unique_id, name: node.name, table: await firstRowsOf(reading, relation, node.name) };
	}
	const { compiled } = await database.render((journal) =>
		database.compiler.compileNode(node.unique_id, journal, PUBLISHED),
	);
	const name = node.resource_type === "model" && node.version !== null ? `${node.name}.v${node.version}` : node.name;
	const header = node.config.sql_header;
	const id = node.unique_id;
	if (typeof header !== "string") return { id, name, table: await firstRows(reading, compiled.sql, name) };
	return { id, name, table: await firstRowsUnder(reading, { header, sql: compiled.sql, node: id }, name) };
}

/** The rows that a test finds wrong: in the candidates where the last run held some back, else in what is published. */
async function showFailures(invocation: Invocation, reading: Reading, name: string): Promise<Shown> {
	const { project, database } = reading;
	const tests = [...project.manifest.nodes.values()].filter((node): node is TestNode => node.resource_type === "test");
	const test = tests.find((node) => node.name === name || node.alias === name || node.unique_id === name);
	if (test === undefined)
		fail("TFM-APP-006", {
			test: name,
			suggestion: suggestName(
				name,
				tests.map((t) => t.name),
			),
		});
	const binding = { ...(await candidateBinding(database, project)), wholeRows: true };
	const { compiled } = await database.render((journal) =>
		database.compiler.compileNode(test.unique_id, journal, binding),
	);
	const table = await firstRows(reading, compiled.sql, test.name);
	const isPersonal = await personalColumns(invocation, project, test.unique_id);
	const columns = table.columns.map((column) =>
		isPersonal(column.name) ? { ...column, personal: true as const } : column,
	);
	const facts = manifestFacts(project.manifest, project.config.targetDir)(test.unique_id);
	return { id: test.unique_id, name: test.name, table: maskTable({ ...table, columns }, facts) };
}

async function showRejects(reading: Reading, name: string): Promise<Shown> {
	const { project, database } = reading;
	const { manifest } = project;
	const { dialect } = project.engine;
	const loads = [...manifest.sources.values()].filter((s) => s.load !== null);
	const source = loads.find((s) => s.name === name || `${s.source_name}.${s.name}` === name);
	if (source !== undefined)
		return {
			id: source.unique_id,
			name: `${name}__rejects`,
			...(await rejectsIn(reading, rejectsOf(dialect, storedName(source, dialect)), `the rejects of ${name}`)),
		};
	const model = [...manifest.nodes.values()].find(
		(node) => node.resource_type === "model" && node.name === `${name}__rejects`,
	);
	if (model?.resource_type !== "model") {
		const known = [
			...loads.flatMap((s) => [s.name, `${s.source_name}.${s.name}`]),
			...[...manifest.nodes.values()].flatMap((n) =>
				n.name.endsWith("__rejects") ? [n.name.slice(0, -"__rejects".length)] : [],
			),
		];
		fail("TFM-APP-007", { name, suggestion: suggestName(name, known) });
	}
	const binding = await candidateBinding(database, project);
	const relation = binding.relationOf(model.unique_id) ?? storedName(model, dialect);
	return { id: model.unique_id, name: model.name, ...(await rejectsIn(reading, relation, model.name)) };
}

/** The first rejects and, where there are more, how many: nobody should take five for all. */
async function rejectsIn(
	reading: Reading,
	relation: RelationName,
	name: string,
): Promise<Pick<Shown, "table" | "note">> {
	const table = await firstRowsOf(reading, relation, name);
	if (reading.rows < 0 || table.rows.length < reading.rows) return { table };
	const all = await reading.database.query(
		`select count(*) from ${reading.project.engine.dialect.render(relation)}`,
		name,
	);
	const total = Number(all.rows[0]?.[0]);
	return total <= table.rows.length
		? { table }
		: { table, note: `${table.rows.length} of ${total} rejects (--limit -1 shows all)` };
}

/**
 * One node, or those that --select calls by their names: dbt shows the named ones alone of all that are selected. None
 * and a remark where the words select nothing that has rows.
 */
function selectedNodes(
	invocation: Invocation,
	project: OpenProject,
): { readonly nodes: readonly GraphNode[]; readonly warnings: readonly Diagnostic[] } {
	const { ids, warnings } = selectIds(invocation, project);
	const all = ids.flatMap((id) => findNode(project.manifest, id) ?? []);
	// `-s orders` selects the tests of orders too; one shows what was named. A unit test has no rows of its own.
	const data = all.filter((n) => n.resource_type !== "unit_test");
	const found = data.some((n) => n.resource_type !== "test")
		? data.filter((n) => n.resource_type !== "test" && isStored(n))
		: data;
	const asked = invocation.flags.select.length > 0;
	if (asked && found.length === 0) {
		const nothing = diagnostic("TFM-SELECT-013", {}, { severity: "warning" });
		return { nodes: [], warnings: warnings.length > 0 ? warnings : judgeWarnings([nothing], invocation.flags) };
	}
	const words = new Set(invocation.flags.select.flatMap((text) => text.split(/[\s,]+/)));
	const nodes = found.length > 1 ? found.filter((node) => words.has(node.name)) : found;
	if (nodes.length === 0 || !asked)
		fail("TFM-APP-005", {
			selected: asked ? found.length : 0,
			examples: found.slice(0, 4).map((n) => basename(n.name)),
		});
	return { nodes, warnings };
}
