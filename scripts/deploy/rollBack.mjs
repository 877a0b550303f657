/**
 * After a deploy that failed: node scripts/deploy/rollBack.mjs [options of tfm, such as --target prod]. Puts back each
 * layer that was published since the last run that passed, the last layer first. Layers need `keep_generations`.
 * Exit code 1 when a layer could not be put back.
 */
import { spawnSync } from "node:child_process";
import { pathToFileURL } from "node:url";

/**
 * `history`: `tfm history --output json`, the newest run first. Null: no run has passed yet, so there is nothing to go
 * back to.
 */
export function rollBacks({ runs }) {
	const passed = runs.findIndex(
		({ status, command }) => status === "passed" && (command === "run" || command === "build"),
	);
	if (passed < 0) return null;
	const layers = new Set(runs.slice(0, passed).flatMap(({ published }) => published));
	return { to: runs[passed].run_id, layers: [...layers].reverse() };
}

function main(options) {
	const tfm = (args, stdio) => spawnSync("npx", ["tfm", ...args, ...options], { encoding: "utf8", stdio });
	const asked = tfm(["history", "--output", "json", "--limit", "50"], ["ignore", "pipe", "inherit"]);
	if (asked.status !== 0) return 1;
	const back = rollBacks(JSON.parse(asked.stdout));
	if (back === null) {
		console.log("no earlier run passed: there is nothing to go back to");
		return 0;
	}
	const failed = back.layers.filter((layer) => tfm(["rollback", layer, "--to", back.to], "inherit").status !== 0);
	console.log(failed.length === 0 ? `as after run ${back.to}` : `not put back: ${failed.join(", ")}`);
	return failed.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = main(process.argv.slice(2));
