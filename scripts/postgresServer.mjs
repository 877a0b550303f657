/**
 * A throw-away Postgres server for tests, fault runs and benchmarks: `initdb` from the machine's own binaries, loopback
 * only, in a folder that goes with it. A server may not run as root, so as root it runs as the user `postgres`, or
 * `nobody` where there is none.
 */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { accessSync, chownSync, constants, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

const isExecutable = (path) => {
	try {
		accessSync(path, constants.X_OK);
		return true;
	} catch {
		return false;
	}
};

/**
 * The folder with `initdb` and `postgres`, or null: `TFM_TEST_POSTGRES_BIN`, then PATH, then where Debian keeps the
 * versions, the newest first.
 */
export function findPostgresBinaries(environment = process.env) {
	if (environment.TFM_TEST_POSTGRES_BIN) return environment.TFM_TEST_POSTGRES_BIN;
	const debian = "/usr/lib/postgresql";
	let versions = [];
	try {
		versions = readdirSync(debian).sort((a, b) => Number(b) - Number(a));
	} catch {
		// Not Debian, or no server there.
	}
	const folders = [...versions.map((v) => join(debian, v, "bin")), ...(environment.PATH ?? "").split(delimiter)];
	return folders.find((f) => isExecutable(join(f, "initdb")) && isExecutable(join(f, "postgres"))) ?? null;
}

function runAs() {
	if (process.getuid?.() !== 0) return {};
	for (const user of ["postgres", "nobody"]) {
		const ids = ["-u", "-g"].map((flag) => spawnSync("id", [flag, user], { encoding: "utf8" }));
		if (ids.every((id) => id.status === 0)) return { uid: Number(ids[0].stdout), gid: Number(ids[1].stdout) };
	}
	throw new Error("a Postgres server cannot run as root, and neither the user postgres nor nobody exists");
}

const freePort = () =>
	new Promise((resolve, reject) => {
		const probe = createServer();
		probe.once("error", reject);
		probe.listen(0, "127.0.0.1", () => {
			const { port } = probe.address();
			probe.close(() => resolve(port));
		});
	});

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Starts a server with the superuser `tfm`. `settings` are lines of postgresql.conf; `fsync` and `synchronous_commit`
 * stay as the server has them unless given there. `hba`: the lines of pg_hba.conf; by default everybody on loopback
 * must give the password.
 *
 * Returns { url, host, port, user, password, database, binaries, dataDir, stop(mode), start(), dispose() }. `mode` is
 * fast or immediate (a crash: the next start recovers).
 */
export async function startPostgresServer({ settings = {}, hba, binaries = findPostgresBinaries() } = {}) {
	if (binaries === null) throw new Error("no Postgres server is installed: initdb was found nowhere");
	const ids = runAs();
	const root = mkdtempSync(join(tmpdir(), "tfm-postgres-"));
	const dataDir = join(root, "data");
	const password = randomBytes(9).toString("hex");
	const passwordFile = join(root, "password");
	writeFileSync(passwordFile, password);
	mkdirSync(dataDir, { mode: 0o700 });
	if (ids.uid !== undefined) for (const path of [root, dataDir, passwordFile]) chownSync(path, ids.uid, ids.gid);
	const env = { ...process.env, LC_ALL: "C.UTF-8", TZ: "UTC" };
	const initdb = [
		"-D",
		dataDir,
		"-U",
		"tfm",
		"-A",
		"scram-sha-256",
		"--pwfile",
		passwordFile,
		"-E",
		"UTF8",
		"--no-sync",
	];
	execFileSync(join(binaries, "initdb"), initdb, { ...ids, cwd: root, env, stdio: ["ignore", "ignore", "pipe"] });
	const port = await freePort();
	const all = { port, listen_addresses: "127.0.0.1", unix_socket_directories: root, max_connections: 60, ...settings };
	const lines = Object.entries(all).map(([name, value]) => `${name} = '${String(value).replaceAll("'", "''")}'`);
	writeFileSync(join(dataDir, "postgresql.auto.conf"), `${lines.join("\n")}\n`);
	if (hba !== undefined) writeFileSync(join(dataDir, "pg_hba.conf"), `${hba.join("\n")}\n`);
	if (ids.uid !== undefined) chownSync(join(dataDir, "postgresql.auto.conf"), ids.uid, ids.gid);

	let child;
	let output = "";
	const onExit = () => child?.kill("SIGQUIT");
	async function start() {
		output = "";
		child = spawn(join(binaries, "postgres"), ["-D", dataDir], {
			...ids,
			cwd: root,
			env,
			stdio: ["ignore", "ignore", "pipe"],
		});
		child.stderr.on("data", (data) => (output = (output + data).slice(-20_000)));
		const { pid } = child;
		for (let waited = 0; !output.includes("ready to accept connections"); waited += 20) {
			if (child.exitCode !== null || waited > 60_000) throw new Error(`the Postgres server did not start:\n${output}`);
			await sleep(20);
		}
		return pid;
	}
	/** `fast` ends sessions and writes a checkpoint; `immediate` is a crash. */
	async function stop(mode = "fast") {
		if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
		const gone = new Promise((resolve) => child.once("exit", resolve));
		child.kill(mode === "immediate" ? "SIGQUIT" : "SIGINT");
		await gone;
	}
	process.once("exit", onExit);
	await start();
	return {
		url: `postgresql://tfm:${password}@127.0.0.1:${port}/postgres`,
		host: "127.0.0.1",
		port,
		user: "tfm",
		password,
		database: "postgres",
		binaries,
		dataDir,
		log: () => output,
		start,
		stop,
		async dispose() {
			process.off("exit", onExit);
			await stop("immediate");
			rmSync(root, { recursive: true, force: true });
		},
	};
}
