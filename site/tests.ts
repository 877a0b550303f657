import type { SiteTest, Status } from "../src/docs/siteData.ts";

const OF_DBT: Readonly<Record<string, Status>> = {
	pass: "ok",
	success: "ok",
	warn: "warn",
	fail: "fail",
	error: "fail",
	"runtime error": "fail",
	skipped: "skipped",
};

export const statusOfTest = ({ status }: Pick<SiteTest, "status">): Status => OF_DBT[status ?? ""] ?? "unknown";
