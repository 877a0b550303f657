/**
 * The architecture as one table: which room under src/ may import which. `npm run lint` checks it with
 * dependency-cruiser; docs/architecture.md explains it. A room not named here may not exist.
 *
 * Files of adapters/<db> may use adapters/postgresFamily, never a sibling. Tests may import anything in their own
 * room and what the room may import; the conformance suite and end-to-end tests are free.
 */
export const ROOMS = {
	core: [],
	yaml: ["core"],
	jinja: ["core"],
	context: ["core", "jinja"],
	graph: ["core"],
	config: ["core", "yaml", "jinja", "context"],
	// Finding and installing packages is work on the network and on folders; what a list says, config hands over.
	packages: ["core", "yaml"],
	parse: ["core", "yaml", "jinja", "context"],
	manifest: ["core", "graph", "context", "jinja"],
	compile: ["core", "jinja", "context"],
	plan: ["core"],
	execute: ["core", "graph"],
	load: ["core"],
	export: ["core"],
	quality: ["core"],
	sql: ["core"],
	// The rows of two relations compared.
	diff: ["core"],
	history: ["core"],
	// What the docs site is made of and how it is served: artifacts in, files out.
	docs: ["core"],
	report: ["core"],
	alerts: ["core"],
	telemetry: ["core"],
	state: ["core"],
	// The project against the rules that its team chose.
	rules: ["core"],
	// What a change does, and the documents that say so.
	ci: ["core"],
	// Where an isolated environment's nodes stand.
	env: ["core"],
	git: ["core"],
	github: ["core"],
	"adapters/postgresFamily": ["core"],
	"adapters/pglite": ["core", "adapters/postgresFamily"],
	"adapters/postgres": ["core", "adapters/postgresFamily"],
	"adapters/snowflake": ["core"],
	"adapters/conformance": ["core", "adapters/pglite", "adapters/postgres", "adapters/postgresFamily", "history"],
	app: [
		"core",
		"yaml",
		"jinja",
		"context",
		"graph",
		"config",
		"packages",
		"parse",
		"manifest",
		"compile",
		"plan",
		"execute",
		"load",
		"export",
		"quality",
		"sql",
		"diff",
		"history",
		"docs",
		"report",
		"alerts",
		"telemetry",
		"state",
		"rules",
		"ci",
		"env",
		"git",
		"github",
		"adapters/pglite",
		"adapters/postgres",
		"adapters/postgresFamily",
		"adapters/snowflake",
	],
	cli: ["core", "app", "report"],
};

/**
 * Workspace packages: never part of what is published, and apart from src/ in both directions. Tests in src/adapters may
 * start one.
 */
export const PACKAGES = ["packages/snowflake-server"];

/** Only this file of app/ may name an adapter. */
export const ADAPTER_DOOR = "src/app/openAdapter.ts";

/** Rooms whose product code must not reach the disk, the network, the process or threads. */
export const PURE_ROOMS = [
	"core",
	"jinja",
	"context",
	"graph",
	"manifest",
	"compile",
	"plan",
	"execute",
	"quality",
	"diff",
	"state",
	"rules",
	"ci",
	"env",
];
export const IMPURE_BUILTINS =
	"^(node:)?(fs|net|http|https|child_process|worker_threads|dgram|tls|cluster|os|process)(/|$)";

/** Database drivers stay behind their adapter. */
export const DRIVERS = ["@electric-sql/pglite", "pg", "pg-copy-streams", "snowflake-sdk", "@duckdb"];

/** A file longer than this says why in its first lines ("Longer than 500 lines because …"). */
export const LINE_CAP = 500;
