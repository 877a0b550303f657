import { findNode, type Manifest } from "../core/manifest.ts";
import { type GraphNode, type NodeId, type TestNode, versionedName } from "../core/node.ts";
import { columnMark, nodeMark } from "../core/piiMark.ts";
import { RecentMap } from "../core/recentMap.ts";
import type { NodeResult } from "../core/result.ts";
import type { CellValue, ResultColumn, ResultTable } from "../core/resultTable.ts";
import { sqlPath } from "../core/sqlPath.ts";

/** What the report says about a node beyond its result. */
export interface NodeFacts {
	/** Of a unit test of a versioned model with its version, as dbt names it: `adds_up_v1`. */
	readonly name: string;
	/** `silver.stg_users`, or `unique(silver.stg_users.id)` for a generic test. */
	readonly label: string;
	readonly layer: string | null;
	readonly resource_type: string;
	/** Where it is written, relative to the root project. */
	readonly file: string;
	readonly line: number;
	/** A test's owner is the owner of what it tests. */
	readonly owner: string | null;
	/** Name of the generic test, or null. */
	readonly test: string | null;
	/** What a test counts, where it is not the rows that it finds (`fail_calc`), and how many rows it reads at most. */
	readonly failCalc: string | null;
	readonly limit: number | null;
	/** Ids of what a test reads; empty for other nodes. */
	readonly tests: readonly NodeId[];
	/** Lower-case names of columns that hold personal data, among those that may appear in a sample. */
	readonly piiColumns: ReadonlySet<string>;
	/** Present where a whole node is marked: only these columns are not personal, and what tests count. Lower case. */
	readonly clearColumns?: ReadonlySet<string>;
	/** The test is on such a column, so that its values may stand under any name in a sample. */
	readonly piiTest: boolean;
	/** Lower-case key of the model that is tested: what leads to a failing row, shown unless it is personal itself. */
	readonly keyColumns?: ReadonlySet<string>;
	/** Where the executed SQL was written, relative to the root project. */
	readonly sqlPath: string | null;
	/** Relation with stored failures, or null. */
	readonly storedIn: string | null;
	/** `schema.alias` of what has a relation. */
	readonly relation?: string;
	/** `shop.orders` of a source's table. */
	readonly source?: string;
	/** Id of the node that a generic test was written at. */
	readonly attached?: NodeId;
	/** The group that it belongs to, a test that of what it tests, as dbt's messages name it. */
	readonly group?: GroupFacts;
	/** A model that is built batch by batch. */
	readonly microbatch?: true;
	/** Of a snapshot: its configuration. */
	readonly config?: { readonly [key: string]: unknown };
}

export interface GroupFacts {
	readonly name: string;
	readonly package_name: string;
	/** Every value a text, as Python prints it. */
	readonly owner: { readonly [key: string]: string };
}

/** Those of nodes that run, wait for their tests or are shown; of all nodes of a large run they are tens of megabytes. */
const KNOWN = 1_000;

/** Facts by id, from the manifest; undefined for an id that is not in it. Looked up when needed, not before. */
export function manifestFacts(manifest: Manifest, targetPath: string): (id: NodeId) => NodeFacts | undefined {
	const known = new RecentMap<NodeId, NodeFacts | undefined>(KNOWN);
	return (id) =>
		known.of(id, () => {
			const node = findNode(manifest, id);
			return node === undefined ? undefined : factsOf(node, manifest, targetPath);
		});
}

function factsOf(node: GraphNode, manifest: Manifest, targetPath: string): NodeFacts {
	const test = node.resource_type === "test" ? node : null;
	const tested = test === null ? undefined : testedNode(test, manifest);
	const read = test === null ? [node] : test.depends_on.nodes.flatMap((id) => findNode(manifest, id) ?? []);
	const piiColumns = new Set(read.flatMap(piiColumnsOf));
	const whole = read.some((one) => nodeMark(one)?.pii === true);
	const column = test?.column_name ?? null;
	const compiled = node.resource_type === "unit_test" || ("raw_code" in node && node.resource_type !== "seed");
	return {
		name: node.resource_type === "unit_test" ? versionedName(node) : node.name,
		label: labelOf(node, tested),
		layer: node.layer,
		resource_type: node.resource_type,
		// Asked for when something is shown of the node: the place of a test costs a second reading of its file.
		get file() {
			return node.location.file;
		},
		get line() {
			return node.location.line;
		},
		owner: ownerOf(node) ?? (tested === undefined ? null : ownerOf(tested)),
		test: test?.test_metadata?.name ?? null,
		failCalc: failCalcOf(test),
		limit: typeof test?.config.limit === "number" ? test.config.limit : null,
		tests: test?.depends_on.nodes ?? [],
		piiColumns,
		...(whole ? { clearColumns: new Set(read.flatMap(clearColumnsOf)) } : {}),
		piiTest: column !== null && piiColumns.has(column.toLowerCase()),
		...(tested?.resource_type === "model" && tested.primary_key.length > 0
			? { keyColumns: new Set(tested.primary_key.map((key) => key.toLowerCase())) }
			: {}),
		sqlPath: compiled ? `${targetPath}/${sqlPath("run", node)}` : null,
		storedIn: test?.relation_name ?? null,
		...("alias" in node && "schema" in node && test === null ? { relation: `${node.schema}.${node.alias}` } : {}),
		...(node.resource_type === "source" ? { source: `${node.source_name}.${node.name}` } : {}),
		...(test?.attached_node == null ? {} : { attached: test.attached_node }),
		...groupOf(node, manifest),
		...(isMicrobatch(node) ? { microbatch: true } : {}),
		...(node.resource_type === "snapshot" ? { config: node.config } : {}),
	};
}

const isMicrobatch = (node: GraphNode): boolean =>
	node.resource_type === "model" &&
	node.config.materialized === "incremental" &&
	node.config.incremental_strategy === "microbatch";

function groupOf(node: GraphNode, manifest: Manifest): { readonly group?: GroupFacts } {
	const name = "group" in node ? node.group : null;
	if (typeof name !== "string") return {};
	const found = [...(manifest.groups?.values() ?? [])].find((group) => group.name === name);
	if (found === undefined) return {};
	const owner = Object.entries(found.owner).filter(([, value]) => value !== null);
	const texts = Object.fromEntries(owner.map(([key, value]) => [key, pythonText(value)]));
	return { group: { name, package_name: found.package_name, owner: texts } };
}

function pythonText(value: unknown): string {
	if (Array.isArray(value))
		return `[${value.map((item) => (typeof item === "string" ? `'${item}'` : pythonText(item))).join(", ")}]`;
	if (typeof value === "boolean") return value ? "True" : "False";
	return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** dbt names a unit test with its model. */
function labelOf(node: GraphNode, tested: GraphNode | undefined): string {
	if (node.resource_type === "unit_test") return `${node.model}::${versionedName(node)}`;
	const isNamed = node.resource_type === "test" && node.test_metadata !== null && !hasOwnName(node);
	return isNamed ? testLabel(node, tested) : inLayer(node);
}

/** Without layers a source's table is told from a model of its name by its source. */
const inLayer = (node: GraphNode): string =>
	node.layer !== null
		? `${node.layer}.${node.name}`
		: node.resource_type === "source"
			? `${node.source_name}.${node.name}`
			: node.name;

/** A generated name begins with the test's own; another one was given with `name:` and says more. */
function hasOwnName({ name, test_metadata }: TestNode): boolean {
	const namespace = test_metadata?.namespace == null ? "" : `${test_metadata.namespace}_`;
	const test = test_metadata?.name ?? "";
	return !name.startsWith(`${namespace}${test}_`) && !name.startsWith(`${namespace}source_${test}_`);
}

function failCalcOf(test: TestNode | null): string | null {
	const written = test?.config.fail_calc;
	return typeof written !== "string" || /^\s*count\s*\(\s*\*\s*\)\s*$/i.test(written) ? null : written.trim();
}

function testLabel(test: TestNode, tested: GraphNode | undefined): string {
	const on = tested === undefined ? "" : inLayer(tested);
	const column = test.column_name ?? "";
	return `${test.test_metadata?.name}(${[on, column].filter((part) => part !== "").join(".")})`;
}

function testedNode(test: TestNode, manifest: Manifest): GraphNode | undefined {
	const id = test.attached_node ?? test.depends_on.nodes[0];
	return id === undefined ? undefined : findNode(manifest, id);
}

function ownerOf(node: GraphNode): string | null {
	const config = node.config as { readonly meta?: { readonly owner?: unknown } };
	const owner = config.meta?.owner ?? node.meta.owner ?? ("owner" in node ? node.owner.name : null);
	if (typeof owner === "string" && owner !== "") return owner;
	return "group" in node ? node.group : null;
}

function piiColumnsOf(node: GraphNode): string[] {
	if (!("columns" in node)) return [];
	const whole = nodeMark(node);
	return Object.values(node.columns)
		.filter((column) => (columnMark(column) ?? whole)?.pii === true)
		.map((column) => column.name.toLowerCase());
}

const clearColumnsOf = (node: GraphNode): string[] =>
	"columns" in node
		? Object.values(node.columns).flatMap((column) =>
				columnMark(column)?.pii === false ? [column.name.toLowerCase()] : [],
			)
		: [];

/** Columns that tests add themselves and that only count. */
const COUNTS = new Set(["n_records", "rows", "row_count", "failures"]);

/** Whether a column of a test's sample holds personal data. */
export const isMasked = (column: string, facts: NodeFacts | undefined): boolean => {
	const name = column.toLowerCase();
	if (facts === undefined) return false;
	if (facts.piiColumns.has(name)) return true;
	const { clearColumns: clear, keyColumns, piiTest } = facts;
	if (COUNTS.has(name)) return false;
	// What a whole node says holds for its key, too.
	return clear === undefined ? piiTest && keyColumns?.has(name) !== true : !clear.has(name);
};

/** Noted along lineage, or known from what was declared. */
export const isMaskedColumn = ({ name, personal }: ResultColumn, facts: NodeFacts | undefined): boolean =>
	personal === true || isMasked(name, facts);

/** The result with personal data in its sample rows masked. Masking twice changes nothing. */
export function maskSample(result: NodeResult, facts: NodeFacts | undefined): NodeResult {
	const { sample } = result;
	if (sample === null || !sample.columns.some((column) => isMaskedColumn(column, facts))) return result;
	return { ...result, sample: maskTable(sample, facts) };
}

export function maskTable(table: ResultTable, facts: NodeFacts | undefined): ResultTable {
	const masked = table.columns.map((column) => isMaskedColumn(column, facts));
	const rows = table.rows.map((row) =>
		row.map((value, index) => (value !== null && masked[index] === true ? mask(value) : value)),
	);
	return { ...table, rows };
}

/** `anna@acme.test` → `a***@acme.test`, `10442` → `1***`; a short value shows nothing, for it would show too much. */
export function mask(value: Exclude<CellValue, null>): string {
	const text = String(value);
	const at = text.lastIndexOf("@");
	if (at > 0) return `${text.slice(0, 1)}***${text.slice(at)}`;
	return text.length < 4 ? "***" : `${[...text][0]}***`;
}
