/** A stream of pseudo-random choices (mulberry32: small, fast, and the same everywhere). */
export function randomSource(seed) {
	let state = seed >>> 0;
	const random = () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
	return {
		pick: (list) => list[Math.floor(random() * list.length)],
		/** A whole number from 0 to n - 1. */
		below: (n) => Math.floor(random() * n),
		chance: (p) => random() < p,
	};
}

export const pad = (n, width) => String(n).padStart(width, "0");
