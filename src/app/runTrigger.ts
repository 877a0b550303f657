import type { RunTrigger } from "../core/state.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** An orchestrator as its variables show it: the id of its run, a page about it, and what else says which run it was. */
interface Orchestrator {
	readonly system: string;
	readonly id: string;
	readonly url?: (env: Environment) => string | undefined;
	readonly about: readonly string[];
}

const ORCHESTRATORS: readonly Orchestrator[] = [
	{
		system: "airflow",
		id: "AIRFLOW_CTX_DAG_RUN_ID",
		about: ["AIRFLOW_CTX_DAG_ID", "AIRFLOW_CTX_TASK_ID", "AIRFLOW_CTX_TRY_NUMBER", "AIRFLOW_CTX_EXECUTION_DATE"],
	},
	{
		system: "github",
		id: "GITHUB_RUN_ID",
		url: ({ GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: id }) =>
			server === undefined || repository === undefined ? undefined : `${server}/${repository}/actions/runs/${id}`,
		about: ["GITHUB_REPOSITORY", "GITHUB_WORKFLOW", "GITHUB_RUN_ATTEMPT", "GITHUB_SHA", "GITHUB_REF", "GITHUB_ACTOR"],
	},
	{
		system: "gitlab",
		id: "CI_JOB_ID",
		url: (env) => env.CI_JOB_URL,
		about: ["CI_PROJECT_PATH", "CI_PIPELINE_ID", "CI_JOB_NAME", "CI_COMMIT_SHA"],
	},
	{
		system: "azure-pipelines",
		id: "BUILD_BUILDID",
		about: ["SYSTEM_TEAMPROJECT", "BUILD_DEFINITIONNAME", "BUILD_SOURCEVERSION"],
	},
	{ system: "jenkins", id: "BUILD_TAG", url: (env) => env.BUILD_URL, about: ["JOB_NAME", "BUILD_NUMBER"] },
	{ system: "prefect", id: "PREFECT__FLOW_RUN_ID", about: ["PREFECT__FLOW_RUN_NAME"] },
];

/** What started this run. `TFM_RUN_TAG` is for whoever is not known here, and wins. */
export function runTrigger(env: Environment): RunTrigger | null {
	const found = ORCHESTRATORS.find(({ id }) => (env[id] ?? "") !== "");
	const tag = env.TFM_RUN_TAG ?? "";
	if (found === undefined) return tag === "" ? null : { system: "tag", id: tag };
	const url = found.url?.(env);
	const about = Object.fromEntries(
		found.about.flatMap((name): [string, string][] => {
			const value = env[name];
			return value === undefined || value === "" ? [] : [[name, value]];
		}),
	);
	return {
		system: tag === "" ? found.system : "tag",
		id: tag === "" ? (env[found.id] ?? "") : tag,
		...(url === undefined ? {} : { url }),
		about: tag === "" ? about : { ...about, [found.id]: env[found.id] ?? "" },
	};
}
