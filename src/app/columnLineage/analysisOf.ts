import type { Invocation } from "../../core/invocation.ts";
import type { ColumnLineage } from "../../core/lineage.ts";
import type { OpenProject } from "../openProject.ts";
import { askedIn } from "../parseCache/askedReads.ts";
import { recordRendering } from "../parseCache/recordReads.ts";
import { amendLineage } from "./amendLineage.ts";
import { type AnalysedProject, analyzeProject } from "./analyzeProject.ts";
import { compiledWhenAsked, type SqlByNode } from "./compiledSql.ts";
import { seedsStand } from "./declaredRelations.ts";
import { type KeptLineage, keepLineage, readKeptLineage } from "./keptLineage.ts";

export interface FoundAnalysis {
	readonly lineage: ColumnLineage;
	/** The SQL that was looked at, for places in it. */
	readonly compiled: SqlByNode;
}

/** The lineage of all nodes, known from before where nothing changed that it hangs on. Then a node's SQL is rendered when somebody asks for it. */
export async function analysisOf(invocation: Invocation, project: OpenProject): Promise<FoundAnalysis> {
	const kept = (await knownLineage(invocation, project))?.open() ?? null;
	if (kept === null) return analyzeAndKeep(invocation, project);
	return { lineage: kept.whole(), compiled: compiledWhenAsked(project) };
}

/** Known from before, or made of what is known where only texts changed. Null: all nodes have to be looked at. */
export async function knownLineage(invocation: Invocation, project: OpenProject): Promise<KeptLineage | null> {
	const known = readKeptLineage(invocation, project);
	if (known !== null || !(await amendLineage(invocation, project))) return known;
	return readKeptLineage(invocation, project);
}

/** Looks at all nodes; what is found is known to the next command where it follows from what that one can compare. */
export async function analyzeAndKeep(invocation: Invocation, project: OpenProject): Promise<AnalysedProject> {
	const { facts } = project;
	const { invocation: recorded, reads } = recordRendering(facts.invocation);
	const analysed = await analyzeProject(invocation, { ...project, facts: { ...facts, invocation: recorded } });
	const { lineage, compiled, written, repeatable, hooksWrite } = analysed;
	const asked = repeatable ? askedIn(reads) : null;
	if (written === null || asked === null || project.known === null) return analysed;
	if (!seedsStand(project.manifest.nodes.values())) return analysed;
	const blind = [...compiled.values()].some((sql) => "asks" in sql && sql.asks === true);
	// What hooks write counts where there is personal data, and they may say it of the texts of nodes.
	const surroundings = hooksWrite && analysed.surroundings?.personal === true ? null : analysed.surroundings;
	keepLineage(project, { written, lineage, blind, asked, surroundings });
	return analysed;
}
