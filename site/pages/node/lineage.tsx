import { useState } from "preact/hooks";
import { FocusView } from "../../graph/focusView.tsx";
import { NodeTree } from "../../graph/tree.tsx";
import { useFocus } from "../../graph/useFocus.ts";
import { go, href } from "../../route.ts";
import type { NodeTabProps } from "../node.tsx";

export function LineageTab({ project, node }: NodeTabProps) {
	const [expanded, setExpanded] = useState<readonly number[]>([]);
	const focus = useFocus(project, { centre: [node], up: 2, down: 2, expanded }, [node, expanded]);
	return (
		<div class="lineage-tab">
			{focus === null ? (
				<div class="focus-box" aria-busy="true" />
			) : (
				<FocusView
					{...{ project, focus }}
					lens="status"
					current={node}
					trace={null}
					onChoose={(other) => other !== node && go(href(["m", project.key(other)], { tab: "lineage" }))}
					onExpand={(other) => setExpanded([...expanded, other])}
				/>
			)}
			<p class="more">
				<a href={href(["graph"], { focus: project.key(node), up: 2, down: 2 })}>Open in the full view</a>
			</p>
			<NodeTree project={project} node={node} />
		</div>
	);
}
