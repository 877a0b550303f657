import type { SiteNode } from "../../../src/docs/siteData.ts";
import { count, plural } from "../../format.ts";
import { Copy, NodeLink, StatusMark } from "../../parts.tsx";
import { type Project, reach } from "../../project.ts";
import { href } from "../../route.ts";
import { statusOfTest } from "../../tests.ts";

const NAMED = 4;

/** Why the node fails and what is behind it; or which failure it stands behind. */
export function Trouble({ project, node, page }: { project: Project; node: number; page: SiteNode }) {
	const status = project.status(node);
	const wrong = page.tests.filter((test) => ["fail", "warn"].includes(statusOfTest(test)));
	const held = /^Held back\b/.test(page.message ?? "");
	const table = project.nodes.name[node];
	const behind = reach([node], project.children).size;
	const rejects = page.landing?.rejects ?? 0;
	if (status === "fail" || (status === "warn" && (wrong.length > 0 || rejects > 0)))
		return (
			<section class={`trouble ${status}`} aria-label="What is wrong">
				{wrong.length > 0 && (
					<ul>
						{wrong.slice(0, NAMED).map((test) => (
							<li key={test.id}>
								<StatusMark status={statusOfTest(test)} />
								<a href={href(["m", project.key(node)], { tab: "tests", test: test.id })}>
									{test.column === null ? test.name : `${test.kind.replaceAll("_", " ")}: ${test.column}`}
								</a>
								{test.failures !== null && test.failures > 0 && <strong>{plural(test.failures, "row")}</strong>}
							</li>
						))}
						{wrong.length > NAMED && <li class="soft">and {plural(wrong.length - NAMED, "more test")}</li>}
					</ul>
				)}
				{rejects > 0 && (
					<p>
						The last load turned away <strong>{plural(rejects, "row")}</strong> of {count(rejects + page.landing!.rows)}
						. <code>tfm show --rejects {table}</code>
						<Copy text={`tfm show --rejects ${table}`} />
					</p>
				)}
				{page.message !== null && status === "fail" && !held && <pre>{page.message}</pre>}
				<p>
					{held &&
						(project.nodes.fresh[node]! > 0
							? "Built and held back: readers see the version before. "
							: "Built and held back: no earlier version is known. ")}
					{behind > 0 && (
						<>
							<a href={href(["graph"], { focus: project.key(node), up: 0, down: 9 })}>{plural(behind, "node")}</a>{" "}
							behind it.
						</>
					)}
				</p>
			</section>
		);
	if (status !== "skipped" && status !== "warn") return null;
	const causes = [...reach([node], project.parents)].filter((other) => project.status(other) === "fail");
	if (causes.length === 0) return null;
	return (
		<p class="trouble behind">
			<StatusMark status="warn" />
			<span>
				{status === "skipped" ? "Not updated: it stands behind " : "It stands behind "}
				{causes.slice(0, NAMED).map((other, i) => (
					<>
						{i > 0 && ", "}
						<NodeLink project={project} node={other} />
					</>
				))}
				{causes.length > NAMED && ` and ${count(causes.length - NAMED)} more`}
				{causes.length === 1 ? ", which fails." : ", which fail."}
			</span>
		</p>
	);
}
