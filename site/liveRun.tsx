import { useEffect, useRef, useState } from "preact/hooks";
import type { RunTold } from "../src/docs/siteData.ts";
import type { Project } from "./project.ts";

/** So long a reader is left alone between two announcements. */
const QUIET_MS = 5000;

/** Puts what is told of a run over the last run's states; null: it has ended. */
export function tellRun({ live, find }: Project, run: RunTold | null): void {
	live.tick++;
	if (run === null) return live.states.clear();
	for (const [id, state] of Object.entries(run.status)) {
		const node = find(id);
		if (node !== undefined) live.states.set(node, state);
	}
}

/** `running: 12 of 71 · 1 failed · staging.stg_orders`: seen at once, announced now and then. */
export function RunLine({ project, run }: { project: Project; run: RunTold }) {
	const [id = "", ...more] = run.running;
	const node = project.find(id);
	const text = [
		`running: ${run.done} of ${run.of}`,
		run.failed > 0 && `${run.failed} failed`,
		// A test is in no drawing.
		node === undefined ? id.split(".")[2] : project.key(node),
		more.length > 0 && `${more.length} more`,
	]
		.filter(Boolean)
		.join(" · ");
	const [said, say] = useState(text);
	const quietUntil = useRef(Date.now() + QUIET_MS);
	useEffect(() => {
		const timer = setTimeout(() => {
			quietUntil.current = Date.now() + QUIET_MS;
			say(text);
		}, quietUntil.current - Date.now());
		return () => clearTimeout(timer);
	}, [text]);
	return (
		<p class="run">
			<span aria-hidden="true">{text}</span>
			<span class="unseen" role="status">
				{said}
			</span>
		</p>
	);
}
