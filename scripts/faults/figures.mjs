const percentile = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
const ms = (value) => (value === undefined ? "–" : `${Math.round(value)} ms`);

/** Collects what the runs and readers did; `table` is what is printed in the end. */
export function createFigures() {
	const counts = new Map();
	const kills = { before: 0, during: 0, between: 0, after: 0 };
	const publishes = [];
	const windows = [];
	return {
		count: (what) => counts.set(what, (counts.get(what) ?? 0) + 1),
		counted: (what) => counts.get(what) ?? 0,
		kill: (phase) => kills[phase]++,
		kills: () => Object.values(kills).reduce((a, b) => a + b, 0),
		publish: (publish) => publishes.push(publish),
		/** From a gate's decision to the end of its publish (or of the process). */
		publishing: (from, to) => windows.push({ from, to }),
		table(readers, seconds) {
			const polls = readers.polls();
			const slow = readers.slow();
			const meets = (poll) => windows.some((w) => poll.to >= w.from && poll.from <= w.to);
			const longest = (list) => (list.length === 0 ? undefined : Math.max(...list.map((p) => p.ms)));
			const durations = publishes.map((p) => p.duration).sort((a, b) => a - b);
			const locked = publishes.map((p) => p.locked).sort((a, b) => a - b);
			const waited = publishes.map((p) => p.waited).sort((a, b) => a - b);
			const line = (name, text) => `  ${name.padEnd(26)} ${text}`;
			const spread = (sorted) =>
				`p50 ${ms(percentile(sorted, 0.5))}, p95 ${ms(percentile(sorted, 0.95))}, longest ${ms(sorted.at(-1))}`;
			return [
				line("runs", [...counts].map(([what, n]) => `${what} ${n}`).join(", ")),
				line(
					"kills by moment",
					`before a publish ${kills.before}, in a publish ${kills.during}, between layers ${kills.between}, after the last ${kills.after}`,
				),
				line("publishes", `${publishes.length}: ${spread(durations)}`),
				line("  exclusive locks held", spread(locked)),
				line("  waited for readers", spread(waited)),
				line(
					"polls",
					Object.entries(polls)
						.map(([name, n]) => `${name} ${n}`)
						.join(", "),
				),
				...Object.keys(polls).map((name) => {
					const own = slow.filter((p) => p.reader === name);
					const during = own.filter(meets);
					const idle = own.filter((p) => !meets(p));
					return line(`  longest, ${name}`, `publishing ${ms(longest(during))}, not publishing ${ms(longest(idle))}`);
				}),
				line("time", `${Math.round(seconds)} s`),
			].join("\n");
		},
	};
}
