import { code } from "./entry.ts";

/** "12 seconds", "3 minutes": how long a lock has been held, rounded so that it reads. */
function span(seconds: number): string {
	const [n, unit] =
		seconds < 90
			? [Math.max(0, Math.round(seconds)), "second"]
			: seconds < 5400
				? [Math.round(seconds / 60), "minute"]
				: [Math.round(seconds / 3600), "hour"];
	return `${n} ${unit}${n === 1 ? "" : "s"}`;
}

/** TFM-DB: the database itself cannot be used. A statement's refusal is a DatabaseError, not one of these. */
export const DATABASE_CODES = {
	"TFM-DB-001": code<{ dataDir: string; pid: number; host: string; here: boolean; own: boolean; seconds: number }>({
		message: (f) =>
			f.own
				? `the embedded database in ${f.dataDir} is already open in this very process (pid ${f.pid})`
				: `the embedded database in ${f.dataDir} is in use by ${f.here ? "" : `host ${f.host}, `}process ${f.pid}, for ${span(f.seconds)} now`,
		hint: () => "the embedded database serves one process at a time; use Postgres to share a warehouse",
		next: (f) =>
			f.own
				? undefined
				: f.here
					? `wait for process ${f.pid} to end, or stop it`
					: `if that run is over, delete ${f.dataDir}.lock`,
		explain:
			"Two processes writing to one embedded data directory would destroy each other's tables, so tfm keeps a lock file beside the directory. A lock left behind by a process that no longer lives on this machine is taken over without asking; a live one, or one from another host, is respected.",
	}),
	"TFM-DB-002": code<{ path: string; problem: string }>({
		message: (f) => `cannot write to ${f.path}: ${f.problem}`,
		next: () => "make it writable for this user, or set `path` of the profile's target to another directory",
		explain:
			"The embedded database keeps its tables in a directory and must be able to create, write and rename files there, even for a command that only reads.",
	}),
	"TFM-DB-003": code<{ path: string }>({
		message: (f) => `no space left on the device that holds ${f.path}`,
		next: () => "free some space and run again; what was committed before is intact",
		explain: "The disk or the quota is full. A new database needs about 40 MB before its first table.",
	}),
	"TFM-DB-004": code<{ path: string; problem: "file" | "foreign" }>({
		message: (f) =>
			f.problem === "file"
				? `${f.path} is a file, not a directory`
				: `${f.path} is not empty and holds no database: tfm will not write into it`,
		next: () => "set `path` of the profile's target to a new or an empty directory",
		explain:
			"The data directory of the embedded database is created by tfm. A file in its place, or a directory with something else inside, is left untouched.",
	}),
	"TFM-DB-005": code<{ path: string; found: string; needed: string }>({
		message: (f) => `${f.path} was made by Postgres ${f.found}; this tfm embeds Postgres ${f.needed}`,
		hint: () => "a data directory cannot be opened by another major version",
		next: () => "move it away and run again to build a new one, or use the tfm version that made it",
		explain:
			"Postgres changes its files on disk with every major version. All models can be rebuilt from sources; incremental history is lost unless you export it with the old version first.",
	}),
	"TFM-DB-006": code<{ path: string; problem: string }>({
		message: (f) => `the embedded database in ${f.path} does not start: ${f.problem}`,
		hint: () => "its files are damaged, or were changed by something else than tfm",
		next: () => "restore the directory from a copy, or move it away and run again to build a new one",
		explain:
			"Postgres refused the directory, or stopped while reading it. Killing tfm at any moment does not cause this; a full disk, a power cut or another program writing there may.",
	}),
	"TFM-DB-007": code<{ path: string }>({
		message: (f) => `the lock file ${f.path} is not one that tfm wrote`,
		next: (f) => `if no tfm runs on this database, delete ${f.path}`,
		explain:
			"Beside the data directory of the embedded database stands a lock file with the process that uses it. This one cannot be read, so tfm cannot tell whether somebody does.",
	}),
	"TFM-DB-008": code<{ path: string; problem: string }>({
		message: (f) => `the installation of tfm is damaged: ${f.path}: ${f.problem}`,
		next: () => "install tfm again",
		explain: "A file that belongs to tfm itself (the database engine or its template) is missing or unreadable.",
	}),
	"TFM-DB-009": code<{ found: number; known: number }>({
		message: (f) =>
			`this warehouse was used by a newer tfm: its state tables are version ${f.found}, known here is ${f.known}`,
		next: () => "update tfm",
		explain:
			"tfm keeps runs, candidates and ledgers in the schema tfm_state and upgrades the tables when needed. It never works on tables of a version it does not know.",
	}),
};
