/**
 * After a deploy that failed: node scripts/deploy/rollBack.mjs [options of tfm, such as --target prod]. Puts back each
 * layer that was published since the last run that passed, the last layer of the project first. Layers need
 * `keep_generations`. TFM is the command, where it is not `npx tfm`. Exit code 1 when a layer could not be put back.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { load } from "js-yaml";

/** Names of the project's layers in their order: each is a name, or a mapping that has one. */
export const layersOf = (text) =>
	(load(text)?.layers ?? []).map((layer) => (typeof layer === "string" ? layer : layer.name));

/**
 * `history`: `tfm history --output json`, the newest run first. Several runs may have failed since, each after other
 * layers, so the project's order decides. Null: no run has passed yet, so there is nothing to go back to.
 */
export function rollBacks({ runs }, layers) {
	const passed = runs.findIndex(
		({ status, command }) => status === "passed" && (command === "run" || command === "build"),
	);
	if (passed < 0) return null;
	const published = new Set(runs.slice(0, passed).flatMap((run) => run.published));
	const known = layers.filter((layer) => published.has(layer));
	// A layer that this commit renamed: readers of it are gone or below, so it goes first.
	const others = [...published].filter((layer) => !layers.includes(layer)).sort();
	return { to: runs[passed].run_id, layers: [...others, ...known.reverse()] };
}

function main(options) {
	const [command, ...first] = (process.env.TFM ?? "npx tfm").split(" ");
	const tfm = (args, stdio) => spawnSync(command, [...first, ...args, ...options], { encoding: "utf8", stdio });
	const asked = tfm(["history", "--output", "json", "--limit", "50"], ["ignore", "pipe", "inherit"]);
	if (asked.status !== 0) return 1;
	const back = rollBacks(JSON.parse(asked.stdout), layersOf(readFileSync("tfm_project.yml", "utf8")));
	if (back === null) {
		console.log("no earlier run passed: there is nothing to go back to");
		return 0;
	}
	const failed = back.layers.filter((layer) => tfm(["rollback", layer, "--to", back.to], "inherit").status !== 0);
	console.log(failed.length === 0 ? `as after run ${back.to}` : `not put back: ${failed.join(", ")}`);
	return failed.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) process.exitCode = main(process.argv.slice(2));
