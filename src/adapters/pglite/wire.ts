import type { StatementOptions } from "../../core/adapter.ts";
import { shiftCopyLine } from "../postgresFamily/copyText.ts";
import { DEALLOCATE_OTHERS, OTHERS_PREPARED } from "../postgresFamily/preparedStatements.ts";
import { resetSteps } from "../postgresFamily/resetSteps.ts";
import { type CopyChunk, isOwn, type Wire, type WireReply } from "../postgresFamily/wire.ts";
import type { Engine } from "./engine.ts";

export interface EngineWire extends Wire {
	/**
	 * What another connection would start with: no transaction, role, settings, temporary tables or advisory locks. Where
	 * only statements were sent that leave the session as it was there is nothing to do.
	 */
	putBack(): Promise<void>;
}

/** In single-user mode the server does not know by itself whom to return the session to. Answers what others have prepared. */
const PUT_BACK = [...resetSteps("postgres"), OTHERS_PREPARED].join("; ");

/** The engine's thread as the sessions' wire, one session after the other. */
export function wireOf(engine: Engine): EngineWire {
	/** Of which start of the engine the rest tells. */
	let seen = 0;
	/** Something was sent that may have changed the session. */
	let touched = false;
	let status: WireReply["status"] = "I";

	function begun(changes: boolean): void {
		touched = changes || (touched && seen === engine.generation);
		seen = engine.generation;
	}
	const remember = (reply: WireReply): WireReply => {
		status = reply.status;
		return reply;
	};

	async function mustSend(sql: string): Promise<WireReply> {
		const reply = remember(await engine.send({ kind: "query", sql, binds: [] }));
		if (reply.error !== null) throw new Error(`"${sql}" failed between two sessions: ${reply.error.message}`);
		return reply;
	}

	/** The thread takes a COPY with its data in one message, so that a load is several COPYs of one transaction. */
	async function copy(sql: string, chunks: AsyncIterable<CopyChunk>, limits?: StatementOptions): Promise<WireReply> {
		let before = 0;
		let sending: Promise<WireReply> | undefined;
		const send = ({ data, rows }: CopyChunk): Promise<WireReply> => {
			const shift = before;
			before += rows;
			const sent = engine.send({ kind: "copy", sql, data }, limits).then((reply) => inRow(reply, shift));
			// The next chunk or the end reports it; until then it must not count as unhandled.
			sent.catch(() => undefined);
			return sent;
		};
		const given = await untilRefused(chunks, async (chunk) => {
			const reply = await sending;
			if (reply === undefined || reply.error === null) sending = send(chunk);
			return reply?.error ?? null;
		});
		if (sending !== undefined) return sending;
		return given ? send({ data: new Uint8Array(), rows: 0 }) : engine.send({ kind: "execute", sql: "" }, limits);
	}

	return {
		get generation() {
			return engine.generation;
		},
		get standing() {
			return engine.running;
		},
		ready: () => engine.start(),
		async send(request, limits) {
			begun(!isOwn(request));
			return remember(await engine.send(request, limits));
		},
		async copy(sql, chunks, limits) {
			begun(true);
			return remember(await copy(sql, chunks, limits));
		},
		async putBack() {
			await engine.start();
			if (seen === engine.generation) {
				if (status !== "I") await mustSend("rollback");
				if (touched && (await mustSend(PUT_BACK)).rows.length > 0) await mustSend(DEALLOCATE_OTHERS);
			}
			touched = false;
			status = "I";
		},
	};
}

/** False where the chunks could not be had. */
async function untilRefused(
	chunks: AsyncIterable<CopyChunk>,
	take: (chunk: CopyChunk) => Promise<unknown>,
): Promise<boolean> {
	const source = chunks[Symbol.asyncIterator]();
	for (;;) {
		const next = await source.next().catch(() => null);
		if (next === null) return false;
		if (next.done === true) return true;
		let more = false;
		try {
			more = (await take(next.value)) === null;
		} finally {
			if (!more) await source.return?.();
		}
		if (!more) return true;
	}
}

/** The server counts the lines of one message; the reader wants the row of the whole load. */
function inRow(reply: WireReply, before: number): WireReply {
	if (reply.error === null) return reply;
	return { ...reply, error: { ...reply.error, where: shiftCopyLine(reply.error.where, before) } };
}
