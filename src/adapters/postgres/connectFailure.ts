import { DatabaseError } from "../../core/databaseError.ts";

export interface FailedAttempt {
	readonly place: { readonly host: string; readonly port: number };
	readonly encrypted: boolean;
	/** The server asked for a password and none is known. */
	readonly passwordMissing: boolean;
}

/** Nobody could be reached, or it may be otherwise in a moment. */
const TRANSIENT = new Set([
	...["ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EPIPE", "EHOSTUNREACH", "ENETUNREACH", "EAI_AGAIN", "ENOENT"],
	...["57P03", "53300", "08001", "08004", "08006", "57P01"],
]);

const TIMEOUT = /timeout expired/;
const CLOSED = /^Connection terminated/;
export const NO_TLS = "The server does not support SSL connections";

/** Why one attempt to log in failed. Nothing was sent but the login, so that it is always safe to try again. */
export class ConnectFailure extends DatabaseError {
	readonly attempt: FailedAttempt;
	/** The operating system's or TLS' code where the server did not speak: ECONNREFUSED, ENOTFOUND, CERT_HAS_EXPIRED. */
	readonly systemCode: string | undefined;
	readonly transient: boolean;
	/** Whether the server itself said why. */
	readonly spoken: boolean;

	constructor(cause: unknown, attempt: FailedAttempt) {
		const { message, code } = cause as { message: string; code?: string };
		const spoken = code !== undefined && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith("E");
		const transient = TRANSIENT.has(code ?? "") || TIMEOUT.test(message) || CLOSED.test(message);
		super(TIMEOUT.test(message) ? "no answer within connect_timeout" : message || String(code), {
			kind: "connection",
			sqlstate: spoken ? code : "08001",
			retryable: transient,
			cause,
		});
		this.attempt = attempt;
		this.spoken = spoken;
		this.systemCode = spoken ? undefined : TIMEOUT.test(message) ? "TIMEOUT" : code;
		this.transient = transient;
	}

	/** Whether the other way, with or without encryption, may fare better. */
	get dependsOnTls(): boolean {
		if (this.message === NO_TLS) return true;
		// A server whose rules want the other way says so with "no pg_hba.conf entry".
		if (this.spoken) return this.sqlstate === "28000";
		return this.attempt.encrypted && !["TIMEOUT", "ECONNREFUSED", "ENOTFOUND"].includes(this.systemCode ?? "");
	}
}
