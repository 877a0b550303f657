import { useEffect } from "preact/hooks";
import type { Project } from "../project.ts";
import { setQuery } from "../route.ts";

const SELECT = "tfm:select";

/** In a frame, the page around it is told what is chosen, and may choose: `{type: "tfm:select", id}`. */
export function useFrame(project: Project, current: number | null): void {
	const around = window.parent;
	useEffect(() => {
		if (around !== window && current !== null) around.postMessage({ type: SELECT, id: project.id(current) }, "*");
	}, [current]);
	useEffect(() => {
		const told = ({ source, data }: MessageEvent): void => {
			const node = source === around && data?.type === SELECT ? project.find(String(data.id)) : undefined;
			if (node !== undefined) setQuery({ node: project.key(node) });
		};
		window.addEventListener("message", told);
		return () => window.removeEventListener("message", told);
	}, []);
}
