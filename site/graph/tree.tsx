import { StatusMark } from "../parts.tsx";
import type { Project } from "../project.ts";
import { href } from "../route.ts";

const SHOWN = 100;

/** The same as the drawing, as lists: inputs and readers of a node, each a link. */
export function NodeTree({ project, node, to }: { project: Project; node: number; to?: (node: number) => string }) {
	const link = to ?? ((other: number) => href(["m", project.key(other)], { tab: "lineage" }));
	const side = (label: string, nodes: readonly number[]) => (
		<section>
			<h3>
				{label} <span class="count">{nodes.length}</span>
			</h3>
			<ul>
				{nodes.slice(0, SHOWN).map((other) => (
					<li key={other}>
						<StatusMark status={project.status(other)} />
						<a class="node-link" href={link(other)}>
							{project.nodes.name[other]}
						</a>
						<span class="aside">{project.laneName(other)}</span>
					</li>
				))}
			</ul>
			{nodes.length > SHOWN && <p class="soft">and {nodes.length - SHOWN} more</p>}
		</section>
	);
	return (
		<div class="tree" role="group" aria-label={`Neighbours of ${project.nodes.name[node]}`}>
			{side("Reads", project.parents(node))}
			{side("Read by", project.children(node))}
		</div>
	);
}
