import { TfmError } from "../core/diagnostic.ts";
import { findNode } from "../core/manifest.ts";
import type { NodeId, TestNode } from "../core/node.ts";
import type { CellValue, ResultTable } from "../core/resultTable.ts";
import { storedName } from "../core/storedName.ts";
import type { SiteSample } from "../docs/docs.ts";
import type { ShownColumns } from "./columnLineage/shownColumns.ts";
import { candidateBinding } from "./database.ts";
import { firstRows, firstRowsOf, type Reading } from "./firstRows.ts";

export interface Wished {
	/** Nodes whose relations are there. */
	readonly relations: readonly NodeId[];
	/** Tests that failed or warned when they ran last. */
	readonly failing: readonly NodeId[];
	/** Whole rows of failing tests; else the key and the tested column alone. */
	readonly wholeRows: boolean;
	readonly shown: ShownColumns;
}

export interface Samples {
	readonly samples: ReadonlyMap<string, SiteSample>;
	/** What the database refused to show. */
	readonly errors: readonly TfmError[];
}

/** More letters of one value than this are no example any more. */
const LETTERS = 200;

/** Rows for the site, of relations as readers see them and of tests that fail. Personal columns are left out. */
export async function readSamples(reading: Reading, wished: Wished): Promise<Samples> {
	const samples = new Map<string, SiteSample>();
	const errors: TfmError[] = [];
	const take = async (id: NodeId, read: () => Promise<SiteSample | null>): Promise<void> => {
		try {
			const sample = await read();
			if (sample !== null) samples.set(id, sample);
		} catch (error) {
			if (!(error instanceof TfmError)) throw error;
			errors.push(error);
		}
	};
	const { manifest } = reading.project;
	for (const id of wished.relations)
		await take(id, async () => {
			const node = findNode(manifest, id);
			if (node === undefined || !("schema" in node)) return null;
			const relation = storedName(node as Parameters<typeof storedName>[0], reading.project.engine.dialect);
			const table = await firstRowsOf(reading, relation, node.name);
			return pick(table, (column) => (wished.shown.shows(id, column) ? "shown" : "withheld"));
		});
	for (const id of wished.failing) {
		const test = manifest.nodes.get(id);
		if (test?.resource_type === "test") await take(id, () => failingRows(reading, test, wished));
	}
	return { samples, errors };
}

/** Columns of dbt's own tests that stand for the tested one. */
const TESTED = new Set(["unique_field", "value_field", "from_field"]);
const OWN_TESTS = new Set(["unique", "not_null", "accepted_values", "relationships"]);

/**
 * What a test found. SQL that somebody wrote may hand on a value under any name: where anything that it reads may hold
 * personal data, nothing of it is shown; of dbt's own four tests names are known.
 */
async function failingRows(reading: Reading, test: TestNode, { shown, wholeRows }: Wished): Promise<SiteSample | null> {
	const { project, database } = reading;
	const reads = test.depends_on.nodes.filter((id) => findNode(project.manifest, id) !== undefined);
	const tested = test.attached_node;
	const own = test.test_metadata !== null && OWN_TESTS.has(test.test_metadata.name) && !test.test_metadata.namespace;
	if (reads.some((id) => shown.holdsPersonal(id)) && (!own || tested === null)) return null;
	const node = tested === null ? undefined : project.manifest.nodes.get(tested);
	const keys = new Set(
		[...(node?.resource_type === "model" ? node.primary_key : []), test.column_name ?? ""].map((key) =>
			key.toLowerCase(),
		),
	);
	const binding = { ...(await candidateBinding(database, project)), wholeRows: true };
	const { compiled } = await database.render((journal) =>
		database.compiler.compileNode(test.unique_id, journal, binding),
	);
	const sample = pick(await firstRows(reading, compiled.sql, test.name), (column) => {
		const name = column.toLowerCase();
		if (own && name === "n_records") return "shown";
		const source = own && TESTED.has(name) && test.column_name !== null ? test.column_name : column;
		if (!wholeRows && !keys.has(source.toLowerCase())) return "left";
		return reads.every((id) => !shown.holdsPersonal(id)) || (tested !== null && shown.shows(tested, source))
			? "shown"
			: "withheld";
	});
	return sample.columns.length === 0 && sample.withheld.length === 0 ? null : sample;
}

type Choice = "shown" | "withheld" | "left";

function pick({ columns, rows }: ResultTable, choose: (column: string) => Choice): SiteSample {
	const choices = columns.map(({ name }) => choose(name));
	const names = (wanted: Choice): string[] => columns.flatMap(({ name }, i) => (choices[i] === wanted ? [name] : []));
	const shown = names("shown");
	return {
		columns: shown,
		rows:
			shown.length === 0
				? []
				: rows.map((row) => row.flatMap((value, i) => (choices[i] === "shown" ? [textOf(value)] : []))),
		withheld: names("withheld"),
	};
}

function textOf(value: CellValue): string | null {
	if (value === null) return null;
	const text = String(value);
	return text.length <= LETTERS ? text : `${text.slice(0, LETTERS)}…`;
}
