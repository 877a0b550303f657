import type { OpenProject } from "../openProject.ts";

const STILL = new Date("2020-01-01T00:00:00.000Z");

/**
 * The same project on a day that never ends, in a run without a name: SQL that holds the time or the run's id
 * (`run_started_at`, `invocation_id`) would be another one in each state.
 */
export function outOfTime(project: OpenProject): OpenProject {
	const { facts } = project;
	const invocation = {
		...facts.invocation,
		id: "00000000-0000-0000-0000-000000000000",
		startedAt: STILL,
		now: () => STILL.getTime(),
	};
	return { ...project, facts: { ...facts, invocation } };
}
