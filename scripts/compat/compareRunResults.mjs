const TIMED = new Set(["timing", "thread_id", "execution_time"]);
/** Compared on their own: SQL by compareCompiled; batches hold times. */
const ELSEWHERE = new Set(["compiled_code"]);
/** dbt's own numbering of hooks and of what the server answered holds no meaning across tools. */
const normal = (key, value) => {
	if (key === "message" && typeof value === "string") return value.replace(/\s+/g, " ").trim();
	return value;
};

/**
 * Entries of run_results.json, command by command. A verdict is an entry's `status` with `failures`; `fields` counts
 * everything else but times and SQL.
 */
export function compareRunResults(dbt, tfm) {
	const verdicts = { equal: 0, total: 0, different: [] };
	const tests = { equal: 0, total: 0 };
	const fields = { equal: 0, total: 0, different: [] };
	dbt.commands.forEach((command, at) => {
		const index = (run) => new Map((run.commands[at].runResults?.results ?? []).map((r) => [r.unique_id, r]));
		const [theirs, ours] = [index(dbt), index(tfm)];
		for (const id of new Set([...theirs.keys(), ...ours.keys()])) {
			const [a, b] = [theirs.get(id), ours.get(id)];
			const verdict = (r) => (r === undefined ? null : { status: r.status, failures: r.failures, message: r.message });
			const same = a !== undefined && b !== undefined && a.status === b.status && a.failures === b.failures;
			const isTest = /^(unit_)?test\./.test(id);
			verdicts.total++;
			if (isTest) tests.total++;
			if (same) verdicts.equal++;
			if (same && isTest) tests.equal++;
			if (!same) verdicts.different.push({ command: command.argv.join(" "), id, dbt: verdict(a), tfm: verdict(b) });
			if (a === undefined || b === undefined) continue;
			for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
				if (TIMED.has(key) || ELSEWHERE.has(key)) continue;
				fields.total++;
				const [x, y] = [normal(key, a[key]), normal(key, b[key])];
				if (JSON.stringify(x) === JSON.stringify(y)) fields.equal++;
				else fields.different.push({ command: command.argv.join(" "), id, field: key, dbt: a[key], tfm: b[key] });
			}
		}
	});
	return { verdicts, tests, fields };
}
