/** Counts what held and what did not; a failure is printed when it is found, with the moment. */
export function createTally(label) {
	let passed = 0;
	let failed = 0;
	return {
		/** `problems`: empty when it holds. */
		judge(title, problems) {
			if (problems.length === 0) passed++;
			else {
				failed++;
				console.error(`✗ ${new Date().toISOString()} ${label}: ${title}\n    ${problems.join("\n    ")}`);
			}
			return problems.length === 0;
		},
		result: () => ({ passed, failed }),
	};
}
