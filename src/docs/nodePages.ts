import type { LineageBody } from "./columnLineage.ts";
import type { Markdown } from "./markdown.ts";
import type { CatalogBody, NodeBody, ProjectFacts, TestBody, TestFact } from "./projectFacts.ts";
import type { SiteColumn, SiteNode, SiteTest } from "./siteData.ts";
import type { PageFacts } from "./siteGraph.ts";
import type { SiteSource } from "./siteSource.ts";
import type { SourceAge } from "./sourceAges.ts";
import { statusOf } from "./statuses.ts";

interface PageSource {
	readonly facts: ProjectFacts;
	readonly source: SiteSource;
	readonly ages: ReadonlyMap<string, SourceAge>;
	readonly markdown: Markdown;
}

export interface Page {
	readonly node: SiteNode;
	readonly facts: PageFacts;
	/** Names of columns, for searching. */
	readonly columnNames: string;
}

export type Spooled = readonly [
	string,
	NodeBody | TestBody | CatalogBody | LineageBody | { readonly kind: "before"; readonly raw: string },
];

interface Body {
	node?: NodeBody;
	catalog?: CatalogBody;
	lineage?: LineageBody;
	before?: string;
	readonly tests: TestBody[];
}

/** Makes the pages of one shard from what was spooled for it. Sorted by id. */
export function createPages({ facts, source, ages, markdown }: PageSource) {
	const tests = new Map<string, TestFact>(facts.tests.map((test) => [test.id, test]));
	const termNames = new Map(facts.docs.map((doc) => [doc.id, doc.name]));
	const nodeTerms = new Map(
		facts.nodes.map((node) => [node.id, node.terms.flatMap(([term, column]) => (column === "" ? [term] : []))]),
	);

	return (spooled: readonly Spooled[]): ReadonlyMap<string, Page> => {
		const bodies = new Map<string, Body>();
		for (const [id, record] of spooled) {
			if (!nodeTerms.has(id)) continue;
			const body = bodies.get(id) ?? { tests: [] };
			bodies.set(id, body);
			if (record.kind === "node") body.node = record;
			else if (record.kind === "catalog") body.catalog = record;
			else if (record.kind === "lineage") body.lineage = record;
			else if (record.kind === "before") body.before = record.raw;
			else body.tests.push(record);
		}
		const pages = new Map<string, Page>();
		for (const [id, { node, catalog, lineage, tests: found, before }] of [...bodies].sort(([a], [b]) =>
			a < b ? -1 : 1,
		)) {
			if (node === undefined) continue;
			const columns = columnsOf(node, catalog, lineage);
			// What property files name and the table has not is told on the page, and is no column.
			const there = columns.filter((column) => column.absent !== true);
			const described = there.filter((column) => column.html !== "" && column.from === undefined).length;
			const age = ages.get(id);
			const sample = source.samples.get(id);
			pages.set(id, {
				node: {
					id,
					html: markdown(node.description),
					relation: node.relation,
					path: node.path,
					patch: node.patch,
					access: node.access,
					contract: node.contract,
					key: node.key,
					columns,
					tests: found.map((body) => testOf(body)).sort((a, b) => byTest(a, b)),
					raw: node.raw,
					compiled: node.compiled,
					...(node.executed === null || node.executed === node.compiled ? {} : { executed: node.executed }),
					...(before === undefined || before === node.raw ? {} : { before }),
					message: messageOf(id),
					meta: node.meta,
					terms: namesOf(id),
					...(node.url === null ? {} : { url: node.url }),
					...(node.freshness === null && age === undefined
						? {}
						: {
								freshness: {
									warn: node.freshness?.warn ?? null,
									error: node.freshness?.error ?? null,
									ageMs: age?.age === null || age?.age === undefined ? null : Math.round(age.age * 1000),
									maxLoadedAt: age?.maxLoadedAt ?? null,
								},
							}),
					...(sample === undefined ? {} : { sample }),
					...(source.landed.has(id) ? { landing: source.landed.get(id)! } : {}),
					...(catalog?.comment && node.description === "" ? { catalogComment: catalog.comment } : {}),
					...(source.findings.has(id) ? { findings: source.findings.get(id)! } : {}),
				},
				facts: { columns: there.length, described },
				columnNames: there.map((column) => column.name).join(" "),
			});
		}
		return pages;
	};

	/** Of what went wrong; dbt also keeps what the database answered to what went well. */
	function messageOf(id: string): string | null {
		const result = source.results.get(id);
		return result === undefined || statusOf(result.status) === "ok" ? null : result.message;
	}

	/** Names of the docs blocks that the node's own description uses. */
	function namesOf(id: string): readonly string[] {
		return (nodeTerms.get(id) ?? []).map((term) => termNames.get(term) ?? term);
	}

	/** Columns of the database in its order, with what is written of them; then those that only the analysis or the files know. */
	function columnsOf(node: NodeBody, catalog: CatalogBody | undefined, lineage: LineageBody | undefined): SiteColumn[] {
		const written = new Map(node.columns.map((column) => [column.name.toLowerCase(), column]));
		const analysed = new Map(lineage?.columns.map((column) => [column.name.toLowerCase(), column]));
		const rows = new Map<string, { name: string; type: string; comment: string | null }>();
		for (const [name, type, comment] of catalog?.columns ?? []) rows.set(name.toLowerCase(), { name, type, comment });
		for (const { name, type } of [...(lineage?.columns ?? []), ...node.columns])
			if (!rows.has(name.toLowerCase())) rows.set(name.toLowerCase(), { name, type: type ?? "", comment: null });
		const seen = new Set([...(catalog?.columns ?? []).map(([name]) => name.toLowerCase()), ...analysed.keys()]);
		return [...rows].map(([key, { name, type, comment }]): SiteColumn => {
			const column = written.get(key);
			const found = analysed.get(key);
			const own = column?.description || comment || "";
			const taken = own === "" ? (found?.inherited ?? null) : null;
			return {
				name,
				type: type || column?.type || found?.type || "",
				html: markdown(taken?.text ?? own),
				...(taken === null ? {} : { from: taken.from }),
				...piiOf(found?.pii ?? column?.pii),
				...(catalog !== undefined && catalog.columns.length > 0 && !seen.has(key) ? { absent: true as const } : {}),
				...(column === undefined || column.tags.length === 0 ? {} : { tags: column.tags }),
				...(column === undefined || column.constraints.length === 0 ? {} : { constraints: column.constraints }),
				...(column === undefined || column.terms.length === 0
					? {}
					: { terms: column.terms.map((term) => termNames.get(term) ?? term) }),
			};
		});
	}

	function testOf(body: TestBody): SiteTest {
		const test = tests.get(body.id)!;
		const result = source.results.get(body.id);
		const sample = source.samples.get(body.id);
		return {
			id: body.id,
			name: test.name,
			kind: test.kind,
			column: test.column,
			severity: test.severity,
			dimension: test.dimension,
			status: result?.status ?? null,
			failures: result?.failures ?? null,
			message: result?.message ?? null,
			ms: result === undefined ? null : Math.round(result.ms),
			html: markdown(body.description),
			sql: body.sql,
			storedIn: body.storedIn,
			path: body.path,
			...(body.args === "" ? {} : { args: body.args }),
			...(sample === undefined ? {} : { sample }),
		};
	}
}

const piiOf = (pii: boolean | "unknown" | undefined): Pick<SiteColumn, "pii"> =>
	pii === undefined || pii === false ? {} : { pii };

const byTest = (a: SiteTest, b: SiteTest): number =>
	a.name < b.name ? -1 : a.name > b.name ? 1 : a.id < b.id ? -1 : 1;
