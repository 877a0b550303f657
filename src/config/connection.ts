import type { TargetConfig } from "../core/config.ts";
import { type Diagnostic, diagnostic } from "../core/diagnostic.ts";
import type { Plain } from "../core/node.ts";
import { suggestName } from "../core/suggestName.ts";
import type { YamlPath } from "../yaml/readYaml.ts";
import { isMapping, own, type PlainMapping, type ShapeCheck } from "../yaml/shapeCheck.ts";
import { CONNECTION_TYPES, CONNECTIONS, type ConnectionFields, type FieldKind } from "./profileFields.ts";
import type { ReadSecretCommand } from "./secretCommand.ts";

export interface OutputReading {
	/** One output of a profile, rendered. */
	readonly output: PlainMapping;
	readonly path: YamlPath;
	/** Collects the mistakes; must hide values. */
	readonly check: ShapeCheck;
	readonly warnings: Diagnostic[];
	readonly readSecretCommand: ReadSecretCommand;
}

export interface Connection {
	readonly target: Pick<TargetConfig, "type" | "database" | "schema" | "fields" | "shown">;
	readonly threads: number;
	readonly secrets: readonly string[];
}

/** Numbers and truths that came out of `env_var()` are text; they are taken for what they say. */
function fromText(value: Plain, kind: FieldKind): Plain {
	if (typeof value !== "string") return value;
	if ((kind === "integer" || kind === "number") && /^\d+(?:\.\d+)?$/.test(value.trim())) return Number(value);
	if (kind === "boolean" && /^(?:true|false)$/i.test(value.trim())) return value.trim().toLowerCase() === "true";
	return value;
}

async function readSecret(value: Plain, path: YamlPath, reading: OutputReading): Promise<Plain | undefined> {
	const { check, readSecretCommand } = reading;
	if (!isMapping(value)) return check.scalarText(value, path);
	const field = String(path.at(-1));
	check.knownKeys(value, path, { known: ["command"], where: field });
	check.required(value, path, { key: "command", where: field });
	const command = check.text(own(value, "command"), [...path, "command"]);
	if (command === undefined) return undefined;
	try {
		return await readSecretCommand(command);
	} catch (error) {
		// Not passed on as a cause: an Error of child_process carries the command's output.
		const problem = error instanceof Error ? error.message : "unknown";
		check.problems.push(diagnostic("TFM-CONFIG-023", { field, problem }, check.at(path)));
		return undefined;
	}
}

async function readField(
	raw: Plain,
	kind: FieldKind,
	at: { path: YamlPath; reading: OutputReading },
): Promise<Plain | undefined> {
	const { path, reading } = at;
	const { check } = reading;
	const value = fromText(raw, kind);
	if (typeof kind !== "string") return check.choice(value, path, kind as readonly string[]);
	switch (kind) {
		case "secret":
			return await readSecret(value, path, reading);
		case "text":
			return check.scalarText(value, path);
		case "integer":
			return check.integer(value, path, path.at(-1) === "threads" ? 1 : 0);
		case "number":
			if (typeof value === "number") return value;
			return check.integer(value, path);
		case "boolean":
			return check.boolean(value, path);
		case "list":
			return check.texts(value, path);
		case "mapping":
			return check.mapping(value, path);
	}
}

const isPassword = (known: ConnectionFields, name: string): boolean => (known.aliases.get(name) ?? name) === "password";

const hasPassword = (known: ConnectionFields, output: PlainMapping): boolean =>
	Object.keys(output).some((name) => isPassword(known, name));

/** One output checked against its kind's table of fields. Undefined when something is wrong. */
export async function readConnection(reading: OutputReading): Promise<Connection | undefined> {
	const { output, path, check } = reading;
	const where = `the output "${path.at(-1)}"`;
	const before = check.problems.length;
	check.required(output, path, { key: "type", where });
	const type = check.choice(own(output, "type"), [...path, "type"], CONNECTION_TYPES);
	if (type === undefined) return undefined;
	const known = CONNECTIONS[type];

	const fields: Record<string, Plain> = {};
	const secrets: string[] = [];
	for (const [written, raw] of Object.entries(output)) {
		const name = known.aliases.get(written) ?? written;
		const kind = known.fields.get(name);
		if (kind === undefined) {
			const suggestion = suggestName(written, [...known.fields.keys(), ...known.aliases.keys()]);
			const facts = { field: written, type, suggestion };
			const place = check.at([...path, written], "key");
			// dbt ignores what it does not know, but it does not connect to Postgres without a password either.
			if (suggestion !== undefined && isPassword(known, suggestion) && !hasPassword(known, output))
				check.problems.push(diagnostic("TFM-CONFIG-024", { ...facts, meant: true }, place));
			else reading.warnings.push(diagnostic("TFM-CONFIG-024", facts, { ...place, severity: "warning" }));
			continue;
		}
		if (name !== written && Object.hasOwn(output, name)) {
			const facts = { first: written, second: name };
			check.problems.push(diagnostic("TFM-CONFIG-005", facts, check.at([...path, written], "key")));
			continue;
		}
		const value = await readField(raw, kind, { path: [...path, written], reading });
		if (value === undefined) continue;
		fields[name] = value;
		if (kind === "secret" && typeof value === "string" && value !== "") secrets.push(value);
	}
	checkRequired({ fields, known, reading, where, type });
	if (check.problems.length > before) return undefined;

	const text = (key: "database" | "schema"): string => {
		const value = fields[key];
		return typeof value === "string" ? value : (known.defaults[key] ?? "");
	};
	const threads = typeof fields.threads === "number" ? fields.threads : known.defaults.threads;
	return {
		target: {
			type,
			database: text("database"),
			schema: text("schema"),
			fields: Object.freeze(fields),
			shown: known.shown,
		},
		threads,
		secrets: secretsToHide(secrets, fields),
	};
}

/** A password equal to the user's or the database's name is no secret worth blotting out every mention of that name. */
function secretsToHide(secrets: readonly string[], fields: PlainMapping): string[] {
	const shown = new Set(["user", "database", "schema", "host", "role"].map((name) => own(fields, name)));
	return secrets.filter((secret) => !shown.has(secret));
}

function checkRequired(found: {
	readonly fields: PlainMapping;
	readonly known: ConnectionFields;
	readonly reading: OutputReading;
	readonly where: string;
	readonly type: TargetConfig["type"];
}): void {
	const { fields, known, reading, where, type } = found;
	const { check, path, output } = reading;
	// A connection string or a service of pg_service.conf names host and user itself. Names of relations hold the database,
	// and are made before anything is connected.
	const indirect = type === "postgres" && ["connection_string", "service"].some((name) => Object.hasOwn(fields, name));
	for (const key of known.required) {
		if (indirect && (key === "host" || key === "user")) continue;
		if (Object.hasOwn(fields, key)) continue;
		const alias = [...known.aliases].find(([, name]) => name === key)?.[0];
		if (alias !== undefined && Object.hasOwn(output, alias)) continue;
		const slip = slipFor(key, reading);
		if (slip === undefined) check.required(output, path, { key, where });
		else check.problems.push(slip);
	}
	for (const problem of contradictions(type, fields)) {
		check.problems.push(diagnostic("TFM-CONFIG-026", problem, check.at(path, "key")));
	}
}

/** The slip that a required key is missing for, if it looks like one: its own warning would go under with the error. */
function slipFor(key: string, { output, path, check, warnings }: OutputReading): Diagnostic | undefined {
	const written = Object.keys(output).find((name) => suggestName(name, [key]) === key);
	if (written === undefined) return undefined;
	const place = check.at([...path, written], "key");
	const said = warnings.findIndex((w) => w.code === "TFM-CONFIG-024" && w.at?.line === place.at?.line);
	if (said !== -1) warnings.splice(said, 1);
	const missing = diagnostic("TFM-YAML-014", { key, where: `the output "${path.at(-1)}"` }, place);
	return { ...missing, hint: `did you mean "${key}" where it says "${written}"?` };
}

/** What a driver would refuse with a less helpful message. */
function contradictions(type: TargetConfig["type"], fields: PlainMapping): { problem: string; fix: string }[] {
	const has = (name: string): boolean => Object.hasOwn(fields, name);
	const found: { problem: string; fix: string }[] = [];
	if (type === "postgres" && has("sslcert") !== has("sslkey")) {
		found.push({ problem: "`sslcert` and `sslkey` belong together", fix: "give both, or neither" });
	}
	if (type === "snowflake" && has("private_key") && has("private_key_path")) {
		found.push({ problem: "`private_key` and `private_key_path` are both given", fix: "keep one of them" });
	}
	const authenticator = String(own(fields, "authenticator") ?? "").toLowerCase();
	const userless = ["oauth", "jwt", "programmatic_access_token", "workload_identity", "oauth_client_credentials"];
	if (type === "snowflake" && !has("user") && !userless.includes(authenticator)) {
		found.push({
			problem: "a Snowflake connection needs `user`",
			fix: "only OAuth, tokens and workload identity do without",
		});
	}
	if (type === "snowflake" && authenticator === "workload_identity" && !has("workload_identity_provider")) {
		found.push({
			problem: "workload identity needs `workload_identity_provider`",
			fix: "one of: OIDC, AZURE, GCP, AWS",
		});
	}
	return found;
}
