import type { NodeId } from "../core/node.ts";
import type { NodeResult, RunResult } from "../core/result.ts";
import { xmlAttribute as attribute, xmlText as text } from "../core/xmlText.ts";
import { failureText } from "./failureText.ts";
import type { NodeFacts } from "./nodeFacts.ts";

/** What a build server counts: tests, and what could not be built for them. */
const SHOWN: ReadonlySet<string> = new Set(["test", "unit_test", "model", "seed", "snapshot", "source", "operation"]);
const isTest = ({ resource_type: type }: NodeResult): boolean => type === "test" || type === "unit_test";
const BROKEN: ReadonlySet<NodeResult["status"]> = new Set(["error", "runtime error", "partial success"]);

/**
 * A run as JUnit XML, which build servers show: tests are test cases, in a suite for each layer (or one for the project).
 * A node is a test case only when it was not built, so that the number of tests is the number of tests. A warning is a
 * test that passes with words. No rows: they stay in the database and on the terminal.
 */
export function toJunitXml(run: RunResult, project: string, lookup: (id: NodeId) => NodeFacts | undefined): string {
	const cases = run.results.filter(
		(result) => SHOWN.has(result.resource_type) && (isTest(result) || BROKEN.has(result.status)),
	);
	const suites = bySuite(cases, project);
	const body = [...suites].map(([name, results]) => suiteXml(name, results, run, lookup));
	return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="${attribute(`tfm ${run.command}`)}" ${counts(cases)} time="${run.elapsed.toFixed(3)}">\n${body.join("")}</testsuites>\n`;
}

function counts(results: readonly NodeResult[]): string {
	const of = (wanted: (result: NodeResult) => boolean): number => results.filter(wanted).length;
	const failures = of((r) => r.status === "fail");
	return `tests="${results.length}" failures="${failures}" errors="${of((r) => BROKEN.has(r.status))}" skipped="${of((r) => r.status === "skipped")}"`;
}

function suiteXml(
	name: string,
	results: readonly NodeResult[],
	run: RunResult,
	lookup: (id: NodeId) => NodeFacts | undefined,
): string {
	const time = results.reduce((sum, result) => sum + result.execution_time, 0).toFixed(3);
	const lines = results.map((result) => caseXml(result, lookup(result.unique_id)));
	return `  <testsuite name="${attribute(name)}" ${counts(results)} time="${time}" timestamp="${run.startedAt.slice(0, 19)}">\n${lines.join("")}  </testsuite>\n`;
}

function caseXml(result: NodeResult, facts: NodeFacts | undefined): string {
	const file = facts?.file ?? "";
	const head = `    <testcase name="${attribute(facts?.label ?? result.unique_id)}" classname="${attribute(file.replace(/\.\w+$/, "").replaceAll("/", "."))}" file="${attribute(file)}" line="${facts?.line ?? 1}" time="${result.execution_time.toFixed(3)}"`;
	const inner = innerXml(result, facts);
	return inner === "" ? `${head}/>\n` : `${head}>\n      ${inner}\n    </testcase>\n`;
}

function innerXml(result: NodeResult, facts: NodeFacts | undefined): string {
	const what = failureText(result, facts);
	const words = [
		facts?.owner == null ? "" : `owner ${facts.owner}`,
		facts?.sqlPath == null ? "" : `SQL ${facts.sqlPath}`,
		result.storedIn === undefined ? "" : `rows kept in ${result.storedIn}`,
	].filter((part) => part !== "");
	const details = text([what, ...words].join("\n"));
	if (result.status === "fail")
		return `<failure message="${attribute(what)}" type="${attribute(facts?.test ?? result.resource_type)}">${details}</failure>`;
	if (BROKEN.has(result.status))
		return `<error message="${attribute(what)}" type="${attribute(result.diagnostic?.code ?? "error")}">${details}</error>`;
	if (result.status === "skipped") return `<skipped message="${attribute(result.message ?? "skipped")}"/>`;
	return result.status === "warn" ? `<system-out>${text(`warning: ${what}`)}</system-out>` : "";
}

function bySuite(results: readonly NodeResult[], project: string): ReadonlyMap<string, readonly NodeResult[]> {
	const suites = new Map<string, NodeResult[]>();
	for (const result of results) {
		const name = result.layer ?? project;
		const suite = suites.get(name);
		if (suite === undefined) suites.set(name, [result]);
		else suite.push(result);
	}
	return suites;
}
