import type { NodeFact, TestFact } from "./projectFacts.ts";
import { FAILURES, type Failure, type GraphData, type Status } from "./siteData.ts";

import type { SiteSource } from "./siteSource.ts";
import type { SourceAge } from "./sourceAges.ts";
import { statusOf, worst } from "./statuses.ts";

interface Known {
	readonly nodes: readonly NodeFact[];
	readonly tests: readonly TestFact[];
	/** from, to, from, to … */
	readonly edges: readonly number[];
	readonly position: ReadonlyMap<string, number>;
	readonly results: SiteSource["results"];
	readonly landed: SiteSource["landed"];
	readonly ages: ReadonlyMap<string, SourceAge>;
}

export interface Standings {
	/** One entry per node: the worst of itself, its tests and its freshness. */
	readonly status: readonly Status[];
	/** How many tests it has, and how many of them found something. */
	readonly tests: readonly number[];
	readonly failed: readonly number[];
	readonly failures: readonly Failure[];
	readonly totals: GraphData["failed"];
}

/** How every node stands after what ran last, and what is wrong where something is. */
export function standings({ nodes, tests, edges, position, results, landed, ages }: Known): Standings {
	const all = new Array<number>(nodes.length).fill(0);
	const failed = new Array<number>(nodes.length).fill(0);
	const failures: Failure[] = [];
	const status = nodes.map((node, i): Status => {
		const result = results.get(node.id);
		const own = statusOf(result?.status);
		if (own === "fail" || own === "warn")
			failures.push({
				node: i,
				status: own,
				test: null,
				rows: null,
				message: result!.message,
				held: result!.status === "held",
			});
		return worst(own, statusOf(ages.get(node.id)?.status));
	});
	for (const test of tests) {
		const result = results.get(test.id);
		const found = statusOf(result?.status);
		for (const id of test.nodes) {
			const i = position.get(id);
			if (i === undefined) continue;
			all[i]!++;
			// A test that could not run because its table could not be built says nothing of its own.
			if (found !== "skipped") status[i] = worst(status[i]!, found);
			if (found !== "fail" && found !== "warn") continue;
			failed[i]!++;
			failures.push({
				node: i,
				status: found,
				test: { id: test.id, name: test.name, kind: test.kind, column: test.column },
				rows: result!.failures,
				message: result!.message,
				held: false,
			});
		}
	}
	const turnedAway = nodes.flatMap((node, i) => {
		const landing = landed.get(node.id);
		return landing === undefined || landing.rejects === 0 ? [] : [{ node: i, landing }];
	});
	for (const { node, landing } of turnedAway)
		failures.push({ node, status: "warn", test: null, rows: landing.rejects, message: null, held: false });
	const warns = new Set(turnedAway.map(({ node }) => node));
	const totals = {
		tests: new Set(failures.flatMap(({ test, status: found }) => (test !== null && found === "fail" ? [test.id] : [])))
			.size,
		nodes: failures.filter(({ test, held, status: found }) => test === null && !held && found === "fail").length,
		warning: status.filter((each, i) => each === "warn" || (warns.has(i) && each !== "fail")).length,
	};
	standOnInputs(nodes, edges, status);
	// What reads the table has the rows that could be read: only the table itself warns.
	for (const node of warns) status[node] = worst(status[node]!, "warn");
	failures.sort((a, b) => Number(a.status === "warn") - Number(b.status === "warn") || a.node - b.node);
	return { status, tests: all, failed, failures: failures.slice(0, FAILURES), totals };
}

const NEVER_RUN: ReadonlySet<string> = new Set(["exposure", "metric", "semantic_model", "saved_query"]);

/** What is never run itself (a dashboard, a metric, SQL that is put into others') is as well as what it reads. */
function standOnInputs(nodes: readonly NodeFact[], edges: readonly number[], status: Status[]): void {
	const derived = nodes.map(
		(node, i) => status[i] === "unknown" && (NEVER_RUN.has(node.type) || node.materialized === "ephemeral"),
	);
	const parents = new Map<number, number[]>();
	for (let e = 0; e < edges.length; e += 2) {
		const to = edges[e + 1]!;
		if (!derived[to]) continue;
		const known = parents.get(to);
		if (known === undefined) parents.set(to, [edges[e]!]);
		else known.push(edges[e]!);
	}
	const seen = new Set<number>();
	const settle = (first: number): void => {
		const open = [first];
		while (open.length > 0) {
			const node = open.at(-1)!;
			const waiting = (parents.get(node) ?? []).filter((parent) => derived[parent] && !seen.has(parent));
			if (waiting.length > 0) {
				for (const parent of waiting) seen.add(parent);
				open.push(...waiting);
				continue;
			}
			open.pop();
			const inputs = (parents.get(node) ?? []).map((parent) => status[parent]!);
			if (inputs.some((input) => input === "fail" || input === "skipped" || input === "warn")) status[node] = "warn";
			else if (inputs.includes("ok")) status[node] = "ok";
		}
	};
	for (const node of parents.keys()) {
		if (seen.has(node)) continue;
		seen.add(node);
		settle(node);
	}
}
