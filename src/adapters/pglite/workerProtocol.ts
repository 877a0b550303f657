import type { WireReply, WireRequest } from "../postgresFamily/wire.ts";

/** The name of a statement that stays prepared, and whether the server has it already. */
export interface KeptStatement {
	readonly name: string;
	readonly known: boolean;
}

/** What the main thread asks of the worker that holds PGlite; one at a time. */
export type WorkerRequest =
	/** Starts the server on an existing data directory. */
	| { readonly kind: "open"; readonly dataDir: string; readonly engine: unknown }
	/** initdb into `dataDir`, then shut down: the slow way to a new data directory. */
	| { readonly kind: "create"; readonly dataDir: string }
	| WireRequest
	/** A query of which some statements stay prepared: by place, those ahead first. */
	| (Extract<WireRequest, { kind: "query" }> & { readonly kept: readonly (KeptStatement | undefined)[] })
	/** One COPY … FROM STDIN with its data. */
	| { readonly kind: "copy"; readonly sql: string; readonly data: Uint8Array }
	/** Orderly shutdown. */
	| { readonly kind: "close" };

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
