import type { ServerError } from "../postgresFamily/errors.ts";

/** What the main thread asks of the worker that holds PGlite; one at a time. */
export type WorkerRequest =
	/** Starts the server on an existing data directory. */
	| { readonly kind: "open"; readonly dataDir: string; readonly engine: unknown }
	/** initdb into `dataDir`, then shut down: the slow way to a new data directory. */
	| { readonly kind: "create"; readonly dataDir: string }
	/** The simple protocol: several statements, rows thrown away. */
	| { readonly kind: "execute"; readonly sql: string }
	/** All rows of the last statement. With binds the extended protocol, which takes one statement only. */
	| { readonly kind: "query"; readonly sql: string; readonly binds: readonly (string | null)[] }
	/** Opens a named portal and takes the first rows. Inside a transaction. */
	| { readonly kind: "openPortal"; readonly portal: string; readonly sql: string; readonly rows: number }
	| { readonly kind: "nextRows"; readonly portal: string; readonly rows: number }
	/** One COPY … FROM STDIN with its data. */
	| { readonly kind: "copy"; readonly sql: string; readonly data: Uint8Array }
	/** Orderly shutdown. */
	| { readonly kind: "close" };

export interface WorkerField {
	readonly name: string;
	readonly oid: number;
	readonly modifier: number;
}

/** The server's answer to one message. */
export interface WireReply {
	/** Of the last statement; empty when it returned none. */
	readonly fields: readonly WorkerField[];
	readonly rows: readonly (readonly (string | null)[])[];
	/** Command tag of the last completed statement, "" when there was none. */
	readonly tag: string;
	readonly notices: readonly string[];
	readonly error: ServerError | null;
	/** I idle, T in a transaction, E in a failed one. */
	readonly status: "I" | "T" | "E";
	/** The portal has more rows. */
	readonly suspended: boolean;
}

export interface OpenReply {
	readonly version: string;
	/** The compiled WebAssembly module, so that a restart in this process need not compile again. */
	readonly engine: unknown;
}

export type WorkerAnswer =
	| { readonly id: number; readonly ok: true; readonly value: WireReply | OpenReply | null }
	/** The server did not live through the request; `text` is what it last wrote to its log. */
	| {
			readonly id: number;
			readonly ok: false;
			readonly problem: string;
			readonly code?: string;
			readonly text: string;
	  };
