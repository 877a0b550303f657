import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "./checkout.mjs";

const readJson = (path) => {
	try {
		return JSON.parse(readFileSync(path, "utf8"));
	} catch (error) {
		if (error.code === "ENOENT") return null;
		throw error;
	}
};

function writeProfile(folder, name, project, connection) {
	mkdirSync(folder, { recursive: true });
	const target = project.target ?? "postgres";
	const output = {
		type: "postgres",
		host: connection.host,
		port: connection.port,
		user: connection.user,
		pass: connection.password,
		dbname: connection.dbname,
		schema: project.schema ?? "compat",
		threads: 4,
	};
	// JSON is YAML.
	writeFileSync(join(folder, "profiles.yml"), JSON.stringify({ [name]: { target, outputs: { [target]: output } } }));
}

/** Runs every command of the project with one tool; what it left behind: { root, commit, commands, manifest }. */
export function runTool(name, tool, project, connection, cache) {
	const { root, profile, commit } = checkout(project, name);
	const profiles = join(cache, "work", project.name, `profiles-${name}`);
	writeProfile(profiles, profile, project, connection);
	const env = { ...process.env };
	for (const key of Object.keys(env)) if (/^(DBT|TFM)_/.test(key)) delete env[key];
	Object.assign(env, {
		DBT_PROFILES_DIR: profiles,
		DBT_SEND_ANONYMOUS_USAGE_STATS: "false",
		DO_NOT_TRACK: "1",
		NO_COLOR: "1",
		DBT_USE_COLORS: "false",
		...project.env,
	});
	const results = join(root, "target/run_results.json");
	let manifest = null;
	const commands = project.commands.map((argv) => {
		rmSync(results, { force: true });
		const started = Date.now();
		const all = [...tool.argv.slice(1), ...argv];
		const done = spawnSync(tool.argv[0], all, { cwd: root, env, encoding: "utf8", maxBuffer: 1 << 28, timeout: 1.2e6 });
		if (done.error) throw done.error;
		const output = `${done.stdout}${done.stderr}`;
		writeFileSync(join(cache, "work", project.name, `${name}-${argv[0]}.log`), output);
		manifest = readJson(join(root, "target/manifest.json")) ?? manifest;
		return {
			argv,
			exitCode: done.status ?? `signal ${done.signal}`,
			seconds: (Date.now() - started) / 1000,
			tail: output.slice(-3000),
			runResults: readJson(results),
			manifest,
		};
	});
	return { root, commit, commands, manifest };
}
