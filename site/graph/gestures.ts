/** A drawing moved and scaled by mouse, wheel, one finger or two; places and distances in pixels of the element. */
export interface Gestures {
	/** False: the press is for what lies under the pointer. */
	readonly takes: (event: PointerEvent) => boolean;
	/** What was at (x, y) goes by (dx, dy) and is `factor` times as large. */
	readonly moved: (move: { readonly x: number; readonly y: number } & Move) => void;
	/** Pressed and let go in one place. */
	readonly tapped?: (event: PointerEvent) => void;
	/** False: the page scrolls by this wheel. */
	readonly wheels: (event: WheelEvent) => boolean;
}
interface Move {
	readonly dx: number;
	readonly dy: number;
	readonly factor: number;
}
interface Place {
	readonly x: number;
	readonly y: number;
}

/** Less than this is a hand that is not quite still. */
const STILL = 4;
const WHEEL = 400;

/** Listens until the function that it answers is called. */
export function listenToGestures(element: HTMLElement, { takes, moved, tapped, wheels }: Gestures): () => void {
	const held = new Map<number, Place>();
	let first: PointerEvent | null = null;
	let far = 0;
	const placeOf = (event: MouseEvent): Place => {
		const { left, top } = element.getBoundingClientRect();
		return { x: event.clientX - left, y: event.clientY - top };
	};
	const press = (event: PointerEvent): void => {
		if (event.button !== 0 || (held.size === 0 && !takes(event))) return;
		first = held.size === 0 ? event : null;
		if (held.size === 0) far = 0;
		held.set(event.pointerId, placeOf(event));
	};
	const move = (event: PointerEvent): void => {
		const before = held.get(event.pointerId);
		if (before === undefined) return;
		const was = grip(held);
		const place = placeOf(event);
		const step = Math.abs(place.x - before.x) + Math.abs(place.y - before.y);
		// What is still in all adds up to a move, so the place is kept until then.
		if (held.size === 1 && far <= STILL && step <= STILL) return;
		far += step;
		held.set(event.pointerId, place);
		const is = grip(held);
		moved({
			x: was.x,
			y: was.y,
			dx: is.x - was.x,
			dy: is.y - was.y,
			factor: was.spread > 0 && is.spread > 0 ? is.spread / was.spread : 1,
		});
	};
	const release = (event: PointerEvent): void => {
		if (!held.delete(event.pointerId)) return;
		if (event.type === "pointerup" && held.size === 0 && first !== null && far <= STILL) tapped?.(first);
	};
	const wheel = (event: WheelEvent): void => {
		if (!wheels(event)) return;
		event.preventDefault();
		moved({ ...placeOf(event), dx: 0, dy: 0, factor: Math.exp(-event.deltaY / WHEEL) });
	};
	element.addEventListener("pointerdown", press);
	element.addEventListener("wheel", wheel, { passive: false });
	window.addEventListener("pointermove", move);
	window.addEventListener("pointerup", release);
	window.addEventListener("pointercancel", release);
	return () => {
		element.removeEventListener("pointerdown", press);
		element.removeEventListener("wheel", wheel);
		window.removeEventListener("pointermove", move);
		window.removeEventListener("pointerup", release);
		window.removeEventListener("pointercancel", release);
	};
}

/** The middle of all fingers, and how far they are apart; one finger: 0. */
function grip(held: ReadonlyMap<number, Place>): Place & { readonly spread: number } {
	const places = [...held.values()];
	const x = places.reduce((sum, place) => sum + place.x, 0) / places.length;
	const y = places.reduce((sum, place) => sum + place.y, 0) / places.length;
	return { x, y, spread: places.reduce((sum, place) => sum + Math.hypot(place.x - x, place.y - y), 0) };
}
