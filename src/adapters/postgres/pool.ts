import type { Slot } from "./slot.ts";

/** Connections for as many sessions as may work at once; who comes when all are busy waits in turn. */
export interface Pool {
	/** How many sessions may work at once. */
	readonly capacity: number;
	take(): Promise<Slot>;
	/** One beyond the capacity, for work inside another session's work: waiting there could wait for itself. */
	takeExtra(): Slot;
	give(slot: Slot): void;
	/** All that were made. */
	readonly slots: ReadonlySet<Slot>;
	close(): Promise<void>;
}

export function createPool(makeSlot: () => Slot, capacity: number): Pool {
	const slots = new Set<Slot>();
	const idle: Slot[] = [];
	const waiting: ((slot: Slot) => void)[] = [];
	let busy = 0;

	const make = (): Slot => {
		const slot = makeSlot();
		slots.add(slot);
		return slot;
	};
	// The one used last is warm; the others stay for the moments when they are needed.
	const idleOrNew = (): Slot => idle.pop() ?? make();

	return {
		capacity,
		slots,
		async take() {
			if (busy < capacity) {
				busy++;
				return idleOrNew();
			}
			return new Promise((resolve) => waiting.push(resolve));
		},
		takeExtra() {
			busy++;
			return idleOrNew();
		},
		give(slot) {
			// An extra one that was taken over the capacity leaves before somebody else comes in.
			const next = busy > capacity ? undefined : waiting.shift();
			if (next !== undefined) return next(slot);
			busy--;
			idle.push(slot);
		},
		async close() {
			await Promise.all([...slots].map((slot) => slot.end()));
			slots.clear();
			idle.length = 0;
		},
	};
}
