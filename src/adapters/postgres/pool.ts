import type { Slot } from "./slot.ts";

/**
 * Connections for as many sessions as may work at once; who comes when all are busy waits in turn. Where nothing happens
 * on any of them, those who hold them wait for one who waits here (a session asked for inside another one's work): there
 * is one more then. (To follow who asks from where, through all that is asynchronous, is 6 % of a run.)
 */
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

/** Nothing sent between two looks, and nothing under way, is a standstill. */
const LOOK_MS = 50;

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

	const messages = (): number => [...slots].reduce((sum, slot) => sum + slot.messages, 0);
	let looking: NodeJS.Timeout | undefined;
	function lookForStandstill(): void {
		let before = messages();
		looking ??= setInterval(() => {
			const now = messages();
			const stands = now === before && ![...slots].some((slot) => slot.underWay);
			before = now;
			if (stands) waiting.shift()?.(idleOrNew());
			if (waiting.length > 0) return;
			clearInterval(looking);
			looking = undefined;
		}, LOOK_MS);
	}

	return {
		get capacity() {
			return capacity;
		},
		slots,
		async take() {
			if (busy < capacity) return idleOrNew();
			return new Promise((resolve) => {
				waiting.push(resolve);
				lookForStandstill();
			});
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
			clearInterval(looking);
			await Promise.all([...slots].map((slot) => slot.end()));
			slots.clear();
			idle.length = 0;
		},
	};
}
