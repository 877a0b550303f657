import { useEffect, useRef, useState } from "preact/hooks";
import type { legendOf } from "../lens.ts";
import { StatusMark } from "../parts.tsx";
import type { Project } from "../project.ts";
import { setQuery } from "../route.ts";
import { listenToGestures } from "./gestures.ts";
import { createOverview, type Overview, type View } from "./overview.ts";

const PAN_MS = 140;
const CHANGED = "themechange";

interface OverviewProps {
	readonly project: Project;
	readonly lens: Parameters<typeof legendOf>[1];
	readonly chosen: ReadonlySet<number> | null;
	readonly current: number | null;
	readonly query: URLSearchParams;
	/** Only what is chosen is drawn. */
	readonly guarded: boolean;
	readonly onOpen: (node: number) => void;
}

/** The canvas with the whole project: dragged, made larger, looked into. */
export function OverviewCanvas({ project, lens, chosen, current, query, guarded, onOpen }: OverviewProps) {
	const canvas = useRef<HTMLCanvasElement>(null);
	const overview = useRef<Overview | null>(null);
	const view = useRef<View>({ x: 0, y: 0, k: 1 });
	const [hover, setHover] = useState<number | null>(null);
	const shown = useRef({ lens, chosen, current, hover, only: guarded });
	shown.current = { lens, chosen, current, hover, only: guarded };
	const redraw = useRef(() => {});

	useEffect(() => {
		const element = canvas.current!;
		const made = createOverview(element, project);
		overview.current = made;
		const [x, y, k] = ["x", "y", "k"].map((key) => Number.parseFloat(query.get(key) ?? ""));
		view.current = Number.isFinite(x) && Number.isFinite(y) && k! > 0 ? { x: x!, y: y!, k: k! } : made.fit();
		let settle: ReturnType<typeof setTimeout> | undefined;
		/** What was drawn last, and the view that it shows: moved and scaled while the reader drags. */
		const kept = document.createElement("canvas");
		let [drawnView, keptView] = [view.current, view.current];
		let stale = true;
		const draw = (): void =>
			made.draw(view.current, shown.current, () => {
				drawnView = view.current;
				stale = true;
				element.dataset.drawn = String(Number(element.dataset.drawn ?? 0) + 1);
			});
		/** Copied when it begins to move, and not with each key that chooses a node. */
		const keep = (): void => {
			if (!stale) return;
			stale = false;
			kept.width = element.width;
			kept.height = element.height;
			kept.getContext("2d")!.drawImage(element, 0, 0);
			keptView = drawnView;
		};
		const blit = (): void => {
			keep();
			const context = element.getContext("2d")!;
			const ratio = element.width / element.clientWidth;
			const { x, y, k } = view.current;
			const scale = k / keptView.k;
			context.setTransform(1, 0, 0, 1, 0, 0);
			context.fillStyle = getComputedStyle(document.documentElement).getPropertyValue("--canvas");
			context.fillRect(0, 0, element.width, element.height);
			context.drawImage(
				kept,
				(keptView.x - x) * k * ratio,
				(keptView.y - y) * k * ratio,
				kept.width * scale,
				kept.height * scale,
			);
		};
		redraw.current = draw;
		draw();
		const moved = (next: View): void => {
			view.current = next;
			made.stop();
			blit();
			clearTimeout(settle);
			settle = setTimeout(() => {
				draw();
				setQuery({ x: next.x.toFixed(0), y: next.y.toFixed(0), k: next.k.toFixed(3) });
			}, PAN_MS);
		};
		const scaled = (k: number, factor: number): number => Math.min(3, Math.max(0.01, k * factor));
		const silent = listenToGestures(element, {
			takes: () => true,
			wheels: () => true,
			moved({ x: px, y: py, dx, dy, factor }) {
				const { x, y, k } = view.current;
				const next = scaled(k, factor);
				moved({ k: next, x: x + px / k - (px + dx) / next, y: y + py / k - (py + dy) / next });
			},
			tapped(event) {
				const node = made.hit(view.current, event.offsetX, event.offsetY);
				if (event.shiftKey && node !== null && shown.current.current !== null)
					setQuery(
						{ path: `${project.key(shown.current.current)},${project.key(node)}`, node: project.key(node) },
						{ replace: false },
					);
				else setQuery({ node: node === null ? null : project.key(node) });
			},
		});
		const over = (event: PointerEvent): void => {
			if (event.buttons === 0 && event.pointerType !== "touch")
				setHover(made.hit(view.current, event.offsetX, event.offsetY));
		};
		const twice = (event: MouseEvent): void => {
			const node = made.hit(view.current, event.offsetX, event.offsetY);
			if (node !== null) onOpen(node);
		};
		/** The panel beside the drawing comes and goes: what is seen stays where it is, but for a chosen node behind it. */
		const resized = (): void => {
			const ratio = Math.min(2, window.devicePixelRatio || 1);
			const [width, height] = [element.clientWidth, element.clientHeight].map((length) => Math.round(length * ratio));
			// A canvas without a place in the page has no size, and nothing can be drawn on it.
			if (width === 0 || height === 0 || (width === element.width && height === element.height)) return;
			made.resize();
			const { current: node, chosen: all } = shown.current;
			if (node !== null && !made.shows(view.current, node)) view.current = made.fit(all?.size ? all : undefined);
			draw();
		};
		const watcher = new ResizeObserver(() => requestAnimationFrame(resized));
		watcher.observe(element);
		const zoom = (event: Event): void => {
			const factor = (event as CustomEvent<number>).detail;
			if (factor === 0) return moved(made.fit());
			const { x, y, k } = view.current;
			const next = scaled(k, factor);
			const [w, h] = [element.clientWidth / 2, element.clientHeight / 2];
			moved({ k: next, x: x + w / k - w / next, y: y + h / k - h / next });
		};
		element.addEventListener("pointermove", over);
		element.addEventListener("dblclick", twice);
		window.addEventListener(CHANGED, draw);
		window.addEventListener("graphzoom", zoom);
		return () => {
			clearTimeout(settle);
			made.stop();
			silent();
			watcher.disconnect();
			window.removeEventListener(CHANGED, draw);
			window.removeEventListener("graphzoom", zoom);
		};
	}, [project]);
	useEffect(() => redraw.current(), [lens, chosen, current, hover, project.live.tick]);
	useEffect(() => {
		if (chosen === null || chosen.size === 0 || overview.current === null) return;
		view.current = overview.current.fit(chosen);
		redraw.current();
	}, [chosen]);
	const zoomBy = (factor: number) => () => void window.dispatchEvent(new CustomEvent("graphzoom", { detail: factor }));
	return (
		<>
			<canvas
				ref={canvas}
				class={hover === null ? "" : "pointing"}
				role="img"
				aria-label={`All ${project.count} nodes in their ${project.layered ? "layers" : "folders"}. The tree before it lists them; the panel beside lists the neighbours of the chosen one.`}
			/>
			{/* What the arrows choose, for those who do not see the drawing. */}
			<p class="unseen" role="status">
				{current !== null &&
					`${project.nodes.name[current]}, ${project.laneName(current)}, ${project.status(current)}, reads ${project.parents(current).length}, read by ${project.children(current).length}`}
			</p>
			<div class="zoom">
				<button type="button" class="quiet" aria-label="Larger" onClick={zoomBy(1.4)}>
					+
				</button>
				<button type="button" class="quiet" aria-label="Smaller" onClick={zoomBy(1 / 1.4)}>
					−
				</button>
				<button type="button" class="quiet" onClick={zoomBy(0)}>
					Fit
				</button>
			</div>
			{hover !== null && (
				<p class="hover-card" aria-hidden="true">
					<StatusMark status={project.status(hover)} /> <strong>{project.nodes.name[hover]}</strong>{" "}
					<span class="soft">
						{project.laneName(hover)} · reads {project.parents(hover).length} · read by {project.children(hover).length}
					</span>
				</p>
			)}
		</>
	);
}
