/**
 * Orders keys so that each comes after those it needs, keeping the given order otherwise. A cycle is cut where it closes:
 * the database then says what is wrong. Iterative: chains of views may be long.
 */
export function afterNeeds<K>(keys: readonly K[], needs: (key: K) => Iterable<K>): readonly K[] {
	const wanted = new Set(keys);
	const done = new Set<K>();
	const open = new Set<K>();
	for (const root of keys) {
		const stack: { key: K; rest: Iterator<K> }[] = [];
		const enter = (key: K) => {
			if (!wanted.has(key) || done.has(key) || open.has(key)) return;
			open.add(key);
			stack.push({ key, rest: needs(key)[Symbol.iterator]() });
		};
		enter(root);
		for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
			const next = top.rest.next();
			if (next.done !== true) {
				enter(next.value);
				continue;
			}
			stack.pop();
			open.delete(top.key);
			done.add(top.key);
		}
	}
	return [...done];
}
