import type { DiffEntry } from "../../src/docs/siteData.ts";
import type { PageProps } from "../app.tsx";
import { loadDiff } from "../data.ts";
import { count, plural } from "../format.ts";
import { NodeLink, PageHead, useData } from "../parts.tsx";
import { type Project, reach } from "../project.ts";

const SIGNS = { added: "+", removed: "−", modified: "±" } as const;

/** What is another than in the state that diff.json compares with, and what it reaches. */
export function DiffPage({ project }: PageProps) {
	const data = useData(loadDiff, []);
	if (data === undefined) return <div class="loading" aria-busy="true" />;
	if (data === null || data.nodes.length === 0)
		return (
			<section class="page">
				<PageHead
					title="Changes"
					lead={data === null ? "The site was compared with nothing." : `Nothing differs from ${data.base}.`}
				/>
			</section>
		);
	const changed = data.nodes.map(({ id }) => project.find(id)).filter((node) => node !== undefined);
	const reached = [...reach(changed, project.children)].filter((node) => !changed.includes(node));
	return (
		<section class="page diff">
			<PageHead
				title="Changes"
				lead={`${plural(data.nodes.length, "node")} beside ${data.base}, with ${plural(reached.length, "more node")} downstream.`}
			/>
			<ul class="changes">
				{data.nodes.map((entry) => (
					<Change key={entry.id} project={project} entry={entry} />
				))}
			</ul>
			{reached.length > 0 && (
				<section>
					<h2>Reached by them</h2>
					<p class="chips">
						{reached.slice(0, 200).map((node) => (
							<span key={node} class="chip">
								<NodeLink project={project} node={node} />
							</span>
						))}
					</p>
				</section>
			)}
		</section>
	);
}

function Change({ project, entry }: { project: Project; entry: DiffEntry }) {
	const node = project.find(entry.id);
	return (
		<li>
			<h2>
				<span class="sign" aria-hidden="true">
					{SIGNS[entry.change]}
				</span>{" "}
				{node === undefined ? (
					entry.id
				) : (
					<NodeLink project={project} node={node} query={{ tab: "sql", sql: "changed" }} />
				)}{" "}
				<small>
					{entry.change}
					{entry.category !== null && `, ${entry.category}`}
				</small>
			</h2>
			{entry.reasons.length > 0 && <p>{entry.reasons.join("; ")}</p>}
			{entry.columns.length > 0 && (
				<ul>
					{entry.columns.map(({ name, change, says }) => (
						<li key={name}>
							<code>{name}</code> {change} {says}
						</li>
					))}
				</ul>
			)}
			{entry.rows !== undefined && (
				<p class="num">
					{count(entry.rows.base)} → {count(entry.rows.now)} rows: {count(entry.rows.added)} added,{" "}
					{count(entry.rows.removed)} removed, {count(entry.rows.changed)} changed
				</p>
			)}
		</li>
	);
}
