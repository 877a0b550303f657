import { readFileSync, statSync } from "node:fs";
import { platform } from "node:os";
import { join } from "node:path";
import type { LibpqParameters } from "./connectionString.ts";

/** The two files that libpq reads on its own: passwords and named services. */
export interface Environment {
	readonly [name: string]: string | undefined;
}

function readLines(path: string): readonly string[] | undefined {
	try {
		return readFileSync(path, "utf8").split(/\r?\n/);
	} catch (error) {
		// As libpq: a file that is not there, or not ours to read, says nothing.
		if (["ENOENT", "ENOTDIR", "EACCES", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
			return undefined;
		throw error;
	}
}

export interface PasswordAsked {
	readonly host: string;
	readonly port: number;
	readonly database: string;
	readonly user: string;
}

export type PasswordFile =
	| { readonly kind: "absent"; readonly path: string }
	/** Others may read it, so it is not used. */
	| { readonly kind: "open_to_others"; readonly path: string }
	| {
			readonly kind: "read";
			readonly path: string;
			readonly passwordFor: (asked: PasswordAsked) => string | undefined;
	  };

/** `host:port:database:user:password`, one a line, `*` for any; the first line that fits counts. */
export function readPasswordFile(path: string): PasswordFile {
	const lines = readLines(path);
	if (lines === undefined) return { kind: "absent", path };
	if (platform() !== "win32" && (statSync(path).mode & 0o077) !== 0) return { kind: "open_to_others", path };
	const entries = lines.filter((line) => line !== "" && !line.startsWith("#")).map(fieldsOf);
	return {
		kind: "read",
		path,
		passwordFor({ host, port, database, user }) {
			// A unix socket is "localhost" in this file.
			const asked = [host.startsWith("/") ? "localhost" : host, String(port), database, user];
			return entries.find((entry) => asked.every((value, i) => entry[i] === "*" || entry[i] === value))?.[4];
		},
	};
}

/** Split at colons; a backslash before a colon or a backslash takes it as it is. */
function fieldsOf(line: string): string[] {
	const fields: string[] = [];
	let rest = line;
	while (fields.length < 4) {
		const match = /^((?:[^\\:]|\\.)*):/s.exec(rest);
		if (match === null) break;
		fields.push(match[1] ?? "");
		rest = rest.slice(match[0].length);
	}
	return [...fields, rest].map((field) => field.replace(/\\(.)/gs, "$1"));
}

/** The parameters of `[service]`: the user's file, then the system's. Undefined: no file has it. */
export function readService(service: string, env: Environment): LibpqParameters | undefined {
	const paths = [
		env.PGSERVICEFILE ?? (env.HOME === undefined ? undefined : join(env.HOME, ".pg_service.conf")),
		env.PGSYSCONFDIR === undefined ? undefined : join(env.PGSYSCONFDIR, "pg_service.conf"),
	];
	for (const path of paths) {
		const found = path === undefined ? undefined : sectionOf(readLines(path) ?? [], service);
		if (found !== undefined) return found;
	}
	return undefined;
}

function sectionOf(lines: readonly string[], service: string): LibpqParameters | undefined {
	let found: Record<string, string> | undefined;
	for (const line of lines.map((l) => l.trim())) {
		if (line === "" || line.startsWith("#")) continue;
		const section = /^\[(.*)\]$/.exec(line);
		if (section !== null) {
			if (found !== undefined) return found;
			if (section[1] === service) found = {};
			continue;
		}
		const equals = line.indexOf("=");
		if (found !== undefined && equals > 0) found[line.slice(0, equals).trim()] = line.slice(equals + 1).trim();
	}
	return found;
}
