import { useLayoutEffect } from "preact/hooks";
import type { Project } from "../project.ts";
import { go, href, setQuery } from "../route.ts";
import { kept } from "./keptQuery.ts";

interface GraphKeys {
	readonly project: Project;
	readonly current: number | null;
	readonly focused: boolean;
	readonly up: number;
	readonly down: number;
	readonly toFocus: (node: number) => void;
	readonly query: URLSearchParams;
}

/** Arrows walk along edges and within a lane; the rest is what the buttons do. */
export function useGraphKeys({ project, current, focused, up, down, toFocus, query }: GraphKeys): void {
	useLayoutEffect(() => {
		const pressed = (event: KeyboardEvent): void => {
			const target = event.target as HTMLElement;
			if (
				/^(INPUT|SELECT|TEXTAREA|BUTTON|SUMMARY)$/.test(target.tagName) ||
				document.querySelector("dialog[open]") !== null
			)
				return;
			if (event.metaKey || event.ctrlKey || event.altKey) return;
			const choose = (node: number | undefined): void => {
				if (node === undefined) return;
				event.preventDefault();
				if (focused) go(href(["graph"], { ...kept(query), up, down, focus: project.key(node) }));
				else setQuery({ node: project.key(node) });
			};
			const zoom = (factor: number): void =>
				void window.dispatchEvent(new CustomEvent("graphzoom", { detail: factor }));
			if (event.key === "Escape" && focused) go(href(["graph"], kept(query)));
			else if (event.key === "+" || event.key === "=") zoom(1.4);
			else if (event.key === "-") zoom(1 / 1.4);
			else if (event.key === "0") zoom(0);
			else if (event.key === "]") setQuery({ up: up + 1, down: down + 1 });
			else if (event.key === "[") setQuery({ up: Math.max(0, up - 1), down: Math.max(0, down - 1) });
			else if (/^Arrow/.test(event.key) && current === null) choose(first(project));
			else if (current === null) return;
			else if (event.key === "f") toFocus(current);
			else if (event.key === "e" || event.key === "c") reachFor(event);
			else if (event.key === "Enter" && target.tagName !== "A") go(href(["m", project.key(current)]));
			else if (event.key === "ArrowLeft") choose(project.parents(current)[0]);
			else if (event.key === "ArrowRight") choose(project.children(current)[0]);
			else if (event.key === "ArrowUp" || event.key === "ArrowDown")
				choose(besides(project, current, event.key === "ArrowDown" ? 1 : -1));
		};
		window.addEventListener("keydown", pressed);
		return () => window.removeEventListener("keydown", pressed);
	}, [current, focused, up, down, query.toString()]);
}

/** The button or list in the panel that does what the key stands for, where there is one. */
function reachFor(event: KeyboardEvent): void {
	const control = document.querySelector<HTMLElement>(`.graph-side [data-key=${event.key}]`);
	if (control?.tagName === "BUTTON") control.click();
	else control?.focus();
	// A list would take the letter for the beginning of a name.
	event.preventDefault();
}

/** The topmost of the leftmost. */
const first = (project: Project): number | undefined =>
	project.lanes.flatMap((_, lane) => project.laneNodes(lane).slice(0, 1))[0];

/** The next in the lane, from top to bottom. */
function besides(project: Project, node: number, step: number): number | undefined {
	const list = project.laneNodes(project.nodes.lane[node]!);
	return list[list.indexOf(node) + step];
}
