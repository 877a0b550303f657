import type { ExitCode, Invocation } from "../core/invocation.ts";
import { kindsOf } from "../core/nodeOutline.ts";
import { writeManifest } from "./artifacts.ts";
import { openEvents } from "./commandEvents.ts";
import { openProject } from "./openProject.ts";

const ORDER = [
	"model",
	"test",
	"seed",
	"snapshot",
	"source",
	"exposure",
	"analysis",
	"function",
	"metric",
	"semantic_model",
	"saved_query",
];
const PLURALS: { readonly [kind: string]: string } = { analysis: "analyses", saved_query: "saved queries" };

/** 10000 → 10,000. By toLocaleString a process waits for the tables of a language. */
const grouped = (n: number): string => String(n).replace(/\B(?=(?:\d{3})+$)/g, ",");

/** `tfm parse`: reads and checks the whole project without a database, and writes target/manifest.json. */
export async function parseCommand(invocation: Invocation): Promise<ExitCode> {
	const project = await openProject(invocation);
	writeManifest(invocation, project);
	const events = openEvents(invocation, project);
	// Neither nodes nor their names are read for that.
	const counts = new Map<string, number>(kindsOf(project.manifest.nodes));
	const count = (kind: string) => counts.set(kind, (counts.get(kind) ?? 0) + 1);
	const { sources, exposures, metrics, semanticModels, savedQueries } = project.manifest;
	for (const members of [sources, exposures, metrics, semanticModels, savedQueries])
		for (const node of members.values()) count(node.resource_type);
	const plural = (n: number, kind: string) =>
		`${grouped(n)} ${n === 1 ? kind : (PLURALS[kind] ?? `${kind}s`)}`.replace("_", " ");
	const text = ORDER.flatMap((kind) => (counts.has(kind) ? [plural(counts.get(kind)!, kind)] : [])).join(", ");
	const seconds = (invocation.clock().getTime() - project.startedAt.getTime()) / 1000;
	events({
		event: "message",
		text: `${project.manifest.projectName}: ${text || "nothing"} in ${seconds.toFixed(1)} s`,
		node_id: null,
		print: true,
	});
	events.close();
	return 0;
}
