import { STATUSES, type Status } from "./siteData.ts";

const OF_DBT: Readonly<Record<string, Status>> = {
	success: "ok",
	pass: "ok",
	warn: "warn",
	"partial success": "warn",
	/** Built, and not published: a gate is closed. */
	held: "fail",
	reused: "ok",
	error: "fail",
	fail: "fail",
	"runtime error": "fail",
	killed: "fail",
	failed: "fail",
	cancelled: "skipped",
	skipped: "skipped",
	"no-op": "ok",
};

/** dbt's status of a node, test, source or run, and tfm's of a run, as the site shows it. */
export const statusOf = (status: string | null | undefined): Status =>
	status === null || status === undefined ? "unknown" : (OF_DBT[status] ?? "unknown");

export const statusIndex = (status: Status): number => STATUSES.indexOf(status);

const WORSE: readonly Status[] = ["unknown", "built", "ok", "skipped", "warn", "fail"];

export const worst = (a: Status, b: Status): Status => (WORSE.indexOf(a) >= WORSE.indexOf(b) ? a : b);
