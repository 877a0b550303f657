import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { buildPlan } from "../ci/buildPlan.ts";
import { type ChangeReview, errorsOf, type ReviewedNode } from "../ci/changeReview.ts";
import { outlineOf } from "../ci/outlineOf.ts";
import type { BuildOutline } from "../core/buildOutline.ts";
import { type Diagnostic, diagnostic, fail } from "../core/diagnostic.ts";
import type { ExitCode, Invocation } from "../core/invocation.ts";
import type { NodeId } from "../core/node.ts";
import { outlineText } from "../report/outlineText.ts";
import { createRedactor } from "../report/report.ts";
import { readProjectState } from "../state/readProjectState.ts";
import { baseState, fitting } from "./ci/baseState.ts";
import { type CiSettings, ciSettings, type FailOn } from "./ci/ciSettings.ts";
import { findBase } from "./ci/findBase.ts";
import type { HeadState } from "./ci/headState.ts";
import { type EarlierState, reviewFiles } from "./ci/reviewFiles.ts";
import { statesOfBase } from "./ci/stateStore.ts";
import { openEvents } from "./commandEvents.ts";
import { environmentNamed } from "./environments/placeInEnvironment.ts";
import { type OpenProject, openProject } from "./openProject.ts";
import { ownerOf } from "./ownerOf.ts";
import { publishedState } from "./plan/publishedState.ts";
import { readStanding, type Standing } from "./plan/readStanding.ts";
import { readSourceLine } from "./readSourceLine.ts";
import { runSelected } from "./runSelected.ts";

/**
 * `tfm plan`: what a build of the present files would do to the target, or to an environment of it. Reads what stands,
 * compares it with the files (ADR 0043, 0047), and prints what would be built, why, what breaks and what it costs. With
 * `--apply` builds exactly that. Exit code 1 as --fail-on says; otherwise that of the build.
 */
export async function planCommand(invocation: Invocation): Promise<ExitCode> {
	const { env: within, apply, yes, ...extra } = invocation.flags.extra;
	const environment = within === undefined ? null : environmentNamed(within);
	if (apply === true && yes !== true && invocation.ask === null) fail("TFM-PLAN-004", {});
	// What a node does is the same in every environment.
	const outside = { ...invocation, flags: { ...invocation.flags, extra } };
	const project = await openProject(outside);
	const settings = ciSettings(project.config.project);
	const standing = await readStanding(outside, project, environment);
	const where = environment === null ? project.config.target.targetName : `the environment ${environment}`;
	let earlier: PlannedAgainst | undefined;
	const files = await reviewFiles(outside, project, {
		settings,
		before: async (head) => {
			earlier = await earlierState(outside, project, { settings, standing, head, where });
			return earlier;
		},
	});
	const { against, behind } = earlier!;
	const redact = createRedactor(project.config.secrets);
	const review = redact(withBehind(files.review, behind, project));
	const plan = buildPlan(review.nodes, project.manifest, { snapshots: true });
	const outline = outlineOf({
		review,
		plan,
		manifest: project.manifest,
		about: {
			project: project.manifest.projectName,
			target: project.config.target.targetName,
			environment,
			against,
		},
		whyNew: (id) => whyNew(id, against, standing, where),
		sizes: standing.sizes,
		usual: standing.usual,
		fullRefresh: invocation.flags.fullRefresh,
	});
	const events = openEvents(outside, project);
	for (const one of files.warnings) events({ event: "diagnostic", diagnostic: one }, "warn");
	files.keep();
	show(invocation, project, outline);
	const failed = fails(review, (extra.failOn as FailOn | undefined) ?? settings.failOn);
	const selected = new Set<NodeId>([...plan.built, ...plan.tests]);
	const refused = failed && apply === true && selected.size > 0;
	if (refused) events({ event: "diagnostic", diagnostic: refusal(review) }, "error");
	events.close();
	if (apply !== true || refused || selected.size === 0) return failed ? 1 : 0;
	if (yes !== true && !(await agreed(invocation, outline, where))) {
		invocation.stderr.write("nothing was built\n");
		return 0;
	}
	// As if it had been selected by hand: the same artifacts, notes and exit code, and tfm retry goes on from it.
	const building = { ...invocation, command: "build" };
	const placed = environment === null ? project : await openProject(building);
	return runSelected(building, placed, { command: "build", selected, warnings: [], flags: { testsBlock: true } });
}

interface PlannedAgainst extends EarlierState {
	readonly against: BuildOutline["against"];
	/** To be built though they are as the files have them. */
	readonly behind: ReadonlyMap<NodeId, string>;
}

interface Earlier {
	readonly settings: CiSettings;
	readonly standing: Standing;
	readonly head: HeadState;
	readonly where: string;
}

/** --state, then --base, then what stands. */
async function earlierState(
	invocation: Invocation,
	project: OpenProject,
	{ settings, standing, head, where }: Earlier,
): Promise<PlannedAgainst> {
	const { flags } = invocation;
	const store = statesOfBase(settings.state, project.config.project.root, invocation);
	if (flags.state !== undefined) {
		const state = keptState(project, flags.state);
		const says = `the state in ${flags.state}`;
		const against = { kind: "state", commit: state.commit, says } as const;
		return { state, commit: state.commit ?? "", ref: flags.state, warnings: [], against, behind: new Map() };
	}
	if (typeof flags.extra.base === "string") {
		const { base, ref } = await findBase(invocation, project, settings);
		const found = await baseState(invocation, project, { commit: base, store, lines: head.lines });
		const against = { kind: "base", commit: base, says: `the merge base with ${ref}` } as const;
		return { ...found, commit: base, ref, against, behind: new Map() };
	}
	const found = await publishedState(invocation, project, { standing, head, store, where });
	const says = found.commit === null ? `${where}, where nothing stands yet` : `what was published in ${where}`;
	const against = { kind: "published", commit: found.commit, says } as const;
	return { ...found, commit: found.commit ?? "", ref: where, against };
}

/** They are reached by a change that was made before. */
function withBehind(
	review: ChangeReview,
	behind: ReadonlyMap<NodeId, string>,
	{ manifest }: OpenProject,
): ChangeReview {
	const known = new Set(review.nodes.map(({ id }) => id));
	const more = [...behind].flatMap(([id, because]): ReviewedNode[] => {
		const node = manifest.nodes.get(id);
		if (node === undefined || known.has(id)) return [];
		const { name, resource_type, layer, location } = node;
		const { file, line } = location;
		const about = { id, name, resource_type, layer, owner: ownerOf(node, manifest), file, line };
		return [{ ...about, change: "reached", reasons: [because], risk: "none", columns: [] }];
	});
	return more.length === 0 ? review : { ...review, nodes: [...review.nodes, ...more] };
}

/** state.json of a folder; a relative one is taken from the project's, as with every --state. Throws TFM-PLAN-006. */
function keptState(project: OpenProject, dir: string) {
	const path = join(resolve(project.config.project.root, dir), "state.json");
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code !== "ENOENT" && code !== "ENOTDIR" && code !== "EACCES" && code !== "EISDIR") throw error;
		return fail("TFM-PLAN-006", {
			dir,
			problem: code === "EACCES" ? "state.json may not be read" : "it has no state.json",
		});
	}
	const state = readProjectState(text, path, new Map());
	const fits = state === null ? { problem: "its state.json has another format" } : fitting(state, project);
	return "state" in fits ? fits.state : fail("TFM-PLAN-006", { dir, problem: fits.problem });
}

function whyNew(
	id: NodeId,
	{ kind }: BuildOutline["against"],
	{ sizes, published, checkouts }: Standing,
	where: string,
): string {
	if (kind !== "published") return "it is new";
	if (!sizes.has(id)) return `it does not stand in ${where} yet`;
	return checkouts.has(published.get(id)?.runId ?? "")
		? "the commit that it was built from lacks it"
		: "what it was built from is not known";
}

const refusal = ({ findings }: ChangeReview): Diagnostic => diagnostic("TFM-PLAN-005", { findings: findings.length });

const fails = (review: ChangeReview, failOn: FailOn): boolean =>
	failOn === "error" ? errorsOf(review).length > 0 : failOn === "warn" && review.findings.length > 0;

function show({ flags, stdout, output, env }: Invocation, { config }: OpenProject, outline: BuildOutline): void {
	if (flags.extra.output === "json") stdout.write(`${JSON.stringify(outline)}\n`);
	else
		stdout.write(outlineText(outline, { stream: stdout, output, env, readLine: readSourceLine(config.project.root) }));
}

async function agreed({ ask }: Invocation, { nodes, tests }: BuildOutline, where: string): Promise<boolean> {
	const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? "" : "s"}`;
	const answer = await ask!(
		`Build ${counted(nodes.length, "node")} and run ${counted(tests.length, "test")} in ${where}? [y/N] `,
	);
	return /^y(es)?$/i.test(answer.trim());
}
