/** A binary heap of ranks: the smallest comes out first. Keeps the order of a run the same every time. */
export interface ReadyQueue {
	readonly size: number;
	push(rank: number): void;
	pop(): number | undefined;
}

export function createReadyQueue(): ReadyQueue {
	const heap: number[] = [];
	const swap = (a: number, b: number): void => {
		[heap[a], heap[b]] = [heap[b]!, heap[a]!];
	};
	return {
		get size() {
			return heap.length;
		},
		push(rank) {
			let at = heap.push(rank) - 1;
			while (at > 0) {
				const parent = (at - 1) >> 1;
				if (heap[parent]! <= heap[at]!) break;
				swap(at, parent);
				at = parent;
			}
		},
		pop() {
			const first = heap[0];
			const last = heap.pop();
			if (first === undefined || last === undefined || heap.length === 0) return first;
			heap[0] = last;
			for (let at = 0; ; ) {
				const left = 2 * at + 1;
				if (left >= heap.length) break;
				const child = left + 1 < heap.length && heap[left + 1]! < heap[left]! ? left + 1 : left;
				if (heap[at]! <= heap[child]!) break;
				swap(at, child);
				at = child;
			}
			return first;
		},
	};
}
