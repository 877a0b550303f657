import type { Slot } from "./slot.ts";

/** Connections for as many sessions as may work at once; who comes when all are busy waits in turn. */
export interface Pool {
	/** How many sessions may work at once. */
	readonly capacity: number;
	/** All there are, busy or not. */
	readonly slots: ReadonlySet<Slot>;
	take(): Promise<Slot>;
	/** One beyond the capacity, for work inside another session's work: waiting there could wait for itself. */
	takeExtra(): Slot;
	give(slot: Slot): void;
	/** Throws a slot away. `forGood`: there is no room for it on the server. False when it was the only one. */
	drop(slot: Slot, why: { readonly forGood: boolean }): boolean;
	close(): Promise<void>;
}

export interface PoolParts {
	readonly makeSlot: () => Slot;
	/** Those to begin with, the first one to be used first. */
	readonly slots: readonly Slot[];
	readonly capacity: number;
}

export function createPool({ makeSlot, ...parts }: PoolParts): Pool {
	let { capacity } = parts;
	const slots = new Set(parts.slots);
	// The one used last is warm; the others stay for the moments when they are needed.
	const idle = parts.slots.toReversed();
	const waiting: ((slot: Slot) => void)[] = [];
	let busy = 0;

	const idleOrNew = (): Slot => {
		const slot = idle.pop() ?? makeSlot();
		slots.add(slot);
		busy++;
		return slot;
	};
	const admit = (): void => {
		while (busy < capacity) {
			const next = waiting.shift();
			if (next === undefined) return;
			next(idleOrNew());
		}
	};

	return {
		get capacity() {
			return capacity;
		},
		slots,
		async take() {
			if (busy < capacity) return idleOrNew();
			return new Promise((resolve) => waiting.push(resolve));
		},
		takeExtra: idleOrNew,
		give(slot) {
			busy--;
			idle.push(slot);
			admit();
		},
		drop(slot, { forGood }) {
			slots.delete(slot);
			busy--;
			if (forGood) capacity = Math.max(1, Math.min(capacity, slots.size));
			admit();
			return slots.size > 0;
		},
		async close() {
			await Promise.all([...slots].map((slot) => slot.end()));
			slots.clear();
			idle.length = 0;
		},
	};
}
