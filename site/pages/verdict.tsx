import { type Failure, STATUSES } from "../../src/docs/siteData.ts";
import { ago, count, plural } from "../format.ts";
import { NodeLink, StatusMark } from "../parts.tsx";
import { type Project, reach } from "../project.ts";
import { href } from "../route.ts";

/** What was built so long before the rest is out of date. */
export const STALE_MS = 2 * 86_400_000;

const FAIL = STATUSES.indexOf("fail");
const SHOWN = 6;
const NAMED = 3;

/** The first thing that is read: whether the data is right; if not, what failed, why, and what is behind it. */
export function Verdict({ project }: { project: Project }) {
	const { failures, nodes } = project;
	const known = nodes.status.some((status) => status !== 0);
	const groups = byNode(failures);
	const failing = nodes.status.flatMap((status, node) => (status === FAIL ? [node] : []));
	const { warning } = project.failed;
	const status = failing.length > 0 ? "fail" : warning > 0 ? "warn" : known ? "ok" : "unknown";
	const all = failing.length + warning;
	return (
		<section class={`verdict ${status}`} aria-labelledby="verdict">
			<h2 id="verdict">
				<StatusMark status={status} /> {headline(project, failing.length, known)}
			</h2>
			<p class="verdict-says">{says(project, failing, known)}</p>
			{groups.length > 0 && (
				<ul class="failures">
					{groups.slice(0, SHOWN).map((group) => (
						<Failing key={group.node} project={project} {...group} />
					))}
				</ul>
			)}
			{all > SHOWN && (
				<p class="more">
					<a href={href(["catalog"], { status: failing.length > 0 ? "fail" : "warn" })}>
						and {count(all - SHOWN)} more
					</a>
				</p>
			)}
		</section>
	);
}

interface Group {
	readonly node: number;
	readonly status: "fail" | "warn";
	readonly entries: readonly Failure[];
}

function byNode(failures: readonly Failure[]): readonly Group[] {
	const groups = new Map<number, { node: number; status: "fail" | "warn"; entries: Failure[] }>();
	for (const failure of failures) {
		const group = groups.get(failure.node);
		if (group === undefined)
			groups.set(failure.node, { node: failure.node, status: failure.status, entries: [failure] });
		else group.entries.push(failure);
	}
	return [...groups.values()];
}

function headline({ failed: { tests, nodes, warning } }: Project, failing: number, known: boolean): string {
	if (!known) return "Nothing has run yet";
	if (failing === 0)
		return warning > 0
			? `Nothing fails, ${count(warning)} warn${warning === 1 ? "s" : ""}`
			: "Nothing fails and nothing warns";
	const parts = [
		...(nodes > 0 ? [`${plural(nodes, "node")} could not be built`] : []),
		...(tests > 0 ? [`${plural(tests, "test")} ${tests === 1 ? "fails" : "fail"}`] : []),
	];
	return parts.length === 0 ? `${plural(failing, "source")} late` : parts.join(", ");
}

function says(project: Project, failing: readonly number[], known: boolean) {
	if (!known) return "Statuses come with the first run: tfm build, then tfm docs generate.";
	const { nodes, failures, quality } = project;
	const newest = Math.max(0, ...nodes.fresh);
	if (failing.length === 0) {
		// As the line above counts them: a test of two tables is one test.
		const tests = quality.reduce((sum, cell) => sum + cell.tests, 0);
		const passed = quality.reduce((sum, cell) => sum + cell.passed, 0);
		const rest = tests - passed - quality.reduce((sum, cell) => sum + cell.warned, 0);
		return `${passed > 0 ? `${plural(passed, "test")} pass${passed === 1 ? "es" : ""}${rest > 0 ? `, ${count(rest)} did not run` : ""}. ` : ""}${newest > 0 ? `The newest table was built ${ago(newest)}.` : ""}`;
	}
	const behind = reach(failing, project.children);
	for (const node of failing) behind.delete(node);
	const stopped = [...behind].filter((node) => project.status(node) === "skipped").length;
	const held = failures.filter((failure) => failure.held);
	return [
		held.length === 0
			? ""
			: held.some(({ node }) => nodes.fresh[node]! > 0)
				? "What failed was held back: readers see the version before."
				: "What failed was held back, and no earlier version is known.",
		behind.size === 0
			? "Nothing else depends on it."
			: stopped > 0
				? `${plural(behind.size, "node")} depend${behind.size === 1 ? "s" : ""} on it, ${count(stopped)} of them not updated.`
				: `${plural(behind.size, "node")} depend${behind.size === 1 ? "s" : ""} on it.`,
	]
		.filter(Boolean)
		.join(" ");
}

/** One node: its failing tests with the rows they found, or what the database said; then who reads it. */
function Failing({ project, node, status, entries }: Group & { project: Project }) {
	const { nodes } = project;
	const behind = [...reach([node], project.children)];
	const dashboards = behind.filter((other) => project.type(other) === "exposure");
	const owner = project.owners[nodes.owner[node]!];
	const tests = entries.filter(({ test }) => test !== null);
	const own = tests.length === 0 ? entries[0]!.message : null;
	const rejects = entries.find(({ test, rows }) => test === null && rows !== null)?.rows ?? 0;
	return (
		<li>
			<div class="failing-head">
				<StatusMark status={status} />
				<NodeLink project={project} node={node} query={tests.length > 0 ? { tab: "tests" } : {}} />
				<span class="aside">
					{project.laneName(node)}
					{owner ? ` · ${owner}` : ""}
				</span>
			</div>
			<ul class="why">
				{tests.slice(0, NAMED).map(({ test, rows, message }) => (
					<li key={test!.id}>
						<a href={href(["m", project.key(node)], { tab: "tests", test: test!.id })}>
							{test!.column === null ? test!.name : `${test!.kind.replaceAll("_", " ")}: ${test!.column}`}
						</a>
						{rows !== null && rows > 0 ? (
							<strong> {plural(rows, "row")}</strong>
						) : (
							message !== null && <span class="soft"> {firstLine(message)}</span>
						)}
					</li>
				))}
				{tests.length > NAMED && <li class="soft">and {plural(tests.length - NAMED, "more test")}</li>}
				{own !== null && <li class="soft">{firstLine(own)}</li>}
				{rejects > 0 && (
					<li>
						<strong>{plural(rejects, "row")}</strong> turned away by the last load
					</li>
				)}
			</ul>
			{behind.length > 0 && (
				<p class="behind">
					<a href={href(["graph"], { focus: project.key(node), up: 0, down: 9 })}>
						{plural(behind.length, "node")} behind it
					</a>
					{dashboards.length > 0 && (
						<>
							, among them{" "}
							{dashboards.slice(0, NAMED).map((other, i) => (
								<>
									{i > 0 && ", "}
									<NodeLink project={project} node={other} />
								</>
							))}
							{dashboards.length > NAMED && ` and ${plural(dashboards.length - NAMED, "more exposure")}`}
						</>
					)}
				</p>
			)}
		</li>
	);
}

/** Databases begin with what happened; compilers with where. */
export function firstLine(message: string): string {
	const lines = message
		.split("\n")
		.map((line) => line.trim())
		.filter(Boolean);
	const first = lines[0] ?? "";
	return /^(?:Database|Runtime|Compilation) Error in /.test(first) && lines[1] !== undefined ? lines[1] : first;
}
