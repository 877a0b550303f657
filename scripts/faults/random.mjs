/** mulberry32: the same seed gives the same numbers, so that a failing round can be had again. In [0, 1). */
export function seededRandom(seed) {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/** One of `{name: weight}`. */
export function choose(random, weights) {
	const entries = Object.entries(weights);
	let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
	for (const [name, weight] of entries) if ((left -= weight) < 0) return name;
	return entries[entries.length - 1][0];
}
