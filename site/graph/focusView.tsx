import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { type Lens, type Shade, shadeOf } from "../lens.ts";
import type { Project } from "../project.ts";
import type { ColumnTrace } from "./columnTrace.ts";
import { BOX, type Focus } from "./focus.ts";
import { cut, type FocusActs, FocusDrawing, WORDY } from "./focusDrawing.tsx";
import { listenToGestures } from "./gestures.ts";

interface FocusViewProps extends FocusActs {
	readonly project: Project;
	readonly focus: Focus;
	readonly lens: Lens;
	readonly current: number | null;
	readonly trace: ColumnTrace | null;
	/** In place of the lens's. */
	readonly shade?: (node: number) => Shade;
}

/** A view in pixels of the screen: where the drawing's corner is, and how large it is. */
interface View {
	readonly x: number;
	readonly y: number;
	readonly k: number;
}

/** Smaller than this a name has no room; what does not fit then is beyond the border. */
const LEAST = 0.4;
const PAD = 28;
const TOP = 52;

/** A neighbourhood as SVG: cards, edges, and ports where columns are followed. Drag moves, the wheel makes larger. */
export function FocusView(props: FocusViewProps) {
	const { project, focus, lens, current, trace } = props;
	const acts = useRef<FocusActs>(props);
	acts.current = props;
	const box = useRef<HTMLDivElement>(null);
	const [view, setView] = useState<View>({ x: 0, y: 0, k: 1 });
	const [room, setRoom] = useState(0);
	const ofLens = useMemo(() => shadeOf(project, lens), [project, lens, project.live.tick]);
	const shade = props.shade ?? ofLens;
	const [width, height] = [focus.width + 2 * PAD, focus.height + PAD + TOP];

	const showAll = (): void => {
		const { clientWidth, clientHeight } = box.current!;
		setRoom(clientWidth);
		const k = Math.min(1, Math.max(LEAST, Math.min(clientWidth / width, clientHeight / height)));
		const centre = focus.nodes.find(({ node }) => node === current);
		const [x, y] = [(clientWidth - width * k) / 2, (clientHeight - height * k) / 2];
		// What does not fit begins with the chosen node in the middle.
		setView({
			k,
			x:
				width * k > clientWidth && centre !== undefined
					? Math.min(0, Math.max(clientWidth - width * k, clientWidth / 2 - (centre.x + PAD + BOX.width / 2) * k))
					: x,
			y: height * k > clientHeight && centre !== undefined ? clientHeight / 2 - (centre.y + TOP) * k : y,
		});
	};
	useLayoutEffect(showAll, [focus]);
	/** About the middle of what is seen. */
	const zoom = (factor: number): void =>
		setView(({ x, y, k }) => {
			const next = Math.min(2, Math.max(0.15, k * factor));
			const [px, py] = [box.current!.clientWidth / 2, box.current!.clientHeight / 2];
			return { k: next, x: px - ((px - x) / k) * next, y: py - ((py - y) / k) * next };
		});
	useEffect(() => {
		const zoomed = (event: Event): void => {
			const factor = (event as CustomEvent<number>).detail;
			if (factor === 0) showAll();
			else zoom(factor);
		};
		window.addEventListener("graphzoom", zoomed);
		window.addEventListener("resize", showAll);
		return () => {
			window.removeEventListener("graphzoom", zoomed);
			window.removeEventListener("resize", showAll);
		};
	}, [focus]);

	useEffect(
		() =>
			listenToGestures(box.current!, {
				// A finger that moves chooses nothing, wherever it began; a mouse would.
				takes: (event) =>
					(event.target as Element).closest(event.pointerType === "touch" ? ".zoom" : "[data-act], .zoom") === null,
				// In a page that is scrolled the wheel scrolls it.
				wheels: (event) =>
					event.ctrlKey ||
					event.metaKey ||
					event.altKey ||
					Math.abs(event.deltaX) >= 1 ||
					box.current!.closest(".page") === null,
				moved: ({ x: px, y: py, dx, dy, factor }) =>
					setView(({ x, y, k }) => {
						const next = Math.min(2, Math.max(0.15, k * factor));
						return { k: next, x: px + dx - ((px - x) / k) * next, y: py + dy - ((py - y) / k) * next };
					}),
			}),
		[],
	);
	/** In steps: names are written anew only now and then while the drawing grows. */
	const size = Math.max(1, Math.ceil((10 * WORDY) / view.k) / 10);
	const says = props.shade !== undefined || lens !== "status";
	// The same element as long as nothing of it changes: moving and scaling touch nothing inside.
	const drawing = useMemo(
		() => <FocusDrawing {...{ project, focus, current, trace, shade, says, size, acts }} />,
		[project, focus, current, trace, shade, says, size],
	);

	return (
		<div class="focus-box" ref={box}>
			<svg
				class="focus-svg"
				width="100%"
				height="100%"
				role="img"
				aria-label={`Lineage of ${current === null ? "the chosen nodes" : project.nodes.name[current]}: the list beside it says the same`}
			>
				<g transform={`translate(${view.x} ${view.y}) scale(${view.k})`}>
					{focus.lanes.map(({ name, x0, x1 }, i) => (
						<g key={name}>
							<rect
								class={i % 2 === 0 ? "lane a" : "lane b"}
								x={x0 + PAD + BOX.width / 2}
								y={-4000}
								width={Math.max(0, x1 - x0)}
								height={8000 + height}
							/>
							<LaneName {...{ name, view, room }} from={x0 + PAD + BOX.width / 2} to={x1 + PAD + BOX.width / 2} />
						</g>
					))}
					<g transform={`translate(${PAD} ${TOP})`}>{drawing}</g>
				</g>
			</svg>
			<div class="zoom">
				<button type="button" class="quiet" aria-label="Larger" onClick={() => zoom(1.25)}>
					+
				</button>
				<button type="button" class="quiet" aria-label="Smaller" onClick={() => zoom(1 / 1.25)}>
					−
				</button>
				<button type="button" class="quiet" onClick={showAll}>
					Fit
				</button>
			</div>
		</div>
	);
}

/** In the middle of what is seen of the lane, at the top. */
function LaneName({ name, from, to, view: { x, y, k }, room }: LaneNameProps) {
	const [left, right] = [Math.max(0, from * k + x), Math.min(room, to * k + x)];
	if (right - left < 28) return null;
	return (
		<text class="lane-name" x={((left + right) / 2 - x) / k} y={(20 - y) / k} text-anchor="middle" font-size={12 / k}>
			{cut(name, Math.floor((right - left) / LETTER))}
		</text>
	);
}
interface LaneNameProps {
	readonly name: string;
	readonly from: number;
	readonly to: number;
	readonly view: View;
	readonly room: number;
}
/** A wide letter of a lane's name. */
const LETTER = 8;
