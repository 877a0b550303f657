import type { CopyText, StatementOptions } from "../../core/adapter.ts";
import type { DatabaseError } from "../../core/databaseError.ts";
import type { ServerError } from "./errors.ts";

/**
 * What a session needs of the connection below it, in the words of the Postgres wire protocol: one message out, all
 * that comes back until ReadyForQuery. A thread with PGlite and a socket to a server both fill it.
 */
export type WireRequest =
	/** The simple protocol: several statements, rows thrown away. */
	| { readonly kind: "execute"; readonly sql: string; readonly own?: boolean; readonly last?: boolean }
	/** All rows of the last statement. With binds or `ahead` the extended protocol, which takes one statement only. */
	| {
			readonly kind: "query";
			readonly sql: string;
			readonly binds: readonly (string | null)[];
			/** Run before it in the same exchange, each a single statement, rows thrown away; a refusal ends the exchange. */
			readonly ahead?: readonly AheadStatement[];
			readonly own?: boolean;
			readonly often?: boolean;
			/** Nothing that the session was set to is needed behind it: a connection may put it back in the same exchange. */
			readonly last?: boolean;
	  }
	/** Opens a named portal and takes the first rows. Inside a transaction. */
	| { readonly kind: "openPortal"; readonly portal: string; readonly sql: string; readonly rows: number }
	| { readonly kind: "nextRows"; readonly portal: string; readonly rows: number };

export interface AheadStatement {
	readonly sql: string;
	readonly binds: readonly (string | null)[];
	/** It runs no code of the project and changes no setting beyond its transaction. Absent: it might. */
	readonly own?: boolean;
	/** Sent again and again: a connection may keep it prepared. */
	readonly often?: boolean;
}

/** Whether all of it is tfm's own: the session is as it was before. */
export const isOwn = (request: WireRequest): boolean =>
	(request.kind === "execute" || request.kind === "query") &&
	request.own === true &&
	(request.kind === "execute" || (request.ahead ?? []).every((s) => s.own === true));

export interface WireField {
	readonly name: string;
	readonly oid: number;
	readonly modifier: number;
}

export interface WireReply {
	/** Of the last statement; empty when it returned none. */
	readonly fields: readonly WireField[];
	readonly rows: readonly (readonly (string | null)[])[];
	/** Command tag of the last completed statement, "" when there was none. */
	readonly tag: string;
	/** Of all statements of a text; a connection that cannot tell them apart leaves them out. */
	readonly tags?: readonly string[];
	readonly notices: readonly string[];
	readonly error: ServerError | null;
	/** I idle, T in a transaction, E in a failed one. */
	readonly status: "I" | "T" | "E";
	/** The portal has more rows. */
	readonly suspended: boolean;
	/** The limit that made the server end the statement, where it could: then `error` is its answer to that. */
	readonly limit?: DatabaseError;
}

/** Rows as COPY's text, and how many. */
export type CopyChunk = CopyText;

export interface Wire {
	/** Another number than before: a new connection stands here, the old one's transaction and settings are gone. */
	readonly generation: number;
	/** Whether the connection stands; false after a request that it did not live through. */
	readonly standing: boolean;
	/** What the server said as the connection before this one was lost, if it said something. */
	readonly lostBecause?: string | undefined;
	/** Makes it stand where it does not. */
	ready(): Promise<void>;
	/** Rejects with DatabaseError when no answer can be had. */
	send(request: WireRequest, limits?: StatementOptions): Promise<WireReply>;
	/**
	 * `copy … from stdin` inside a transaction. Where a chunk cannot be had (the iteration throws) the copy is given up
	 * and the reply's status tells what became of the transaction. Lines in errors count over all chunks.
	 */
	copy(sql: string, chunks: AsyncIterable<CopyChunk>, limits?: StatementOptions): Promise<WireReply>;
}
