import type { CodeEntry } from "./entry.ts";

const AREAS: Readonly<Record<string, string>> = {
	ALERT: "Alerts",
	APP: "Commands",
	CI: "Reviewing a change",
	CLI: "The command line",
	CONFIG: "Project file, profiles, variables",
	DB: "The database",
	DEPR: "What dbt calls deprecated",
	DEPS: "Packages",
	DIFF: "Comparing rows",
	DOCS: "The docs site",
	ENV: "Environments",
	GRAPH: "The graph",
	HIST: "History",
	INC: "Incremental models, materialized views, partitions",
	INIT: "tfm init",
	INTERNAL: "Faults of tfm itself",
	JINJA: "Templates",
	LOAD: "Seeds and landing files",
	NATIVE: "Tests that the warehouse does by itself",
	EXPORT: "Exports",
	OBS: "Traces, lineage events, JUnit",
	PARSE: "Models, tests and property files",
	PLAN: "Plans",
	PUB: "Publishing",
	REF: "References",
	RULE: "Rules",
	RUN: "Running",
	SELECT: "Selecting",
	SNAP: "Snapshots",
	SQL: "What the SQL says: columns, lineage, personal data",
	STATE: "Earlier runs: comparing, deferring",
	UNIT: "Unit tests",
	YAML: "YAML",
};

/** docs/errors.md: every code with its explanation, by area. */
export function cataloguePage(codes: Readonly<Record<string, CodeEntry<never>>>): string {
	const byArea = new Map<string, string[]>();
	for (const [code, entry] of Object.entries(codes).sort(([a], [b]) => (a < b ? -1 : 1))) {
		const area = code.split("-")[1] ?? "";
		const rows = byArea.get(area) ?? [];
		rows.push(`### ${code}\n\n${entry.explain}\n`);
		byArea.set(area, rows);
	}
	const sections = [...byArea].map(([area, rows]) => `## ${AREAS[area] ?? area}\n\n${rows.join("\n")}`);
	return `# Error codes\n\nA code keeps its meaning. Written from the code table by \`UPDATE_DOCS=1 npm test\`; do not edit by hand.\n\n${sections.join("\n")}`;
}
