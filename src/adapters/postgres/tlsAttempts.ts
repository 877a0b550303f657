import { readFileSync, statSync } from "node:fs";
import { platform } from "node:os";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { fail } from "../../core/diagnostic.ts";

/**
 * libpq's `sslmode` in node's terms: what to try, in which order. Files that are not named are looked for in
 * ~/.postgresql, as libpq does.
 *
 *   disable      never
 *   allow        without, and where the server refuses that, with
 *   prefer       with, and where the server has none or refuses, without
 *   require      with; a root certificate that is there is used as verify-ca would
 *   verify-ca    with, the certificate signed by a known authority
 *   verify-full  and made for this host
 */
export interface TlsSettings {
	readonly mode: string;
	/** Absolute paths; undefined: the default one, if it is there. */
	readonly rootCert: string | undefined;
	readonly cert: string | undefined;
	readonly key: string | undefined;
	readonly keyPassword: string | undefined;
	readonly home: string | undefined;
}

export const TLS_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

export type TlsAttempt = false | ConnectionOptions;

export function tlsAttempts(settings: TlsSettings, host: string): readonly TlsAttempt[] {
	const { mode } = settings;
	// A unix socket goes through no network.
	if (mode === "disable" || host.startsWith("/")) return [false];
	const tls = tlsOptions(settings);
	if (mode === "allow") return [false, tls];
	if (mode === "prefer") return [tls, false];
	return [tls];
}

function tlsOptions(settings: TlsSettings): ConnectionOptions {
	const { mode, keyPassword } = settings;
	const defaultFile = (name: string): string | undefined => {
		const path = settings.home === undefined ? undefined : join(settings.home, ".postgresql", name);
		return path !== undefined && statSync(path, { throwIfNoEntry: false }) !== undefined ? path : undefined;
	};
	const certPath = settings.cert ?? defaultFile("postgresql.crt");
	const keyPath = certPath === undefined ? undefined : (settings.key ?? defaultFile("postgresql.key"));
	return {
		...verification(settings, defaultFile("root.crt"), mode),
		...(certPath === undefined ? {} : { cert: readPem("sslcert", certPath, "CERTIFICATE") }),
		...(keyPath === undefined ? {} : { key: readKey(keyPath) }),
		...(keyPassword === undefined ? {} : { passphrase: keyPassword }),
	};
}

function verification(settings: TlsSettings, defaultRoot: string | undefined, mode: string): ConnectionOptions {
	const { rootCert } = settings;
	if (rootCert === "system") {
		if (mode !== "verify-full")
			fail("TFM-DB-016", {
				field: "sslrootcert",
				path: "system",
				problem: `it needs sslmode verify-full, not ${mode}`,
			});
		return { rejectUnauthorized: true };
	}
	const root = rootCert ?? defaultRoot;
	if (mode.startsWith("verify") && root === undefined)
		fail("TFM-DB-016", { field: "sslrootcert", path: "~/.postgresql/root.crt", problem: "it does not exist" });
	// Weaker modes look at a root certificate only where it is there: a path that leads nowhere is no mistake then.
	const there = root !== undefined && statSync(root, { throwIfNoEntry: false }) !== undefined;
	if (!mode.startsWith("verify") && (mode !== "require" || !there)) return { rejectUnauthorized: false };
	return {
		ca: readPem("sslrootcert", root as string, "CERTIFICATE"),
		rejectUnauthorized: true,
		...(mode === "verify-full" ? {} : { checkServerIdentity: () => undefined }),
	};
}

function readKey(path: string): string {
	const text = readPem("sslkey", path, "PRIVATE KEY");
	const { mode, uid } = statSync(path);
	const allowed = uid === 0 ? 0o640 : 0o600;
	if (platform() !== "win32" && (mode & 0o777 & ~allowed & 0o077) !== 0)
		fail("TFM-DB-016", { field: "sslkey", path, problem: "others may read it; give it the permissions 0600" });
	return text;
}

/** node takes a file of authorities that holds none without a word, and then trusts nobody. */
function readPem(field: string, path: string, label: "CERTIFICATE" | "PRIVATE KEY"): string {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		const problem = code === "ENOENT" ? "it does not exist" : code === "EACCES" ? "it may not be read" : `${code}`;
		return fail("TFM-DB-016", { field, path, problem }, { cause: error });
	}
	if (!new RegExp(`-----BEGIN [A-Z0-9 ]*${label}-----`).test(text))
		fail("TFM-DB-016", { field, path, problem: `there is no PEM ${label.toLowerCase()} in it` });
	return text;
}
