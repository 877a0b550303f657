import { code } from "./entry.ts";
import { sqlName } from "./sqlName.ts";

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
	"TFM-DB-010": code<{ address: string; problem: string }>({
		message: (f) => `no Postgres server answers at ${f.address}: ${f.problem}`,
		hint: () => "is the server running, are `host` and `port` of the profile right, does a firewall stand between?",
		next: () => "tfm debug",
		explain:
			"The server could not be reached, so nothing was done. Transient failures were tried again as often as `retries` of the profile says, with growing pauses; `connect_timeout` (10 seconds when absent) limits each attempt.",
	}),
	"TFM-DB-011": code<{ user: string; address: string }>({
		message: (f) => `the server at ${f.address} does not accept the password of "${f.user}"`,
		hint: () => "a password of the profile wins over PGPASSWORD, and that over the password file",
		next: () => "put the right password where the profile takes it from, then: tfm debug",
		explain:
			"The server knows no such role, or it has another password; it does not say which. Passwords are never shown.",
	}),
	"TFM-DB-012": code<{ user: string; database: string; address: string; said: string; encrypted: boolean }>({
		message: (f) => `the server at ${f.address} does not let "${f.user}" in: ${f.said}`,
		hint: (f) =>
			/pg_hba\.conf/.test(f.said)
				? `its pg_hba.conf has no line for this user, database "${f.database}" and a connection ${f.encrypted ? "with" : "without"} TLS from here`
				: undefined,
		next: () => "ask the server's administrator, or try another `sslmode` or `user` in the profile",
		explain:
			"Before looking at passwords a server decides by user, database, address and encryption who may log in at all.",
	}),
	"TFM-DB-013": code<{ database: string; address: string; user: string }>({
		message: (f) => `the server at ${f.address} has no database "${f.database}"`,
		hint: () => "tfm creates schemas, not databases",
		next: (f) => `create it (\`create database ${sqlName(f.database)}\`), or set \`database\` of the profile's target`,
		explain: "The login was accepted, but the database named in the profile does not exist on that server.",
	}),
	"TFM-DB-014": code<{ user: string; address: string; passwordFile: string; unused: boolean }>({
		message: (f) => `the server at ${f.address} asks for the password of "${f.user}", and none is given`,
		hint: (f) =>
			f.unused
				? `${f.passwordFile} was not used: others may read it (chmod 0600)`
				: `no line of ${f.passwordFile} fits`,
		next: () =>
			"set `password` in the profile (env_var, or a command that prints it), PGPASSWORD, or the password file",
		explain:
			"Passwords are looked for in the profile, its connection string or service, then in PGPASSWORD, then in the password file (`passfile`, PGPASSFILE or ~/.pgpass), as libpq does. A password file that others may read is not used.",
	}),
	"TFM-DB-015": code<{ address: string; mode: string }>({
		message: (f) => `the server at ${f.address} offers no TLS, and sslmode is ${f.mode}`,
		hint: () => "what is sent to it, the password included, could be read on the way",
		next: () => "switch TLS on at the server; in a network that you trust `sslmode: prefer` goes without",
		explain: "With `require`, `verify-ca` and `verify-full` tfm never falls back to a connection without encryption.",
	}),
	"TFM-DB-016": code<{ field: string; path: string; problem: string }>({
		message: (f) => `\`${f.field}\` cannot be used: ${f.path}: ${f.problem}`,
		hint: () => "relative paths start in the folder where tfm is called",
		next: (f) => `correct \`${f.field}\` of the profile's target`,
		explain:
			"Certificates and keys are PEM files. Those not named in the profile are looked for in ~/.postgresql (root.crt, postgresql.crt, postgresql.key), as libpq does. `verify-ca` and `verify-full` need a root certificate, or `sslrootcert: system` with `verify-full`.",
	}),
	"TFM-DB-017": code<{ address: string; problem: string }>({
		message: (f) => `the TLS connection to ${f.address} is not trusted: ${f.problem}`,
		hint: () => "the certificate must be signed by `sslrootcert`, and with verify-full made for that host's name",
		next: () => "correct `sslrootcert` or `host`; do not weaken `sslmode` on a network that you do not trust",
		explain:
			"The server's certificate could not be verified, so nothing was sent to it. Another server may stand in its place.",
	}),
	"TFM-DB-018": code<{ address: string }>({
		message: (f) =>
			`${f.address} is a proxy that pools by transaction: two statements of one session went to two servers' sessions`,
		hint: () =>
			"tfm works in sessions: locks, temporary tables and settings must still be there with the next statement",
		next: () =>
			"connect to the server itself (its own port), or to a pool in session mode (pgbouncer: pool_mode=session)",
		explain:
			"Behind a transaction-pooling proxy each transaction may run in another session of the server. Advisory locks, by which runs know of each other, would be taken in one session and looked for in another, and a publish could no longer be guarded. So tfm refuses to start.",
	}),
	"TFM-DB-019": code<{ where: string; problem: string }>({
		message: (f) => `\`${f.where}\` of the Postgres connection cannot be used: ${f.problem}`,
		hint: () => "settings come from the profile, its connection string, a service, then the PG… variables",
		next: (f) => `correct \`${f.where}\``,
		explain:
			"Fields of the profile's target win over `connection_string`, that over `service` (~/.pg_service.conf, PGSERVICEFILE), that over the environment (PGHOST, PGPORT, PGUSER …), as libpq ranks them.",
	}),
	"TFM-DB-020": code<{ address: string; said: string; sqlstate: string }>({
		message: (f) => `the server at ${f.address} refuses the connection: ${f.said}`,
		hint: (f) =>
			f.sqlstate === "53300"
				? "all its connections are in use; tfm needs one for itself and one for each thread that is to work"
				: f.sqlstate === "57P03"
					? "it is starting, stopping or recovering"
					: undefined,
		next: (f) => (f.sqlstate === "53300" ? "wait, end idle sessions, or raise max_connections" : "tfm debug"),
		explain: "The server was reached and said no to the login, for the reason given.",
	}),
	"TFM-DB-021": code<{ role: string; user: string; said: string }>({
		message: (f) => `"${f.user}" cannot take the role "${f.role}": ${f.said}`,
		hint: () => "`role` of the profile's target is set on every connection",
		next: (f) => `grant it (\`grant "${f.role}" to "${f.user}"\`), or correct \`role\``,
		explain:
			"The profile names a role to work as (`set role`). The login must be a member of it, and the role must exist.",
	}),
	"TFM-DB-024": code<Record<string, never>>({
		message: () => "the profile is of type snowflake, and Snowflake's driver is not installed",
		next: () => "npm install snowflake-sdk",
		explain:
			"snowflake-sdk is large and only needed with Snowflake, so it is not installed with tfm. Install it beside tfm: in the project where tfm is a dependency, or with -g where tfm was installed so.",
	}),
	"TFM-DB-025": code<{ field: string; problem: string }>({
		message: (f) => `\`${f.field}\` of the Snowflake profile cannot be used: ${f.problem}`,
		next: (f) => `correct \`${f.field}\` in profiles.yml`,
		explain: "Found before anything was sent to Snowflake. Fields have dbt-snowflake's names and meaning.",
	}),
	"TFM-DB-026": code<{
		account: string;
		user: string | undefined;
		/** False: nobody answered who could have refused anything. */
		isReached: boolean;
		said: string;
		code: string;
		hint: string | undefined;
		next: string | undefined;
	}>({
		message: (f) =>
			`Snowflake account ${f.account} ${f.isReached ? "refuses" : "is not reached for"} the login${f.user === undefined ? "" : ` of ${f.user}`}: ${f.said}${f.code === "" ? "" : ` (${f.code})`}`,
		hint: (f) => f.hint,
		next: (f) => f.next ?? "tfm debug",
		explain:
			"The login was refused, or nothing answered under the account's name. The number is Snowflake's or its driver's own; with it an administrator finds the login in `snowflake.account_usage.login_history`.",
	}),
	"TFM-DB-028": code<{ reason: string }>({
		message: (f) => `the login needs a browser, and none can be opened here: ${f.reason}`,
		hint: () => "a person logs in there; a job without one needs another `authenticator`",
		next: () => "log in by a key pair (`private_key_path`), OAuth or a programmatic access token",
		explain:
			"`externalbrowser` and `oauth_authorization_code` open a page of the account or of its login provider. BROWSER names the program that opens it; without it tfm takes what the system has.",
	}),
	"TFM-DB-029": code<{ names: readonly string[]; said: string; detail: string | undefined }>({
		message: (f) => `Snowflake refuses the session's parameters (${f.names.join(", ")}): ${f.said}`,
		hint: (f) => f.detail,
		next: () => "correct `session_parameters` of the profile's target; `show parameters in session` lists their names",
		explain:
			"`session_parameters` of the profile are set on each login, before anything else. Snowflake knows no parameter of that name, or not this value of it. TIMEZONE takes names of the IANA database, such as Europe/Berlin.",
	}),
	"TFM-DB-027": code<{ database: string; role: string; grant: string; soughtAs?: string }>({
		message: (f) => `the database ${f.database} does not exist, or ${f.role} may not use it`,
		hint: (f) =>
			f.soughtAs === undefined
				? "Snowflake does not tell the two apart; the login itself went well"
				: `without quotes it is looked for as ${f.soughtAs}: \`quoting: {database: true}\` in the project file takes it as it is written`,
		next: (f) => `correct \`database\`, or as its owner: ${f.grant};`,
		explain:
			"Snowflake accepts a login for a database that is not there and leaves the session without one. Every statement would then fail with a message about something else.",
	}),
	"TFM-DB-030": code<{ database: string; nodes: readonly string[]; said: string; hint: string | undefined }>({
		message: (f) =>
			`${f.nodes.slice(0, 5).join(", ")}${f.nodes.length > 5 ? ` and ${f.nodes.length - 5} more` : ""} cannot be built in the database ${f.database}: ${f.said}`,
		hint: (f) => `tfm makes schemas and no databases: ${f.hint ?? "it is missing, or the role may not use it"}`,
		next: (f) =>
			`correct \`database\`, or as an administrator: create database ${sqlName(f.database)}; or: grant usage, create schema on database ${sqlName(f.database)} to role …; (tfm debug --grants-sql has all grants)`,
		explain:
			"`database` of a model, seed, snapshot, source or layer names a database that is not there, or that the role may not use: Snowflake does not tell the two apart. Schemas are made where they are missing; databases are for an administrator.",
	}),
	"TFM-DB-022": code<{ reason: string; grants: readonly string[] }>({
		message: (f) => `tfm's own tables are needed here and cannot be used: ${f.reason}`,
		hint: () =>
			"what tfm publishes safely, loads once and remembers is written down there; a project without layers runs without",
		next: (f) => `as an owner or an administrator: ${f.grants.join(" ")}`,
		explain:
			"tfm keeps runs, leases, candidates and ledgers in the schema tfm_state. Without them two runs could publish over each other and landing files would be loaded twice, so a project with layers or landing loads does not start. A project without either runs without them (TFM-DB-023). An administrator may create the schema beforehand and give several roles `usage` and `create` on it: whoever runs first makes the tables and shares them with the others.",
	}),
	"TFM-DB-023": code<{ reason: string; grants: readonly string[] }>({
		message: (f) => `this run leaves no notes in the database: ${f.reason}`,
		hint: () =>
			"without them: no history, no usual times, no lock between runs, seeds are always loaded, alerts remember in a file",
		next: (f) => `to have them, as an owner or an administrator: ${f.grants.join(" ")}`,
		explain:
			"The role may neither make nor use tfm's own tables (schema tfm_state). A project without layers needs none to do what dbt does, so it runs as dbt does; only what tfm keeps from run to run is missing. This is a remark: it does not change the exit code, also not with --warn-error. `tfm debug` says which of the two holds.",
	}),
};
