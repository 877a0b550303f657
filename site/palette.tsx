import { useMemo, useState } from "preact/hooks";
import { Dialog } from "./dialog.tsx";
import { StatusMark, useSearch } from "./parts.tsx";
import type { Project } from "./project.ts";
import { go, href } from "./route.ts";

const SHOWN = 12;

/** Search over names, columns and descriptions: arrows choose, Enter opens. */
export function Palette({ project, onClose }: { project: Project; onClose: () => void }) {
	const [text, setText] = useState("");
	const [chosen, setChosen] = useState(0);
	const search = useSearch(project);
	const hits = useMemo(() => search.hits(text, SHOWN), [text, search]);
	const open = (at: number): void => {
		const hit = hits[at];
		if (hit === undefined) return;
		go(href(["m", project.key(hit.node)], hit.column === undefined ? {} : { tab: "columns", col: hit.column }));
		onClose();
	};
	const pressed = (event: KeyboardEvent): void => {
		const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
		if (step !== 0) {
			event.preventDefault();
			setChosen(Math.max(0, Math.min(hits.length - 1, chosen + step)));
		} else if (event.key === "Enter") open(chosen);
	};
	return (
		<Dialog label="Search" class="palette" onClose={onClose}>
			<input
				type="text"
				role="combobox"
				aria-label="Search models, columns and descriptions"
				aria-expanded={hits.length > 0}
				aria-controls="hits"
				aria-activedescendant={hits.length > 0 ? `hit-${chosen}` : undefined}
				placeholder="Search models, columns, descriptions"
				autocomplete="off"
				spellcheck={false}
				value={text}
				onInput={(event) => {
					setText(event.currentTarget.value);
					setChosen(0);
				}}
				onKeyDown={pressed}
				autofocus
			/>
			<ul id="hits" role="listbox" aria-label="Found">
				{hits.map(({ node, column }, at) => (
					<li
						key={node}
						id={`hit-${at}`}
						role="option"
						aria-selected={at === chosen}
						onClick={() => open(at)}
						onMouseMove={() => setChosen(at)}
					>
						<StatusMark status={project.status(node)} />
						<span class="hit-name">
							{project.nodes.name[node]}
							{column !== undefined && <span class="hit-column">.{column}</span>}
						</span>
						<span class="hit-place">
							{project.laneName(node)} · {project.type(node).replace("_", " ")}
						</span>
					</li>
				))}
			</ul>
			{text !== "" && hits.length === 0 && <p class="empty">Nothing holds “{text}”.</p>}
			{text === "" && <p class="palette-hint">Names, columns and words of descriptions of {project.count} nodes.</p>}
		</Dialog>
	);
}
